"""WeCom's group robot (webhook), as strict as the real one.

Where its rules come from: the tags of :mod:`.wxwork_rules`, and

- PACE: https://developer.work.weixin.qq.com/document/path/90455
"""

import secrets
import uuid
from collections import deque
from datetime import datetime, timedelta
from typing import Callable, Deque, Dict, NamedTuple, Optional

from scan_notify_plugin.testing.robot_server import (
    FAULTS,
    Answer,
    Message,
    Refused,
    Request,
    Robot,
    RobotServer,
    errcode_answer,
)
from scan_notify_plugin.testing.wxwork_rules import parse, read_content
from scan_notify_plugin.testing.wxwork_upload import EMPTY_FILE, check_upload, read_upload

__all__ = ['MediaFile', 'WxWorkRobot', 'WxWorkRobotServer']

SEND, UPLOAD = '/cgi-bin/webhook/send', '/cgi-bin/webhook/upload_media'
MEDIA_ID, POST_ONLY, TOO_FAST, NO_ROBOT, DISABLED = 40007, 43002, 45009, 93000, 93004


class MediaFile(NamedTuple):
    """A file that was uploaded to one robot."""

    name: str
    bytes: bytes
    created_at: datetime  # aware UTC
    type: str  # file or voice


class WxWorkRobot(Robot):
    """One robot in one group; ``removed`` and ``disabled`` may be set at any time.

    There is no idempotency key: a repeated body is a second message. Beside the common faults
    it can be told ``json_warning``: errcode 0, with a warning in errmsg (W2), seen in the field
    both where the message came (``_after``) and where it did not (``_before``).
    """

    per_minute = 20  # messages; uploads do not count (W1)
    media_life = timedelta(days=3)  # W1

    faults = dict(FAULTS, json_warning=errcode_answer(0, 'ok. Warning: wrong json format. '))
    paths = {'send': SEND, 'upload': UPLOAD}

    # W2's codes. Clients must go by the code: "errmsg may change", it says.
    WORDS = {
        -1: 'system error',
        40004: 'invalid media type',
        40005: 'invalid type param',
        40006: 'invalid media size',
        40007: 'invalid media_id',
        40008: 'invalid message type',
        40009: 'invalid image size',
        40033: 'invalid request, char not allowed',
        40039: 'invalid url length',
        40058: 'invalid Request Parameter',
        41005: 'missing media data',
        41006: 'missing media_id',
        41016: 'missing title',
        43002: 'require POST method',
        44001: 'empty media data',
        44004: 'empty content',
        45001: 'media file size out of limit',
        45002: 'content size out of limit',
        45008: 'article count out of limit',
        45009: 'api freq out of limit',
        45033: 'api concurrent out of limit',
        45034: 'url must have protocol header',
        93000: 'invalid webhook url',
        93004: 'robot is disabled',
        93008: 'robot is not in the group',
    }

    def __init__(self, server: 'WxWorkRobotServer', alias: str, key: str) -> None:
        super().__init__(server, alias)
        self.key = key
        self.files: Dict[str, MediaFile] = {}  # by media id, the expired ones too
        self.removed = self.disabled = False
        self._recent: Deque[datetime] = deque()

    @property
    def webhook_url(self) -> str:
        """What an administrator copies from WeCom, once the server is started."""
        return '{}{}?key={}'.format(self.server.base_url, SEND, self.key)

    def admit(self, request: Request) -> None:
        if request.path == SEND:
            self._check_service()
            self._check_pace(self.server.now())

    def accept(self, request: Request) -> str:
        if request.path == SEND:
            self._keep_message(request)
        else:
            self._keep_file(request)
        return 'accepted'

    def answer(self, code: int, words: str) -> Answer:
        return _refusal(code, words) if code else errcode_answer(code, words)

    def success(self, request: Request) -> Answer:
        if request.path == SEND:
            return super().success(request)
        media_id, file = list(self.files.items())[-1]
        seconds = str(int(file.created_at.timestamp()))
        return errcode_answer(0, 'ok', type=file.type, media_id=media_id, created_at=seconds)

    def _keep_message(self, request: Request) -> None:
        body = parse(request.body)
        content = read_content(body)
        now = self.server.now()
        names = []
        for media_type, media_id in content.media:
            file = self.files.get(media_id)
            if file is None or file.type != media_type or now - file.created_at >= self.media_life:
                raise Refused(MEDIA_ID)
            names.append(file.name)
        text = '\n'.join(filter(None, [content.text] + names))
        self.messages.append(
            Message(
                self.alias, str(body['msgtype']), content.title, text, content.at, None, len(request.body), now, body
            )
        )

    def _keep_file(self, request: Request) -> None:
        upload = read_upload(request)  # before the robot's own state: 44001 is told whatever the key
        self._check_service()
        media_type = request.query.get('type', '')
        check_upload(upload, media_type)
        media_id = secrets.token_urlsafe(48)
        self.files[media_id] = MediaFile(upload.name, upload.content, self.server.now(), media_type)

    def _check_service(self) -> None:
        if self.removed:
            raise Refused(NO_ROBOT)
        if self.disabled:
            raise Refused(DISABLED)

    def _check_pace(self, now: datetime) -> None:
        # Whether the minute slides is not told, nor whether refused messages count (W1, PACE): here it
        # does and they do. The block ends with the minute (PACE), so what came during it does not count.
        while self._recent and now - self._recent[0] >= timedelta(minutes=1):
            self._recent.popleft()
        if len(self._recent) >= self.per_minute:
            raise Refused(TOO_FAST)
        self._recent.append(now)


class WxWorkRobotServer(RobotServer):
    """``POST /cgi-bin/webhook/send?key=KEY`` and ``.../upload_media?key=KEY&type=TYPE`` (W1)."""

    def __init__(self, now: Optional[Callable[[], datetime]] = None, hold_seconds: float = 30.0) -> None:
        super().__init__(now, hold_seconds)
        self._robots: Dict[str, WxWorkRobot] = {}

    def add_robot(self, alias: str = '', key: str = '') -> WxWorkRobot:
        """A new robot, its alias and key made up where not given."""
        alias = alias or 'robot-{}'.format(len(self._robots) + 1)
        robot = WxWorkRobot(self, alias, key or str(uuid.uuid4()))
        if robot.key in self._robots:
            raise ValueError('key: already that of another robot')
        self._robots[robot.key] = robot
        return robot

    def respond(self, request: Request) -> Answer:
        if request.path not in (SEND, UPLOAD):
            return self.stray(request, 404, Answer(404))
        code = NO_ROBOT
        if request.method != 'POST':
            code = POST_ONLY
        elif request.query.get('key', '') in self._robots:
            return self._robots[request.query['key']].handle(request)
        elif request.path == UPLOAD and _is_empty(request):
            code = EMPTY_FILE
        return self.stray(request, code, _refusal(code, WxWorkRobot.WORDS[code]))


def _refusal(code: int, words: str) -> Answer:
    hint = '{}, hint: [{}], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e={}'
    return errcode_answer(code, hint.format(words, secrets.token_hex(16), code))


def _is_empty(request: Request) -> bool:
    try:
        read_upload(request)
    except Refused as error:
        return error.code == EMPTY_FILE
    return False
