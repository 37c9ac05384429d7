"""What most commands need: the host's configuration, our settings, and the database."""

import getpass
import os
from typing import Any, Dict, Iterable, NamedTuple, Optional, Tuple

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.workers import with_told
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import ConfigError, ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.host import config as host_config
from scan_notify_plugin.host.config import report_folder
from scan_notify_plugin.mongo import connect
from scan_notify_plugin.settings.overrides import overridden
from scan_notify_plugin.settings.section import Settings, parse_settings
from scan_notify_plugin.settings.store import SettingsStore

#: Seconds that a command or the worker waits for MongoDB.
TIMEOUT = 10.0


class Session(NamedTuple):
    """An open connection to the host's database."""

    host: host_config.HostConfig
    settings: Settings
    client: Any
    db: Any
    clock: Clock
    runs: Optional[str]  # None: not decided yet, and it cannot be from here


def add_config(parser: Parser) -> None:
    parser.add_argument('--config', default='', metavar='FILE', help=parser.text('help.config'))


def add_json(parser: Parser) -> None:
    parser.add_argument('--json', action='store_true', help=parser.text('help.json'))


def read_settings(given: str = '', read_secrets: bool = True) -> Tuple[host_config.HostConfig, Settings]:
    """The host's configuration, and ours.

    :param read_secrets: follow ``{env: NAME}`` and ``{file: path}``
    :raises ConfigError: for whatever is wrong in the file
    """
    host = host_config.load(host_config.find_file(given))
    return host, parse_settings(host.sections, read_secrets)


def open_session(given: str = '', must_be_enabled: bool = True, read_secrets: bool = True) -> Session:
    """Read the configuration and connect.

    :raises ScanNotifyError: if it is wrong or switches us off
    """
    host, settings = read_settings(given, read_secrets)
    if must_be_enabled and not settings.enable:
        raise ConfigError('SCAN_NOTIFY.ENABLE', Fault('cli.off', path=host.path))
    clock = Clock()
    client = connect(host.mongo_uri, clock, TIMEOUT)
    db = client[host.mongo_db]
    return Session(host, settings, client, db, clock, run_collection(host, db, clock, settings.enable))


def run_collection(host: host_config.HostConfig, db: Any, clock: Clock, decide: bool) -> Optional[str]:
    """The run collection's name; None if it is not decided yet and cannot be from here.

    :param decide: decide now if the host's code can be seen from here
    """
    store = SettingsStore(db, clock)
    decided = store.read().run_collection
    if decided:
        return decided
    app = host_config.find_host(os.path.dirname(os.path.dirname(host.path)))
    return store.decide_run_collection(host_config.owns_run_collection(app)) if app and decide else None


def open_desk(given: str, language: str) -> Desk:
    """What the administrative commands work with; also while the feature is off.

    :param language: of the faults in what it gives
    """
    session = open_session(given, must_be_enabled=False, read_secrets=False)
    folder = report_folder(session.host, session.settings.report_folder)
    stored = SettingsStore(session.db, session.clock).read()
    configured = with_told(session.settings, session.host.sections, stored)
    settings = overridden(configured, stored.options)
    return Desk(session.db, session.runs, settings, session.clock, folder, configured, language)


def person() -> str:
    """Who acts here, for the audit."""
    try:
        return 'cli:' + getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return 'cli:unknown'


def known_runs(session: Session) -> str:
    """The name of the run collection.

    :raises ScanNotifyError: before anything has run that could decide it
    """
    if session.runs is None:
        raise ScanNotifyError(Fault('cli.nothing_yet'))
    return session.runs


def as_dict(pairs: Iterable[str]) -> Dict[str, str]:
    """``name=value`` arguments.

    :raises ConfigError: for one without ``=``
    """
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition('=')
        if not equals:
            raise ConfigError(pair, Fault('cli.expected.pair'))
        values[name.strip().lower()] = value.strip()
    return values
