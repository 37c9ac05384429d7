"""The configured destinations as people may see them, and a test message to one of them."""

import time
from datetime import datetime
from typing import Any, Dict, Iterable, List, Mapping, Optional

from bson import ObjectId

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Invalid, NotFound
from scan_notify_plugin.admin.options import effective
from scan_notify_plugin.admin.phrases import phrases
from scan_notify_plugin.admin.workers import newest
from scan_notify_plugin.credentials import shown
from scan_notify_plugin.jobs.job import Attempt
from scan_notify_plugin.jobs.lane import Lane
from scan_notify_plugin.runs import rules as run_rules
from scan_notify_plugin.runs.run import JobStatus, Run, ScanTask, Status, Want
from scan_notify_plugin.settings.rules import unknown_target
from scan_notify_plugin.settings.schema import LANGUAGES
from scan_notify_plugin.settings.store import StoredSettings
from scan_notify_plugin.settings.targets import TargetSettings
from scan_notify_plugin.words import say

#: The schedule that runs of test messages belong to.
TEST_SCHEDULE = 'scan-notify-test'
#: Seconds between two looks while somebody waits for a test message.
LOOK_EVERY = 0.5
#: How many of the newest messages tell a target's health.
RECENT = 500

_SAMPLES = (
    ('198.51.100.0/24', {'site_cnt': 12, 'ip_cnt': 5, 'service_cnt': 9}),
    ('scan.example.com', {'site_cnt': 3, 'domain_cnt': 20, 'vuln_cnt': 1}),
)


class Targets:
    """The targets of the configuration."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listing(self) -> List[Dict[str, Any]]:
        """``{name, channel, options, configured, usable, problems, phrases, language, oversize, fallback, health}`` of
        each.

        No credential is in it. Those of the host's own sections that nobody filled in (not ``configured``) are the
        last. ``usable`` is None while no worker has told; ``health`` is ``{last_success, last_error: {at, result,
        words} or None, cool_until}`` as far as the newest messages tell.
        """
        stored = self._desk.stored.read()
        attempts = self._desk.jobs.recent_attempts(RECENT)
        lanes = {lane.id: lane for lane in self._desk.lanes.all()}
        facts = {one['name']: one for one in newest(stored, self._desk.clock.now()).get('target_facts', ())}
        items = [
            _item(target, facts.get(target.name), stored, attempts, lanes, self._desk.clock.now())
            for target in effective(self._desk, stored).targets.values()
        ]
        return sorted(items, key=lambda item: not item['configured'])

    def test(self, name: str, by: str, language: Optional[str] = None) -> str:
        """Send a sample message to a target, on the way of a real one; the id of the run that it is made of.

        :param language: zh or en; None: the target's own
        :raises NotFound: for a target that is not configured
        """
        settings = effective(self._desk)
        if name not in settings.targets:
            raise NotFound(unknown_target(name, settings))
        if language not in LANGUAGES + (None,):
            raise Invalid(
                'language', 'expected one of {}'.format(', '.join(LANGUAGES)), 'docs/operating.md#test-messages'
            )
        run = sample_run(name, language or settings.targets[name].language, self._desk.clock.now())
        self._desk.runs.insert(run)
        self._desk.audit.note(by, 'test', 'target:' + name, None, {'run': run.id})
        return run.id

    def wait(self, run_id: str, seconds: float) -> Dict[str, Any]:
        """Until the run's messages are through, or the time is over; ``{push_status, error, words}``.

        :raises NotFound: if there is no such run
        """
        until = time.monotonic() + seconds
        while True:
            run = self._desk.runs.get(run_id)
            if run is None:
                raise NotFound('no run {}'.format(run_id))
            if run.push_status is not JobStatus.PENDING or time.monotonic() >= until:
                return {'run_id': run_id, 'push_status': run.push_status.value, 'error': self._error(run)}
            time.sleep(LOOK_EVERY)

    def _error(self, run: Run) -> str:
        jobs = self._desk.jobs.of_runs([run.id])
        tries = [attempt for job in jobs for attempt in job.attempts if attempt.result != 'accepted']
        said = [job.error for job in jobs if job.error] or [_words(attempt) for attempt in tries[-1:]]
        return '; '.join(said + [run.error_msg] * bool(run.error_msg))


def sample_run(target: str, language: str, now: datetime) -> Run:
    """A run that has ended, with one message planned and scan tasks that the host never had."""
    samples = {str(ObjectId()): {'target': name, 'statistic': numbers} for name, numbers in _SAMPLES}
    run_id = '{}:{}'.format(TEST_SCHEDULE, ObjectId())
    run = run_rules.new_run(TEST_SCHEDULE, say('run.test_name', language), 'test', 1, now, run_id)
    return run.evolve(
        test=True,
        language=language,
        samples=samples,
        task_ids=tuple(samples),
        tasks={task_id: ScanTask('done', now, 'done', told=True) for task_id in samples},
        status=Status.FINISHED,
        end_time=now,
        told=True,
        plan=(Want('{}/test/{}'.format(run_id, target), 'notify', 'test', target, alone=True),),
        export_status=JobStatus.SKIP,
    )


def _item(
    target: TargetSettings,
    facts: Optional[Mapping[str, Any]],
    stored: StoredSettings,
    attempts: Iterable[Attempt],
    lanes: Mapping[str, Lane],
    now: datetime,
) -> Dict[str, Any]:
    known = facts or {'problems': [], 'usable': None, 'lane': '', 'oversize': target.oversize, 'plugin': ''}
    off = stored.switched_off.get(known['plugin'])
    problems = list(known['problems'])
    if off:
        problems.insert(0, 'plugin {} was switched off by {}'.format(known['plugin'], off['by']))
    elif facts and not known['plugin']:
        problems.insert(0, 'no plugin speaks "{}"'.format(target.channel))
    lane = lanes.get(known['lane'])
    hangs = lane.hangs(now) if lane else None
    if hangs:
        problems.insert(0, '{} has not come back since {:%Y-%m-%d %H:%M} UTC'.format(hangs.call, hangs.since))
    return {
        'name': target.name,
        'channel': target.channel,
        'options': {
            name: shown(target.channel, name, value, known.get('secrets', ())) for name, value in target.options.items()
        },
        'configured': bool(target.options) or not target.section,
        'usable': False if problems else known['usable'],
        'problems': problems,
        'phrases': phrases(*problems),
        'language': target.language,
        'oversize': known['oversize'],
        'fallback': target.fallback,
        'health': dict(_health(target.name, attempts), cool_until=lane.cools(now) if lane else None),
    }


def _health(name: str, attempts: Iterable[Attempt]) -> Dict[str, Any]:
    mine = sorted(
        (attempt for attempt in attempts if attempt.target == name), key=lambda attempt: attempt.at, reverse=True
    )
    accepted = next((attempt.at for attempt in mine if attempt.result == 'accepted'), None)
    failed = next((attempt for attempt in mine if attempt.result != 'accepted'), None)
    return {
        'last_success': accepted,
        'last_error': {'at': failed.at, 'result': failed.result, 'words': _words(failed)} if failed else None,
    }


def _words(attempt: Attempt) -> str:
    said = [attempt.result, attempt.code, attempt.words]
    return ' '.join(str(one) for one in said if one not in (None, ''))
