"""From a run's change to what the plugins want sent: one round of hooks, and the plan that it makes."""

import logging
from datetime import datetime, timedelta
from typing import Dict, FrozenSet, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import hookspecs
from scan_notify_plugin.faults import ENGLISH, Fault, Faults, quoted, say
from scan_notify_plugin.host.scans import Schedule
from scan_notify_plugin.jobs import exports
from scan_notify_plugin.jobs.making import Way
from scan_notify_plugin.plugins.dispatch import Answer, Wish
from scan_notify_plugin.runs import collecting, rules
from scan_notify_plugin.runs.run import Run, Status, Want
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.schedules import ScheduleSettings, is_due, schedule_settings
from scan_notify_plugin.settings.store import StoredSettings
from scan_notify_plugin.settings.targets import route_from, unknown_target
from scan_notify_plugin.worker.channels import UNSAID
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.results_record import results_record

#: A plugin can hold a message for so long.
LONGEST_HOLD = timedelta(days=7)
_MAX_WHY = 200

log = logging.getLogger('scan_notify')


class Plan(NamedTuple):
    """What one look at a run adds to it."""

    entries: List[Want]
    faults: List[Fault]
    #: the targets that were left out since they cannot be used
    unusable: Sequence[str] = ()
    #: the targets that a plugin would not have told
    skipped: FrozenSet[str] = frozenset()


def run_record(run: Run, targets: Tuple[hookspecs.TargetRef, ...] = (), formats: Tuple[str, ...] = ()) -> hookspecs.Run:
    """A run as plugins see it."""
    return hookspecs.Run(
        id=run.id,
        schedule=hookspecs.Schedule(run.schedule_id, run.schedule_name, run.schedule_type),
        run_number=run.run_number,
        fired_at=run.fired_at,
        status=run.status.value,
        tasks=tuple(task_record(run, task_id) for task_id in run.task_ids),
        error_msg=run.error_msg,
        end_time=run.end_time,
        targets=targets,
        formats=formats,
        results=results_record(run.results),
    )


def task_record(run: Run, task_id: str) -> hookspecs.ScanTask:
    """A scan task as plugins see it."""
    task = run.task(task_id)
    return hookspecs.ScanTask(task_id, task.status, task.outcome)


def unusable(context: Context, name: str) -> Faults:
    """Why a target cannot be used; empty if it can."""
    if name not in context.settings.targets:
        return (unknown_target(name, context.settings.targets),)
    off = context.channels.target_off(name)
    # A plugin that does not answer at the moment is none that refuses: the message waits for it, or is passed on.
    problems = [off] if off else [problem for problem in context.channels.problems(name) if problem.code != UNSAID]
    return tuple(Fault('target.unusable', target=name, cause=problem) for problem in problems)


def routed(context: Context, run_id: str, want: Want) -> Way:
    """Where a plan entry goes as the settings and the plugins are now."""
    if want.is_export:
        known = want.subject in context.plugins.exporters
        nobody = () if known else (Fault('plugin.no-format', format=want.subject),)
        return Way(exports.lane(run_id, want.subject), (), want.faults or nobody)
    # A test of one target says nothing if another gets it in the end.
    route = [want.subject] if want.alone else route_from(want.subject, context.settings.targets)
    lane = context.channels.lane(want.subject)
    nobody = () if lane else (Fault('plugin.none-to', target=want.subject),)
    return Way(lane, tuple(route) or (want.subject,), want.faults or unusable(context, want.subject) or nobody)


def skips_of(answers: Iterable[Answer]) -> Dict[str, Fault]:
    """By target, why it is not told."""
    skips: Dict[str, Fault] = {}
    for answer in answers:
        for want in answer.wants:
            if isinstance(want, hookspecs.Skip):
                why = redact(' '.join(want.why.split()))[:_MAX_WHY]
                cause = quoted(why) if why else Fault('plugin.no-reason')
                skips.setdefault(
                    want.target, Fault('plugin.skipped', plugin=answer.plugin, target=want.target, detail=cause)
                )
    return skips


def holds_of(answers: Iterable[Answer], now: datetime) -> Dict[str, datetime]:
    """By target, until when its message is held: the latest that a plugin asks for, as far as it is still to come."""
    holds: Dict[str, datetime] = {}
    for want in (want for answer in answers for want in answer.wants):
        if isinstance(want, hookspecs.Notify) and want.not_before is not None and want.not_before > now:
            until = min(want.not_before, now + LONGEST_HOLD)
            holds[want.target] = max(until, holds.get(want.target, until))
    return holds


def planned(run: Run, plans: Iterable[Plan]) -> Run:
    """The run with these plans, which are the answers of exactly one round each."""
    plans = list(plans)
    faults = [fault for plan in plans for fault in plan.faults]
    unusable = [name for plan in plans for name in plan.unusable]
    run = rules.planned(run, [want for plan in plans for want in plan.entries], faults, unusable)
    if run.status is not Status.RUNNING and run.collect_until is None:
        for fault in run.plan_errors:
            log.warning('run %s: %s', run.id, say(fault, ENGLISH))
    return run


class Planner:
    """Asks the plugins, and answers with plan entries. One for each tick, with what is set then."""

    def __init__(self, context: Context, stored: StoredSettings) -> None:
        self._context = context
        self._stored = stored
        self._schedules: Optional[Dict[str, Schedule]] = None

    def fired(self, run: Run) -> Plan:
        record = run_record(run)
        answers = self._context.rounds.call('on_schedule_fired', (record.id,), run=record, schedule=record.schedule)
        return self._plan(run, 'fired', answers)

    def tasks_finished(self, run: Run, task_ids: Iterable[str]) -> List[Plan]:
        """One round of the hook for each of these tasks."""
        record = run_record(run)
        plans = []
        for task_id in task_ids:
            task = task_record(run, task_id)
            answers = self._context.rounds.call('on_task_finished', (record.id, task_id), run=record, task=task)
            plans.append(self._plan(run, 'task-' + task_id, answers))
        return plans

    def waits(self, run: Run) -> Optional[timedelta]:
        """How long the plan waits until it is known what the run has found; None: nobody wants to know."""
        settings = self._settings_of(run)
        targets, formats = self._targets(run, settings)[0], self._formats(settings)[0]
        if run.test or not (targets or formats):
            return None
        export_wait = timedelta(minutes=self._context.settings.export_wait) if formats else None
        return collecting.waits(timedelta(seconds=self._context.settings.collect_wait), export_wait)

    def complete(self, run: Run, now: datetime) -> Plan:
        """The plan of a run that has ended, and why targets were left out if some were."""
        settings = self._settings_of(run)
        targets, skipped, unusable = self._targets(run, settings)
        formats, not_made = self._formats(settings)
        record = run_record(run, targets, formats)
        answers = self._context.rounds.call('on_run_complete', (record.id,), run=record)
        plan = self._plan(run, 'complete', answers, [target.name for target in targets])
        planned = {(entry.kind, entry.subject) for entry in plan.entries}
        # Never silence: what nobody answered for is a job that failed, and says why.
        for target in targets:
            if ('notify', target.name) not in planned and target.name not in plan.skipped:
                plan.entries.append(self._untold(run, target, answers))
        for name in formats:
            if ('export', name) not in planned:
                plan.entries.append(self._unmade(run, name, answers))
        entries = plan.entries
        if any(want.is_export and not want.faults for want in entries):
            waits = exports.wait_until(now, self._context.settings.export_wait)
            entries = [want if want.is_export else want.evolve(waits=waits) for want in entries]
        # The exports first, in this order they become jobs: a message that exists finds all that it waits for.
        entries = sorted(entries, key=lambda want: not want.is_export)
        return Plan(entries, skipped + not_made + plan.faults, unusable)

    def _untold(self, run: Run, target: hookspecs.TargetRef, answers: Sequence[Answer]) -> Want:
        """The message to a target that nobody answered for, with why."""
        speaker = self._context.channels.plugin_of(target.name)
        declined = Fault('plugin.declined', plugin=speaker, target=target.name)
        why = _unanswered(answers, speaker, declined if speaker else Fault('plugin.none', channel=target.channel))
        want = _message(run, 'complete', 'core', target.name, why)
        failed = any(answer.faults and answer.plugin == speaker for answer in answers)
        return self._passed_on(want) if failed else want

    def _unmade(self, run: Run, name: str, answers: Sequence[Answer]) -> Want:
        """The report in a format that nobody answered for, with why."""
        maker = self._context.channels.maker(name)
        declined = Fault('plugin.declined-format', plugin=maker, format=name)
        why = _unanswered(answers, maker, declined if maker else Fault('plugin.no-format', format=name))
        return _report(run, 'complete', 'core', name, why)

    def _settings_of(self, run: Run) -> ScheduleSettings:
        if self._schedules is None:  # read once for all runs that end in this tick, and not at all if none does
            self._schedules = {schedule.id: schedule for schedule in self._context.scans.schedules()}
        schedule = self._schedules.get(run.schedule_id)
        by_host = schedule.fields if schedule else {}
        by_admin = self._stored.schedule(run.schedule_id)
        return schedule_settings(by_admin, by_host, self._context.settings.defaults)

    def _targets(
        self, run: Run, settings: ScheduleSettings
    ) -> Tuple[Tuple[hookspecs.TargetRef, ...], List[Fault], List[str]]:
        """The targets of a run, why some are left out, and which of them cannot be used."""
        if not settings.notify_enable or not is_due(settings.notify_on, run.status.value):
            return (), [], []
        # Of a submission that failed that host records no run of its own, and tells nothing.
        if run.host_push == 'left' and not any(end.trouble for end in run.submitted):
            return (), [Fault('run.told-by-host')], []
        targets: List[hookspecs.TargetRef] = []
        faults: List[Fault] = []
        left_out: List[str] = []
        for name in settings.notify_channel:
            problems = unusable(self._context, name)
            faults.extend(problems)
            if problems:
                left_out.append(name)
            else:
                targets.append(hookspecs.TargetRef(name, self._context.settings.targets[name].channel))
        return tuple(targets), faults, left_out

    def _formats(self, settings: ScheduleSettings) -> Tuple[Tuple[str, ...], List[Fault]]:
        """The formats of a run's reports, and why some are left out."""
        formats = settings.export_format if settings.export_enable else ()
        active, faults = [], []
        for name in formats:
            off = self._context.channels.format_off(name)
            if off is None:
                active.append(name)
            else:
                faults.append(Fault('format.off', format=name, cause=off))
        return tuple(active), faults

    def _plan(self, run: Run, event: str, answers: List[Answer], targets: Iterable[str] = ()) -> Plan:
        """
        :param targets: those that the settings want told
        """
        wants = [(answer.plugin, want) for answer in answers for want in answer.wants]
        asked = {want.target for _, want in wants if isinstance(want, hookspecs.Notify)}.union(targets)
        skips, holds = skips_of(answers), holds_of(answers, self._context.clock.now())
        plan = Plan([], [fault for answer in answers for fault in answer.faults], skipped=frozenset(skips))
        plan.faults.extend(skips[name] for name in sorted(asked.intersection(skips)))
        planned = set()
        for plugin, want in wants:
            subject = want.format if isinstance(want, hookspecs.Export) else want.target
            refusal = self._refusal(want)
            if refusal:
                plan.faults.extend(Fault('plugin.asked-for', plugin=plugin, what=subject, cause=why) for why in refusal)
            elif (type(want), subject) not in planned and not isinstance(want, hookspecs.Skip):
                planned.add((type(want), subject))
                if isinstance(want, hookspecs.Export):
                    plan.entries.append(_report(run, event, plugin, subject))
                elif subject not in skips:
                    plan.entries.append(_message(run, event, plugin, subject).evolve(not_before=holds.get(subject)))
        return plan

    def _refusal(self, want: Wish) -> Faults:
        if isinstance(want, hookspecs.Skip):
            targets = self._context.settings.targets
            return () if want.target in targets else (unknown_target(want.target, targets),)
        if isinstance(want, hookspecs.Notify):
            return unusable(self._context, want.target)
        if want.format not in self._context.plugins.exporters:
            return (Fault('plugin.not-made'),)
        off = self._context.channels.format_off(want.format)
        return () if off is None else (off,)

    def _passed_on(self, want: Want) -> Want:
        """To the fallback, if there is one: the plugin of the target hangs, or failed. Why is among the run's
        errors.
        """
        route = route_from(want.subject, self._context.settings.targets)[1:]
        return want.evolve(subject=route[0], faults=()) if route and self._context.channels.lane(route[0]) else want


def _message(run: Run, event: str, by: str, target: str, faults: Faults = ()) -> Want:
    return Want('{}/{}/{}'.format(run.id, event, target), 'notify', by, target, faults=faults)


def _report(run: Run, event: str, by: str, name: str, faults: Faults = ()) -> Want:
    return Want('{}/{}/export-{}'.format(run.id, event, name), 'export', by, name, faults=faults)


def _unanswered(answers: Sequence[Answer], plugin: str, otherwise: Fault) -> Faults:
    """Why no plugin answered for a target or a format.

    :param plugin: whose it is, '' if nobody's
    :param otherwise: why, if that plugin did not fail
    """
    own = tuple(fault for answer in answers if answer.plugin == plugin for fault in answer.faults)
    return own or (otherwise,) + tuple(fault for answer in answers for fault in answer.faults)
