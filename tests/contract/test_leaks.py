"""A credential is nowhere but in the request: not in logs, documents, or what the commands print."""

import base64
import http.server
import json
import logging
import re
import threading
from contextlib import contextmanager

import pytest

from scan_notify_plugin.cli import main
from scan_notify_plugin.notifiers.email import MailNotifier
from scan_notify_plugin.notifiers.feishu import FeishuRobot
from scan_notify_plugin.notifiers.webhook import WebhookNotifier
from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.mail_server import MailServer
from scan_notify_plugin.testing.subject import entry_point
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer
from tests.loop import Loop

SECRET = 'SECleak0123456789abcdef'
NOBODY = 'http://127.0.0.1:9'
GROUP_SEND = '/v1.0/robot/groupMessages/send'
FAULTS = ('timeout_after', 'cut_before', 'http_502', 'redirect', 'html', None)


@contextmanager
def dingding(how):
    with DingTalkRobotServer(hold_seconds=0.5) as server:
        robot = server.add_robot(secret=SECRET)
        if how is not None:
            robot.misbehave(how, times=3)
        base_url = server.base_url if how is not None else NOBODY
        yield {'ACCESS_TOKEN': robot.token, 'SECRET': SECRET, 'API_BASE': base_url}, [robot.token, SECRET]


@contextmanager
def wxwork(how):
    with WxWorkRobotServer(hold_seconds=0.5) as server:
        robot = server.add_robot()
        if how is not None:
            robot.misbehave(how, times=3)
        url = robot.webhook_url if how is not None else robot.webhook_url.replace(server.base_url, NOBODY)
        yield {'WEBHOOK_URL': url}, [robot.key]


@contextmanager
def dingding_openapi(how):
    with DingTalkOpenApiServer(hold_seconds=0.5) as server:
        app = server.add_app(conversations=['cid1=='])
        if how is not None:
            app.misbehave(how, 3, GROUP_SEND)
        base_url = server.base_url if how is not None else NOBODY
        options = {'APP_KEY': app.app_key, 'APP_SECRET': app.app_secret, 'DEFAULT_CHAT_ID': 'cid1==',
                   'CALLBACK_SECRET': SECRET, 'API_BASE': base_url, 'OAPI_BASE': base_url}  # fmt: skip
        yield options, [app.app_secret, SECRET]


class Echo(http.server.BaseHTTPRequestHandler):
    """A service that says back what it was told, in an answer of its own."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length'])).decode('utf-8')
        heard = [
            self.path,
            *self.path.split('/'),
            *self.headers.values(),
            *map(str, re.findall(r'[\w.+/=-]{8,}', body)),
        ]
        said = json.dumps(dict({'x' * number: one for number, one in enumerate(heard)}, **self.server.answer))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(said.encode('utf-8'))

    def log_message(self, *args):
        pass


@contextmanager
def echoes(status, **answer):
    with http.server.HTTPServer(('127.0.0.1', 0), Echo) as server:
        server.status, server.answer = status, answer
        thread = threading.Thread(target=server.serve_forever, kwargs={'poll_interval': 0.05})
        thread.start()
        yield 'http://127.0.0.1:{}'.format(server.server_port)
        server.shutdown()
        thread.join()


@contextmanager
def feishu(how):
    token = '5f2c0000-hidd-4en0-8tok-0123456789ab'
    with echoes(how, code=19021, msg='/open-apis/bot/v2/hook/{} {}'.format(token, SECRET)) as base:
        yield {'TOKEN': token, 'SECRET': SECRET, 'API_BASE': base}, [token, SECRET]


@contextmanager
def webhook(how):
    token, key, query = (
        '123456789:AAEhHiddenPath_abcdef',
        'whsec_' + 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldY',
        'q0hidden1234567',
    )
    options = {
        'SECRET': key,
        'TOKEN': 'tokenHidden',
        'HEADERS': {'Authorization': 'Bearer ' + SECRET},
        'ALLOW_PRIVATE': True,
    }
    if how == 'nobody':
        yield dict(options, URL='{}/bot{}/send?key={}'.format(NOBODY, token, query)), [SECRET, token, key, query]
        return
    with echoes(how) as base:
        options.update(URL='{}/bot{}/send?key={}'.format(base, token, query), EXPECT={'ok': True})
        yield options, [SECRET, token, key, key[6:], query, 'tokenHidden']


@contextmanager
def email(how):
    with MailServer() as server:
        server.accounts['arl'] = SECRET
        coded = base64.b64encode('\0arl\0{}'.format(SECRET).encode('ascii')).decode('ascii')
        said = '{}{} {}'.format('.' * 170, SECRET, coded)
        server.misbehave(how + said, times=3, only='rcpt')
        options = {
            'HOST': '127.0.0.1',
            'PORT': server.port,
            'SECURITY': 'none',
            'FROM': 'a@x.y',
            'TO': ['b@x.y', 'c@x.y'],
        }
        yield dict(options, USERNAME='arl', PASSWORD=SECRET), [SECRET, coded]


#: What is found of the channels whose entry points an older installation does not have.
FOUND = {
    feishu: [entry_point(FeishuRobot())],
    webhook: [entry_point(WebhookNotifier())],
    email: [entry_point(MailNotifier())],
}
CASES = (
    [(dingding, how) for how in FAULTS + (310000, 130101, 430104)]
    + [(wxwork, how) for how in FAULTS + (93000, 45009, 40033)]
    + [(dingding_openapi, how) for how in FAULTS + ('bot.stopped', 'send.too.fast', 'contain.notAllowed.content')]
    + [(feishu, how) for how in (200, 404, 502)]
    + [(webhook, how) for how in (200, 401, 410, 502, 'nobody')]
    + [(email, how) for how in ('450 4.7.1 ', '550 5.1.1 ')]
)


@pytest.mark.parametrize('service, how', CASES, ids=['{}-{}'.format(one.__name__, how) for one, how in CASES])
def test_no_credential_leaks(service, how, caplog, capsys, monkeypatch, tmp_path):
    with service(how) as (options, secrets), caplog.at_level(logging.DEBUG):
        target = dict(options, CHANNEL=service.__name__)
        section = {'ENABLE': True, 'TARGETS': {'ops': target},
                   'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}}  # fmt: skip
        loop = Loop({'SCAN_NOTIFY': section}, FOUND.get(service))
        run_id = loop.finished_run()
        loop.run_through()
        (job,) = loop.jobs(run_id)
        assert job['attempts'], job['faults']
        printed = _printed(loop, section, run_id, monkeypatch, tmp_path, capsys)
    names = [name for name in loop.db.list_collection_names() if name != 'scan_notify_secret']
    stored = json.dumps([list(loop.db[name].find({})) for name in names], default=str)
    tokens = [kept['value'] for kept in loop.db['scan_notify_secret'].find({}) if kept['_id'].startswith('token:')]
    assert bool(tokens) == (service is dingding_openapi and how is not None)
    for secret in secrets + tokens:
        for place, text in (('log', caplog.text), ('documents', stored), ('commands', printed)):
            assert secret not in text, place
    assert 'sign=' not in stored.replace('sign=***', '')


def _printed(loop, section, run_id, monkeypatch, tmp_path, capsys):
    """What every command that shows history or settings prints."""
    path = tmp_path / 'config.yaml'
    connections = {'MONGO': {'URI': 'mongodb://127.0.0.1', 'DB': 'arl'}, 'CELERY': {'BROKER_URL': 'memory://localhost'}}
    path.write_text(json.dumps(dict(connections, SCAN_NOTIFY=section)), encoding='utf-8')  # JSON is YAML
    loop.context.stored.decide_run_collection(False)
    monkeypatch.setattr('scan_notify_plugin.cli.session.connect', lambda *args: {'arl': loop.db})
    for command in (['runs'], ['runs', '--json'], ['runs', run_id], ['runs', run_id, '--json'], ['schedules', '--json'],
                    ['targets'], ['targets', '--json'], ['settings', '--json'], ['audit', '--json'],
                    ['plugins', '--json'], ['status', '--json']):  # fmt: skip
        main(command + ['--config', str(path)])
    out, err = capsys.readouterr()
    assert 'ops' in out
    return out + err
