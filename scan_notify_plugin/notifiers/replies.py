"""The answer to a request, as its headers and bytes say."""

import codecs
import json
import re
import time
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Iterator, Mapping, NamedTuple, Optional

#: A service may ask for a pause; nobody's pause is longer than this.
MAX_PAUSE = 86400.0
#: The longer ones first: UTF-32 begins as UTF-16 does (https://www.unicode.org/faq/utf_bom.html#bom4).
_MARKS = (
    (codecs.BOM_UTF32_LE, 'utf-32'),
    (codecs.BOM_UTF32_BE, 'utf-32'),
    (codecs.BOM_UTF8, 'utf-8-sig'),
    (codecs.BOM_UTF16_LE, 'utf-16'),
    (codecs.BOM_UTF16_BE, 'utf-16'),
)
#: What an answer may say that it is in, by Python's name. Not every codec of Python's: some of them are no character
#: sets, and one (punycode) takes a second of the processor for an answer. Pages that say gb2312 mean gb18030, and those
#: that say iso-8859-1 windows-1252 (https://encoding.spec.whatwg.org/#names-and-labels).
_CHARSETS = {
    'gb2312': 'gb18030',
    'gbk': 'gb18030',
    'iso8859-1': 'cp1252',
    'ascii': 'utf-8',
    'utf-16': 'utf-16-le',
    **{
        name: name
        for name in (
            'utf-8', 'utf-16-le', 'utf-16-be', 'gb18030', 'big5', 'big5hkscs', 'shift_jis', 'cp932', 'euc_jp',
            'iso2022_jp', 'euc_kr', 'cp949', 'koi8-r', 'koi8-u', 'iso8859-2', 'iso8859-5', 'iso8859-15', 'cp1250',
            'cp1251', 'cp1252',
        )
    },
}  # fmt: skip


class Reply(NamedTuple):
    """An answer.

    ``data`` is what came after unpacking, and of an answer above 64 KiB not all of it.
    """

    status: int
    #: names in lower case
    headers: Mapping[str, str]
    #: ``data`` by its byte order mark, else by the charset of the header Content-Type, else as UTF-8
    text: str
    data: bytes

    def json(self) -> object:
        """The JSON value in it; None if it holds none, or holds bytes that are none of its charset."""
        text = next(_readings(self.data, self.headers.get('content-type', '')), None)
        try:
            return None if text is None else json.loads(text)
        except (ValueError, RecursionError):
            return None

    @property
    def retry_after(self) -> Optional[float]:
        """Seconds that the service asks to wait by Retry-After; None if it does not, or not in a way that is known.

        A date there counts from the answer's own Date, since two machines' clocks need not agree
        (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
        """
        asked = self.headers.get('retry-after', '').strip()
        if re.fullmatch('[0-9]{1,20}', asked):
            return min(float(asked), MAX_PAUSE)
        until, now = _timestamp(asked), _timestamp(self.headers.get('date', ''))
        return None if until is None or now is None else min(max(until - now, 0.0), MAX_PAUSE)

    @property
    def ahead(self) -> Optional[float]:
        """How many seconds the clock of the header Date is ahead of this machine's; None if there is no such header."""
        date = _timestamp(self.headers.get('date', ''))
        return None if date is None else date - time.time()


def decoded(data: bytes, content_type: str = '') -> str:
    """The text of an answer; what cannot be read is U+FFFD in it."""
    exact = next(_readings(data, content_type), None)
    return data.decode(next(_encodings(data, content_type)), 'replace') if exact is None else exact


def _readings(data: bytes, content_type: str) -> Iterator[str]:
    """The texts that the bytes are, the likeliest first."""
    for encoding in _encodings(data, content_type):
        try:
            yield data.decode(encoding)
        except ValueError:
            pass


def _encodings(data: bytes, content_type: str) -> Iterator[str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            yield encoding
            return
    said = _charset(content_type)
    if said:
        yield said
    yield 'utf-8'


def _charset(content_type: str) -> str:
    """Python's name of the charset in a header Content-Type; '' if it has none that is known."""
    message = Message()
    try:
        message['Content-Type'] = content_type[:500]
        return _CHARSETS.get(codecs.lookup(str(message.get_content_charset() or '')).name, '')
    except (LookupError, ValueError):
        return ''


def _timestamp(date: str) -> Optional[float]:
    """A date of a header, in seconds since 1970."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
