"""What authors of plugins, and hosts that call us themselves, import. Nothing else is promised to stay."""

from hookspecs import Notify, Run, ScanTask, Schedule, TargetRef, hookimpl
from scan_notify_plugin.autoload import schedule_fire
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Notifier, Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.summary import Summary, TaskLine, Text
from scan_notify_plugin.secret import Secret

__all__ = [
    'Notifier',
    'Notify',
    'Page',
    'Part',
    'Reason',
    'Receipt',
    'Run',
    'ScanTask',
    'Schedule',
    'Secret',
    'SendError',
    'Summary',
    'Target',
    'TargetRef',
    'TaskLine',
    'Text',
    'hookimpl',
    'schedule_fire',
]
