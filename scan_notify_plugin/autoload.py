"""Enters the host's processes: called by the ``.pth`` file at interpreter start, or by ``scan-notify exec``.

Imports the standard library only, and the rest when the host imports the modules we listen to. Whatever is wrong with
us is one line in the log; the host goes on.
"""

import logging
import os
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional

from scan_notify_plugin.host import imports

log = logging.getLogger('scan_notify')

_listening: List[bool] = []


def start() -> None:
    """Listen if this interpreter was started in the folder of an ARL; do nothing anywhere else."""
    if os.path.isfile(os.path.join('app', 'celerytask.py')):
        listen()


def listen() -> None:
    """Wrap the host's functions as soon as it imports them, if its configuration switches us on. Once for a process."""
    if _listening:
        return
    _listening.append(True)
    found = _Found()

    def schedules(module: ModuleType) -> None:
        recorder = found.recorder(module)
        if recorder is not None:
            from scan_notify_plugin.host import seams

            seams.wrap_schedules(module, recorder.begin)
            if hasattr(module, 'create_task_schedule_run'):
                seams.wrap_own_runs(module, recorder.taken_over)

    def tasks(module: ModuleType) -> None:
        if found.recorder(module) is not None:
            from scan_notify_plugin.host import seams

            seams.wrap_tasks(module)

    def web(module: ModuleType) -> None:
        enabled = found.configuration(module)
        if enabled is not None and hasattr(module, 'arl_app'):
            from scan_notify_plugin.web.mount import mount

            mount(module, *enabled)

    imports.after_import('app.helpers.task_schedule', _harmless(schedules))
    imports.after_import('app.helpers.task', _harmless(tasks))
    imports.after_import('app.main', _harmless(web))


def _harmless(callback: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
    def call(module: ModuleType) -> None:
        try:
            callback(module)
        except Exception as error:
            log.warning('scan-notify is off in this process: %s: %s', type(error).__name__, error)

    return call


class _Found:
    """The host of this process, read once at the first module that asks: one line for one fault, not one for each."""

    def __init__(self) -> None:
        self._read = False
        self._configuration: Any = None
        self._recorder: Any = None

    def configuration(self, module: ModuleType) -> Any:
        """``(HostConfig, Settings)``; None where the configuration says off or is wrong."""
        if not self._read:
            self._read = True
            folder = _folder(module)
            self._configuration = read_enabled(folder)
            if self._configuration is not None:
                self._recorder = make_recorder(folder, self._configuration)
        return self._configuration

    def recorder(self, module: ModuleType) -> Any:
        return self._recorder if self.configuration(module) is not None else None


def _folder(module: ModuleType) -> str:
    """The host's folder: the one that its package ``app`` is in."""
    depth = module.__name__.count('.') + 1
    path = os.path.abspath(str(module.__file__))
    for _ in range(depth):
        path = os.path.dirname(path)
    return path


def read_enabled(folder: str) -> Any:
    """``(HostConfig, Settings)`` of the host in ``folder``; None if it is not switched on.

    :raises ScanNotifyError: for a wrong configuration
    """
    from scan_notify_plugin.host import config
    from scan_notify_plugin.settings.section import parse_settings

    host = config.load(config.find_file(folder=folder))
    settings = parse_settings(host.sections, read_secrets=False)
    return (host, settings) if settings.enable else None


def make_recorder(folder: str, configuration: Any = None) -> Any:
    """A recorder for the host in ``folder``; None if it is not switched on.

    :raises ScanNotifyError: for a wrong configuration
    """
    from scan_notify_plugin.host import config
    from scan_notify_plugin.recorder import Recorder

    configuration = configuration or read_enabled(folder)
    if configuration is None:
        return None
    host, settings = configuration
    app = config.find_host(folder)
    return Recorder(host, settings, host_tells=bool(app) and config.owns_run_collection(str(app)))


_own: Dict[str, Any] = {}


@contextmanager
def schedule_fire(schedule: Mapping[str, object]) -> Iterator[Any]:
    """For a host that calls us itself: one fire of ``schedule``, around the submission of its scan tasks.

    ::

        with schedule_fire(schedule) as fire:
            for target in targets:
                fire.add(submit(target)['task_id'])

    Raises nothing of its own; an exception of the block is recorded with the run and goes on. While the feature is
    off the same code runs and nothing is written.

    :param schedule: the schedule's document: ``_id``, ``name``, ``schedule_type`` and the new ``run_number``
    """
    fire = _begin(schedule)
    try:
        yield fire
    except BaseException as error:
        fire.close(error)
        raise
    fire.close()


def admin_blueprint(
    connect: Callable[[], object],
    auth: Optional[Callable[[Callable[..., object]], Callable[..., object]]],
    who: Optional[Callable[[], str]] = None,
) -> Any:
    """For a host that calls us itself: the administration as a Flask blueprint, without flask-restx.

    ::

        app.register_blueprint(admin_blueprint(lambda: MongoClient(uri, tz_aware=True)['arl'], login_required))

    It has every route of docs/rest.md, the page, and the downloads by link. Reads the configuration of the host in
    the current folder.

    :param connect: gives the (py)mongo database, whose client is ``tz_aware``; called at the first request of each
        process
    :param auth: the decorator of the host's own routes: it calls the view or answers in its place. None: every route
        but the downloads by link refuses
    :param who: gives the name of who is logged in, for the audit trail; None: it says ``web:token``
    :returns: a ``flask.Blueprint``
    :raises ScanNotifyError: for a wrong configuration, or one that does not switch us on
    """
    from scan_notify_plugin.web.mount import own_blueprint

    enabled = read_enabled(os.getcwd())
    if enabled is None:
        from scan_notify_plugin.errors import ConfigError
        from scan_notify_plugin.faults import Fault

        raise ConfigError('SCAN_NOTIFY.ENABLE', Fault('setting.not-on'))
    return own_blueprint(connect, auth, who, *enabled)


def _begin(schedule: Mapping[str, object]) -> Any:
    from scan_notify_plugin.recorder import NoFire

    if 'recorder' not in _own:
        _own['recorder'] = None
        try:
            _own['recorder'] = make_recorder(os.getcwd())
        except Exception as error:
            log.warning('scan-notify is off in this process: %s: %s', type(error).__name__, error)
    recorder = _own['recorder']
    return NoFire() if recorder is None else recorder.begin(schedule)
