"""From a summary to the body of a request: as data, or by the operator's own template."""

import json
import logging
import threading
import time
from functools import lru_cache
from typing import Callable, Dict, List, Mapping, Optional, Tuple, TypeVar

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.notifiers.dialects import PLAIN_TEXT, Dialect, PlainText
from scan_notify_plugin.notifiers.shortening import Measure
from scan_notify_plugin.notifiers.summary import Summary, Text
from scan_notify_plugin.notifiers.templates.samples import KINDS, samples
from scan_notify_plugin.notifiers.titles import heading_of, title_of
from scan_notify_plugin.notifiers.webhook.body import BadBody, rendered
from scan_notify_plugin.notifiers.webhook.event import event_of
from scan_notify_plugin.notifiers.webhook.markups import length
from scan_notify_plugin.notifiers.webhook.options import markup_of, request_of
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import revealed

#: Characters of a title.
MAX_TITLE = 128
PLAIN = 'text/plain; charset=utf-8'

#: Seconds that a ``BODY`` has for one message. To find out how much fits, it is made many times.
ALTOGETHER = 12.0
_NOTHING = -1.0

Write = Callable[[Summary], str]
T = TypeVar('T')

#: ``left``: of that, for the message that this thread makes; :data:`_NOTHING`: it is plain text
_here = threading.local()

log = logging.getLogger('scan_notify')


class _Data(PlainText):
    """Of messages that are data. Nothing of it is drawn; it says how much of long texts is kept."""

    measures = (Measure(300, 10), Measure(100, 10), Measure(40, 4), Measure(16, 1), Measure(8, 0))


DATA = _Data()


def data(summary: Summary, language: str) -> str:
    """A message as JSON. ``<``, ``>`` and ``&`` are written as escapes, so that it is safe inside a page, too."""
    event = event_of(summary, language, _title(summary, language, PLAIN_TEXT))
    text = json.dumps(event, ensure_ascii=False, separators=(',', ':'))
    return text.replace('<', '\\u003c').replace('>', '\\u003e').replace('&', '\\u0026')


def _title(summary: Summary, language: str, dialect: Dialect) -> str:
    if summary.alert is not None:
        return str(summary.alert.title)
    line = dialect.printed(heading_of(summary), language, dialect.escape)
    return title_of(line, summary, language, dialect, dialect.escape, MAX_TITLE)


class _Late(ScanNotifyError):
    """A ``BODY`` has had all its time."""


def in_time(render: Callable[[], T]) -> T:
    """A message by a ``BODY``; as plain text if that takes too long altogether.

    :param render: calls :func:`own_body` as often as it wants to
    """
    _here.left = ALTOGETHER
    try:
        return render()
    except _Late as error:
        log.error('a BODY takes too long, plain text is sent instead: %s', say(error.fault, ENGLISH))
        _here.left = _NOTHING
        return render()
    finally:
        _here.left = None


def own_body(summary: Summary, options: Mapping[str, object], language: str, write: Write) -> Document:
    """A message by the target's ``BODY``; as plain text where that cannot be made, or overstays.

    :param write: the message in the target's markup
    """
    message = write(summary)
    left: Optional[float] = getattr(_here, 'left', None)
    if left == _NOTHING:
        return _plain(message, summary, write)
    try:
        content: Document = {'text': _body(summary, options, language, message)}
        repeated = summary._replace(repeat=True)
        again = write(repeated)
        content['again'] = _body(repeated, options, language, again)
        return dict(content, length=max(length(message), length(again)))
    except BadBody as error:
        if left is not None and error.late:
            raise _Late(error.fault) from None
        if error.overgrown and (summary.tasks or summary.records):
            return {'text': '', 'length': 0, 'again': '', 'over': True}  # with fewer records it may do
        log.error('a BODY was not used, plain text is sent instead: %s', say(error.fault, ENGLISH))
        return _plain(message, summary, write)


def _plain(message: str, summary: Summary, write: Write) -> Document:
    again = write(summary._replace(repeat=True))
    return {'text': message, 'again': again, 'type': PLAIN, 'length': max(length(message), length(again))}


def _body(summary: Summary, options: Mapping[str, object], language: str, message: str) -> str:
    dialect = markup_of(options).dialect
    values = _values(summary, language, message, dialect)
    begun = time.monotonic()
    try:
        return rendered(revealed(options['body']), values, request_of(options).media_type, dialect.escape)
    finally:
        _spend(time.monotonic() - begun)


def _spend(seconds: float) -> None:
    left = getattr(_here, 'left', None)
    if left is None:
        return
    _here.left = max(0.0, left - seconds)
    if left < seconds:
        raise _Late(Fault('webhook.body.time', seconds='{:g}'.format(ALTOGETHER)))


def _values(summary: Summary, language: str, message: str, dialect: Dialect) -> Dict[str, object]:
    """What a template knows, by name."""
    title = _title(summary, language, dialect)
    event = event_of(summary, language, title)
    report = next((one.link for one in summary.reports if one.ready and one.link), '')
    return {
        'message': Text(message),
        'title': Text(title),
        'link': Text(summary.url or report),
        'report': Text(report),
        'type': Text(event['type']),
        'event': event,
        'data': event['data'],
        'language': Text(language),
        'page': summary.page,
        'pages': summary.pages,
        'repeat': summary.repeat,
    }


def tried(options: Mapping[str, object]) -> List[Fault]:
    """What goes wrong with a target's ``BODY`` where it is tried with messages of every kind."""
    return list(_tried(revealed(options['body']), request_of(options).media_type, str(options.get('markup') or '')))


@lru_cache(maxsize=64)
def _tried(source: str, media_type: str, markup: str) -> Tuple[Fault, ...]:
    options = {'body': source, 'markup': markup, 'url': '', 'headers': {'Content-Type': media_type}}
    for kind in KINDS:
        for summary in samples(kind):
            try:
                _body(summary, options, 'en', 'a message\nof two lines')
            except BadBody as error:
                return (error.fault,)
    return ()
