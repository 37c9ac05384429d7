"""What Feishu's custom bot takes for a message, and what the group then sees.

Where its rules come from, by the tags used here and in :mod:`.feishu_robot`:

- F1: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
- MD: https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text
- CARD: https://open.feishu.cn/document/feishu-cards/card-json-v2-structure, and for fields that are not known
  https://open.feishu.cn/document/feishu-cards/card-json-v2-breaking-changes-release-notes
- TABLE: https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/table
- BUTTON: https://open.feishu.cn/document/feishu-cards/card-json-v2-components/interactive-components/button
- CODES: https://open.feishu.cn/document/ukTMukTMukTM/ugjM14COyUjL4ITN
- FIELD: https://github.com/HKUDS/nanobot/issues/1382 (too many tables)
"""

import json
import re
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple
from urllib.parse import urlsplit

from scan_notify_plugin.testing.robot_server import Mentions, Refused

__all__ = ['Content', 'parse', 'read_content']

# CODES
BAD_REQUEST, CONTENT, TABLES, MSG_TYPE, NO_ALL = 9499, 11246, 11310, 19002, 11235

#: Bytes of a request, F1's 20 KB; what a card may hold (CARD, TABLE, MD, BUTTON).
MAX_BYTES, MAX_ELEMENTS, MAX_TABLES, MAX_MARKDOWN_TABLES, MAX_LABEL = 20000, 200, 5, 4, 100

_COLOURS = frozenset('blue wathet turquoise green yellow orange red carmine violet purple indigo grey default'.split())
_BUTTONS = frozenset('default primary danger text primary_text danger_text primary_filled danger_filled laser'.split())
_TYPES = frozenset('text lark_md number options persons date markdown'.split())
_PLACED = frozenset(['tag', 'element_id', 'margin'])
#: A table begins with the line below its head.
_TABLE = re.compile(r'(?m)^\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?\|?\s*$')
_AT = re.compile(r'<at\s+(?:user_id|ids?)\s*=\s*["\']?([^"\'>\s]+)["\']?\s*>')


class Content(NamedTuple):
    """What the group sees of a body."""

    title: str  # '' where the type has none
    text: str  # markup as it was sent
    at: Mentions = Mentions()


def parse(raw: bytes) -> Dict[str, object]:
    """The body as JSON."""
    if len(raw) > MAX_BYTES:
        raise Refused(BAD_REQUEST)
    try:
        body = json.loads(raw.decode('utf-8'))
    except (ValueError, RecursionError):
        raise Refused(BAD_REQUEST)
    if not isinstance(body, dict):
        raise Refused(BAD_REQUEST)
    return body


def read_content(body: Mapping[str, object]) -> Content:
    """What is in a message of the type that it names (F1)."""
    msg_type = body.get('msg_type')
    if not isinstance(msg_type, str) or msg_type not in _READERS:
        raise Refused(MSG_TYPE, 'params error, msg_type need')
    name = 'card' if msg_type == 'interactive' else 'content'
    value = body.get(name)
    if not isinstance(value, dict):
        raise Refused(MSG_TYPE, 'params error, unknown {} value'.format(name))
    return _READERS[msg_type](value)


def _text(value: Mapping[str, object]) -> Content:
    text = _string(value, 'text', MSG_TYPE)
    return Content('', text, mentions(text))


def _post(value: Mapping[str, object]) -> Content:
    post = _object(value, 'post', MSG_TYPE)
    languages = [one for one in post.values() if isinstance(one, dict)]
    if not languages:
        raise Refused(MSG_TYPE)
    title, lines, ids = str(languages[0].get('title') or ''), [], []
    for paragraph in _list(languages[0], 'content', MSG_TYPE):
        for node in paragraph if isinstance(paragraph, list) else [None]:
            if not isinstance(node, dict):
                raise Refused(MSG_TYPE)
            if node.get('tag') == 'at':
                ids.append(_string(node, 'user_id', MSG_TYPE))
            elif node.get('tag') in ('text', 'a'):
                lines.append(_string(node, 'text', MSG_TYPE))
            if node.get('tag') == 'a':
                _check_url(_string(node, 'href', MSG_TYPE), MSG_TYPE)
    return Content(title, '\n'.join(filter(None, [title] + lines)), _called(ids))


def _other(value: Mapping[str, object]) -> Content:
    return Content('', '')


def _card(card: Mapping[str, object]) -> Content:
    if card.get('schema') != '2.0':
        return _old_card(card)
    _known(card, ['schema', 'config', 'card_link', 'header', 'body'])
    config = _object(card, 'config') if 'config' in card else {}
    _known(config, [
        'streaming_mode', 'streaming_config', 'summary', 'locales', 'enable_forward', 'update_multi', 'width_mode',
        'use_custom_translation', 'enable_forward_interaction', 'style',
    ])  # fmt: skip
    if config.get('update_multi', True) is not True:
        raise Refused(CONTENT, 'update_multi')
    title = _header(_object(card, 'header')) if 'header' in card else ''
    found = _Found()
    for element in _list(_object(card, 'body'), 'elements'):
        found.read(element, root=True)
    if found.count > MAX_ELEMENTS:
        raise Refused(CONTENT, 'ErrCode: 200621; ErrMsg: too many elements')
    if found.tables > MAX_TABLES:
        raise Refused(TABLES)
    return Content(title, '\n'.join([title] + found.lines), mentions('\n'.join(found.markdown)))


def _old_card(card: Mapping[str, object]) -> Content:
    """JSON 1.0, where a field that is not known is ignored; enough of it for other people's clients."""
    header = card.get('header')
    title = _label(_object(header, 'title')) if isinstance(header, dict) and 'title' in header else ''
    lines = [title]
    for element in _list(card, 'elements'):
        if isinstance(element, dict):
            inner = element.get('text')
            lines.append(str(inner.get('content', '') if isinstance(inner, dict) else element.get('content', '')))
    return Content(title, '\n'.join(filter(None, lines)), mentions('\n'.join(lines[1:])))


_READERS: Dict[str, Callable[[Mapping[str, object]], Content]] = {
    'text': _text,
    'post': _post,
    'image': _other,
    'share_chat': _other,
    'interactive': _card,
}


class _Found:
    """What the elements of a card show."""

    def __init__(self) -> None:
        self.count = self.tables = 0
        self.lines: List[str] = []
        self.markdown: List[str] = []

    def read(self, element: object, root: bool = False) -> None:
        if not isinstance(element, dict):
            raise Refused(CONTENT)
        self.count += 1
        kind = element.get('tag')
        if kind == 'markdown':
            self._markdown(element)
        elif kind == 'button':
            self.lines.append(_button(element))
            self.count += 1
        elif kind == 'table' and root:  # nowhere else (TABLE)
            self.tables += 1
            self.lines += _table(element)
        elif kind == 'hr':
            _known(element, _PLACED)
        elif kind in ('column_set', 'column'):
            for inner in _list(element, 'columns' if kind == 'column_set' else 'elements'):
                self.read(inner)
        else:
            raise Refused(CONTENT, 'ErrCode: 200621; ErrMsg: unknown tag {}'.format(kind))

    def _markdown(self, element: Mapping[str, object]) -> None:
        _known(element, _PLACED | frozenset(['content', 'text_align', 'text_size', 'icon']))
        content = _string(element, 'content')
        tables = len(_TABLE.findall(re.sub(r'(?s)```.*?```', '', content)))
        if tables > MAX_MARKDOWN_TABLES:  # (MD)
            raise Refused(TABLES)
        self.tables += tables
        self.lines.append(content)
        self.markdown.append(content)


def _header(header: Mapping[str, object]) -> str:
    _known(header, ['title', 'subtitle', 'text_tag_list', 'i18n_text_tag_list', 'template', 'icon', 'padding'])
    if header.get('template', 'default') not in _COLOURS:
        raise Refused(CONTENT, 'template')
    return _label(_object(header, 'title'))


def _button(button: Mapping[str, object]) -> str:
    _known(button, _PLACED | frozenset([
        'type', 'size', 'width', 'text', 'icon', 'hover_tips', 'disabled', 'disabled_tips', 'confirm', 'behaviors',
    ]))  # fmt: skip
    if button.get('type', 'default') not in _BUTTONS:
        raise Refused(CONTENT, 'type')
    behaviors = _list(button, 'behaviors')
    for one in behaviors:
        # A custom bot's buttons open links and nothing else (F1).
        if not isinstance(one, dict) or one.get('type') != 'open_url':
            raise Refused(CONTENT, 'behaviors')
        _check_url(_string(one, 'default_url'), CONTENT)
    label = _label(_object(button, 'text'))
    if not behaviors or len(label) > MAX_LABEL:
        raise Refused(CONTENT, 'button')
    return label


def _table(table: Mapping[str, object]) -> List[str]:
    _known(table, _PLACED | frozenset([
        'page_size', 'row_height', 'row_max_height', 'freeze_first_column', 'header_style', 'columns', 'rows',
    ]))  # fmt: skip
    size = table.get('page_size', 5)
    if not isinstance(size, int) or not 1 <= size <= 10:
        raise Refused(CONTENT, 'page_size')
    names, lines = [], []
    for column in _list(table, 'columns'):
        if not isinstance(column, dict) or column.get('data_type', 'text') not in _TYPES:
            raise Refused(CONTENT, 'columns')
        names.append(_string(column, 'name'))
        lines.append(str(column.get('display_name', '')))
    for row in _list(table, 'rows'):
        if not isinstance(row, dict):
            raise Refused(CONTENT, 'rows')
        lines += [str(row.get(name, '')) for name in names]
    return lines


def mentions(text: str) -> Mentions:
    """Whom a text calls; what is escaped is no tag."""
    return _called([name for found in _AT.findall(text) for name in found.split(',')])


def _called(ids: List[str]) -> Mentions:
    return Mentions((), tuple(dict.fromkeys(name for name in ids if name != 'all')), 'all' in ids)


def _label(value: Mapping[str, object]) -> str:
    if value.get('tag') not in ('plain_text', 'lark_md'):
        raise Refused(CONTENT, 'tag')
    return _string(value, 'content')


def _known(holder: Mapping[str, object], names: Iterable[str]) -> None:
    unknown = sorted(set(holder) - set(names))
    if unknown:
        raise Refused(CONTENT, 'ErrCode: 200621; ErrMsg: parse card json err, unknown property {}'.format(unknown[0]))


def _check_url(url: str, code: int) -> None:
    """F1: the message is refused for a wrong link; HTTP and HTTPS alone (MD)."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in ('http', 'https') and bool(parts.hostname) and not re.search(r'\s', url)
    except ValueError:
        right = False
    if not right:
        raise Refused(code, 'invalid url')


def _string(holder: Mapping[str, object], name: str, code: int = CONTENT) -> str:
    value = holder.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(code, '{} is nil'.format(name))
    return value


def _object(holder: Mapping[str, object], name: str, code: int = CONTENT) -> Dict[str, object]:
    value = holder.get(name)
    if not isinstance(value, dict):
        raise Refused(code, name)
    return value


def _list(holder: Mapping[str, object], name: str, code: int = CONTENT) -> List[object]:
    value = holder.get(name)
    if not isinstance(value, list):
        raise Refused(code, name)
    return value
