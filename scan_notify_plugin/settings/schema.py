"""Every key of the SCAN_NOTIFY section: its form, its default, what it is for. The docs table is made from this."""

from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.settings.values import (
    parse_boolean,
    parse_channel,
    parse_choice,
    parse_folder,
    parse_listen,
    parse_names,
    parse_number,
    parse_section,
    parse_text,
    parse_web_address,
    parse_whole,
)

LANGUAGES = ('zh', 'en')
NOTIFY_ON = ('finished', 'failed', 'always')
OVERSIZE = ('cut', 'split')
TASK_LIST = ('all', 'failed', 'none')
ON_UNCERTAIN = ('show', 'resend')
STORAGE = ('auto', 'directory', 'gridfs')
#: Where schedules are told unless somebody says otherwise, as the host's order has it.
DEFAULT_CHANNEL = 'dingding'

#: By the lower-case names of keys; each value has the type of its key.
Values = Dict[str, Any]


class Key(NamedTuple):
    """One configuration key."""

    name: str
    #: (full key, value) -> value; raises ConfigError. None for a section or a secret: it is checked where it is read
    check: Optional[Callable[[str, object], object]]
    default: object
    #: what a value looks like, as people are told
    expected: Fault
    #: the words that it may be, if it is one of a few
    choices: Tuple[str, ...] = ()
    #: what it is for
    help: Fault = quoted('')

    def checked(self, name: str, value: object) -> object:
        """A value as it counts.

        :param name: the full key, for the error
        :raises ConfigError: if it is not as expected
        """
        return value if self.check is None else self.check(name, value)


def _choice(name: str, choices: Tuple[str, ...], default: Optional[str]) -> Key:
    expected = Fault('expected.choice', others=', '.join(choices[:-1]), last=choices[-1])
    return Key(name, parse_choice(*choices), default, expected, choices)


def _explained(codes: str, *keys: Key) -> Tuple[Key, ...]:
    """Keys with what they are for, which the words say by their names."""
    return tuple(key._replace(help=Fault(codes + key.name)) for key in keys)


_FLAG = Fault('expected.flag')
_SECTION = Fault('expected.section')
_TARGET = Fault('expected.target')
_HOURS = Fault('expected.hours')
_DAYS = Fault('expected.days')
_PATH = Fault('expected.path')

SCHEDULE_KEYS = _explained(
    'help.schedule.',
    Key('NOTIFY_ENABLE', parse_boolean, False, _FLAG),
    Key('NOTIFY_CHANNEL', parse_names, (DEFAULT_CHANNEL,), Fault('expected.targets')),
    _choice('NOTIFY_ON', NOTIFY_ON, 'always'),
    Key('EXPORT_ENABLE', parse_boolean, False, _FLAG),
    Key('EXPORT_FORMAT', parse_names, ('excel',), Fault('expected.formats')),
)

SECTION_KEYS = _explained(
    'help.section.',
    Key('ENABLE', parse_boolean, False, _FLAG),
    _choice('LANGUAGE', LANGUAGES, 'zh'),
    Key('DEFAULTS', None, {}, _SECTION),
    Key('TARGETS', None, {}, _SECTION),
    Key('BLOCK_PLUGINS', parse_names, (), Fault('expected.plugins')),
    Key('TEMPLATES', parse_text, '', Fault('expected.folder')),
    _choice('ON_UNCERTAIN', ON_UNCERTAIN, 'show'),
    Key('GIVE_UP_AFTER', parse_number(0.01, 720), 24, _HOURS),
    Key('RUN_DEADLINE', parse_number(1, 8760), 72, _HOURS),
    Key('COLLECT_WAIT', parse_number(0, 3600), 60, Fault('expected.seconds')),
    Key('EXPORT_WAIT', parse_number(0, 1440), 10, Fault('expected.minutes')),
    Key('BASE_URL', parse_web_address, '', Fault('expected.web-address')),
    Key('LINK_HOURS', parse_number(0.01, 8760), 72, _HOURS),
    Key('LINK_DOWNLOADS', parse_whole(0, 100000), 0, Fault('expected.whole')),
    Key('REPORT_DAYS', parse_number(0.01, 36500), 30, _DAYS),
    Key('REPORT_TOTAL_MB', parse_number(1, 10**9), 10240, Fault('expected.megabytes')),
    _choice('REPORT_STORAGE', STORAGE, 'auto'),
    Key('REPORT_FOLDER', parse_folder, '', _PATH),
    Key('MASK_CREDENTIALS', parse_boolean, True, _FLAG),
    Key('HISTORY_DAYS', parse_number(1, 36500), 90, _DAYS),
    Key('ALERTS', parse_text, '', _TARGET),
    Key('METRICS_LISTEN', parse_listen, '', Fault('expected.listen')),
    Key('CA_BUNDLE', parse_folder, '', _PATH),
    Key('METRICS_TOKEN', None, None, Fault('expected.secret')),
)

#: What an administrator may change while all processes run. The rest is read once: at the start of the host's
#: processes, of a worker, or where a report is looked for.
CHANGEABLE = tuple(
    key for key in SECTION_KEYS
    if key.name in (
        'LANGUAGE', 'ON_UNCERTAIN', 'GIVE_UP_AFTER', 'RUN_DEADLINE', 'COLLECT_WAIT', 'EXPORT_WAIT', 'LINK_HOURS',
        'LINK_DOWNLOADS', 'REPORT_DAYS', 'REPORT_TOTAL_MB', 'MASK_CREDENTIALS', 'HISTORY_DAYS',
    )
)  # fmt: skip

#: Keys that any target has, whatever its channel; the rest belongs to the channel's notifier.
TARGET_KEYS = _explained(
    'help.target.',
    Key('CHANNEL', parse_channel, None, Fault('expected.channel')),
    Key('FALLBACK', parse_text, '', _TARGET),
    _choice('LANGUAGE', LANGUAGES, None),
    _choice('OVERSIZE', OVERSIZE, None),
    _choice('TASK_LIST', TASK_LIST, None),
    Key('PROXY', parse_text, '', Fault('expected.proxy')),
    Key('CA_BUNDLE', parse_folder, None, _PATH),
)


def apply(keys: Tuple[Key, ...], where: str, given: object, extra: bool = False) -> Values:
    """Check ``given`` against ``keys``; lower-case names to values, defaults filled in.

    Key names are taken in any case, as the host's sections are upper case and plugin options usually lower.

    :param where: the section's full name, for errors
    :param extra: keep keys that are not in ``keys`` (lower-cased) instead of refusing them
    :raises ConfigError: naming the key, what was expected and the page
    """
    section = parse_section(where, {} if given is None else given)
    known = {key.name: key for key in keys}
    values = {key.name.lower(): key.default for key in keys}
    for name, value in section.items():
        upper = str(name).upper()
        full = '{}.{}'.format(where, upper)
        if upper in known:
            values[upper.lower()] = known[upper].checked(full, value)
        elif extra:
            values[upper.lower()] = value
        else:
            raise ConfigError(full, Fault('setting.unknown-key', known=', '.join(sorted(known))))
    return values
