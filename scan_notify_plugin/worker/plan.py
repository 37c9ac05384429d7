"""From a run's change to what the plugins want sent: one round of hooks, and the plan that it makes."""

import logging
from datetime import datetime
from typing import Any, Dict, List, Mapping, NamedTuple, Tuple

import hookspecs
from scan_notify_plugin.settings import rules as settings_rules
from scan_notify_plugin.settings.store import StoredSettings
from scan_notify_plugin.worker.context import Context

log = logging.getLogger('scan_notify')


class Plan(NamedTuple):
    """What one look at a run adds to it."""

    entries: List[Dict[str, Any]]
    errors: List[str]


def run_record(run: Mapping[str, Any], targets: Tuple[hookspecs.TargetRef, ...] = ()) -> hookspecs.Run:
    """A run document as plugins see it."""
    return hookspecs.Run(
        id=run['_id'],
        schedule=hookspecs.Schedule(run['schedule_id'], run['schedule_name'], run['schedule_type']),
        run_number=run['run_number'],
        fired_at=run['fired_at'],
        status=run['status'],
        tasks=tuple(task_record(run, task_id) for task_id in run['task_ids']),
        error_msg=run['error_msg'],
        end_time=run['end_time'],
        targets=targets,
    )


def task_record(run: Mapping[str, Any], task_id: str) -> hookspecs.ScanTask:
    task = run['tasks'].get(task_id, {})
    return hookspecs.ScanTask(task_id, task.get('status', 'waiting'), task.get('outcome'))


class Planner:
    """Asks the plugins, and answers with plan entries."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def fired(self, run: Mapping[str, Any]) -> Plan:
        record = run_record(run)
        answers = self._context.dispatcher.call('on_schedule_fired', run=record, schedule=record.schedule)
        return self._plan(run, 'fired', answers)

    def task_finished(self, run: Mapping[str, Any], task_id: str) -> Plan:
        task = task_record(run, task_id)
        answers = self._context.dispatcher.call('on_task_finished', run=run_record(run), task=task)
        return self._plan(run, 'task-' + task_id, answers)

    def complete(self, run: Mapping[str, Any], stored: StoredSettings, now: datetime) -> Plan:
        """The plan of a run that has ended, and why targets were left out if some were."""
        targets, skipped = self._targets(run, stored)
        answers = self._context.dispatcher.call('on_run_complete', run=run_record(run, targets))
        plan = self._plan(run, 'complete', answers)
        planned = {entry['route'][0] for entry in plan.entries}
        failed = {answer.plugin: answer.error for answer in answers if answer.error}
        for target in targets:
            if target.name not in planned:
                # Never silence: a target that nobody answered for is a job that failed.
                words = '; '.join(failed.values()) or 'no plugin speaks "{}"'.format(target.channel)
                plan.entries.append(self._entry(run, 'complete', 'core', target.name, words))
        return Plan(plan.entries, skipped + plan.errors)

    def _targets(
        self, run: Mapping[str, Any], stored: StoredSettings
    ) -> Tuple[Tuple[hookspecs.TargetRef, ...], List[str]]:
        schedule = self._context.scans.schedule(run['schedule_id'])
        wanted = settings_rules.effective(
            stored.schedule(run['schedule_id']),
            schedule.fields if schedule else {},
            self._context.settings.defaults,
        )
        if not wanted.notify_enable or not settings_rules.is_due(wanted.notify_on, run['status']):
            return (), []
        # Of a submission that failed that host records no run of its own, and tells nothing.
        if run.get('host_push') == 'left' and not any(end['error'] for end in run.get('submitted', ())):
            return (), ['the host tells this run itself']
        targets, skipped = [], []
        for name in wanted.notify_channel:
            problem = self._problem(name)
            if problem:
                skipped.append(problem)
            else:
                targets.append(hookspecs.TargetRef(name, self._context.settings.targets[name].channel))
        return tuple(targets), skipped

    def _problem(self, name: str) -> str:
        """Why a target cannot be used; '' if it can."""
        settings = self._context.settings
        if name not in settings.targets:
            return settings_rules.unknown_target(name, settings)
        notifier = self._context.notifier(name)
        problems = notifier.problems(settings.targets[name].options) if notifier else []
        return 'target {}: {}'.format(name, ', '.join(problems)) if problems else ''

    def _plan(self, run: Mapping[str, Any], event: str, answers: List[Any]) -> Plan:
        plan = Plan([], [answer.error for answer in answers if answer.error])
        planned = set()
        for answer in answers:
            for want in answer.wants:
                problem = self._problem(want.target)
                if problem:
                    plan.errors.append('{} asked for {!r}: {}'.format(answer.plugin, want.target, problem))
                elif want.target not in planned:
                    planned.add(want.target)
                    plan.entries.append(self._entry(run, event, answer.plugin, want.target))
        return plan

    def _entry(self, run: Mapping[str, Any], event: str, by: str, target: str, error: str = '') -> Dict[str, Any]:
        route = list(settings_rules.route(target, self._context.settings.targets))
        return {
            'id': '{}/{}/{}'.format(run['_id'], event, target),
            'by': by,
            'route': route,
            'lane': self._context.lane(target),
            'error': error or ('' if self._context.lane(target) else 'no plugin speaks to {}'.format(target)),
        }
