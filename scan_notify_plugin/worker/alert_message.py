"""From the job of an alert to the summary that every notifier knows how to send."""

from typing import Any, Tuple

from scan_notify_plugin.jobs import alerts
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
    kind, words = str(given['kind']), title(str(given['kind']), language)
    events = alerts.sorted_events(given)
    return Summary(
        schedule_name=words,
        schedule_type='alert',
        run_id=job.id,
        run_number=0,
        status='error',
        fired_at=given['since'],
        end_time=None,
        counts=dict(_NOBODY),
        assets=(),
        tasks=_lines(events),
        task_ids=(),
        troubles=(),
        repeat=job.repeat,
        alert=Alert(kind, Text(words), alerts.read(given, 'events').count, alerts.names_more(given)),
    )


def _lines(events: Any) -> Tuple[EventLine, ...]:
    return tuple(
        EventLine(
            id=text.plain(one['names'].get('id', ''), text.MAX_FIELD),
            name=text.plain(next((one['names'][name] for name in _NAMES if name in one['names']), ''), text.MAX_FIELD),
            target=text.plain(one['names'].get('target', ''), text.MAX_FIELD),
            outcome=text.plain(one['names'].get('state', ''), text.MAX_FIELD),
            assets=int(one['times']),
            what=text.plain(one['names'].get('format') or one['names'].get('call', ''), text.MAX_FIELD),
            seconds=_whole(one['numbers'].get('seconds')),
            waiting=_whole(one['numbers'].get('waiting')),
            due_at=one['dates'].get('due_at'),
            at=one['at'],
        )
        for one in events
    )


def _whole(number: Any) -> Any:
    return None if number is None else int(round(abs(number)))
