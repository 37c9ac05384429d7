"""What a channel tells ``scan-notify doctor``."""

from typing import NamedTuple, Union

from scan_notify_plugin.faults import Fault

OK, WARN, FAIL = 'ok', 'warn', 'fail'


class Diagnosis(NamedTuple):
    """One line of the doctor's."""

    check: str  #: what was looked at, in a word or two
    state: str  #: 'ok', 'warn' or 'fail'; the last one makes the command end with 1
    detail: Union[str, Fault]  #: what was found, without credentials
    advice: Union[str, Fault] = ''  #: what to do about it
