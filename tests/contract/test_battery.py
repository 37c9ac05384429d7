"""The battery sees what it is for: each broken channel fails the test that is meant for it."""

import io
import logging
import sys
import threading
import uuid
import warnings

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Receipt
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.testing import subject as subjects
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject, watched
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.subject import make_loop

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
        return [
            page._replace(withheld=dict(page.content, seen=1)) for page in super().render(summary, target, templates)
        ]


class SaysNothingOfTheRun(DingTalkRobot):
    def compose(self, message, summary, target, page):
        return {'title': 'done', 'text': 'done'}


class TriesAgainByItself(DingTalkRobot):
    """Its service drops nothing."""

    idempotent = False

    def send(self, part, target):
        try:
            return super().send(part, target)
        except SendError:
            return super().send(part._replace(key=uuid.uuid4().hex), target)


class CallsServerErrorsRefusals(DingTalkRobot):
    def send(self, part, target):
        try:
            return super().send(part, target)
        except SendError as error:
            raise SendError(Reason.CONFIG, error.code, error.words)


class CutsCharacters(DingTalkRobot):
    def send(self, part, target):
        cut = (
            part.content['text'].encode('utf-8')[:-1].decode('utf-8', 'replace')
            if len(part.content['text']) > 2000
            else ''
        )
        return super().send(part._replace(content=dict(part.content, text=cut or part.content['text'])), target)


class MentionsWhoeverIsNamed(DingTalkRobot):
    def compose(self, message, summary, target, page):
        content = super().compose(message, summary, target, page)
        if '@zhangsan' in summary.schedule_name:
            content.update(
                text=content['text'] + ' @zhangsan', at={'atMobiles': [], 'atUserIds': ['zhangsan'], 'isAtAll': False}
            )
        return content


class NeverRests(DingTalkRobot):
    def send(self, part, target):
        try:
            return super().send(part, target)
        except SendError as error:
            if error.reason is not Reason.THROTTLED:
                raise
            return super().send(part, target)


class LikesNoOptions(DingTalkRobot):
    def problems(self, options):
        return super().problems(options) + ['is odd']


class NeedsNothing(DingTalkRobot):
    def problems(self, options):
        return [words for words in super().problems(options) if 'missing' not in words]


class TakesAnyOption(DingTalkRobot):
    def problems(self, options):
        return super().problems({name: value for name, value in options.items() if name != 'no_such_option'})


class ComplainsWithTheToken(DingTalkRobot):
    def problems(self, options):
        token = options.get('access_token')
        return ['{} with {}'.format(words, token and token.reveal()) for words in super().problems(options)]


class HasAPaceOfItsOwn(DingTalkRobot):
    def credential(self, target):
        return target.name


class CallsEverythingDoubtful(DingTalkRobot):
    def send(self, part, target):
        try:
            return super().send(part, target)
        except SendError as error:
            raise SendError(Reason.UNKNOWN, error.code, error.words)


class HasNoPace(DingTalkRobot):
    pace = (0, 0)


class NeverComesBack(DingTalkRobot):
    def send(self, part, target):
        threading.Event().wait()


class RendersForEver(DingTalkRobot):
    def compose(self, message, summary, target, page):
        threading.Event().wait()


class CutsInSilence(DingTalkRobot):
    def send(self, part, target):
        content = dict(part.content, text=part.content['text'][:4096])
        return super().send(part._replace(text=part.text[:4096], content=content), target)


class HasAnOptionOfItsOwn(DingTalkRobot):
    """A credential that no name and no declaration tells."""

    optional = DingTalkRobot.optional + ('door',)
    more = {'door': 'open-sesame-5f2c'}


class Talks(DingTalkRobot):
    """Tells its token somewhere."""

    def send(self, part, target):
        self.tell(target.options['access_token'].reveal())
        return super().send(part, target)

    def tell(self, token):
        raise NotImplementedError


class LogsAtDebug(Talks):
    def tell(self, token):
        logging.getLogger('dingtalk.sdk').debug('with %s', token)


class LogsBelowAllLevels(Talks):
    def tell(self, token):
        logging.getLogger('dingtalk.sdk').log(1, token)


class LogsToItself(Talks):
    """Its logger hands nothing on, is set to errors, and has no handler."""

    def tell(self, token):
        own = logging.Logger('own', logging.ERROR)
        own.propagate = False
        own.info({'token': token})


class LogsBeside(Talks):
    """No message has it; a formatter that prints all fields would."""

    def tell(self, token):
        logging.getLogger('dingtalk.sdk').info('sent', extra={'with_token': token})


class LogsTheTrace(Talks):
    def tell(self, token):
        try:
            raise ValueError(token)
        except ValueError:
            logging.getLogger('dingtalk.sdk').debug('odd', exc_info=True)


class LogsBadly(Talks):
    """Logging itself prints such a record."""

    def tell(self, token):
        logging.getLogger('dingtalk.sdk').debug('%d %d', token)


class Prints(Talks):
    def tell(self, token):
        print('token', token)


class PrintsBytes(Talks):
    def tell(self, token):
        sys.stderr.buffer.write(token.encode('ascii'))


class PrintsPastPytest(Talks):
    def tell(self, token):
        sys.__stderr__.write(token)


class Warns(Talks):
    def tell(self, token):
        with warnings.catch_warnings():
            warnings.simplefilter('default')
            warnings.warn('old token ' + token)


class StoresTheToken(DingTalkRobot):
    def compose(self, message, summary, target, page):
        return dict(super().compose(message, summary, target, page), using=target.options['access_token'].reveal())


class AnswersTheToken(DingTalkRobot):
    def send(self, part, target):
        return super().send(part, target)._replace(id=target.options['access_token'].reveal())


WRITERS = (
    LogsAtDebug, LogsBelowAllLevels, LogsToItself, LogsBeside, LogsTheTrace, LogsBadly, Prints, PrintsBytes,
    PrintsPastPytest,
    Warns,
)  # fmt: skip

MUTANTS = (
    (HasNoPace, 'test_the_loader_takes_it', None),
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
    (BelievesEverything, 'test_moderation_that_goes_on_is_an_error_for_people', ()),
    (CallsEverythingDoubtful, 'test_nobody_listening_is_certainly_not_sent', ()),
    (NeverComesBack, 'test_no_call_stays_away', None),
    (RendersForEver, 'test_no_call_stays_away', None),
    (NeverComesBack, 'test_the_summary_arrives_once', ()),
    (CutsInSilence, 'test_what_is_sent_arrives_whole', None),
    (HasAnOptionOfItsOwn, 'test_each_credential_is_a_secret', None),
    (LogsAtDebug, 'test_no_credential_is_written_anywhere', ()),
    (StoresTheToken, 'test_no_credential_is_written_anywhere', ()),
    (AnswersTheToken, 'test_no_credential_is_written_anywhere', ()),
    (HasAPaceOfItsOwn, 'test_targets_of_one_robot_share_its_pace', None),
    (HasNoPace, 'test_targets_of_one_robot_share_its_pace', None),
    (NeverRests, 'test_each_refusal_has_its_reason_and_its_consequence', ()),
    (SaysNothingOfTheRun, 'test_the_summary_arrives_once', ()),
    (TriesAgainByItself, 'test_a_doubt_is_never_a_second_message', ('timeout_after',)),
    (CallsServerErrorsRefusals, 'test_a_server_error_is_no_success', ()),
    (TriesAgainByItself, 'test_a_server_error_is_no_success', ()),
    (CutsCharacters, 'test_much_chinese_text_fits', ()),
    (MentionsWhoeverIsNamed, 'test_what_strangers_wrote_has_no_effect', ()),
    (LikesNoOptions, 'test_what_is_wrong_with_a_target_is_named', None),
    (NeedsNothing, 'test_what_is_wrong_with_a_target_is_named', None),
    (TakesAnyOption, 'test_what_is_wrong_with_a_target_is_named', None),
    (ComplainsWithTheToken, 'test_what_is_wrong_with_a_target_is_named', None),
)


@pytest.fixture
def robot(monkeypatch):
    # Nothing for pytest's summary, nor for the terminal.
    monkeypatch.setattr(warnings, 'showwarning', lambda *args, **more: None)
    monkeypatch.setattr(sys, '__stderr__', io.StringIO())
    with DingTalkRobotServer(hold_seconds=0.5) as server:
        yield server.add_robot(secret='SEC' + '7' * 61)


def subject_of(notifier, robot):
    more = getattr(notifier, 'more', {})
    options = dict(more, access_token=robot.token, secret=robot.secret, api_base=robot.server.base_url)
    refusals = {Reason.CONFIG: 310000, Reason.CONTENT: 430102, Reason.THROTTLED: 130101, Reason.BUSY: -1}
    nobody = dict(options, api_base='http://127.0.0.1:9')
    return Subject(notifier, options, robot, [robot.token, robot.secret] + list(more.values()), refusals, nobody)


def fails(test, subject, more):
    arguments = (subject,) if more is None else (subject, make_loop(subject)) + more
    try:
        getattr(BATTERY, test)(*arguments)
    except (AssertionError, pytest.fail.Exception):
        return True
    return False


@pytest.mark.parametrize('test, more', sorted({(test, more) for _, test, more in MUTANTS}, key=str))
def test_a_good_channel_passes(robot, test, more):
    assert not fails(test, subject_of(DingTalkRobot(), robot), more)


@pytest.mark.parametrize('broken, test, more', MUTANTS, ids=['{}-{}'.format(m[0].__name__, m[1]) for m in MUTANTS])
def test_a_broken_channel_fails(robot, monkeypatch, broken, test, more):
    if broken in (NeverComesBack, RendersForEver):
        monkeypatch.setattr(subjects, 'DEADLINE', 0.5)
        monkeypatch.setattr(subjects, '_AWAY', set())
    assert fails(test, subject_of(broken(), robot), more)


def test_every_check_of_the_battery_is_seen_to_fail():
    checks = {name for name in vars(NotifierConformance) if name.startswith('test_')}
    assert checks == {test for _, test, _ in MUTANTS}


@pytest.mark.parametrize('broken', [DingTalkRobot] + list(WRITERS))
def test_what_is_written_during_any_other_check_is_seen(robot, broken):
    subject = subject_of(broken(), robot)
    check = watched(subject)
    next(check)
    BATTERY.test_no_call_stays_away(subject)
    if broken is DingTalkRobot:
        with pytest.raises(StopIteration):
            next(check)
    else:
        with pytest.raises(AssertionError, match='a credential was written there'):
            next(check)


@pytest.mark.parametrize('broken, method', [(NeverComesBack, 'send'), (RendersForEver, 'render')])
def test_a_call_that_stays_away_is_named_and_waited_for_once(robot, monkeypatch, broken, method):
    monkeypatch.setattr(subjects, 'DEADLINE', 3)  # where others work, too, a template takes its time
    monkeypatch.setattr(subjects, '_AWAY', set())
    subject = subject_of(broken(), robot)
    name = broken.__name__
    with pytest.raises(pytest.fail.Exception, match='{}.{} has not come back'.format(name, method)):
        BATTERY.test_no_call_stays_away(subject)
    monkeypatch.setattr(subjects, 'DEADLINE', 999)
    with pytest.raises(pytest.fail.Exception, match=name + ' did not come back in another test'):
        BATTERY.test_what_is_sent_arrives_whole(subject)
