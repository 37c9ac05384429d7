"""What a channel tells ``scan-notify doctor``."""

from typing import NamedTuple

OK, WARN, FAIL = 'ok', 'warn', 'fail'


class Diagnosis(NamedTuple):
    """One line of the doctor's."""

    check: str  #: what was looked at, in a word or two
    state: str  #: 'ok', 'warn' or 'fail'; the last one makes the command end with 1
    detail: str  #: what was found, without credentials
    advice: str = ''  #: what to do about it
