"""The configured destinations as people may see them, and a test message to one of them."""

import time
from datetime import datetime
from typing import Iterable, List, Mapping, NamedTuple, Optional, Sequence

from bson import ObjectId

from scan_notify_plugin import words
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound, together
from scan_notify_plugin.admin.options import effective
from scan_notify_plugin.admin.stopping import shown as shown_stop
from scan_notify_plugin.admin.workers import newest, problems_of
from scan_notify_plugin.credentials import shown
from scan_notify_plugin.faults import ENGLISH, Fault, join, quoted, say
from scan_notify_plugin.jobs.job import Attempt
from scan_notify_plugin.jobs.lane import Hanging, Lane
from scan_notify_plugin.records import Document
from scan_notify_plugin.runs import rules as run_rules
from scan_notify_plugin.runs.run import JobStatus, Run, Sample, ScanTask, Status, Want
from scan_notify_plugin.settings.schema import LANGUAGES
from scan_notify_plugin.settings.store import StoredSettings
from scan_notify_plugin.settings.targets import TargetSettings, unknown_target

#: The schedule that runs of test messages belong to.
TEST_SCHEDULE = 'scan-notify-test'
#: Seconds between two looks while somebody waits for a test message.
LOOK_EVERY = 0.5
PAGE = 'docs/targets.md#test-messages'
#: How many of the newest messages tell a target's health.
RECENT = 500

#: One of them has failed, since messages name only those.
_SAMPLES = (
    ('198.51.100.0/24', 'error', {'site_cnt': 12, 'ip_cnt': 5, 'service_cnt': 9}),
    ('scan.example.com', 'done', {'site_cnt': 3, 'domain_cnt': 20, 'vuln_cnt': 1}),
)


class Targets:
    """The targets of the configuration."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listing(self) -> List[Document]:
        """``{name, channel, options, configured, usable, problems, faults, language, oversize, fallback, stopped,
        health}`` of each.

        No credential is in it. Those of the host's own sections that nobody filled in (not ``configured``) are the
        last. ``usable`` is None while no worker has told; ``stopped`` is ``{by, at, faults}`` or None; ``health``
        is ``{last_success, last_error: {at, result, words, faults} or None, cool_until}`` as far as the newest messages
        tell.
        """
        stored = self._desk.stored.read()
        facts = {row['name']: row for row in newest(stored, self._desk.clock.now()).get('target_facts', ())}
        lanes = {lane.id: lane for lane in self._desk.lanes.all()}
        known = _Known(facts, stored, self._desk.jobs.recent_attempts(RECENT), lanes)
        items = [_item(target, known, self._desk) for target in effective(self._desk, stored).targets.values()]
        return sorted(items, key=lambda item: not item['configured'])

    def test(self, name: str, by: str, language: Optional[str] = None) -> str:
        """Send a sample message to a target, on the way of a real one; the id of the run that it is made of.

        :param language: zh or en; None: the target's own
        :raises NotFound: for a target that is not configured
        :raises Conflict: for one that is stopped
        """
        settings = effective(self._desk)
        if name not in settings.targets:
            raise NotFound(unknown_target(name, settings.targets))
        stop = self._desk.stored.read().stops.get(name)
        if stop is not None:
            raise Conflict(Fault('target.stopped', target=name, cause=stop.fault), shown_stop(stop, self._desk))
        if language not in LANGUAGES + (None,):
            raise Invalid('language', Fault('input.one-of', known=', '.join(LANGUAGES)), PAGE)
        run = sample_run(name, language or settings.targets[name].language, self._desk.clock.now())
        self._desk.runs.insert(run)
        self._desk.audit.note(by, 'test', 'target:' + name, None, {'run': run.id})
        return run.id

    def wait(self, run_id: str, seconds: float) -> Document:
        """Until the run's messages are through, or the time is over; ``{run_id, push_status, error, faults}``.

        :raises NotFound: if there is no such run
        """
        until = time.monotonic() + seconds
        while True:
            run = self._desk.runs.get(run_id)
            if run is None:
                raise NotFound(Fault('missing.test', id=run_id))
            if run.push_status is not JobStatus.PENDING or time.monotonic() >= until:
                faults = self._faults(run)
                return {
                    'run_id': run_id,
                    'push_status': run.push_status.value,
                    'error': join(faults),
                    'faults': self._desk.described(faults),
                }
            time.sleep(LOOK_EVERY)

    def _faults(self, run: Run) -> List[Fault]:
        jobs = self._desk.jobs.of_runs([run.id])
        tries = [attempt for job in jobs for attempt in job.attempts if attempt.result != 'accepted']
        faults = [fault for job in jobs for fault in job.faults]
        return (faults or [_result(attempt) for attempt in tries[-1:]]) + list(run.faults)


def sample_run(target: str, language: str, now: datetime) -> Run:
    """A run that has ended, with one message planned and scan tasks that the host never had."""
    ids = [str(ObjectId()) for _ in _SAMPLES]
    samples = {task_id: Sample(name, numbers) for task_id, (name, _, numbers) in zip(ids, _SAMPLES)}
    tasks = {task_id: ScanTask(how, now, how, told=True) for task_id, (_, how, _) in zip(ids, _SAMPLES)}
    run_id = '{}:{}'.format(TEST_SCHEDULE, ObjectId())
    run = run_rules.new_run(TEST_SCHEDULE, words.say('run.test_name', language), 'test', 1, now, run_id)
    return run.evolve(
        test=True,
        language=language,
        samples=samples,
        task_ids=tuple(samples),
        tasks=tasks,
        status=Status.FINISHED,
        end_time=now,
        told=True,
        plan=(Want('{}/test/{}'.format(run_id, target), 'notify', 'test', target, alone=True),),
        export_status=JobStatus.SKIP,
    )


class _Known(NamedTuple):
    """What is known of all targets."""

    workers: Mapping[str, Document]  # what the newest worker says of each
    stored: StoredSettings
    attempts: Sequence[Attempt]
    lanes: Mapping[str, Lane]


def _item(target: TargetSettings, known: _Known, desk: Desk) -> Document:
    now, facts = desk.clock.now(), known.workers.get(target.name) or {}
    lane = known.lanes.get(facts.get('lane', ''))
    faults = _problems(target, facts, known.stored, lane.hangs(now) if lane else None)
    secrets = facts.get('secrets', ())
    return {
        'name': target.name,
        'channel': target.channel,
        'options': {name: shown(target.channel, name, value, secrets) for name, value in target.options.items()},
        'configured': bool(target.options) or not target.section,
        'usable': False if faults else facts.get('usable'),
        'problems': [say(fault, ENGLISH) for fault in faults],
        'faults': desk.described(faults),
        'language': target.language,
        'oversize': facts.get('oversize', target.oversize),
        'fallback': target.fallback,
        'stopped': shown_stop(known.stored.stops.get(target.name), desk),
        'health': dict(_health(target.name, known.attempts, desk), cool_until=lane.cools(now) if lane else None),
    }


def _problems(target: TargetSettings, facts: Document, stored: StoredSettings, hangs: Optional[Hanging]) -> List[Fault]:
    """What is wrong with a target, the worst first."""
    stop = stored.stops.get(target.name)
    faults = [] if stop is None else [stop.fault]
    if hangs:
        faults.append(Fault('plugin.hangs', call=hangs.call, since='{:%Y-%m-%d %H:%M} UTC'.format(hangs.since)))
    off = stored.switched_off.get(facts.get('plugin', ''))
    if off:
        faults.append(Fault('plugin.off', plugin=facts['plugin'], by=off['by']))
    elif facts and not facts['plugin']:
        faults.append(Fault('plugin.none', channel=target.channel))
    return faults + problems_of(facts)


def _health(name: str, attempts: Iterable[Attempt], desk: Desk) -> Document:
    mine = sorted(
        (attempt for attempt in attempts if attempt.target == name), key=lambda attempt: attempt.at, reverse=True
    )
    accepted = next((attempt.at for attempt in mine if attempt.result == 'accepted'), None)
    failed = next((attempt for attempt in mine if attempt.result != 'accepted'), None)
    return {'last_success': accepted, 'last_error': _failure(failed, desk) if failed else None}


def _failure(attempt: Attempt, desk: Desk) -> Document:
    """``faults`` is what the service said, or what kept it from saying anything; ``words`` has the result before it."""
    faults = desk.described(_code(attempt) + list(attempt.faults))
    return {'at': attempt.at, 'result': attempt.result, 'words': say(_result(attempt), ENGLISH), 'faults': faults}


def _result(attempt: Attempt) -> Fault:
    """What came of an attempt, and why."""
    causes = [together('together.faults', attempt.faults)] if attempt.faults else []
    return together('together.said', [Fault('attempt', result=attempt.result)] + _code(attempt) + causes)


def _code(attempt: Attempt) -> List[Fault]:
    """The service's own, if it gave one."""
    return [] if attempt.code in (None, '') else [quoted(str(attempt.code))]
