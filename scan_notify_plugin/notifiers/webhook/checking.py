"""What the doctor says of webhooks, beyond what is wrong with their options."""

import time
from typing import Iterator, Mapping, Optional
from urllib.parse import urlsplit

from scan_notify_plugin.errors import SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.addresses import all_allowed, public
from scan_notify_plugin.notifiers.diagnosis import FAIL, WARN, Diagnosis
from scan_notify_plugin.notifiers.webhook.options import problems_of, request_of

#: Seconds for the names of all targets together; the doctor waits no longer than ten.
_SECONDS = 6.0


def diagnose(targets: Mapping[str, Mapping[str, object]]) -> Iterator[Diagnosis]:
    """A line for each target of which there is something to say."""
    until = time.monotonic() + _SECONDS
    for name, options in sorted(targets.items()):
        if not options.get('url') or problems_of(options):
            continue  # the doctor says so elsewhere
        wanted = request_of(options)
        parts = urlsplit(wanted.url)
        host, port = parts.hostname or '', parts.port or (443 if parts.scheme == 'https' else 80)
        private = None if wanted.private or time.monotonic() > until else _private(host, port)
        if private is not None:
            advice = Fault('webhook.private.advice', target=name)
            yield Diagnosis('webhook', FAIL, Fault('webhook.target', target=name, cause=private), advice)
        elif parts.scheme == 'http' and not wanted.private:
            cause = Fault('webhook.open')
            yield Diagnosis(
                'webhook', WARN, Fault('webhook.target', target=name, cause=cause), Fault('webhook.open.advice')
            )


def _private(host: str, port: int) -> Optional[Fault]:
    """Why an address will be refused, as far as its name is known here."""
    try:
        all_allowed(host, port, public)
    except SendError as error:
        return error.fault
    return None
