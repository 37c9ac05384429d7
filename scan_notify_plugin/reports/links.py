"""Signed, expiring links to reports. The signature is the caller's proof; nothing in a link is a path."""

from datetime import datetime
from enum import Enum
from typing import NamedTuple, Optional

from itsdangerous import BadData, URLSafeSerializer

from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.reports.report import Report, State

#: Below the host's own prefix, the only one its nginx passes on.
ROUTE = '/api/scan_notify/reports/'
#: What a token is for is in its signature: one of 0.1.0 and 0.2.0 gives the file, and none can be made into the other.
_FILE = 'scan-notify-report'
_PAGE = 'scan-notify-page'
#: The year 10000, which no date has, in seconds since 1970; less than that by a day, for every zone.
_LAST = 253402214400


class Refusal(Enum):
    """Why a link gives no report, with the HTTP status and the code for it."""

    TAMPERED = (403, 'link.tampered')
    UNKNOWN = (404, 'link.unknown')
    EXPIRED = (410, 'link.expired')
    REVOKED = (410, 'link.revoked')
    USED_UP = (410, 'link.used-up')

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def fault(self) -> Fault:
        return Fault(self.value[1])

    @property
    def reason(self) -> str:
        """Why there is no file, in a word: expired, revoked, used-up, or gone."""
        reason = str(self.value[1]).partition('.')[2]
        return reason if reason in ('expired', 'revoked', 'used-up') else 'gone'

    @property
    def message(self) -> str:
        """In English, as the answer to a request has it."""
        return say(self.fault, ENGLISH)


class Claim(NamedTuple):
    """What a genuine link says."""

    report_id: str
    serial: int
    expires: int  # seconds since 1970, UTC
    #: whether it opens the page of the report's run; else it gives the file
    is_page: bool = False


def sign(key: str, report_id: str, serial: int, expires_at: datetime) -> str:
    """The token of a link that gives the file of a report until ``expires_at``."""
    return _signer(key).dumps([report_id, serial, int(expires_at.timestamp())])


def sign_page(key: str, report_id: str, serial: int, expires_at: datetime) -> str:
    """The token of a link that opens the page of a report's run. It ends as one to the file does, and is as long."""
    return _signer(key, _PAGE).dumps([report_id, serial, int(expires_at.timestamp())])


def read(key: str, token: str) -> Optional[Claim]:
    """What the token says; None unless it was made with this key."""
    for salt in (_FILE, _PAGE):
        try:
            report_id, serial, expires = _signer(key, salt).loads(token)
        except (BadData, TypeError, ValueError):
            continue
        if isinstance(report_id, str) and type(serial) is int and type(expires) is int and abs(expires) < _LAST:
            return Claim(report_id, serial, expires, salt == _PAGE)
    return None


def check(claim: Optional[Claim], report: Optional[Report], now: datetime) -> Optional[Refusal]:
    """Why this claim gives no report, or no page, now; None if it does. A page stays when the downloads are used up."""
    if claim is None:
        return Refusal.TAMPERED
    if report is None or report.state is State.DELETED:
        return Refusal.UNKNOWN
    if now.timestamp() >= claim.expires or report.state is State.EXPIRED:
        return Refusal.EXPIRED
    if report.serial != claim.serial:
        return Refusal.REVOKED
    return Refusal.USED_UP if report.is_used_up and not claim.is_page else None


def state(report: Report, now: datetime) -> str:
    """What became of the newest link to a report: valid, expired, revoked or used_up; '' where there is no file."""
    if report.state is not State.READY:
        return ''
    if report.revoked_at:
        return 'revoked'
    if report.link_until <= now:
        return 'expired'
    return 'used_up' if report.is_used_up else 'valid'


def url(base_url: str, token: str) -> str:
    """The whole address."""
    return base_url.rstrip('/') + ROUTE + token


def _signer(key: str, salt: str = _FILE) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=salt)
