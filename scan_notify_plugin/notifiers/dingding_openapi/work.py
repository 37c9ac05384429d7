"""Work notifications: to people and departments, taken at once and delivered later.

- https://open.dingtalk.com/document/development/asynchronous-sending-of-enterprise-session-messages
- https://open.dingtalk.com/document/development/message-types-and-data-format
- https://open.dingtalk.com/document/development/gets-the-result-of-sending-messages-asynchronously-to-the-enterprise
"""

from datetime import datetime
from typing import Dict, List, Mapping, Sequence

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import ENGLISH, Fault, quoted, say
from scan_notify_plugin.notifiers.base import Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.dingding_openapi import codes
from scan_notify_plugin.notifiers.dingding_openapi.api import DingTalkApi, required
from scan_notify_plugin.notifiers.dingding_openapi.way import Way, batches, names, not_reached
from scan_notify_plugin.notifiers.dingtalk_links import opened
from scan_notify_plugin.notifiers.http import encode
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.text import lines_within
from scan_notify_plugin.records import Document

PATH = '/topapi/message/corpconversation/'
#: Of one request. Another page says 5000 users and 500 departments; the result can be asked for 100 people only.
MAX_USERS, MAX_DEPARTMENTS = 100, 20
MAX_BYTES = 2048  # of msg
DONE = 2  # of getsendprogress
#: What is noted each time that DingTalk has sent it all and does not say to whom.
ASKED = (Fault('openapi.asked.again'), Fault('openapi.asked.last'), Fault('openapi.asked.never'))


class Work(Way):
    """Way ``work``."""

    name = 'work'
    max_bytes = MAX_BYTES
    # The same content reaches the same person once a day: a second try of a part changes nothing.
    idempotent = True

    def receivers(self, options: Mapping[str, object]) -> List[Document]:
        users = batches(names(options.get('users')), MAX_USERS)
        departments = batches(names(options.get('departments')), MAX_DEPARTMENTS)
        return [{'users': some} for some in users] + [{'departments': some} for some in departments]

    def compose(self, message: str, summary: Summary, target: Target, page: int) -> Document:
        # With the time, for the same reason: a message that is wanted twice differs.
        mark = '{} · {:%Y-%m-%d %H:%M:%S}'.format(self.escape(summary.run_id), datetime.now())
        return super().compose('{}\n\n> {}'.format(message, mark), summary, target, page)

    def size(self, content: Document, target: Target) -> int:
        return len(encode(_msg(opened(content, target.options))))

    def render(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        try:
            return super().render(summary, target, templates)
        except SendError as error:
            if error.reason is not Reason.TOO_LONG:
                raise
        return [Page(*(self._brief(one, target, templates) for one in (summary, summary.withheld())))]

    def _brief(self, summary: Summary, target: Target, templates: Templates) -> Document:
        """The most important, where two kilobytes do not hold the message without any scan task."""
        message = self.written(summary, target, templates, 'brief')
        most = MAX_BYTES
        while True:
            content = self.compose(lines_within(message, most), summary, target, 1)
            over = self.size(content, target) - MAX_BYTES
            if over <= 0:
                return content
            most -= max(over, 16)

    def post(self, part: Part, target: Target, api: DingTalkApi) -> Receipt:
        content = self.leaving(part, target)
        body = {'agent_id': target.options['agent_id'], 'to_all_user': False, 'msg': _msg(content)}
        for field, option in (('userid_list', 'users'), ('dept_id_list', 'departments')):
            if content.get(option):
                body[field] = ','.join(content[option])
        answer = api.old(PATH + 'asyncsend_v2', body)
        return Receipt(str(required(answer, 'task_id')), final=False)

    def outcome(self, part: Part, receipt: Receipt, target: Target, api: DingTalkApi) -> Receipt:
        about = {'agent_id': target.options['agent_id'], 'task_id': receipt.id}
        progress = _asked(api, 'getsendprogress', about, 'progress')
        if not isinstance(progress, dict) or progress.get('status') != DONE:
            return receipt
        try:
            result = _asked(api, 'getsendresult', about, 'send_result')
        except SendError:
            # Of more than 100 people the result cannot be had: the call times out, without a documented code.
            if not part.content.get('departments'):
                raise
            asked = min(_times_asked(receipt), len(ASKED) - 1)
            return receipt._replace(note=ASKED[asked], final=asked == len(ASKED) - 1)
        failures = _failures(result if isinstance(result, dict) else {})
        if failures:
            raise SendError(Reason.CONFIG, words=Fault('openapi.unreached', people=failures))
        return receipt._replace(final=True)


def _times_asked(receipt: Receipt) -> int:
    """How often DingTalk did not say; a note of an earlier release is the same in English."""
    noted = say(quoted(receipt.note), ENGLISH).strip('"')
    return next((number for number, fault in enumerate(ASKED, 1) if say(fault, ENGLISH) == noted), 0)


def _asked(api: DingTalkApi, path: str, about: Mapping[str, object], name: str) -> object:
    """A field of an answer about a message. A question that fails says nothing about the message: it is asked again."""
    try:
        return required(api.old(PATH + path, about, delivers=False), name)
    except SendError as error:
        raise SendError(Reason.BUSY, error.code, error.fault, error.retry_after) from None


def _msg(content: Document) -> Dict[str, object]:
    if 'media_id' in content:
        return {'msgtype': 'file', 'file': {'media_id': content['media_id']}}
    return {'msgtype': 'markdown', 'markdown': {'title': content['title'], 'text': content['text']}}


def _failures(result: Mapping[str, object]) -> List[Fault]:
    """Whom it did not reach and why, in groups."""
    explained: Dict[str, List[str]] = {}
    known = set()
    forbidden_list = result.get('forbidden_list')
    for one in forbidden_list if isinstance(forbidden_list, list) else ():
        code, user = str(one.get('code')), str(one.get('userid'))
        known.add(user)
        if code != codes.DUPLICATE:  # an earlier try of the same part has reached them
            explained.setdefault(code, []).append(user)
    forbidden = [user for user in names(result.get('forbidden_user_id_list')) if user not in known]
    return [
        *(_forbidden(code, users) for code, users in explained.items()),
        *not_reached(forbidden, 'refused'),
        *not_reached(names(result.get('failed_user_id_list')), 'failed'),
        *not_reached(names(result.get('invalid_user_id_list')), 'no-user'),
        *not_reached(names(result.get('invalid_dept_id_list')), 'no-department'),
    ]


def _forbidden(code: str, users: Sequence[str]) -> Fault:
    why = code if code in codes.FORBIDDEN else 'other'
    return Fault('openapi.people.code', people=', '.join(users), number=code, why=why)
