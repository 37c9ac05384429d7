"""What most commands need: the host's configuration, our settings, and the database."""

import argparse
import getpass
import json
import os
import sys
import unicodedata
from datetime import datetime
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.workers import with_told
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import ConfigError, ScanNotifyError
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


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--config',
        default='',
        metavar='FILE',
        help='the host\'s config.yaml; else SCAN_NOTIFY_CONFIG, else ./app/config.yaml',
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--json', action='store_true', help='print JSON')


def read_settings(given: str = '', read_secrets: bool = True) -> Any:
    """``(HostConfig, Settings)``.

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
        raise ConfigError('SCAN_NOTIFY.ENABLE', 'scan-notify is off in {}; set it to true'.format(host.path))
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


def open_desk(given: str = '') -> Desk:
    """What the administrative commands work with; also while the feature is off."""
    session = open_session(given, must_be_enabled=False, read_secrets=False)
    folder = report_folder(session.host, session.settings.report_folder)
    stored = SettingsStore(session.db, session.clock).read()
    configured = with_told(session.settings, session.host.sections, stored)
    return Desk(session.db, session.runs, overridden(configured, stored.options), session.clock, folder, configured)


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
        raise ScanNotifyError(
            'nothing is recorded yet: the host\'s scheduler decides at its first fire with scan-notify enabled '
            '(see docs/workers.md#a-worker-on-another-machine)'
        )
    return session.runs


def print_json(value: Any) -> None:
    """One JSON document on stdout, in ASCII: it must not depend on the terminal's locale."""
    print(json.dumps(value, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def print_table(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Columns as wide as their longest cell."""
    lines: List[List[str]] = [list(titles)] + [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    for line in lines:
        say('  '.join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def print_steered(done: str, result: Mapping[str, Any], as_json: bool) -> int:
    """What :meth:`scan_notify_plugin.admin.runs.Runs.cancel` and the like came to; 1 if something was refused."""
    if as_json:
        print_json(result)
    else:
        for job_id in result['changed']:
            say('{}: {}'.format(done, job_id))
        for job_id, why in sorted(result['refused'].items()):
            say('not {}: {}: {}'.format(done, job_id, why))
    return 1 if result['refused'] else 0


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone().strftime('%Y-%m-%d %H:%M:%S')
    return '-' if value in (None, '') else ' '.join(str(value).split())


def say(text: str = '') -> None:
    """Print; a terminal whose locale lacks a character shows an escape for it instead of a traceback.

    So does a control character: names and error words come from strangers and must not steer the terminal.
    """
    shown = ''.join(_visible(char) for char in text)
    encoding = sys.stdout.encoding or 'ascii'
    print(shown.encode(encoding, 'backslashreplace').decode(encoding), flush=True)


def _visible(char: str) -> str:
    if char == '\n' or not unicodedata.category(char).startswith('C'):
        return char
    return char.encode('unicode_escape').decode('ascii')


def as_dict(pairs: Iterable[str]) -> Dict[str, str]:
    """``name=value`` arguments.

    :raises ConfigError: for one without ``=``
    """
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition('=')
        if not equals:
            raise ConfigError(pair, 'expected NAME=VALUE')
        values[name.strip().lower()] = value.strip()
    return values
