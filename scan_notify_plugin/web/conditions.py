"""What a request for a file asks for besides the file: conditions and ranges of RFC 9110, sections 13 and 14. Pure.

A file never changes: it has a strong validator, the SHA-256 of its bytes, and the time at which it was made.
"""

import re
from datetime import datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime
from typing import Mapping, NamedTuple, Optional

__all__ = ['Answer', 'File', 'Part', 'answer', 'is_validator']

#: No file has so many bytes that their number needs more digits.
_RANGE = re.compile(r'\s*(\d{0,18})\s*-\s*(\d{0,18})\s*', re.ASCII)
_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
#: Of a header that is read at all.
_MOST = 4096


class File(NamedTuple):
    """What a request is compared with."""

    #: in bytes
    size: int
    #: in quotes; '' where the record of an earlier release has no digest
    tag: str
    #: when it was made; aware, whole seconds count
    made_at: datetime

    @property
    def modified(self) -> str:
        """As ``Last-Modified`` has it."""
        return format_datetime(self.made_at.astimezone(timezone.utc).replace(microsecond=0), usegmt=True)


class Part(NamedTuple):
    """Some bytes of a file."""

    first: int
    length: int


class Answer(NamedTuple):
    """What is to be answered."""

    #: 200, 206, 304, 412 or 416
    status: int
    #: which bytes, of 206
    part: Optional[Part] = None


def answer(method: str, headers: Mapping[str, str], file: File) -> Answer:
    """In the order of RFC 9110, 13.2.2.

    :param headers: of the request; several of one name are joined by a comma
    """
    status = _condition(headers, file)
    if status:
        return Answer(status)
    asked = headers.get('Range')
    if method != 'GET' or not asked or not _is_current(headers, file):
        return Answer(200)
    return _ranged(asked, file.size)


def is_validator(value: Optional[str], file: File) -> bool:
    """Whether ``If-Range`` names this very file: a strong tag, or its time to the second (13.1.5)."""
    if not value:
        return False
    value = value.strip()
    if value.startswith('"'):
        return bool(file.tag) and value == file.tag
    return _moment(value) == file.made_at.replace(microsecond=0)


def _is_current(headers: Mapping[str, str], file: File) -> bool:
    """Whether a range may be given: who has the beginning of another file gets this one whole."""
    return 'If-Range' not in headers or is_validator(headers['If-Range'], file)


def _condition(headers: Mapping[str, str], file: File) -> int:
    """The status of a condition that ends the request; 0 if none does."""
    made_at = file.made_at.replace(microsecond=0)
    if 'If-Match' in headers:
        if not _names(headers['If-Match'], file, strong=True):
            return 412
    elif 'If-Unmodified-Since' in headers:
        since = _moment(headers['If-Unmodified-Since'])
        if since is not None and made_at > since:
            return 412
    if 'If-None-Match' in headers:
        return 304 if _names(headers['If-None-Match'], file, strong=False) else 0
    since = _moment(headers.get('If-Modified-Since', ''))
    return 304 if since is not None and made_at <= since else 0


def _names(value: str, file: File, strong: bool) -> bool:
    """Whether a list of tags has this file's, or is ``*``."""
    if value.strip() == '*':
        return True
    found = _TAG.findall(value[:_MOST])
    return bool(file.tag) and any(tag == file.tag and not (strong and weak) for weak, tag in found)


def _ranged(value: str, size: int) -> Answer:
    """Several ranges, other units and what is no range are answered with all of it, as 14.2 allows."""
    unit, equals, asked = value.partition('=')
    found = _RANGE.fullmatch(asked) if equals and unit.strip().lower() == 'bytes' else None
    if found is None:
        return Answer(200)
    first, last = found.groups()
    if not first:
        return Answer(200) if not last else _suffix(int(last), size)
    if last and int(last) < int(first):
        return Answer(200)
    if int(first) >= size:
        return Answer(416)
    end = min(int(last), size - 1) if last else size - 1
    return Answer(206, Part(int(first), end - int(first) + 1))


def _suffix(length: int, size: int) -> Answer:
    if not length or not size:
        return Answer(416)
    length = min(length, size)
    return Answer(206, Part(size - length, length))


def _moment(value: str) -> Optional[datetime]:
    """A time of HTTP; None for anything else, which is to be ignored."""
    try:
        moment = parsedate_to_datetime(value.strip())
        return moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
