"""The settings of the section SCAN_NOTIFY without its targets, and changing those that may change while all runs."""

from typing import Dict, Iterator, List, Mapping, NamedTuple, Optional

from scan_notify_plugin.admin import workers
from scan_notify_plugin.admin.changes import changed_meanwhile, plain, shown
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Invalid
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.records import Document
from scan_notify_plugin.settings import schema
from scan_notify_plugin.settings.overrides import overridden
from scan_notify_plugin.settings.schedules import check_schedule
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.store import OPTIONS, StoredSettings

PAGE = 'docs/configuration.md#changing-settings-without-a-restart'
_DEFAULTS = 'defaults.'


class _Option(NamedTuple):
    """One setting: its name as people write it, and where its value is."""

    name: str
    path: str
    key: schema.Key
    changeable: bool

    def of(self, settings: Settings) -> object:
        inner = self.path[len(_DEFAULTS) :] if self.path.startswith(_DEFAULTS) else ''
        return getattr(settings.defaults, inner) if inner else getattr(settings, self.path)


def effective(desk: Desk, stored: Optional[StoredSettings] = None) -> Settings:
    """The settings that hold now: the configuration's with what administrators set since."""
    return overridden(desk.configured or desk.settings, (stored or desk.stored.read()).options)


class Options:
    """What holds for all schedules."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listing(self) -> List[Document]:
        """``{name, value, from, expected, choices, help, changeable, rev}`` of each.

        ``from`` is admin, config or default; ``rev`` counts the changes of all of them, as :meth:`change` takes it.
        """
        stored = self._desk.stored.read()
        now = effective(self._desk, stored)
        return [
            {
                'name': option.name,
                'value': shown(option.of(now)),
                'from': self._source(option, stored),
                'expected': say(option.key.expected, self._desk.language),
                'choices': list(option.key.choices),
                'help': say(option.key.help, self._desk.language),
                'changeable': option.changeable,
                'rev': stored.document(OPTIONS).get('rev', 0),
            }
            for option in _options()
        ]

    def change(self, values: Mapping[str, object], by: str, rev: Optional[int] = None) -> List[Document]:
        """Set ``values`` (by name, None or '' takes one back); the changed ones. Every worker follows at its next tick.

        :raises Invalid: for a wrong name or value, or a setting that is read once; then nothing is set
        :raises Conflict: if somebody else changed some since ``rev``
        """
        stored = self._desk.stored.read()
        checked = self._checked(values, stored)
        before = stored.document(OPTIONS)
        names = {path: _stored(before.get('values', {}), path) for path in checked}
        changes = {path: value for path, value in checked.items() if value is not None or names[path] is not None}
        if not changes:  # it is not set, and shall not be
            return [row for row in self.listing() if row['name'].lower() in checked]
        if self._desk.stored.set_values(OPTIONS, changes, by, rev) is None:
            raise changed_meanwhile(Fault('changed.settings'), self._desk.stored.read().document(OPTIONS))
        self._desk.audit.note(by, 'set', 'settings', {path: names[path] for path in changes}, plain(changes))
        return [row for row in self.listing() if row['name'].lower() in checked]

    def _source(self, option: _Option, stored: StoredSettings) -> str:
        configured = option.of(self._desk.configured or self._desk.settings)
        if option.changeable and _stored(stored.options, option.path) is not None:
            return 'admin'
        return 'default' if configured == option.key.default else 'config'

    def _checked(self, values: Mapping[str, object], stored: StoredSettings) -> Dict[str, object]:
        options = {option.path: option for option in _options()}
        checked = {}
        for name, value in values.items():
            option = options.get(str(name).lower())
            if option is None:
                known = ', '.join(option.name for option in options.values() if option.changeable)
                raise Invalid(str(name)[:100], Fault('input.setting', known=known), PAGE)
            if not option.changeable:
                raise Invalid(option.name, Fault('input.read-once'), PAGE)
            checked[option.path] = self._value(option, value, stored)
        if not checked:
            raise Invalid('values', Fault('input.one-setting'), PAGE)
        return checked

    def _value(self, option: _Option, value: object, stored: StoredSettings) -> object:
        if value in (None, ''):
            return None
        try:
            if option.path.startswith(_DEFAULTS):
                inner = option.path[len(_DEFAULTS) :]
                return check_schedule({inner: value}, self._desk.settings.targets, workers.formats(stored))[inner]
            return option.key.checked(option.name, _number(value) if _is_number(option.key) else value)
        except ConfigError as error:
            raise Invalid(option.name, error.cause, PAGE)


def _options() -> Iterator[_Option]:
    for key in schema.SECTION_KEYS:
        if key.check is not None:  # a section, or a secret
            yield _Option(key.name, key.name.lower(), key, key in schema.CHANGEABLE)
    for key in schema.SCHEDULE_KEYS:
        yield _Option('DEFAULTS.' + key.name, _DEFAULTS + key.name.lower(), key, True)


def _stored(values: Document, path: str) -> object:
    section, _, inner = path.partition('.')
    return values.get(section, {}).get(inner) if inner else values.get(section)


def _is_number(key: schema.Key) -> bool:
    return isinstance(key.default, (int, float)) and not isinstance(key.default, bool)


def _number(value: object) -> object:
    """A number, also where it was written as a text; anything else as it is."""
    for kind in (int, float) if isinstance(value, str) else ():
        try:
            return kind(value)
        except ValueError:
            continue
    return value
