"""Finds the rounds of schedules that nobody recorded, and makes a run of each that says so."""

from datetime import datetime
from typing import Any

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
    there = context.runs.recorded(run_id(schedules[one]) for one in ahead)
    recorded = {
        one: numbers[one] if run_id(schedules[one]) in there else context.runs.newest_number(one) for one in ahead
    }
    after, lost = rounds.account(before, numbers, recorded, now, context.clock.grace(rounds.ROUND_GRACE))
    for one in lost:
        _unrecorded(context, schedules[one.schedule_id], one.known, now)
    # What was brought back from the future counts from now on, not from each look anew.
    known: Any = stored.rounds  # there, for there is a before
    brought_back = (before.missing, before.gone) != (known['missing'], known.get('gone', {}))
    if after != before or brought_back or abs(now - known['at']) > rounds.LONG_OFF / 24:
        context.stored.set_rounds(**after._asdict())


def _unrecorded(context: Context, schedule: Any, known: int, now: datetime) -> None:
    said = str(schedule.run_number)
    if schedule.run_number - known > 1:
        said = '{}-{}'.format(known + 1, schedule.run_number)
    run = rules.new_run(schedule.id, schedule.name, schedule.type, schedule.run_number, now, run_id(schedule))
    context.runs.insert(run.evolve(submitted=(rules.submission_end(None, now, 'unrecorded', detail=said),)))


def run_id(schedule: Any) -> str:
    """The id of the run of a schedule's newest round."""
    return '{}:{}'.format(schedule.id, schedule.run_number)
