"""Finds the rounds of schedules that nobody recorded, and makes a run of each that says so."""

from datetime import datetime

from scan_notify_plugin.host.scans import Schedule
from scan_notify_plugin.runs import rounds, rules
from scan_notify_plugin.settings.store import StoredSettings
from scan_notify_plugin.worker.context import Context


def find_unrecorded(context: Context, stored: StoredSettings, now: datetime) -> None:
    """One look at the host's schedules."""
    schedules = {schedule.id: schedule for schedule in context.scans.schedules()}
    context.alerts.watch_schedules(schedules.values(), now)
    numbers = {schedule_id: schedule.run_number for schedule_id, schedule in schedules.items()}
    before = rounds.stored(stored.rounds, now, context.clock.grace())
    if before is None:
        context.stored.set_rounds(**rounds.first_look(numbers, now)._asdict())
        return
    ahead = rounds.ahead(before, numbers)
    there = context.runs.recorded(run_id(schedules[schedule_id]) for schedule_id in ahead)
    recorded = {
        schedule_id: (
            numbers[schedule_id] if run_id(schedules[schedule_id]) in there else context.runs.newest_number(schedule_id)
        )
        for schedule_id in ahead
    }
    after, lost = rounds.account(before, numbers, recorded, now, context.clock.grace(rounds.ROUND_GRACE))
    for gap in lost:
        _unrecorded(context, schedules[gap.schedule_id], gap.known, now)
    # What was brought back from the future counts from now on, not from each look anew.
    known = stored.rounds or {}  # there, for there is a before
    brought_back = (before.missing, before.gone) != (known['missing'], known.get('gone', {}))
    if after != before or brought_back or abs(now - known['at']) > rounds.LONG_OFF / 24:
        context.stored.set_rounds(**after._asdict())


def _unrecorded(context: Context, schedule: Schedule, known: int, now: datetime) -> None:
    detail = str(schedule.run_number)
    if schedule.run_number - known > 1:
        detail = '{}-{}'.format(known + 1, schedule.run_number)
    run = rules.new_run(schedule.id, schedule.name, schedule.type, schedule.run_number, now, run_id(schedule))
    context.runs.insert(run.evolve(submitted=(rules.submission_end(None, now, 'unrecorded', detail=detail),)))


def run_id(schedule: Schedule) -> str:
    """The id of the run of a schedule's newest round."""
    return '{}:{}'.format(schedule.id, schedule.run_number)
