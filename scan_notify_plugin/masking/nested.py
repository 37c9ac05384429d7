"""Nested values, as documents and as JSON: a credential's name hides whatever is below it."""

import json
from typing import Dict, List, Mapping, Tuple

from scan_notify_plugin.masking.names import Meaning, is_credential, meaning_of
from scan_notify_plugin.masking.texts import masked_text, tells
from scan_notify_plugin.masking.worth import is_nothing, is_opaque
from scan_notify_plugin.secret import MASK

#: Under which names a name and its value are told apart: [{"name": "Cookie", "value": "a=b"}].
_NAMES = ('name', 'key', 'field', 'header')
_VALUES = ('value', 'val')
#: Options whose value is the next word of a command.
_OPTIONS = frozenset(['-u', '-U', '--user', '--proxy-user', '-b', '--cookie', '--oauth2-bearer', '-p', '--pass'])


def masked(value: object, texts: bool = True) -> object:
    """A nested value without credentials.

    :param texts: look into texts too
    """
    if isinstance(value, dict):
        return masked_document(value, texts)
    if isinstance(value, (list, tuple)):
        return _items(list(value), texts)
    return masked_text(value) if texts and isinstance(value, str) else value


def masked_document(document: Mapping[str, object], texts: bool = True) -> Dict[str, object]:
    """The same of what is a mapping."""
    named = next((document[name] for name in _NAMES if isinstance(document.get(name), str)), '')
    hides = is_credential(named) if named else False
    return {name: _entry(str(name), inner, hides and name in _VALUES, texts) for name, inner in document.items()}


def _entry(name: str, value: object, hides: bool, texts: bool) -> object:
    meaning = Meaning.CREDENTIAL if hides else meaning_of(name)
    if meaning is Meaning.CREDENTIAL and _holds(value):
        return MASK
    if meaning is Meaning.PERHAPS and isinstance(value, str) and is_opaque(value):
        return MASK
    return masked(value, texts)


def _holds(value: object) -> bool:
    """Whether there is something to hide: nothing, and a yes or no, are not."""
    if isinstance(value, str):
        return not is_nothing(value)
    return value is not None and not isinstance(value, bool) and value not in ([], {}, ())


def _items(items: List[object], texts: bool) -> List[object]:
    pair = len(items) == 2 and isinstance(items[0], str) and is_credential(items[0])
    masked_items: List[object] = []
    for number, item in enumerate(items):
        before = items[number - 1] if number else None
        hides = (pair and number == 1) or (isinstance(before, str) and before in _OPTIONS)
        masked_items.append(MASK if hides and _holds(item) and isinstance(item, str) else masked(item, texts))
    return masked_items


def masked_cell(text: str) -> str:
    """A text that may be JSON: then by its names, else as any text."""
    if text[:1] in ('{', '[') and tells(text):
        whole, after = _parsed(text)
        if whole:
            return after
    return masked_text(text)


def _parsed(text: str) -> Tuple[bool, str]:
    """Whether it is JSON, and what of it is to be seen."""
    try:
        value = json.loads(text)
        hidden = masked(value)
        return True, text if hidden == value else json.dumps(hidden, ensure_ascii=False, separators=(',', ':'))
    except (RecursionError, ValueError):
        return False, ''
