"""What WeCom's group robot takes for a message, and what the group then sees.

Where its rules come from, by the tags used here and in :mod:`.wxwork_robot`:

- W1: https://developer.work.weixin.qq.com/document/path/99110
- W2: https://developer.work.weixin.qq.com/document/path/90313 (the error codes)
- SIZE: https://github.com/dromara/domain-admin/issues/82 (the words of a markdown too long)
"""

import base64
import hashlib
import json
import re
from typing import Callable, Dict, Iterable, List, NamedTuple, Sequence, Tuple

from scan_notify_plugin.testing.robot_server import Mentions, Refused

__all__ = ['Content', 'parse', 'read_content']

# W2
FILE_FORMAT, MSGTYPE, IMAGE_SIZE, CHARACTER, URL_LENGTH, PARAMETER = 40004, 40008, 40009, 40033, 40039, 40058
NO_MEDIA_ID, NO_TITLE, EMPTY, TOO_LONG, TOO_MANY_ARTICLES, NO_SCHEME = 41006, 41016, 44004, 45002, 45008, 45034

#: Bytes (W1; W2 for the url).
MAX_TEXT, MAX_MARKDOWN, MAX_URL, MAX_IMAGE = 2048, 4096, 1024, 2 * 1024 * 1024

#: Of a card: its objects and its lists, with the fields that are shown. Of a list also the most rows.
CARD_PARTS = (
    ('source', ('desc',)),
    ('main_title', ('desc',)),
    ('emphasis_content', ('title', 'desc')),
    ('quote_area', ('title', 'quote_text')),
    ('image_text_area', ('title', 'desc')),
)
CARD_ROWS = (
    ('vertical_content_list', 4, ('title', 'desc')),
    ('horizontal_content_list', 6, ('keyname', 'value')),
    ('jump_list', 3, ('title',)),
)

_USER_ID = re.compile(r'[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}\Z')
_MOBILE = re.compile(r'\+?[0-9]{5,20}\Z')
_TOKEN = re.compile(r'<@([0-9A-Za-z][0-9A-Za-z_.@-]{0,63})>')


class Content(NamedTuple):
    """What the group sees of a body."""

    title: str  # '' where the type has none
    text: str
    at: Mentions = Mentions()
    media: Tuple[Tuple[str, str], ...] = ()  # (type, media id): what must have been uploaded


def parse(raw: bytes) -> Dict[str, object]:
    """The body as JSON; whatever content type it says it has is not looked at."""
    try:
        body = json.loads(raw.decode('utf-8'))
    except (ValueError, RecursionError):
        raise Refused(MSGTYPE)
    if not isinstance(body, dict):
        raise Refused(MSGTYPE)
    return body


def read_content(body: Dict[str, object]) -> Content:
    """What is in the object that msgtype names; all beside it is ignored, mentions too (W1)."""
    msgtype = body.get('msgtype')
    if not isinstance(msgtype, str) or msgtype not in _READERS:
        raise Refused(MSGTYPE)
    value = body.get(msgtype)
    if value is None:
        raise Refused(EMPTY)
    if not isinstance(value, dict):
        raise Refused(PARAMETER)
    _check_characters(value)
    return _READERS[msgtype](value)


def _check_characters(value: object) -> None:
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, dict):
            rest.extend(item.values())
        elif isinstance(item, list):
            rest.extend(item)
        elif isinstance(item, str) and re.search(r'\\u[0-9A-Fa-f]{4}|[\ud800-\udfff]', item):
            raise Refused(CHARACTER)


def _text(value: Dict[str, object]) -> Content:
    text = _string(value, 'content', EMPTY)
    if _size(text) > MAX_TEXT:
        raise Refused(TOO_LONG)
    user_ids, mobiles = _names(value, 'mentioned_list'), _names(value, 'mentioned_mobile_list')
    return Content(
        '',
        text,
        Mentions(
            _unique(name for name in mobiles if _MOBILE.match(name)),
            _unique([name for name in user_ids if _USER_ID.match(name)] + _TOKEN.findall(text)),
            '@all' in user_ids + mobiles,
        ),
    )


def _markdown(value: Dict[str, object]) -> Content:
    # Whether <@all> reaches everybody is disputed. Here it is a user of that name: who relies on it
    # is disappointed, and who lets it through from a stranger is found out.
    text = _long(value, 'markdown')
    return Content('', text, Mentions(user_ids=_unique(_TOKEN.findall(text))))


def _markdown_v2(value: Dict[str, object]) -> Content:
    return Content('', _long(value, 'markdown_v2'))


def _image(value: Dict[str, object]) -> Content:
    try:
        # On Python 3.6 validate lets a last line break through.
        raw = base64.b64decode(_string(value, 'base64', EMPTY).replace('\n', '?'), validate=True)
    except ValueError:
        raise Refused(PARAMETER, 'image.base64 invalid')
    if len(raw) > MAX_IMAGE:
        raise Refused(IMAGE_SIZE)
    if hashlib.md5(raw).hexdigest() != _string(value, 'md5').lower():
        raise Refused(PARAMETER, 'image.md5 not match')
    if not raw.startswith((b'\xff\xd8\xff', b'\x89PNG\r\n\x1a\n')):
        raise Refused(FILE_FORMAT)
    return Content('', '')


def _news(value: Dict[str, object]) -> Content:
    if not value.get('articles'):
        raise Refused(EMPTY)
    lines: List[str] = []
    for article in _rows(value, 'articles', 8, TOO_MANY_ARTICLES):
        lines.append(_cut(_string(article, 'title', NO_TITLE), 128))
        lines.append(_cut(_optional(article, 'description'), 512))
        _check_url(_string(article, 'url'))
        if _optional(article, 'picurl'):
            _check_url(_string(article, 'picurl'))
    return Content('', '\n'.join(filter(None, lines)))


def _file(value: Dict[str, object]) -> Content:
    return Content('', '', media=(('file', _string(value, 'media_id', NO_MEDIA_ID)),))


def _voice(value: Dict[str, object]) -> Content:
    return Content('', '', media=(('voice', _string(value, 'media_id', NO_MEDIA_ID)),))


def _card(card: Dict[str, object]) -> Content:
    title = _optional(_object(card, 'main_title'), 'title')
    lines = [_optional(card, 'sub_title_text')]
    if card.get('card_type') == 'news_notice' and title:
        _check_url(_string(_object(card, 'card_image'), 'url'))
    elif card.get('card_type') != 'text_notice' or not (title or lines[0]):
        raise Refused(PARAMETER)
    _check_click(_object(card, 'card_action'), (1, 2))
    media: List[Tuple[str, str]] = []
    for name, shown in CARD_PARTS:
        part = _object(card, name)
        lines.extend(_optional(part, field) for field in shown)
        _check_click(part, (0, 1, 2))
    for name, most, shown in CARD_ROWS:
        for row in _rows(card, name, most):
            _string(row, shown[0])
            lines.append(' '.join(_optional(row, field) for field in shown))
            kind = row.get('type') if name == 'horizontal_content_list' else None
            if kind == 2:
                media.append(('file', _string(row, 'media_id')))
            elif kind == 3:
                _string(row, 'userid')
            else:
                _check_click(row, (0, 1, 2))
    return Content(title, '\n'.join(filter(None, lines)), media=tuple(media))


_READERS: Dict[str, Callable[[Dict[str, object]], Content]] = {
    'text': _text,
    'markdown': _markdown,
    'markdown_v2': _markdown_v2,
    'image': _image,
    'news': _news,
    'file': _file,
    'voice': _voice,
    'template_card': _card,
}


def _check_click(holder: Dict[str, object], types: Sequence[int]) -> None:
    """0 does nothing, 1 opens a page, 2 opens a mini-program (W1)."""
    kind = holder.get('type', 0)
    if not isinstance(kind, int) or isinstance(kind, bool) or kind not in types:
        raise Refused(PARAMETER)
    if kind == 1:
        _check_url(_string(holder, 'url'))
    elif kind == 2:
        _string(holder, 'appid')


def _check_url(url: str) -> None:
    if _size(url) > MAX_URL:
        raise Refused(URL_LENGTH)
    if not re.match(r'https?://[^\s/]', url, re.IGNORECASE):
        raise Refused(NO_SCHEME)


def _long(value: Dict[str, object], msgtype: str) -> str:
    text = _string(value, 'content', EMPTY)
    if _size(text) > MAX_MARKDOWN:
        raise Refused(PARAMETER, '{}.content exceed max length 4096'.format(msgtype))  # SIZE
    return text


def _string(holder: Dict[str, object], name: str, missing: int = PARAMETER) -> str:
    text = _optional(holder, name)
    if not text:
        raise Refused(missing)
    return text


def _optional(holder: Dict[str, object], name: str) -> str:
    text = holder.get(name)
    if text is not None and not isinstance(text, str):
        raise Refused(PARAMETER)
    return text or ''


def _object(holder: Dict[str, object], name: str) -> Dict[str, object]:
    value = holder.get(name)
    if value is not None and not isinstance(value, dict):
        raise Refused(PARAMETER)
    return value or {}


def _rows(holder: Dict[str, object], name: str, most: int, too_many: int = PARAMETER) -> List[Dict[str, object]]:
    rows = holder.get(name)
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refused(PARAMETER)
    if len(rows) > most:
        raise Refused(too_many)
    return rows


def _names(holder: Dict[str, object], field: str) -> List[str]:
    names = holder.get(field) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused(PARAMETER)
    return names


def _unique(names: Iterable[str]) -> Tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _size(text: str) -> int:
    return len(text.encode('utf-8'))


def _cut(text: str, most: int) -> str:
    return text.encode('utf-8')[:most].decode('utf-8', 'ignore')
