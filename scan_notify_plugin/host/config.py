"""Finds the host's configuration file and reads it as data. ``app.config`` itself exits the process on bad input."""

import os
import re
from typing import Mapping, Match, NamedTuple, Optional

import yaml

from scan_notify_plugin.errors import ConfigError, ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.secret import MASK

#: Names of the file inside the host's ``app`` package. A ``config.yaml`` in the checkout's root is something else on
#: the fork that renamed it (the configuration of a scanner it uses), so it is never read.
FILES = ('config.yaml', 'arlconfig.yaml')
ENVIRONMENT = 'SCAN_NOTIFY_CONFIG'

_QUOTED = re.compile(r'''(['"])(.+?)\1''')


class HostConfig(NamedTuple):
    """What we take from the host's file."""

    path: str
    sections: Mapping[str, object]  # the whole parsed file; never logged
    mongo_uri: str
    mongo_db: str
    broker_url: str


class NotSupported(ScanNotifyError):
    """A host that this package cannot work beside."""


def find_host(folder: str) -> Optional[str]:
    """The ``app`` folder of an ARL checkout in ``folder``, or None.

    :raises NotSupported: for the FastAPI rewrite of ARL, which has no Celery and no seams of the original
    """
    app = os.path.join(folder, 'app')
    if os.path.isfile(os.path.join(app, 'celerytask.py')):
        if os.path.isfile(os.path.join(app, 'helpers', 'task_schedule.py')):
            return app
    elif _mentions(os.path.join(app, 'main.py'), 'fastapi') and os.path.isfile(os.path.join(folder, 'config.yaml')):
        raise NotSupported(Fault('host.fastapi', folder=folder))
    return None


def _mentions(path: str, word: str) -> bool:
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            return word in file.read(65536).lower()
    except OSError:
        return False


def owns_run_collection(app: str) -> bool:
    """Whether this fork writes a ``task_schedule_run`` of its own."""
    return _mentions(os.path.join(app, 'helpers', 'task_schedule.py'), 'task_schedule_run')


def report_folder(config: HostConfig, configured: str) -> str:
    """Where reports are kept in a directory: as configured, else ``tmp/reports`` of the host; '' away from it."""
    if configured:
        return configured
    folder = os.path.dirname(os.path.dirname(config.path))
    return os.path.join(folder, 'tmp', 'reports') if find_host(folder) else ''


def find_file(given: str = '', folder: str = '.') -> str:
    """The configuration file: the given one, the one in ``SCAN_NOTIFY_CONFIG``, or the host's in ``folder``.

    :raises ConfigError: if there is none
    """
    named = given or os.environ.get(ENVIRONMENT, '')
    if named:
        return named
    app = find_host(folder) or ''
    for name in FILES if app else ():
        path = os.path.join(app, name)
        if os.path.isfile(path):
            return path
    missing = Fault('file.missing', folder=os.path.abspath(folder), variable=ENVIRONMENT)
    raise ConfigError(Fault('file.name'), missing)


def load(path: str) -> HostConfig:
    """Read the host's file.

    :raises ConfigError: for a file that cannot be read, is no YAML mapping, or lacks what we need to connect
    """
    try:
        with open(path, encoding='utf-8') as file:
            sections = yaml.safe_load(file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(path, Fault('file.unreadable', detail=str(error)))
    except yaml.YAMLError as error:
        # Only the place: the text around it may hold a credential, and so may a word that YAML takes for a tag.
        mark, problem = getattr(error, 'problem_mark', None), getattr(error, 'problem', None)
        detail = _QUOTED.sub(_masked, str(problem)) if problem else Fault('file.not-parsed')
        at_line = Fault('file.not-yaml-at', line=mark.line + 1, detail=detail) if mark else None
        raise ConfigError(path, at_line or Fault('file.not-yaml', detail=detail)) from None
    if not isinstance(sections, dict):
        raise ConfigError(path, Fault('file.no-mapping'))
    return HostConfig(
        path=os.path.abspath(path),
        sections=sections,
        mongo_uri=_required(sections, 'MONGO', 'URI'),
        mongo_db=_required(sections, 'MONGO', 'DB'),
        broker_url=_required(sections, 'CELERY', 'BROKER_URL'),
    )


def _masked(quoted: Match[str]) -> str:
    """What the parser quotes of the file; single characters, and its own words such as '<stream end>', stay."""
    word = quoted.group(2)
    return quoted.group() if len(word) == 1 or word.startswith('<') else MASK


def _required(sections: Mapping[str, object], section: str, key: str) -> str:
    values = sections.get(section)
    value = values.get(key) if isinstance(values, dict) else None
    if not isinstance(value, str) or not value:
        raise ConfigError('{}.{}'.format(section, key), Fault('file.lacks'))
    return value
