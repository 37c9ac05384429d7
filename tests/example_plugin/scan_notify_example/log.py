"""A line in the worker's log for each run that has ended."""

import logging

from scan_notify_plugin.api import hookimpl

log = logging.getLogger('scan_notify.example')


@hookimpl
def on_run_complete(run):
    if not run.again:  # else it ended before, and is passed on, sent again or a test
        log.info('run %s: %s, %d scan tasks', run.id, run.status, len(run.tasks))
