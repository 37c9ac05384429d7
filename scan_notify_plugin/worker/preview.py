"""A message as it would be sent now, without sending anything."""

from typing import List, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.admin.targets import sample_run
from scan_notify_plugin.deadline import contained, within
from scan_notify_plugin.errors import ConfigError, ScanNotifyError, in_words
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Limit, Notifier, Page, Target
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.targets import unknown_target
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.linking import fill
from scan_notify_plugin.worker.rendering import RENDER, summary_of


class Sheet(NamedTuple):
    """One part of a message."""

    text: str
    rest: Mapping[str, object]  #: what else its notifier has put into it
    limits: Tuple[Limit, ...]


def preview(context: Context, name: str, run: Optional[Run] = None, language: Optional[str] = None) -> List[Sheet]:
    """The parts of a message to a target in their order; no credential is in them.

    :param run: None: the run of a test message
    :param language: None: the run's own, or the target's
    :raises ConfigError: if there is no such target
    :raises ScanNotifyError: if nobody speaks to it, or its notifier cannot write the message
    """
    target, notifier = context.channels.target(name), context.channels.notifier(name)
    if target is None:
        raise ConfigError(name, unknown_target(name, context.settings.targets))
    if notifier is None:
        raise ScanNotifyError(context.channels.nobody(name))
    language = language or (run.language if run is not None else '') or target.language
    run = run or sample_run(name, language, context.clock.now())
    target = target._replace(language=language)
    return [_sheet(context, run, page.content, notifier, target) for page in _pages(context, run, notifier, target)]


def _pages(context: Context, run: Run, notifier: Notifier, target: Target) -> List[Page]:
    summary = summary_of(context, run, target.language)

    def make() -> List[Page]:
        return notifier.render(summary, target, context.templates) + notifier.extras(summary, target)

    try:
        return list(within(RENDER, lambda: contained(make)))
    except Exception as error:  # a third party's
        detail = redact(in_words(error), target.secrets)
        raise ScanNotifyError(Fault('message.not-written', target=target.name, detail=detail)) from None


def _sheet(context: Context, run: Run, stored: Mapping[str, object], notifier: Notifier, target: Target) -> Sheet:
    limits = tuple(notifier.limits(dict(stored), target))
    filled = fill(stored, lambda report_id: _link(context, run, report_id))
    content = {name: _redacted(item, target) for name, item in filled.items()}
    return Sheet(str(content.pop('text', '')), content, limits)


def _link(context: Context, run: Run, report_id: str) -> str:
    """Of this run's reports only, as when it is sent."""
    record = context.reports.get(report_id)
    return context.link(record) if record is not None and record.run_id == run.id else ''


def _redacted(value: object, target: Target) -> object:
    if isinstance(value, str):
        return redact(value, target.secrets)
    if isinstance(value, Mapping):
        return {name: _redacted(item, target) for name, item in value.items()}
    return [_redacted(item, target) for item in value] if isinstance(value, (list, tuple)) else value
