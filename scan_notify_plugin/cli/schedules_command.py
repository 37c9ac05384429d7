"""``scan-notify schedules``"""

import argparse
import getpass
from typing import Any, Dict

from scan_notify_plugin.cli.session import (
    Session,
    add_config,
    add_json,
    as_dict,
    open_session,
    print_json,
    print_table,
)
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.host.scans import Scans
from scan_notify_plugin.settings import rules
from scan_notify_plugin.settings.store import SettingsStore

HELP = 'show the host\'s schedules with their effective settings, or change these'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument(
        '--set',
        nargs='+',
        default=[],
        metavar=('ID', 'NAME=VALUE'),
        help='such as: --set 64f0... notify_enable=true notify_channel=ops notify_on=failed; NAME= takes a setting back',
    )


def run(args: argparse.Namespace) -> int:
    session = open_session(args.config, must_be_enabled=False)
    if args.set:
        _set(session, args.set[0], as_dict(args.set[1:]))
    rows = _rows(session)
    if args.json:
        print_json(rows)
    else:
        print_table(
            ('ID', 'NAME', 'TYPE', 'ROUND', 'NOTIFY', 'CHANNEL', 'ON'),
            [
                (row['id'], row['name'], row['type'], row['run_number'], row['notify_enable'],
                 ','.join(row['notify_channel']), row['notify_on'])
                for row in rows
            ],
        )  # fmt: skip
    return 0


def _set(session: Session, schedule_id: str, given: Dict[str, str]) -> None:
    if Scans(session.db).schedule(schedule_id) is None:
        raise ConfigError(schedule_id, 'no schedule of the host has this id')
    checked = rules.check_schedule(given, session.settings)
    if not checked:
        raise ConfigError('--set', 'expected at least one NAME=VALUE after the id')
    SettingsStore(session.db, session.clock).set_schedule(schedule_id, checked, 'cli:' + _user())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return 'unknown'


def _rows(session: Session) -> Any:
    stored = SettingsStore(session.db, session.clock).read()
    rows = []
    for schedule in Scans(session.db).schedules():
        by_admin = stored.schedule(schedule.id)
        wanted = rules.effective(by_admin, schedule.fields, session.settings.defaults)
        facts = {'id': schedule.id, 'name': schedule.name, 'type': schedule.type, 'run_number': schedule.run_number}
        rows.append(dict(facts, set_here=sorted(name for name, value in by_admin.items() if value is not None), **wanted._asdict()))
    return rows
