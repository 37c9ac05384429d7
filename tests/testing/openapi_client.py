"""A clock, an application, and requests to it, for the tests of the fake OpenAPI."""

import json
from datetime import datetime, timedelta, timezone

import requests

START = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)  # 1700000000000 ms
MS = 1700000000000
TOKEN = '/v1.0/oauth2/accessToken'
GATEWAY = '/v1.0/gateway/connections/open'
GROUP = '/v1.0/robot/groupMessages/send'
DIRECT = '/v1.0/robot/oToMessages/batchSend'
CREATE = '/v1.0/card/instances/createAndDeliver'
UPDATE = '/v1.0/card/instances'
DELIVER = '/v1.0/card/instances/deliver'
REGISTER = '/v1.0/card/callbacks/register'
SEND = '/topapi/message/corpconversation/asyncsend_v2'
PROGRESS = '/topapi/message/corpconversation/getsendprogress'
RESULT = '/topapi/message/corpconversation/getsendresult'
UPLOAD = '/media/upload'


class Watch:
    """A clock that stands still until it is told to go."""

    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time

    def go(self, **duration):
        self.time += timedelta(**duration)


def make_app(server, **settings):
    settings.setdefault('users', {'u1': 'One', 'u2': 'Two', 'u3': 'Three', 'u4': 'Four', 'u5': 'Five'})
    settings.setdefault('departments', {7: ['u4', 'u5'], 8: []})
    settings.setdefault('conversations', ['cid1'])
    settings.setdefault('templates', ['t.schema'])
    return server.add_app(**settings)


class Client:
    """What an application's own program would send."""

    def __init__(self, server, app):
        self.server = server
        self.app = app
        self.token = ''
        self.renew()

    def renew(self):
        answer = self.raw('POST', TOKEN, {'appKey': self.app.app_key, 'appSecret': self.app.app_secret})
        self.token = answer.json()['accessToken']

    def raw(self, method, path, body, query=None, **options):
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode('utf-8')
        headers = {'Content-Type': 'application/json', 'x-acs-dingtalk-access-token': self.token}
        headers.update(options.pop('headers', {}))
        return requests.request(
            method,
            self.server.base_url + path,
            data=data,
            params=query,
            headers=headers,
            allow_redirects=False,
            **dict({'timeout': 5}, **options),
        )

    def new(self, path, body, method='POST'):
        """A new interface: (HTTP status, code or the answer)."""
        answer = self.raw(method, path, body)
        told = answer.json()
        return answer.status_code, told if answer.status_code == 200 else told['code']

    def old(self, path, body):
        """An old interface: the parsed answer."""
        answer = self.raw('POST', path, body, {'access_token': self.token})
        assert answer.status_code == 200
        assert answer.json()['errmsg']
        return answer.json()

    def errcode(self, path, body):
        return self.old(path, body)['errcode']

    def upload(self, name='report.zip', content=b'PK..', kind='file', **query):
        query.setdefault('access_token', self.token)
        return requests.post(
            self.server.base_url + UPLOAD,
            params=dict(query, type=kind),
            files={'media': (name, content, 'application/zip')},
            timeout=5,
        )

    def notify(self, users='u1,u2', content='hello', **more):
        msg = {'msgtype': 'markdown', 'markdown': {'title': 't', 'text': content}}
        body = dict({'agent_id': self.app.agent_id, 'userid_list': users, 'msg': msg}, **more)
        return self.old(SEND, body)

    def result(self, task_id):
        body = {'agent_id': self.app.agent_id, 'task_id': task_id}
        return self.old(RESULT, body)['send_result']

    def card(self, **changes):
        body = {
            'cardTemplateId': 't.schema',
            'outTrackId': 'job-1',
            'callbackType': 'STREAM',
            'cardData': {'cardParamMap': {'title': '完成', 'count': '3'}},
            'openSpaceId': 'dtv1.card//IM_GROUP.cid1',
            'imGroupOpenSpaceModel': {'supportForward': True},
            'imGroupOpenDeliverModel': {'robotCode': self.app.robot_code},
        }
        body.update(changes)
        return self.new(CREATE, {name: value for name, value in body.items() if value is not None})
