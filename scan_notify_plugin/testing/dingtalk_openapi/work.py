"""Work notifications: taken at once, delivered later, and silent about who did not get them.

- https://open.dingtalk.com/document/development/asynchronous-sending-of-enterprise-session-messages
- https://open.dingtalk.com/document/development/message-types-and-data-format
- https://open.dingtalk.com/document/development/gets-the-result-of-sending-messages-asynchronously-to-the-enterprise
-
https://open.dingtalk.com/document/development/obtain-the-sending-progress-of-asynchronous-sending-of-enterprise-session
"""

import json
from datetime import date, datetime, timedelta
from typing import Dict, List

from scan_notify_plugin.testing.dingtalk_openapi.app import App
from scan_notify_plugin.testing.dingtalk_openapi.fields import old_object, text
from scan_notify_plugin.testing.dingtalk_openapi.notification import WorkNotification
from scan_notify_plugin.testing.dingtalk_openapi.refusals import Refused, Silence
from scan_notify_plugin.testing.robot_server import Request

__all__ = ['progress', 'result', 'send']

TOO_LONG, NO_FILE, TOO_LARGE, INVALID, AGENT = 34016, 40007, 40006, 40035, 40056
DAILY, DUPLICATE, UNSUITABLE = '143105', '143106', '1430002'

MAX_USERS, MAX_DEPARTMENTS, MAX_BYTES = 100, 20, 2048
MAX_FILE = 10 * 1024 * 1024  # bytes
PER_DAY = 500  # to one person
RESULT_USERS = 100  # beyond, the result cannot be asked
KEPT = timedelta(hours=24)  # the pages say 24 hours and 7 days

#: Strings that a type must have, and how many characters at most (0 = not told). Lengths: error code 34016.
TEXTS: Dict[str, Dict[str, int]] = {
    'text': {'content': 5000},
    'image': {'media_id': 0},
    'voice': {'media_id': 0, 'duration': 0},
    'file': {'media_id': 0},
    'link': {'messageUrl': 0, 'picUrl': 0, 'title': 64, 'text': 0},
    'oa': {'message_url': 0},
    'markdown': {'title': 64, 'text': 5000},
    'action_card': {'markdown': 5000},
}


def send(app: App, request: Request) -> Dict[str, object]:
    """POST /topapi/message/corpconversation/asyncsend_v2"""
    body = old_object(request, INVALID)
    _check_agent(app, body)
    users = _ids(body, 'userid_list', MAX_USERS)
    departments = _ids(body, 'dept_id_list', MAX_DEPARTMENTS)
    # The vendor's Java SDK writes it as a text.
    to_all = {'true': True, 'false': False}.get(str(body.get('to_all_user', False)).lower())
    if to_all is None or not (users or departments or to_all):
        raise Refused(INVALID)
    if not all(number.isdecimal() for number in departments):
        raise Refused(INVALID)
    msg = _message(app, body)
    task_id = 256271667526 + len(app.work_notifications)
    work = WorkNotification(task_id, msg, app.now(), app.asks_before_result)
    for number in map(int, departments):
        if number in app.departments:
            users.extend(app.departments[number])
        else:
            work.invalid_departments.append(number)
    work.addressed = list(dict.fromkeys(users + (list(app.users) if to_all else [])))
    for user in work.addressed:
        _deliver(app, work, user)
    app.work_notifications[task_id] = work
    return {'task_id': task_id}


def progress(app: App, request: Request) -> Dict[str, object]:
    """POST /topapi/message/corpconversation/getsendprogress"""
    ready = _asked(app, request).is_ready()
    return {'progress': {'progress_in_percent': 100 if ready else 50, 'status': 2 if ready else 1}}


def result(app: App, request: Request) -> Dict[str, object]:
    """POST /topapi/message/corpconversation/getsendresult; before it is there every list is empty."""
    work = _asked(app, request)
    if len(work.addressed) > RESULT_USERS:
        raise Silence  # the page says that the call times out, and gives no code
    if not work.is_ready():
        work = WorkNotification(work.task_id, work.msg, work.sent_at, 0)
    return {
        'send_result': {
            'invalid_user_id_list': work.invalid,
            'forbidden_user_id_list': [user for user, _, _ in work.forbidden],
            'failed_user_id_list': work.failed,
            'read_user_id_list': [user for user in work.reached if user in work.read_by],
            'unread_user_id_list': [user for user in work.reached if user not in work.read_by],
            'invalid_dept_id_list': work.invalid_departments,
            'forbidden_list': [{'code': code, 'count': count, 'userid': user} for user, code, count in work.forbidden],
        }
    }


def _deliver(app: App, work: WorkNotification, user: str) -> None:
    if user not in app.users:
        work.invalid.append(user)
        return
    shown = json.dumps(work.msg, sort_keys=True, ensure_ascii=False)
    today = [
        other
        for other in app.work_notifications.values()
        if user in other.reached and _day(other.sent_at) == _day(work.sent_at)
    ]
    if user in app.unreachable:
        code, count = app.unreachable[user], 0
    elif app.is_unsuitable(shown):
        code, count = UNSUITABLE, 0
    elif any(other.msg == work.msg for other in today):
        code, count = DUPLICATE, 1
    elif len(today) >= PER_DAY:
        code, count = DAILY, PER_DAY
    else:
        work.reached.append(user)
        return
    if code:
        work.forbidden.append((user, code, count))
    else:
        work.failed.append(user)


def _day(time: datetime) -> date:
    return (time + timedelta(hours=8)).date()  # China's


def _check_agent(app: App, body: Dict[str, object]) -> None:
    if str(body.get('agent_id', '')) != str(app.agent_id):
        raise Refused(AGENT)


def _ids(body: Dict[str, object], name: str, limit: int) -> List[str]:
    value = body.get(name) or ''
    if not isinstance(value, str):
        raise Refused(INVALID)
    ids = [one.strip() for one in value.split(',') if one.strip()]
    if len(ids) > limit:
        raise Refused(INVALID)
    return ids


def _asked(app: App, request: Request) -> WorkNotification:
    body = old_object(request, INVALID)
    _check_agent(app, body)
    task_id = str(body.get('task_id'))
    work = app.work_notifications.get(int(task_id)) if task_id.isdecimal() else None
    if work is None or app.now() - work.sent_at > KEPT:
        raise Refused(INVALID)
    return work


def _message(app: App, body: Dict[str, object]) -> Dict[str, object]:
    """The message of a request, if it can be sent."""
    msg = body.get('msg')
    msgtype = text(msg, 'msgtype', INVALID)
    content = msg.get(msgtype) if isinstance(msg, dict) else None
    if not isinstance(msg, dict) or not isinstance(content, dict) or msgtype not in TEXTS:
        raise Refused(INVALID)
    # Which spelling of the JSON is counted is on no page: the shortest here.
    if len(json.dumps(msg, ensure_ascii=False, separators=(',', ':')).encode('utf-8')) > MAX_BYTES:
        raise Refused(TOO_LONG)
    for name, limit in TEXTS[msgtype].items():
        _at_most(text(content, name, INVALID), limit)
    if 'media_id' in TEXTS[msgtype]:
        _check_file(app, msgtype, content['media_id'])
    elif msgtype == 'action_card':
        _check_buttons(content)
    elif msgtype == 'oa':
        head = content.get('head')
        if len(text(head, 'bgcolor', INVALID)) != 8 or not isinstance(content.get('body'), dict):
            raise Refused(INVALID)
    return msg


def _check_file(app: App, msgtype: str, media_id: str) -> None:
    file = app.files.get(media_id)
    if file is None or file.type != msgtype:
        raise Refused(NO_FILE)
    if msgtype == 'file' and len(file.content) > MAX_FILE:
        raise Refused(TOO_LARGE)


def _check_buttons(content: Dict[str, object]) -> None:
    title = content.get('title')
    if isinstance(title, str):
        _at_most(title, 64)
    buttons = content.get('btn_json_list')
    if buttons is None:
        _at_most(text(content, 'single_title', INVALID), 20)
        _at_most(text(content, 'single_url', INVALID), 500)
        return
    if not isinstance(buttons, list) or not buttons or content.get('btn_orientation') not in ('0', '1'):
        raise Refused(INVALID)
    _at_most(json.dumps(buttons, ensure_ascii=False, separators=(',', ':')), 1000)
    for button in buttons:
        _at_most(text(button, 'title', INVALID), 20)
        _at_most(text(button, 'action_url', INVALID), 700)


def _at_most(value: str, limit: int) -> None:
    if limit and len(value) > limit:
        raise Refused(TOO_LONG)
