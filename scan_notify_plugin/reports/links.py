"""Signed, expiring links to reports. The signature is the caller's proof; nothing in a link is a path."""

from datetime import datetime
from enum import Enum
from typing import NamedTuple, Optional

from itsdangerous import BadData, URLSafeSerializer

from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.reports.report import Report, State

#: Below the host's own prefix, the only one its nginx passes on.
ROUTE = '/api/scan_notify/reports/'


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
    def message(self) -> str:
        """In English, as the answer to a request has it."""
        return say(self.fault, ENGLISH)


class Claim(NamedTuple):
    """What a genuine link says."""

    report_id: str
    serial: int
    expires: int  # seconds since 1970, UTC


def sign(key: str, report_id: str, serial: int, expires_at: datetime) -> str:
    """The token of a link to a report until ``expires_at``."""
    return _signer(key).dumps([report_id, serial, int(expires_at.timestamp())])


def read(key: str, token: str) -> Optional[Claim]:
    """What the token says; None unless it was made with this key."""
    try:
        report_id, serial, expires = _signer(key).loads(token)
    except (BadData, TypeError, ValueError):
        return None
    return Claim(report_id, serial, expires)


def check(claim: Optional[Claim], report: Optional[Report], now: datetime) -> Optional[Refusal]:
    """Why this claim gives no report now; None if it does."""
    if claim is None:
        return Refusal.TAMPERED
    if report is None or report.state is State.DELETED:
        return Refusal.UNKNOWN
    if now.timestamp() >= claim.expires or report.state is State.EXPIRED:
        return Refusal.EXPIRED
    if report.serial != claim.serial:
        return Refusal.REVOKED
    return Refusal.USED_UP if report.is_used_up else None


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


def _signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt='scan-notify-report')
