"""From the job of an alert to the summary that every notifier knows how to send."""

from typing import Iterable, Optional, Tuple

from scan_notify_plugin.jobs.alert_events import Event, read, time_of
from scan_notify_plugin.jobs.alerts import latest_first
from scan_notify_plugin.jobs.job import Job
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.summary import Alert, EventLine, Summary, Text
from scan_notify_plugin.words import known, say

#: Which fact is the name in a line.
_NAMES = ('schedule', 'plugin', 'collection')
_NOBODY = dict.fromkeys(('total', 'done', 'failed', 'stopped', 'missing'), 0)


def title(kind: str, language: str) -> str:
    """What an alert is about, in words."""
    code = 'alert.title.' + kind
    return say(code if known(code) else 'alert.title.other', language)


def summarise(job: Job, language: str) -> Summary:
    """What an alert says. Its lines stand where a run has its scan tasks, so that what does not fit is left out line by
    line.

    A notifier that makes its messages of the summary alone, without the template, has the title as the schedule's name.
    """
    given = job.alert or {}
    kind = str(given['kind'])
    heading = title(kind, language)
    content = read(given, 'events')
    return Summary(
        schedule_name=heading,
        schedule_type='alert',
        run_id=job.id,
        run_number=0,
        status='error',
        fired_at=time_of(given['since']) or job.created_at,
        end_time=None,
        counts=dict(_NOBODY),
        assets=(),
        tasks=_lines(latest_first(content.events)),
        task_ids=(),
        troubles=(),
        repeat=job.repeat,
        alert=Alert(kind, Text(heading), content.count, content.unnamed),
    )


def _lines(events: Iterable[Event]) -> Tuple[EventLine, ...]:
    return tuple(
        EventLine(
            id=text.plain(event.names.get('id', ''), text.MAX_FIELD),
            name=text.plain(next((event.names[name] for name in _NAMES if name in event.names), ''), text.MAX_FIELD),
            target=text.plain(event.names.get('target', ''), text.MAX_FIELD),
            outcome=text.plain(event.names.get('state', ''), text.MAX_FIELD),
            assets=int(event.times),
            what=text.plain(event.names.get('format') or event.names.get('call', ''), text.MAX_FIELD),
            seconds=_whole(event.numbers.get('seconds')),
            waiting=_whole(event.numbers.get('waiting')),
            due_at=event.dates.get('due_at'),
            at=event.at,
        )
        for event in events
    )


def _whole(number: Optional[float]) -> Optional[int]:
    return None if number is None else int(round(abs(number)))
