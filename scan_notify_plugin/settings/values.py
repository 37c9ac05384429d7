"""What the value of a setting may be: checked, and turned into what counts. Pure.

A parser takes the full name of a key and what stands there, and raises :class:`ConfigError` for anything else.
"""

import os
import re
from typing import Callable, Dict, List, Tuple, Union
from urllib.parse import urlsplit

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault


def quotable(value: object) -> Union[str, Fault]:
    """A wrong value for a fault; of what may hold a credential the type alone."""
    if isinstance(value, str) and ('://' in value or '=' in value or len(value) > 40):
        return Fault('value.another-text')
    plain = isinstance(value, (str, int, float)) or value is None
    return repr(value) if plain else Fault('value.of-type', type=type(value).__name__)


def parse_channel(key: str, value: object) -> str:
    """A channel's name: letters, digits, - and _."""
    name = parse_text(key, value)
    if name and not re.fullmatch(r'[\w-]+', name):
        raise ConfigError(key, Fault('value.channel', value=quotable(name)))
    return name


def parse_boolean(key: str, value: object) -> bool:
    """A YAML boolean, or the words true and false (a quoted "false" must not count as true)."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word in (True, 'true', 'yes', 'on'):
        return True
    if word in (False, 'false', 'no', 'off'):
        return False
    raise ConfigError(key, Fault('value.boolean', value=quotable(value)))


def parse_choice(*choices: str) -> Callable[[str, object], str]:
    """A parser of these words."""

    def parse(key: str, value: object) -> str:
        word = str(value).strip().lower()
        if word not in choices:
            raise ConfigError(key, Fault('value.choice', choices=', '.join(choices), value=quotable(value)))
        return word

    return parse


def parse_number(least: float, most: float) -> Callable[[str, object], float]:
    """A parser of numbers in these bounds."""

    def parse(key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            bounds = {'least': '{:g}'.format(least), 'most': '{:g}'.format(most)}
            raise ConfigError(key, Fault('value.number', value=quotable(value), **bounds))
        return value

    return parse


def parse_whole(least: int, most: int) -> Callable[[str, object], int]:
    """A parser of whole numbers in these bounds."""
    parse_any = parse_number(least, most)

    def parse(key: str, value: object) -> int:
        number = parse_any(key, value)
        if number != int(number):
            raise ConfigError(key, Fault('value.whole', value=quotable(value)))
        return int(number)

    return parse


def parse_text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ConfigError(key, Fault('value.text', value=quotable(value)))
    return value.strip()


def parse_web_address(key: str, value: object) -> str:
    """An http(s) address with a host and nothing after the path; '' is none."""
    address = parse_text(key, value)
    if address and not _is_web_address(address):
        raise ConfigError(key, Fault('value.web-address', example='https://arl.example.com'))
    return address.rstrip('/')


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # half an IPv6 address
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    return bool(parts.scheme in ('http', 'https') and parts.hostname and plain)


def parse_folder(key: str, value: object) -> str:
    """An absolute path: the web process and the worker may have been started in different places."""
    path = parse_text(key, value)
    if path and not os.path.isabs(path):
        raise ConfigError(key, Fault('value.folder', value=quotable(path)))
    return path


def parse_listen(key: str, value: object) -> str:
    """``address:port``; '' is none."""
    where = parse_text(key, value)
    host, colon, port = where.rpartition(':')
    if where and not (host and colon and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigError(key, Fault('value.listen', example='127.0.0.1:9402', value=quotable(where)))
    return where


def parse_names(key: str, value: object) -> Tuple[str, ...]:
    """A name, several separated by commas, or a list of names; in order, each once."""
    names: List[str] = []
    items = value.split(',') if isinstance(value, str) else value
    for item in items if isinstance(items, (list, tuple)) else (None,):
        if not isinstance(item, str):
            raise ConfigError(key, Fault('value.names', value=quotable(value)))
        if item.strip() and item.strip() not in names:
            names.append(item.strip())
    return tuple(names)


def parse_section(key: str, value: object) -> Dict[object, object]:
    """A mapping. What stands there instead is not repeated: it may be a webhook with its token."""
    if not isinstance(value, dict):
        raise ConfigError(key, Fault('value.section', type=type(value).__name__))
    return value
