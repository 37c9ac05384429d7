"""Says in the worker's log what happens to a run."""

import logging

from scan_notify_plugin.api import hookimpl

log = logging.getLogger('scan_notify.first')


@hookimpl
def on_schedule_fired(run, schedule):
    log.warning('round %s of schedule %s has fired', run.run_number, schedule.id)


@hookimpl
def on_task_finished(task):
    log.warning('scan task %s has ended: %s', task.id, task.outcome)


@hookimpl
def on_run_complete(run):
    log.warning('run %s has ended: %s', run.id, run.status)
