"""The battery that every channel passes: what the worker may rely on, whatever the service does.

A channel's test subclasses :class:`NotifierConformance` and says how its notifier and its robot are made::

    class TestPager(NotifierConformance):
        @pytest.fixture
        def subject(self):
            with PagerServer() as server:
                robot = server.add_robot()
                yield Subject(Pager(), {'url': server.base_url, 'token': robot.token}, robot, secrets=[robot.token],
                              refusals={Reason.CONFIG: 401})

Every message goes the real way: a run that ended, a job, the worker's sender, HTTP to the robot. It needs pytest and
the extra ``demo``.
"""

from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers import http
from scan_notify_plugin.notifiers.base import Notifier, Part, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings import rules
from scan_notify_plugin.settings.tokens import COLLECTION as SECRETS
from scan_notify_plugin.testing.loop import Loop
from scan_notify_plugin.worker.summarise import summarise

__all__ = ['NotifierConformance', 'Subject']

TARGET = 'ops'
#: Enough for the quick retries, and for an answer that comes later.
ROUNDS = 9
#: Reasons after which the same part is sent again.
AGAIN = (Reason.BUSY, Reason.THROTTLED, Reason.REFUSED)
#: After these the worker cannot know whether people saw it.
DOUBTS = (
    'timeout_before', 'timeout_after', 'cut_before', 'cut_after', 'portal_before', 'portal_after', 'empty_before',
    'empty_after', 'not_json_before', 'not_json_after',
)  # fmt: skip

#: What scanned machines and colleagues may be called.
HOSTILE = (
    'a](dtmd://dingtalkclient/sendMessage?content=x)',
    '![](http://198.51.100.9/pixel.png)',
    '[click](https://evil.example.com)',
    '<@all> <@zhangsan> @all @13800000000',
    '<at id=all></at><font color="warning">all clear</font>',
    'x\n# all clear\n> nothing found\n- done',
    '| a | b |\n|---|---|\n| 1 | 2 |',
    '```\ncode\n``` **bold** `tick`',
    '\\u0041 \u202etxt.exe \u200b\ufeff \x00\x1b[31m',
    '\ud800 lone surrogate',
    '{{ 7*7 }} {% raw %} %s %(x)s {0}',
    '字' * 400,
)


class Subject(NamedTuple):
    """A channel and its robot."""

    notifier: Notifier
    #: of a target that is right, as under ``TARGETS``; plain values
    options: Mapping[str, Any]
    #: what the target talks to: ``messages`` (each with ``text`` and ``at``), ``calls``, ``misbehave(how, times)``,
    #: as :class:`scan_notify_plugin.testing.robot_server.Robot` has them
    robot: Any
    #: what may be seen nowhere
    secrets: Sequence[str]
    #: the service's own code for each reason that it can give
    refusals: Mapping[Reason, Any]
    #: options of a target whose address nobody listens at
    nobody: Mapping[str, Any] = {}
    #: how many messages one ordinary run makes
    messages: int = 1
    #: whether the service's HTTP 5xx says that the message was not taken
    retries_5xx: bool = False
    #: whether the service drops a repeated message of this target; None: as the notifier says of all
    idempotent: Optional[bool] = None

    @property
    def repeats(self) -> bool:
        """Whether a message in doubt is sent again."""
        return self.notifier.idempotent if self.idempotent is None else self.idempotent


class _Point:
    """An entry point."""

    def __init__(self, name: str, plugin: Any) -> None:
        self.name = name
        self.load = lambda: plugin


class NotifierConformance:
    """See the module. ``subject`` is yours to define; everything else is inherited."""

    @pytest.fixture
    def subject(self) -> Any:
        raise NotImplementedError('define the fixture `subject`')

    @pytest.fixture(autouse=True)
    def patience(self, monkeypatch: Any) -> None:
        """A silent robot is given up soon."""
        monkeypatch.setattr(http, 'READ', 1.0)

    @pytest.fixture
    def loop(self, subject: Subject, caplog: Any) -> Iterator[Loop]:
        """A worker that knows the target; afterwards, nothing that it wrote holds a secret."""
        caplog.set_level('DEBUG')
        loop = make_loop(subject)
        yield loop
        written = caplog.text + ''.join(
            str(list(loop.db[name].find({}))) for name in loop.db.list_collection_names() if name != SECRETS
        )
        for secret in subject.secrets:
            assert secret not in written, 'a secret was written down'

    def test_the_summary_arrives_once(self, subject: Subject, loop: Loop) -> None:
        job = told(loop)
        assert job['state'] == 'success', job['error']
        assert len(subject.robot.messages) == subject.messages
        assert 'nightly' in everything(subject)
        loop.run_through(4, 60)
        assert len(subject.robot.messages) == subject.messages

    def test_each_refusal_has_its_reason_and_its_consequence(self, subject: Subject, loop: Loop) -> None:
        for reason, code in subject.refusals.items():
            before = len(subject.robot.messages)
            subject.robot.misbehave(code)
            job = told(loop, rounds=1 if reason is Reason.THROTTLED else ROUNDS)
            refusals = [line for line in job['attempts'] if line['result'] != 'accepted']
            assert [(line['result'], line['code']) for line in refusals[:1]] == [(reason.value, code)]
            if reason is Reason.THROTTLED:
                cooled = subject.notifier.cool_down
                assert (job['state'], len(subject.robot.messages)) == ('pending', before), 'the lane must rest'
                loop.clock.move(seconds=cooled)
                job = told(loop, job)
            if reason in AGAIN:
                assert job['state'] == 'success', job['error']
                assert len(subject.robot.messages) == before + subject.messages
            elif reason is not Reason.CONTENT:  # that one is sent again without what strangers wrote
                assert job['state'] == 'error' and job['error']
            loop.clock.move(hours=1)

    def test_moderation_cannot_silence_it(self, subject: Subject, loop: Loop) -> None:
        if Reason.CONTENT not in subject.refusals:
            pytest.skip('this service moderates nothing')
        subject.robot.misbehave(subject.refusals[Reason.CONTENT])
        assert told(loop, name='a-strange-name')['state'] == 'success'
        assert len(subject.robot.messages) == subject.messages
        assert 'a-strange-name' not in subject.robot.messages[0].text

    def test_moderation_that_goes_on_is_an_error_for_people(self, subject: Subject, loop: Loop) -> None:
        if Reason.CONTENT not in subject.refusals:
            pytest.skip('this service moderates nothing')
        subject.robot.misbehave(subject.refusals[Reason.CONTENT], times=20)
        assert told(loop)['state'] == 'error'
        assert subject.robot.messages == []

    @pytest.mark.parametrize('fault', DOUBTS)
    def test_a_doubt_is_never_a_second_message(self, subject: Subject, loop: Loop, fault: str) -> None:
        subject.robot.misbehave(fault)
        job = told(loop)
        if subject.repeats:
            assert (job['state'], len(subject.robot.messages)) == ('success', subject.messages)
        else:
            assert job['state'] == 'uncertain' and len(subject.robot.messages) <= 1
            loop.clock.move(hours=2)
            loop.run_through(4, 60)
            assert len(subject.robot.messages) <= 1
        assert job['attempts'][0]['result'] == 'unknown'

    def test_a_server_error_is_no_success(self, subject: Subject, loop: Loop) -> None:
        subject.robot.misbehave('http_502_before')
        job = told(loop)
        if subject.repeats or subject.retries_5xx:
            assert (job['state'], len(subject.robot.messages)) == ('success', subject.messages)
        else:
            assert (job['state'], subject.robot.messages) == ('uncertain', [])
        assert job['attempts'][0]['result'] in ('unknown', 'busy')

    def test_too_many_requests_is_waited_out(self, subject: Subject, loop: Loop) -> None:
        subject.robot.misbehave('http_429_before')
        job = told(loop, rounds=1)
        assert (job['state'], subject.robot.messages) == ('pending', [])
        assert job['attempts'][0]['result'] == 'throttled'
        loop.clock.move(seconds=max(subject.notifier.cool_down, 7))
        job = told(loop, job)
        assert (job['state'], len(subject.robot.messages)) == ('success', subject.messages)

    def test_a_redirect_is_not_followed(self, subject: Subject, loop: Loop) -> None:
        subject.robot.misbehave('redirect_before')
        job = told(loop)
        assert (job['state'], subject.robot.messages) == ('error', [])
        assert job['attempts'][0]['result'] == 'config'

    def test_nobody_listening_is_certainly_not_sent(self, subject: Subject, loop: Loop) -> None:
        if not subject.nobody:
            pytest.skip('the address cannot be configured')
        away = make_loop(subject, subject.nobody)
        job = told(away)
        assert (job['state'], job['attempts'][0]['result']) == ('pending', 'unreachable')
        assert job['parts'][0]['doubt_at'] is None

    def test_much_chinese_text_fits(self, subject: Subject, loop: Loop) -> None:
        targets = ['目标{}号.{}.例子.example.com'.format(number, '长' * 30) for number in range(400)]
        job = told(loop, name='每日巡检' * 20, targets=targets)
        assert job['state'] == 'success', job['error']
        for message in subject.robot.messages:
            assert '\ufffd' not in message.text, 'cut inside a character'

    def test_what_strangers_wrote_has_no_effect(self, subject: Subject, loop: Loop) -> None:
        told(loop)
        ordinary = [message.at for message in subject.robot.messages]
        for text in HOSTILE:
            seen = len(subject.robot.messages)
            clean = text.encode('utf-8', 'replace').decode('utf-8')  # what MongoDB can hold
            job = told(loop, name=clean, targets=[clean, '198.51.100.1'])
            assert job['state'] == 'success', (text, job['error'])
            new = subject.robot.messages[seen:]
            assert [message.at for message in new[:len(ordinary)]] == ordinary, text
            shown = '\n'.join(message.text for message in new)
            for live in ('](dtmd:', '](http://198.51', '](https://evil', '![', '<@', '<at ', '<font color="warning">all',
                         '\n# all clear', '\n- done', '\u202e', '\x1b'):  # fmt: skip
                assert live not in shown, (text, live)
            loop.clock.move(minutes=2)

    def test_what_is_wrong_with_a_target_is_named(self, subject: Subject) -> None:
        options = plain_options(subject.options)
        assert subject.notifier.problems(options) == []
        for name in subject.notifier.required:
            without = {key: value for key, value in options.items() if key != name}
            assert any(name.upper() in words for words in subject.notifier.problems(without))
        odd = subject.notifier.problems(dict(options, no_such_option=1))
        assert any('NO_SUCH_OPTION' in words for words in odd)
        for secret in subject.secrets:
            assert all(secret not in words for words in odd)

    def test_targets_of_one_robot_share_its_pace(self, subject: Subject) -> None:
        target = make_target(subject)
        assert subject.notifier.credential(target) == subject.notifier.credential(target._replace(name='another'))
        count, seconds = subject.notifier.pace
        assert count >= 1 and seconds > 0 and subject.notifier.cool_down > 0

    def test_errors_hold_no_secret(self, subject: Subject) -> None:
        target = make_target(subject, subject.nobody or subject.options)
        if not subject.nobody:
            subject.robot.misbehave('cut_before')
        content = one_page(subject)
        with pytest.raises(SendError) as caught:
            subject.notifier.send(Part('k' * 32, content.get('text', ''), content), target)
        for secret in subject.secrets:
            assert secret not in str(caught.value) + repr(caught.value) + caught.value.words
            assert secret not in repr(target)


def make_loop(subject: Subject, options: Optional[Mapping[str, Any]] = None) -> Loop:
    """A worker whose only plugin is the subject's, and whose schedules tell its target."""
    wanted = {name.upper(): value for name, value in (options or subject.options).items()}
    section = {
        'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': [TARGET]},
        'TARGETS': {TARGET: dict(wanted, CHANNEL=subject.notifier.channel)},
    }
    return Loop({'SCAN_NOTIFY': section}, [_Point('subject', subject.notifier)])


def told(
    loop: Loop, job: Optional[Mapping[str, Any]] = None, rounds: int = ROUNDS, **run: Any
) -> Dict[str, Any]:
    """The notification of a run that has ended, once the worker has done what it can do in some rounds of 5 s."""
    if job is None:
        run_id = loop.finished_run(run.pop('targets', ('127.0.0.2', 'scan.example.com')), **run)
    else:
        (run_id,) = job['run_ids']
    loop.run_through(rounds, 5)
    (found,) = [one for one in loop.jobs(run_id) if one['kind'] == 'notify']
    return found


def make_target(subject: Subject, options: Optional[Mapping[str, Any]] = None) -> Target:
    values = plain_options(options or subject.options)
    http_client = Http(secrets=[value for value in values.values() if isinstance(value, Secret)])
    return Target(TARGET, subject.notifier.channel, values, http_client)


def plain_options(options: Mapping[str, Any]) -> Dict[str, Any]:
    """The options as a notifier gets them: lower-case names, credentials wrapped."""
    given = {name.upper(): value for name, value in options.items()}
    section = {'ENABLE': True, 'TARGETS': {TARGET: dict(given, CHANNEL='any')}}
    return rules.parse({'SCAN_NOTIFY': section}).targets[TARGET].options


def one_page(subject: Subject) -> Dict[str, Any]:
    """The content of an ordinary message's first part."""
    loop = make_loop(subject)
    run, target = loop.run(loop.finished_run()), loop.context.target(TARGET)
    assert run is not None and target is not None
    summary = summarise(run, loop.context.scans)
    return subject.notifier.render(summary, target, loop.context.templates)[0].content


def everything(subject: Subject) -> str:
    """All that the group has seen."""
    texts = [message.text for message in subject.robot.messages]  # type: List[str]
    return '\n'.join(texts)
