"""What the battery for channels works with: a channel, its robot, a worker that speaks through it, and an end of
waiting.
"""

import sys
import uuid
from functools import partial
from types import FrameType
from typing import Any, Callable, List, Mapping, NamedTuple, Optional, Sequence, Set, TypeVar, Union

import pytest

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.credentials import seal, to_hide
from scan_notify_plugin.deadline import Overstayed, within
from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import ENGLISH, quoted, say
from scan_notify_plugin.notifiers.base import Notifier, Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.plugins.loading import Installed
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.tokens import COLLECTION as SECRETS
from scan_notify_plugin.testing.loop import RUNS, Loop
from scan_notify_plugin.worker.sign_of_life import facts
from scan_notify_plugin.worker.summarise import summarise

TARGET = 'ops'
#: How a scan task ends that every message names with its target.
SHOWN = 'error'
#: Enough for the quick retries, and for an answer that comes later.
ROUNDS = 9
#: Seconds after which a call into a notifier counts as one that never returns. A robot answers at once, so that a slow
#: machine is no reason.
DEADLINE = 60.0
#: Shorter credentials stand in any text.
_SHORTEST = 8

T = TypeVar('T')


class Subject(NamedTuple):
    """A channel and its robot."""

    notifier: Notifier
    #: of a target that is right, as under ``TARGETS``; plain values
    options: Mapping[str, object]
    #: what the target talks to: ``messages`` (each with ``text`` and ``at``), ``calls``, ``misbehave(how, times)``,
    #: as :class:`scan_notify_plugin.testing.robot_server.Robot` has them
    robot: Any
    #: what may be seen nowhere
    secrets: Sequence[str]
    #: the service's own code for each reason that it can give
    refusals: Mapping[Reason, Union[int, str]]
    #: options of a target whose address nobody listens at
    nobody: Mapping[str, object] = {}
    #: how many messages one ordinary run makes
    messages: int = 1
    #: whether the service's HTTP 5xx says that the message was not taken
    retries_5xx: bool = False
    #: whether the service drops a repeated message of this target; None: as the notifier says of all
    idempotent: Optional[bool] = None
    #: what the service's robot is told in the place of a misbehaviour of HTTP's, by the name of that; '' where its
    #: service has nothing of the kind
    instead: Mapping[str, Union[int, str]] = {}

    def misbehave(self, how: Union[int, str], times: int = 1) -> None:
        """Let the robot misbehave, in the words of its service; a check of what its service cannot do is skipped."""
        wanted = self.instead.get(str(how), how)
        if wanted == '':
            pytest.skip('this service knows nothing like {}'.format(how))
        self.robot.misbehave(wanted, times=times)

    @property
    def repeats(self) -> bool:
        """Whether a message in doubt is sent again."""
        return self.notifier.idempotent if self.idempotent is None else self.idempotent


def entry_point(plugin: object) -> Installed:
    return Installed('subject', None, lambda: plugin)


def make_loop(subject: Subject, options: Optional[Mapping[str, object]] = None) -> Loop:
    """A worker whose only plugin is the subject's, and whose schedules tell its target."""
    wanted = {name.upper(): value for name, value in (options or subject.options).items()}
    section = {
        'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': [TARGET]},
        'TARGETS': {TARGET: dict(wanted, CHANNEL=subject.notifier.channel)},
    }
    return Loop({'SCAN_NOTIFY': section}, [entry_point(subject.notifier)])


def told(loop: Loop, job: Optional[Document] = None, rounds: int = ROUNDS, **run: Any) -> Document:
    """The notification of a run that has ended, once the worker has done what it can do in some rounds of 5 s."""
    if job is None:
        loop.context.stored.stops.start(TARGET, 'a person')  # where a Reason.GONE has stopped it
        run_id = loop.finished_run(run.pop('targets', ('127.0.0.2', 'scan.example.com')), **run)
    else:
        (run_id,) = job['run_ids']
    comes_back(loop.context.channels.notifier(TARGET), lambda: loop.run_through(rounds, 5))
    (found,) = [one for one in loop.jobs(run_id) if one['kind'] == 'notify']
    return found


#: Kinds of notifiers that did not come back once: the other tests need not wait for them again.
_AWAY: Set[type] = set()


def comes_back(notifier: object, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises; the test fails if it stays away, and names the method in which it is."""
    if type(notifier) in _AWAY:
        pytest.fail('{} did not come back in another test'.format(type(notifier).__name__))
    try:
        value: T = within(DEADLINE, call)
        return value
    except Overstayed:
        _AWAY.add(type(notifier))
        where = '{}.{}'.format(type(notifier).__name__, _method_under_way(notifier) or '?')
    pytest.fail('{} has not come back within {:g} s; the worker would give it up'.format(where, DEADLINE))


def _method_under_way(notifier: object) -> str:
    """The outermost method of a notifier that some thread is in."""
    for frame in list(sys._current_frames().values()):
        found = ''
        step: Optional[FrameType] = frame
        while step is not None:
            if step.f_locals.get('self') is notifier:
                found = step.f_code.co_name
            step = step.f_back
        if found:
            return str(found)
    return ''


def make_target(subject: Subject, options: Optional[Mapping[str, object]] = None) -> Target:
    values = plain_options(subject, options or subject.options)
    channel = subject.notifier.channel
    return Target(TARGET, channel, values, Http(secrets=to_hide(channel, values)))


def problems(notifier: Notifier, options: Mapping[str, object]) -> List[str]:
    """What is wrong with options, in English."""
    return [say(quoted(problem), ENGLISH) for problem in notifier.problems(options)]


def plain_options(subject: Subject, options: Mapping[str, object]) -> Mapping[str, object]:
    """The options as a notifier gets them: lower-case names, credentials wrapped."""
    given = {name.upper(): value for name, value in options.items()}
    section = {'ENABLE': True, 'TARGETS': {TARGET: dict(given, CHANNEL='any')}}
    return seal(parse_settings({'SCAN_NOTIFY': section}).targets[TARGET].options, subject.notifier.secrets)


def make_summary(loop: Loop) -> Summary:
    """Of an ordinary run."""
    run = loop.context.runs.get(loop.finished_run())
    assert run is not None
    return summarise(run, loop.context.scans)


def render(subject: Subject, summary: Summary, loop: Loop) -> List[Page]:
    """The pages of a summary."""
    target = loop.context.channels.target(TARGET)
    assert target is not None
    return comes_back(subject.notifier, partial(subject.notifier.render, summary, target, loop.context.templates))


def send(subject: Subject, content: Mapping[str, Any], target: Target) -> Receipt:
    """One part with this content, past the worker."""
    part = Part(uuid.uuid4().hex, content.get('text', ''), dict(content))
    return comes_back(subject.notifier, lambda: subject.notifier.send(part, target))


def credentials(subject: Subject) -> List[str]:
    """What may be seen nowhere: what its author marks, and what its options hold."""
    sealed = [value.reveal() for value in _leaves(make_target(subject).options) if isinstance(value, Secret)]
    return list(subject.secrets) + [value for value in sealed if len(value) >= _SHORTEST]


def open_credentials(subject: Subject) -> List[str]:
    """The options that hold a credential as a plain value."""
    return sorted(
        name
        for name, value in make_target(subject).options.items()
        for leaf in _leaves(value)
        if not isinstance(leaf, Secret) and any(secret in str(leaf) for secret in subject.secrets)
    )


def _leaves(value: object) -> List[object]:
    if isinstance(value, Mapping):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    if isinstance(value, (list, tuple)):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]


def written_down(loop: Loop) -> str:
    """Every document but the kept tokens, and what the page and the commands make of the target."""
    documents = [list(loop.db[name].find({})) for name in loop.db.list_collection_names() if name != SECRETS]
    # The host's web server knows no plugin: its settings are as they were read.
    desk = Desk(loop.db, RUNS, loop.settings, loop.clock, '')
    return '{} {} {}'.format(documents, facts(loop.context), Targets(desk).listing())


def everything(subject: Subject) -> str:
    """All that the group has seen."""
    return '\n'.join(message.text for message in subject.robot.messages)
