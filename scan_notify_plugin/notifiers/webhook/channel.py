"""Channel ``webhook``: an address of the operator's own, over HTTP.

Without ``BODY`` it speaks JSON as docs/webhook.schema.json has it, signed by Standard Webhooks where there is a secret
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: 2xx is success, 3xx is
never followed, 410 disables the endpoint, 429, 502 and 504 ask to slow down).
"""

import json
import time
from typing import Callable, Container, Dict, Iterable, List, Mapping, Optional, Union

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, FaultText
from scan_notify_plugin.notifiers.addresses import public
from scan_notify_plugin.notifiers.base import Limit, Notifier, Page, Part, Receipt, Target, wrong
from scan_notify_plugin.notifiers.diagnosis import Diagnosis
from scan_notify_plugin.notifiers.dialects import Dialect
from scan_notify_plugin.notifiers.replies import Reply
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.webhook import checking, signing, writing
from scan_notify_plugin.notifiers.webhook.bounds import MOST_BYTES
from scan_notify_plugin.notifiers.webhook.options import Request, markup_of, problems_of, request_of
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import redact

#: What a status says beyond what it says everywhere.
REASONS = {410: Reason.GONE, 413: Reason.TOO_LONG}
#: A gateway that is overloaded: seconds until the next try at the soonest.
SLOW = {502: 20.0, 504: 20.0}
#: What a receiver may answer to a timestamp that it finds too old or too new, and seconds that it lets clocks differ.
UNPROVEN, AGREE = (400, 401, 403), 120.0
#: Characters of an answer that are told.
_MOST_SAID = 200


class WebhookNotifier(Notifier):
    """See the module."""

    channel = 'webhook'
    marks_delivery = True
    max_bytes = 20000  # Standard Webhooks: better under 20 kB
    task_list = 'all'
    repeats_after = (500, 502, 504)
    required = ('url',)
    optional = ('token', 'secret', 'method', 'headers', 'body', 'markup', 'expect', 'allow_private')
    secrets = ('url', 'token', 'secret', 'headers', 'body')
    section = 'WEBHOOK'
    section_options = ('url', 'token')

    def problems(self, options: Mapping[str, object]) -> Iterable[Union[str, Fault]]:
        found = problems_of(options)
        if not found and options.get('body'):
            found += [wrong('body', 'webhook.body', problem=problem) for problem in writing.tried(options)]
        return [*super().problems(options), *map(FaultText, found)]

    def diagnose(self, targets: Mapping[str, Mapping[str, object]], connected: Container[str]) -> Iterable[Diagnosis]:
        return checking.diagnose(targets)

    def dialect_for(self, target: Target) -> Dialect:
        return markup_of(target.options).dialect if target.options.get('body') else writing.DATA

    def render(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        return writing.in_time(lambda: super(WebhookNotifier, self).render(summary, target, templates))

    def content(self, summary: Summary, target: Target, templates: Templates, page: int) -> Document:
        """The body; and, where the receiver drops no repeat, what it is when it may be one."""
        if not target.options.get('body'):
            return self._data(summary, target)
        return writing.own_body(
            summary, target.options, target.language, lambda one: self.written(one, target, templates, 'run')
        )

    def _data(self, summary: Summary, target: Target) -> Document:
        content: Document = {'text': writing.data(summary, target.language)}
        if target.options.get('secret'):
            content['keyed'] = True
        else:
            content['again'] = writing.data(summary._replace(repeat=True), target.language)
        return content

    def size(self, content: Document, target: Target) -> int:
        if content.get('over'):
            return int(self.max_bytes or 0) + 1
        used = [limit.used * int(self.max_bytes or 0) / limit.most for limit in self.limits(content, target)]
        return int(max(used) + 0.999)

    def limits(self, content: Document, target: Target) -> List[Limit]:
        size = max(len(content.get(name, '').encode('utf-8', 'replace')) for name in ('text', 'again'))
        if 'length' not in content:
            return [Limit('bytes', size, int(self.max_bytes or 0))]
        return [
            Limit('bytes', size, MOST_BYTES),
            Limit('characters', content['length'], markup_of(target.options).most),
        ]

    def repeatable(self, content: Document) -> bool:
        """Who verifies signatures of Standard Webhooks drops a ``webhook-id`` that came before; nobody else said so."""
        return bool(content.get('keyed'))

    def send(self, part: Part, target: Target) -> Receipt:
        wanted = request_of(target.options)
        text = part.content.get('again', part.text) if part.repeat else part.content.get('text', part.text)
        body = str(text).encode('utf-8')
        headers = dict(wanted.headers, **self._proof(wanted, part.key, body))
        try:
            reply = target.http.request(
                wanted.method,
                wanted.url,
                body,
                media_type=str(part.content.get('type') or wanted.media_type),
                headers=headers,
                guard=None if wanted.private else public,
            )
        except SendError as error:
            raise _judged(error, target.http.skew if wanted.keys else None) from None
        _check(reply, wanted.expect, lambda words: redact(words, target.secrets)[:_MOST_SAID])
        return Receipt(part.key, note=Fault('webhook.accepted', status=reply.status))

    def _proof(self, wanted: Request, key: str, body: bytes) -> Dict[str, str]:
        if not wanted.keys:
            return {'webhook-id': key}
        return signing.headers(wanted.keys, key, int(time.time()), body)


def _judged(error: SendError, skew: Optional[float]) -> SendError:
    """What a failure means for a webhook.

    :param skew: of a signed request, seconds that the receiver's clock is ahead of this machine's; None: not known
    """
    if error.code in UNPROVEN and skew is not None and abs(skew) > AGREE:
        seconds = '{:+.0f}'.format(-skew)
        return SendError(error.reason, error.code, Fault('webhook.clock', cause=error.fault, seconds=seconds))
    if error.code not in REASONS and error.code not in SLOW:
        return error
    status = int(error.code or 0)
    pause = max(error.retry_after or 0.0, SLOW[status]) if status in SLOW else error.retry_after
    judged = SendError(REASONS.get(status, error.reason), status, error.fault, pause)
    judged.body = error.body
    return judged


def _check(reply: Reply, expect: Mapping[str, object], quote: Callable[[str], str]) -> None:
    """Whether an answer says what the target wants to hear.

    :param quote: what may be told of an answer; half a credential would not be recognised
    :raises SendError: with ``UNKNOWN`` for one that is no JSON object, with ``REFUSED`` for one that says another thing
    """
    if not expect:
        return
    answer = reply.json()
    if not isinstance(answer, dict):
        raise SendError(Reason.UNKNOWN, reply.status, Fault('http.no-object', text=quote(reply.text)))
    for name, value in expect.items():
        found = answer.get(name)
        if type(found) is not type(value) or found != value:
            code = found if isinstance(found, (int, str)) and not isinstance(found, bool) else reply.status
            fault = Fault(
                'webhook.unexpected',
                name=name,
                text=quote(json.dumps(answer, ensure_ascii=False, separators=(',', ':'))),
            )
            raise SendError(Reason.REFUSED, code, fault)
