"""The services behind every dump: robots with fixed, made-up credentials, who remember what they were sent before
it.
"""

import contextlib
import json
import urllib.request

from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from scan_notify_plugin.testing.dingtalk_openapi.app import Route
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer, signature
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer

GROUPS = ('cidFirst==', 'cidSecond==')
TEMPLATE = 'upgrade.schema'
PEOPLE = {'ann': 'Ann', 'bob': 'Bob'}
#: The targets that are robots of DingTalk: those of what has ended, then one for each state in which a message can be.
ROBOTS = (
    'ops', 'second', 'english', 'doubtful', 'lost', 'guarded', 'unread', 'ready', 'posting', 'arrived', 'in-doubt',
    'doubt-fallback',
    'retrying', 'cooling', 'held', 'waiting', 'again', 'unrouted', 'dying', 'half', 'held-export', 'planned', 'making',
    'former',
    'odd', 'repeated', 'repeat-fallback', 'puzzled', 'tested', 'hanging', 'duty',
)  # fmt: skip
APPS = ('staff', 'asked', 'groups', 'cards', 'card-update', 'unsure')
#: Where these go on to when they finally fail.
FALLBACKS = {'gone': 'ops', 'doubt-fallback': 'ops', 'repeated': 'repeat-fallback'}
#: The target that hears of trouble, since there are alerts.
ALERTS = 'duty'
_SECRET = 'SECupgrade0123456789'
_OLD = '/topapi/'


class Services:
    """All the services; ``with`` starts and ends them."""

    def __init__(self):
        self._stack = contextlib.ExitStack()
        self._dingtalk, self._wxwork, self._openapi = (
            DingTalkRobotServer(hold_seconds=0.2),
            WxWorkRobotServer(),
            DingTalkOpenApiServer(),
        )
        self.robots = {name: self._dingtalk.add_robot(name, 'token-of-' + name, secret=_SECRET) for name in ROBOTS}
        self.robots['team'] = self._wxwork.add_robot('team', '693a91f6-7000-4bc4-97a0-0ec2000team0')
        self.apps = {name: self._app(name, number) for number, name in enumerate(APPS)}
        for robot in self.robots.values():  # a story of days is told in seconds
            robot.per_minute = 10**6

    def _app(self, name, number):
        app = self._openapi.add_app(
            name,
            'key-of-' + name,
            'secret-of-' + name,
            5000 + number,
            users=PEOPLE,
            conversations=GROUPS,
            templates=[TEMPLATE],
        )
        app.qps, app.asks_before_result = 10**6, 0
        app.routes['upgrade'] = Route('http://127.0.0.1:9/', 'made-up')
        return app

    def __enter__(self):
        for server in (self._dingtalk, self._wxwork, self._openapi):
            self._stack.enter_context(server)
        return self

    def __exit__(self, *args):
        self._stack.close()

    def targets(self):
        """What stands under TARGETS."""
        robot = {'CHANNEL': 'dingding', 'API_BASE': self._dingtalk.base_url, 'SECRET': _SECRET}
        found = {name: dict(robot, ACCESS_TOKEN='token-of-' + name) for name in ROBOTS}
        found['gone'] = dict(robot, ACCESS_TOKEN='nobody')
        found['wrong'] = dict(robot, ACCESS_TOKEN='nobody-either')
        found['english'].update(LANGUAGE='en', OVERSIZE='split', AT={'MOBILES': ['13800000000']})
        found['half'].update(OVERSIZE='split')
        found['team'] = {'CHANNEL': 'wxwork', 'WEBHOOK_URL': self.robots['team'].webhook_url}
        for name, fallback in FALLBACKS.items():
            found[name]['FALLBACK'] = fallback
        for name, app in self.apps.items():
            found[name] = {
                'CHANNEL': 'dingding_openapi', 'API_BASE': self._openapi.base_url, 'APP_KEY': app.app_key,
                'APP_SECRET': app.app_secret, 'AGENT_ID': app.agent_id,
            }  # fmt: skip
        found['staff'].update(WAYS=['work'], USERS=sorted(PEOPLE))
        found['asked'].update(WAYS=['work'], USERS=sorted(PEOPLE))
        for name in ('groups', 'unsure'):
            found[name].update(WAYS=['group'], CONVERSATIONS=list(GROUPS))
        card = {'WAYS': ['card'], 'SEND_FILE': False, 'DEFAULT_CHAT_ID': GROUPS[0], 'CARD_TEMPLATE_ID': TEMPLATE,
                'CALLBACK': 'http', 'CALLBACK_ROUTE_KEY': 'upgrade', 'CALLBACK_SECRET': 'made-up',
                'OPERATORS': ['ann']}  # fmt: skip
        found['cards'].update(card)
        found['card-update'].update(card)
        return found

    def remembered(self):
        """What each service was sent and took, to be given back to it with :meth:`remember`."""
        robots = {
            name: [call.body.decode('utf-8') for call in self.robots[name].calls if call.outcome == 'accepted']
            for name in ROBOTS
        }
        apps = {
            name: [
                [call.path, call.body.decode('utf-8')]
                for call in app.calls
                if call.outcome == 'accepted' and _is_kept(call)
            ]
            for name, app in self.apps.items()
        }
        return {'robots': robots, 'apps': apps}

    def remember(self, sent):
        """Let every service know what it was sent in the days of the dump."""
        for name, bodies in sent['robots'].items():
            for body in bodies:
                _post(self._robot_address(name), body)
        for name, calls in sent['apps'].items():
            token = self._token(name) if calls else ''
            for path, body in calls:
                url = self._openapi.base_url + path + ('?access_token=' + token if path.startswith(_OLD) else '')
                _post(url, body, token, 'PUT' if path.endswith('/instances') else 'POST')
        self._before = self._counts()

    def _robot_address(self, name):
        robot = self.robots[name]
        stamp = str(int(robot.server.now().timestamp() * 1000))
        return '{}&timestamp={}&sign={}'.format(
            robot.url, stamp, urllib.request.quote(signature(_SECRET, stamp), safe='')
        )

    def _token(self, name):
        app = self.apps[name]
        body = json.dumps({'appKey': app.app_key, 'appSecret': app.app_secret})
        return _post(self._openapi.base_url + '/v1.0/oauth2/accessToken', body)['accessToken']

    def _lists(self):
        """What people see, by target; each message as plain values, without times and what a service makes up."""
        for name, robot in self.robots.items():
            yield name, [
                [one.msgtype, one.title, one.text, one.msg_uuid, list(one.at.mobiles)] for one in robot.messages
            ]
        for name, app in self.apps.items():
            yield name + ' work', [[one.addressed, one.msg] for one in app.work_notifications.values()]
            yield name + ' group', [[one.conversation, one.msg_key, one.param] for one in app.group_messages]
            for card in app.cards.values():
                yield '{} card {}'.format(name, card.out_track_id), [[one.by, one.data] for one in card.history]

    def _counts(self):
        return {name: len(found) for name, found in self._lists()}

    def arrived(self):
        """``{target: messages}`` of what people got since :meth:`remember`."""
        found = {name: messages[self._before.get(name, 0) :] for name, messages in self._lists()}
        return {name: messages for name, messages in found.items() if messages}


def _is_kept(call):
    return bool(call.body) and ('asyncsend' in call.path or '/card/instances' in call.path)


def _post(url, body, token='', method='POST'):
    headers = {'Content-Type': 'application/json', 'x-acs-dingtalk-access-token': token}
    with urllib.request.urlopen(
        urllib.request.Request(url, body.encode('utf-8'), headers, method=method), timeout=10
    ) as answer:
        return json.loads(answer.read().decode('utf-8'))
