"""The contract between scan-notify and its plugins. Needs pluggy and nothing else.

Authors usually import these names from :mod:`scan_notify_plugin.api`; a plugin that must not depend on the whole
product can import them from here.
"""

from hookspecs.hooks import on_run_complete, on_schedule_fired, on_task_finished
from hookspecs.markers import PROJECT, hookimpl, hookspec
from hookspecs.records import Compared, Export, Notify, Results, Run, ScanTask, Schedule, Skip, TargetRef

__all__ = [
    'Compared',
    'Export',
    'Notify',
    'PROJECT',
    'Results',
    'Run',
    'ScanTask',
    'Schedule',
    'Skip',
    'TargetRef',
    'hookimpl',
    'hookspec',
    'on_run_complete',
    'on_schedule_fired',
    'on_task_finished',
]
