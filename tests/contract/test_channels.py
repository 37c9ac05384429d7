"""Every channel of ours passes the battery that ships for third parties."""

from typing import NamedTuple

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi
from scan_notify_plugin.notifiers.wxwork import WechatNotifier
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject
from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer

GROUP, USER = 'cidGroup==', 'u1'
#: Port 9 is discard's; nobody listens there.
NOBODY = 'http://127.0.0.1:9'


class TestDingTalkRobot(NotifierConformance):
    @pytest.fixture
    def subject(self):
        with DingTalkRobotServer(hold_seconds=0.5) as server:
            robot = server.add_robot(secret='SEC' + '7' * 61)
            options = {'access_token': robot.token, 'secret': robot.secret, 'api_base': server.base_url}
            refusals = {
                Reason.BUSY: -1,
                Reason.THROTTLED: 410100,
                Reason.CONFIG: 310000,
                Reason.CONTENT: 430102,
                Reason.REFUSED: 410101,
                Reason.TOO_LONG: 460101,
                Reason.QUOTA: 20001,
            }
            yield Subject(
                DingTalkRobot(), options, robot, [robot.token, robot.secret], refusals,
                nobody=dict(options, api_base=NOBODY),
            )  # fmt: skip


class TestWxWorkRobot(NotifierConformance):
    @pytest.fixture
    def subject(self):
        with WxWorkRobotServer(hold_seconds=0.5) as server:
            robot = server.add_robot()
            options = {'webhook_url': robot.webhook_url}
            refusals = {
                Reason.BUSY: -1,
                Reason.THROTTLED: 45009,
                Reason.CONFIG: 93000,
                Reason.REFUSED: 45999,
                Reason.TOO_LONG: 45002,
            }
            yield Subject(
                WechatNotifier(), options, robot, [robot.key], refusals,
                nobody={'webhook_url': robot.webhook_url.replace(server.base_url, NOBODY)}, retries_5xx=True,
            )  # fmt: skip


class Told(NamedTuple):
    """What the battery looks at in a message; an application's interfaces have no mentions."""

    text: str
    at: tuple = ()


class Interface:
    """One interface of an application, as the battery sees a robot."""

    def __init__(self, app, path, sent):
        self._app, self._path, self._sent = app, path, sent

    @property
    def messages(self):
        return [Told(text) for text in self._sent()]

    def misbehave(self, how, times=1):
        self._app.misbehave(how, times, self._path)


class ApplicationConformance(NotifierConformance):
    @pytest.fixture
    def server(self):
        with DingTalkOpenApiServer(hold_seconds=0.5) as server:
            yield server

    @pytest.fixture
    def app(self, server):
        app = server.add_app(users={USER: 'Person 1'}, conversations=[GROUP])
        app.qps = 10000  # the battery moves its own time, the server's is real
        return app

    def subject_of(self, server, app, robot, refusals, **more):
        options = {
            'app_key': app.app_key, 'app_secret': app.app_secret, 'agent_id': app.agent_id,
            'robot_code': app.robot_code,
            'send_file': False, 'api_base': server.base_url, 'oapi_base': server.base_url,
        }  # fmt: skip
        options.update(more.pop('options'))
        nobody = dict(options, api_base=NOBODY, oapi_base=NOBODY)
        return Subject(DingTalkOpenApi(), options, robot, [app.app_secret], refusals, nobody, **more)


class TestDingTalkGroup(ApplicationConformance):
    @pytest.fixture
    def subject(self, server, app):
        sent = Interface(
            app, '/v1.0/robot/groupMessages/send', lambda: [one.param['text'] for one in app.group_messages]
        )
        refusals = {
            Reason.BUSY: 'system.busy',
            Reason.THROTTLED: 'send.too.fast',
            Reason.CONFIG: 'bot.stopped',
            Reason.CONTENT: 'contain.notAllowed.content',
            Reason.QUOTA: 'Forbidden.AccessDenied.ApiCountLimitForOrg',
        }
        yield self.subject_of(server, app, sent, refusals, options={'default_chat_id': GROUP})


class TestDingTalkWorkNotification(ApplicationConformance):
    @pytest.fixture
    def subject(self, server, app):
        def texts():
            return [one.msg[one.msgtype].get('markdown') or one.msg[one.msgtype]['text']
                    for one in app.work_notifications.values() if one.reached]  # fmt: skip

        sent = Interface(app, '/topapi/message/corpconversation/asyncsend_v2', texts)
        refusals = {
            Reason.BUSY: -1,
            Reason.THROTTLED: 90018,
            Reason.CONFIG: 40056,
            Reason.CONTENT: 41049,
            Reason.REFUSED: 41999,
            Reason.TOO_LONG: 34016,
            Reason.QUOTA: 90020,
        }
        # The same content reaches the same person once a day: a repeat is dropped.
        yield self.subject_of(server, app, sent, refusals, options={'users': [USER], 'ways': ['work']}, idempotent=True)
