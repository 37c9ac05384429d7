"""What authors of plugins, and hosts that call us themselves, import. Nothing else is promised to stay."""

from hookspecs import Compared, Export, Notify, Results, Run, ScanTask, Schedule, Skip, TargetRef, hookimpl
from scan_notify_plugin.autoload import admin_blueprint, schedule_fire
from scan_notify_plugin.changes import Change, Changed, State
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.exporters.base import Chart, Column, Exporter, Overview, Rows, Table
from scan_notify_plugin.faults import worded
from scan_notify_plugin.notifiers.addresses import public as public_address
from scan_notify_plugin.notifiers.base import Attachment, Limit, Notifier, Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.callbacks import BadCallback, Callbacks, Click, Clicked, Connection, Request
from scan_notify_plugin.notifiers.diagnosis import Diagnosis
from scan_notify_plugin.notifiers.dialects import MARKDOWN, PLAIN_TEXT, Dialect
from scan_notify_plugin.notifiers.replies import Reply
from scan_notify_plugin.notifiers.summary import Alert, EventLine, ReportLine, Summary, TaskLine, Text
from scan_notify_plugin.notifiers.text import defanged
from scan_notify_plugin.secret import Secret

__all__ = [
    'Alert',
    'Attachment',
    'BadCallback',
    'Callbacks',
    'Change',
    'Changed',
    'Chart',
    'Click',
    'Clicked',
    'Column',
    'Compared',
    'Connection',
    'Diagnosis',
    'Dialect',
    'EventLine',
    'Export',
    'Exporter',
    'Limit',
    'MARKDOWN',
    'Notifier',
    'Notify',
    'Overview',
    'Page',
    'Part',
    'PLAIN_TEXT',
    'Reason',
    'Receipt',
    'Reply',
    'ReportLine',
    'Request',
    'Results',
    'Rows',
    'Run',
    'ScanTask',
    'Schedule',
    'Secret',
    'SendError',
    'Skip',
    'State',
    'Summary',
    'Table',
    'Target',
    'TargetRef',
    'TaskLine',
    'Text',
    'admin_blueprint',
    'defanged',
    'hookimpl',
    'public_address',
    'schedule_fire',
    'worded',
]
