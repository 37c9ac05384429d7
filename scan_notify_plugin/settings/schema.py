"""Every key of the SCAN_NOTIFY section: its form, its default, what it is for. The docs table is made from this."""

import os
import re
from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

from scan_notify_plugin.errors import ConfigError

LANGUAGES = ('zh', 'en')
NOTIFY_ON = ('finished', 'failed', 'always')
OVERSIZE = ('cut', 'split')
ON_UNCERTAIN = ('show', 'resend')
STORAGE = ('auto', 'directory', 'gridfs')


class Key(NamedTuple):
    """One configuration key."""

    name: str
    #: (full key, value) -> value; raises ConfigError. None for a section or a secret: it is checked where it is read
    check: Optional[Callable[[str, Any], Any]]
    default: Any
    expected: str
    help: str

    def checked(self, name: str, value: Any) -> Any:
        """A value as it counts.

        :param name: the full key, for the error
        :raises ConfigError: if it is not as expected
        """
        return value if self.check is None else self.check(name, value)


def told(value: Any) -> str:
    """A wrong value for an error message; what may hold a credential is told by its type only."""
    if isinstance(value, str) and ('://' in value or '=' in value or len(value) > 40):
        return 'another text'
    return repr(value) if isinstance(value, (str, int, float)) or value is None else 'a ' + type(value).__name__


def channel(key: str, value: Any) -> str:
    """A channel's name: letters, digits, - and _."""
    name = text(key, value)
    if name and not re.fullmatch(r'[\w-]+', name):
        raise ConfigError(key, 'expected the name of a channel, got {}'.format(told(name)))
    return name


def boolean(key: str, value: Any) -> bool:
    """A YAML boolean, or the words true and false (a quoted "false" must not count as true)."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word in (True, 'true', 'yes', 'on'):
        return True
    if word in (False, 'false', 'no', 'off'):
        return False
    raise ConfigError(key, 'expected true or false, got {}'.format(told(value)))


def one_of(*words: str) -> Callable[[str, Any], str]:
    def check(key: str, value: Any) -> str:
        word = str(value).strip().lower()
        if word not in words:
            raise ConfigError(key, 'expected one of {}, got {}'.format(', '.join(words), told(value)))
        return word

    return check


def number(least: float, most: float) -> Callable[[str, Any], float]:
    def check(key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise ConfigError(key, 'expected a number from {:g} to {:g}, got {}'.format(least, most, told(value)))
        return value

    return check


def whole(least: int, most: int) -> Callable[[str, Any], int]:
    def check(key: str, value: Any) -> int:
        if number(least, most)(key, value) != int(value):
            raise ConfigError(key, 'expected a whole number, got {}'.format(told(value)))
        return int(value)

    return check


def text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ConfigError(key, 'expected a text, got {}'.format(told(value)))
    return value.strip()


def web_address(key: str, value: Any) -> str:
    """An http(s) address with a host and nothing after the path; '' is none."""
    address = text(key, value)
    if address and not _is_web_address(address):
        raise ConfigError(key, 'expected an address such as https://arl.example.com')
    return address.rstrip('/')


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # half an IPv6 address
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    return bool(parts.scheme in ('http', 'https') and parts.hostname and plain)


def folder(key: str, value: Any) -> str:
    """An absolute path: the web process and the worker may have been started in different places."""
    path = text(key, value)
    if path and not os.path.isabs(path):
        raise ConfigError(key, 'expected an absolute path, got {}'.format(told(path)))
    return path


def listen(key: str, value: Any) -> str:
    """``address:port``; '' is none."""
    where = text(key, value)
    host, colon, port = where.rpartition(':')
    if where and not (host and colon and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigError(key, 'expected an address and a port such as 127.0.0.1:9402, got {}'.format(told(where)))
    return where


def names(key: str, value: Any) -> Tuple[str, ...]:
    """A name, several separated by commas, or a list of names; in order, each once."""
    items = value.split(',') if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
        raise ConfigError(key, 'expected a name or a list of names, got {}'.format(told(value)))
    found: list = []
    for item in (item.strip() for item in items):
        if item and item not in found:
            found.append(item)
    return tuple(found)


SCHEDULE_KEYS = (
    Key('NOTIFY_ENABLE', boolean, False, 'true or false', 'whether the runs of a schedule are told at all'),
    Key(
        'NOTIFY_CHANNEL', names, ('dingding',), 'a target name or a list of them',
        'where they are told: names from `TARGETS`, or a channel configured in the host\'s own section',
    ),
    Key(
        'NOTIFY_ON', one_of(*NOTIFY_ON), 'always', 'finished, failed or always',
        '`finished`: every scan task done; `failed`: anything else; `always`: both',
    ),
    Key('EXPORT_ENABLE', boolean, False, 'true or false', 'whether each run gets a report'),
    Key('EXPORT_FORMAT', names, ('excel',), 'a format or a list of them',
        'the formats of the report: excel, csv, or a plugin\'s'),
)  # fmt: skip

SECTION_KEYS = (
    Key('ENABLE', boolean, False, 'true or false',
        'the master switch; while off nothing is wrapped and nothing written'),
    Key('LANGUAGE', one_of(*LANGUAGES), 'zh', 'zh or en', 'the language of messages to people'),
    Key('DEFAULTS', None, {}, 'a section', 'what a schedule without own settings gets; keys below'),
    Key('TARGETS', None, {}, 'a section', 'named destinations; keys below and the channel\'s own'),
    Key('BLOCK_PLUGINS', names, (), 'a list of plugin names', 'plugins that are not even imported'),
    Key('TEMPLATES', text, '', 'a folder', 'message templates that replace the built-in ones'),
    Key(
        'ON_UNCERTAIN', one_of(*ON_UNCERTAIN), 'show', 'show or resend',
        'a message that may or may not have arrived: leave it to its fallback target or a person, or first send it '
        'once more, marked as a possible repeat',
    ),
    Key('GIVE_UP_AFTER', number(0.01, 720), 24, 'hours',
        'how long a delivery is tried before the fallback target, then error'),
    Key('RUN_DEADLINE', number(1, 8760), 72, 'hours',
        'how long no scan task may change before the run is closed as overdue'),
    Key('EXPORT_WAIT', number(0, 1440), 10, 'minutes', 'how long a message waits for the report of its run'),
    Key('BASE_URL', web_address, '', 'an http(s) address',
        'the scanner as its users reach it; report links begin with it'),
    Key('LINK_HOURS', number(0.01, 8760), 72, 'hours', 'how long a report link works'),
    Key('LINK_DOWNLOADS', whole(0, 100000), 0, 'a whole number',
        'how often a report may be downloaded by link; 0: any number of times'),
    Key('REPORT_DAYS', number(0.01, 36500), 30, 'days', 'how long report files are kept; their records stay'),
    Key('REPORT_TOTAL_MB', number(1, 10**9), 10240, 'megabytes',
        'how much room all report files may take; the oldest go first'),
    Key(
        'REPORT_STORAGE', one_of(*STORAGE), 'auto', 'auto, directory or gridfs',
        'where report files are; `auto`: a directory once the web process has read there what the worker wrote, else '
        'GridFS',
    ),
    Key('REPORT_FOLDER', folder, '', 'an absolute path',
        'the directory of reports; default `tmp/reports` in the host\'s folder'),
    Key('MASK_CREDENTIALS', boolean, True, 'true or false',
        'whether passwords that a scan found are masked in reports'),
    Key('HISTORY_DAYS', number(1, 36500), 90, 'days', 'how long runs and jobs are kept'),
    Key('ALERTS', text, '', 'a target name',
        'who hears of trouble: failed deliveries, missed fires, outages; nobody if empty'),
    Key(
        'METRICS_LISTEN', listen, '', 'an address and a port',
        'where a worker serves its metrics, such as `127.0.0.1:9402`; beyond this machine only with `METRICS_TOKEN`',
    ),
    Key(
        'METRICS_TOKEN', None, None, 'a text, {env: NAME} or {file: path}',
        'what a scraper shows as `Authorization: Bearer ...`; without one the web\'s metrics want the host\'s login',
    ),
)  # fmt: skip

#: What an administrator may change while all processes run. The rest is read once: at the start of the host's
#: processes, of a worker, or where a report is looked for.
CHANGEABLE = tuple(
    key for key in SECTION_KEYS
    if key.name in (
        'LANGUAGE', 'ON_UNCERTAIN', 'GIVE_UP_AFTER', 'RUN_DEADLINE', 'EXPORT_WAIT', 'LINK_HOURS', 'LINK_DOWNLOADS',
        'REPORT_DAYS', 'REPORT_TOTAL_MB', 'MASK_CREDENTIALS', 'HISTORY_DAYS',
    )
)  # fmt: skip

#: Keys that any target has, whatever its channel; the rest belongs to the channel's notifier.
TARGET_KEYS = (
    Key('CHANNEL', channel, None, 'a channel name', 'the channel that speaks to this target; required'),
    Key('FALLBACK', text, '', 'a target name',
        'who is told when this target finally fails, or a message to it stays in doubt'),
    Key('LANGUAGE', one_of(*LANGUAGES), None, 'zh or en', 'overrides `SCAN_NOTIFY.LANGUAGE`'),
    Key(
        'OVERSIZE', one_of(*OVERSIZE), None, 'cut or split',
        'a summary over the channel\'s size: cut whole records and say how many, or send numbered parts',
    ),
    Key('PROXY', text, '', 'an http(s) URL', 'HTTP proxy for this target; the scanner\'s own PROXY is never used'),
)  # fmt: skip


def section(key: str, value: Any) -> Dict[Any, Any]:
    """A mapping. What stands there instead is not repeated: it may be a webhook with its token."""
    if not isinstance(value, dict):
        raise ConfigError(key, 'expected a section with keys, got a {}'.format(type(value).__name__))
    return value


def apply(keys: Tuple[Key, ...], where: str, given: Any, extra: bool = False) -> Dict[str, Any]:
    """Check ``given`` against ``keys``; lower-case names to values, defaults filled in.

    Key names are taken in any case, as the host's sections are upper case and plugin options usually lower.

    :param where: the section's full name, for errors
    :param extra: keep keys that are not in ``keys`` (lower-cased) instead of refusing them
    :raises ConfigError: naming the key, what was expected and the page
    """
    given = section(where, {} if given is None else given)
    known = {key.name: key for key in keys}
    values = {key.name.lower(): key.default for key in keys}
    for name, value in given.items():
        upper = str(name).upper()
        full = '{}.{}'.format(where, upper)
        if upper in known:
            values[upper.lower()] = known[upper].checked(full, value)
        elif extra:
            values[upper.lower()] = value
        else:
            raise ConfigError(full, 'unknown key; known are {}'.format(', '.join(sorted(known))))
    return values
