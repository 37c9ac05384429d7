"""What authors of plugins, and hosts that call us themselves, import. Nothing else is promised to stay."""

from hookspecs import Export, Notify, Run, ScanTask, Schedule, TargetRef, hookimpl
from scan_notify_plugin.autoload import admin_blueprint, schedule_fire
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.exporters.base import Chart, Column, Exporter, Overview, Rows, Table
from scan_notify_plugin.notifiers.base import Attachment, Limit, Notifier, Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.dialects import MARKDOWN, PLAIN_TEXT
from scan_notify_plugin.notifiers.summary import Alert, EventLine, ReportLine, Summary, TaskLine, Text
from scan_notify_plugin.notifiers.text import defanged
from scan_notify_plugin.secret import Secret

__all__ = [
    'Alert',
    'Attachment',
    'Chart',
    'Column',
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
    'ReportLine',
    'Rows',
    'Run',
    'ScanTask',
    'Schedule',
    'Secret',
    'SendError',
    'Summary',
    'Table',
    'Target',
    'TargetRef',
    'TaskLine',
    'Text',
    'admin_blueprint',
    'defanged',
    'hookimpl',
    'schedule_fire',
]
