"""The battery sees what it is for: each broken channel fails the test that is meant for it."""

import uuid

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Receipt
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject, make_loop
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer

BATTERY = NotifierConformance()


class EscapesNothing(DingTalkRobot):
    def escape(self, value):
        return value


class SendsTwice(DingTalkRobot):
    def send(self, part, target):
        super().send(part._replace(key=uuid.uuid4().hex), target)
        return super().send(part, target)


class ForgetsTheKey(DingTalkRobot):
    def send(self, part, target):
        return super().send(part._replace(key=uuid.uuid4().hex), target)


class BelievesEverything(DingTalkRobot):
    def send(self, part, target):
        try:
            return super().send(part, target)
        except SendError:
            return Receipt('fine')


class CallsEverythingBusy(DingTalkRobot):
    def send(self, part, target):
        try:
            return super().send(part, target)
        except SendError as error:
            raise SendError(Reason.BUSY, error.code, error.words)


class KnowsNoLimit(DingTalkRobot):
    max_bytes = None


class TellsTheToken(DingTalkRobot):
    def send(self, part, target):
        raise SendError(Reason.UNREACHABLE, words='at ' + target.options['access_token'].reveal())


class AcceptsAnyOptions(DingTalkRobot):
    def problems(self, options):
        return []


class HidesNothing(DingTalkRobot):
    def render(self, summary, target, templates):
        return [page._replace(withheld=dict(page.content, seen=1)) for page in super().render(summary, target, templates)]


class HasAPaceOfItsOwn(DingTalkRobot):
    def credential(self, target):
        return target.name


MUTANTS = (
    (EscapesNothing, 'test_what_strangers_wrote_has_no_effect', ()),
    (SendsTwice, 'test_the_summary_arrives_once', ()),
    (ForgetsTheKey, 'test_a_doubt_is_never_a_second_message', ('timeout_after',)),
    (BelievesEverything, 'test_each_refusal_has_its_reason_and_its_consequence', ()),
    (BelievesEverything, 'test_a_server_error_is_no_success', ()),
    (BelievesEverything, 'test_a_redirect_is_not_followed', ()),
    (CallsEverythingBusy, 'test_each_refusal_has_its_reason_and_its_consequence', ()),
    (CallsEverythingBusy, 'test_too_many_requests_is_waited_out', ()),
    (KnowsNoLimit, 'test_much_chinese_text_fits', ()),
    (TellsTheToken, 'test_errors_hold_no_secret', None),
    (AcceptsAnyOptions, 'test_what_is_wrong_with_a_target_is_named', None),
    (HidesNothing, 'test_moderation_cannot_silence_it', ()),
    (HasAPaceOfItsOwn, 'test_targets_of_one_robot_share_its_pace', None),
)


@pytest.fixture
def robot(monkeypatch):
    monkeypatch.setattr('scan_notify_plugin.notifiers.http.READ', 1.0)
    with DingTalkRobotServer(hold_seconds=4) as server:
        yield server.add_robot(secret='SEC' + '7' * 61)


def subject_of(notifier, robot):
    options = {'access_token': robot.token, 'secret': robot.secret, 'api_base': robot.server.base_url}
    refusals = {Reason.CONFIG: 310000, Reason.CONTENT: 430102}
    return Subject(notifier, options, robot, [robot.token, robot.secret], refusals)


@pytest.mark.parametrize('broken, test, more', MUTANTS, ids=['{}-{}'.format(m[0].__name__, m[1]) for m in MUTANTS])
def test_a_broken_channel_fails(robot, broken, test, more):
    for notifier, fails in ((DingTalkRobot(), False), (broken(), True)):
        subject = subject_of(notifier, robot)
        arguments = (subject,) if more is None else (subject, make_loop(subject)) + more
        try:
            getattr(BATTERY, test)(*arguments)
            failed = False
        except AssertionError:
            failed = True
        assert failed is fails, notifier
        robot.behave()
        del robot.messages[:]
