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

import re
from typing import Iterator, Optional, Tuple

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers import http
from scan_notify_plugin.notifiers.summary import TaskLine
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.testing.loop import Loop
from scan_notify_plugin.testing.subject import (  # fmt: skip
    ROUNDS,
    SHOWN,
    Subject,
    comes_back,
    credentials,
    entry_point,
    everything,
    make_loop,
    make_summary,
    make_target,
    open_credentials,
    plain_options,
    problems,
    render,
    send,
    told,
    written_down,
)
from scan_notify_plugin.testing.witness import Witness, holds

__all__ = ['NotifierConformance', 'Subject', 'make_target', 'told']

#: Scan tasks whose message is longer than what any service takes, and than what somebody cuts off without a word.
MANY = 2000
#: Reasons after which the same part is sent again.
AGAIN = (Reason.BUSY, Reason.THROTTLED, Reason.REFUSED)
#: Faults that notifiers like to write about.
WRONG = ('cut_before', 'portal_after', 'http_502_before', 'redirect_before')
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


class NotifierConformance:
    """See the module. ``subject`` is yours to define; everything else is inherited."""

    @pytest.fixture
    def subject(self) -> Subject:
        raise NotImplementedError('define the fixture `subject`')

    @pytest.fixture(autouse=True)
    def patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A silent robot is given up sooner, and not so soon that a slow machine looks like one."""
        monkeypatch.setattr(http, 'READ', 5.0)

    @pytest.fixture(autouse=True)
    def _nothing_is_written(self, subject: Subject, patience: None) -> Iterator[None]:
        """No test makes it write a credential."""
        yield from watched(subject)

    @pytest.fixture
    def loop(self, subject: Subject) -> Iterator[Loop]:
        """A worker that knows the target; afterwards, nothing that it has stored holds a secret."""
        loop = make_loop(subject)
        yield loop
        assert not holds(written_down(loop), credentials(subject)), 'a secret was stored'

    def test_the_loader_takes_it(self, subject: Subject) -> None:
        (row,) = load(found=[entry_point(subject.notifier)]).rows
        assert (row.state, row.error, row.channel) == ('active', '', subject.notifier.channel)

    def test_the_summary_arrives_once(self, subject: Subject, loop: Loop) -> None:
        job = told(loop)
        assert job['state'] == 'success', job['faults']
        assert len(subject.robot.messages) == subject.messages
        assert 'nightly' in everything(subject)
        loop.run_through(4, 60)
        assert len(subject.robot.messages) == subject.messages

    def test_each_refusal_has_its_reason_and_its_consequence(self, subject: Subject, loop: Loop) -> None:
        for reason, code in subject.refusals.items():
            before = len(subject.robot.messages)
            subject.misbehave(code)
            job = told(loop, rounds=1 if reason is Reason.THROTTLED else ROUNDS)
            refusals = [line for line in job['attempts'] if line['result'] != 'accepted']
            assert [(line['result'], line['code']) for line in refusals[:1]] == [(reason.value, code)]
            if reason is Reason.THROTTLED:
                cooled = subject.notifier.cool_down
                assert (job['state'], len(subject.robot.messages)) == ('pending', before), 'the lane must rest'
                loop.clock.move(seconds=cooled)
                job = told(loop, job)
            if reason in AGAIN:
                assert job['state'] == 'success', job['faults']
                assert len(subject.robot.messages) == before + subject.messages
            elif reason is not Reason.CONTENT:  # that one is sent again without what strangers wrote
                assert job['state'] == 'error' and job['faults']
            loop.clock.move(hours=1)

    def test_moderation_cannot_silence_it(self, subject: Subject, loop: Loop) -> None:
        if Reason.CONTENT not in subject.refusals:
            pytest.skip('this service moderates nothing')
        subject.misbehave(subject.refusals[Reason.CONTENT])
        assert told(loop, name='a-strange-name')['state'] == 'success'
        assert len(subject.robot.messages) == subject.messages
        assert 'a-strange-name' not in subject.robot.messages[0].text

    def test_moderation_that_goes_on_is_an_error_for_people(self, subject: Subject, loop: Loop) -> None:
        if Reason.CONTENT not in subject.refusals:
            pytest.skip('this service moderates nothing')
        subject.misbehave(subject.refusals[Reason.CONTENT], times=20)
        assert told(loop)['state'] == 'error'
        assert subject.robot.messages == []

    @pytest.mark.parametrize('fault', DOUBTS)
    def test_a_doubt_is_never_a_second_message(self, subject: Subject, loop: Loop, fault: str) -> None:
        subject.misbehave(fault)
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
        subject.misbehave('http_502_before')
        job = told(loop)
        if subject.repeats or subject.retries_5xx:
            assert (job['state'], len(subject.robot.messages)) == ('success', subject.messages)
        else:
            assert (job['state'], subject.robot.messages) == ('uncertain', [])
        assert job['attempts'][0]['result'] in ('unknown', 'busy')

    def test_too_many_requests_is_waited_out(self, subject: Subject, loop: Loop) -> None:
        subject.misbehave('http_429_before')
        job = told(loop, rounds=1)
        assert (job['state'], subject.robot.messages) == ('pending', [])
        assert job['attempts'][0]['result'] == 'throttled'
        loop.clock.move(seconds=max(subject.notifier.cool_down, 7))
        job = told(loop, job)
        assert (job['state'], len(subject.robot.messages)) == ('success', subject.messages)

    def test_a_redirect_is_not_followed(self, subject: Subject, loop: Loop) -> None:
        subject.misbehave('redirect_before')
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
        job = told(loop, name='每日巡检' * 20, targets=targets, status=SHOWN)
        assert job['state'] == 'success', job['faults']
        for message in subject.robot.messages:
            assert '\ufffd' not in message.text, 'cut inside a character'

    def test_what_strangers_wrote_has_no_effect(self, subject: Subject, loop: Loop) -> None:
        told(loop, status=SHOWN)
        ordinary = [message.at for message in subject.robot.messages]
        for text in HOSTILE:
            seen = len(subject.robot.messages)
            clean = text.encode('utf-8', 'replace').decode('utf-8')  # what MongoDB can hold
            job = told(loop, name=clean, targets=[clean, '198.51.100.1'], status=SHOWN)
            assert job['state'] == 'success', (text, job['faults'])
            new = subject.robot.messages[seen:]
            assert [message.at for message in new[: len(ordinary)]] == ordinary, text
            shown = '\n'.join(message.text for message in new)
            for live in ('](dtmd:', '](http://198.51', '](https://evil', '![', '<@', '<at ',
                         '<font color="warning">all',
                         '\n# all clear', '\n- done', '\u202e', '\x1b'):  # fmt: skip
                assert live not in shown, (text, live)
            loop.clock.move(minutes=2)

    def test_what_is_wrong_with_a_target_is_named(self, subject: Subject) -> None:
        options = plain_options(subject, subject.options)
        assert problems(subject.notifier, options) == []
        for name in subject.notifier.required:
            without = {key: value for key, value in options.items() if key != name}
            assert any(name.upper() in words for words in problems(subject.notifier, without))
        odd = problems(subject.notifier, dict(options, no_such_option=1))
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
            subject.misbehave('cut_before')
        loop = make_loop(subject)
        with pytest.raises(SendError) as caught:
            send(subject, render(subject, make_summary(loop), loop)[0].content, target)
        said = str(caught.value) + repr(caught.value) + caught.value.words + repr(target)
        assert not holds(said, credentials(subject))

    def test_each_credential_is_a_secret(self, subject: Subject) -> None:
        names = open_credentials(subject)
        assert not names, 'a plain text to everybody; the notifier needs secrets = {!r}'.format(tuple(names))

    def test_no_credential_is_written_anywhere(self, subject: Subject, loop: Loop) -> None:
        away = [make_loop(subject, subject.nobody)] if subject.nobody else []
        with Witness() as witness:
            told(loop)
            for how in tuple(subject.refusals.values()) + tuple(one for one in WRONG if subject.instead.get(one, one)):
                loop.clock.move(hours=1)
                subject.misbehave(how)
                told(loop)
            for one in away:
                told(one)
        assert witness.told(credentials(subject)) == [], 'a credential was written there'
        for one in [loop] + away:
            assert not holds(written_down(one), credentials(subject)), 'a credential was stored'

    def test_no_call_stays_away(self, subject: Subject) -> None:
        notifier, target, loop = subject.notifier, make_target(subject), make_loop(subject)
        summary = make_summary(loop)
        comes_back(notifier, lambda: notifier.problems(target.options))
        comes_back(notifier, lambda: notifier.credential(target))
        pages = render(subject, summary, loop)
        comes_back(notifier, lambda: notifier.extras(summary, target))
        send(subject, pages[0].content, target)

    def test_what_is_sent_arrives_whole(self, subject: Subject) -> None:
        loop = make_loop(subject)
        tasks = tuple(
            TaskLine('{:024x}'.format(n), 'scan', 'host{}.例子.example.com'.format(n), SHOWN, n) for n in range(MANY)
        )
        contents = [page.content for page in render(subject, make_summary(loop)._replace(tasks=tasks), loop)[:3]]
        if not any(content.get('text') for content in contents):
            pytest.skip('its messages are no texts')
        for content in contents:
            send(subject, content, make_target(subject))
        lost = first_lost(words('\n'.join(content.get('text', '') for content in contents)), words(everything(subject)))
        assert lost is None, 'of what was composed this is the first word that did not arrive: {}'.format(lost)


def watched(subject: Subject) -> Iterator[None]:
    with Witness() as witness:
        yield
    assert witness.told(credentials(subject)) == [], 'a credential was written there'


def words(text: str) -> Tuple[str, ...]:
    """Markup may change on the way; letters and digits may not."""
    return tuple(re.findall(r'[^\W_]+', text))


def first_lost(sent: Tuple[str, ...], arrived: Tuple[str, ...]) -> Optional[str]:
    """The first word of ``sent`` that is missing from ``arrived``, in order; None if all are there."""
    rest = iter(arrived)
    return next((word for word in sent if word not in rest), None)
