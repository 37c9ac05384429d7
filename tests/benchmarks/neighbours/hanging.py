"""A third party's plugins, each with one call that does not come back as long as a file is there.

A worker finds them by the distribution that `install` writes into a folder of its PYTHONPATH: a channel for each of
`CALLS`, `hangs_send` and so on, and the format `hangs`. This file is that distribution's only module.
"""

import os
import shutil
import time
from typing import Any, Dict

from scan_notify_plugin.api import Exporter, Notifier, Notify, Receipt, hookimpl

#: The methods of a notifier that its worker calls, and the hooks.
CALLS = ('problems', 'credential', 'template', 'escape', 'compose', 'size', 'render', 'extras', 'repeatable', 'send',
         'check', 'on_run_complete', 'on_task_finished')  # fmt: skip
#: Names the file in the environment of the worker.
WHILE = 'SCAN_NOTIFY_BENCHMARK_HANGS'


def hang() -> None:
    while os.path.exists(os.environ[WHILE]):
        time.sleep(0.1)


class Well(Notifier):
    """Takes every message at once."""

    max_bytes = 4096

    def send(self, part: Any, target: Any) -> Receipt:
        return Receipt(final=self.channel != 'hangs_check')


def _hanging(call: str) -> Any:
    before = getattr(Well, call, None)

    def method(self: Any, *args: Any) -> Any:
        hang()
        return before(self, *args) if before else None

    def on_run_complete(self: Any, run: Any) -> Any:
        hang()
        return [Notify(target.name) for target in run.targets if target.channel == self.channel]

    def on_task_finished(self: Any, run: Any, task: Any) -> None:
        hang()

    hooks = {'on_run_complete': hookimpl(on_run_complete), 'on_task_finished': hookimpl(on_task_finished)}
    return type('Hangs', (Well,), {'channel': 'hangs_' + call, call: hooks.get(call, method)})


for _call in CALLS:
    globals()['hangs_' + _call] = _hanging(_call)


class HangingExporter(Exporter):
    """A report that is never made."""

    format = 'hangs'
    extension = 'txt'
    media_type = 'text/plain'

    def export(self, run: Any, results: Any, file: Any) -> None:
        hang()


def install(folder: str) -> Dict[str, str]:
    """The environment of a worker that finds the plugins there; they hang while there is the file that `WHILE`
    names.
    """
    name = os.path.splitext(os.path.basename(__file__))[0]
    info = os.path.join(folder, name + '-1.0.dist-info')
    os.makedirs(info)
    shutil.copy(__file__, folder)
    points = ['hangs_{0} = {1}:hangs_{0}'.format(call, name) for call in CALLS]
    points.append('hangs = {}:HangingExporter'.format(name))
    files = {
        os.path.join(info, 'METADATA'): 'Metadata-Version: 2.1\nName: {}\nVersion: 1.0\n'.format(
            name.replace('_', '-')
        ),
        os.path.join(info, 'entry_points.txt'): '\n'.join(['[scan_notify]'] + points) + '\n',
    }
    for path, text in files.items():
        with open(path, 'w') as file:
            file.write(text)
    return {'PYTHONPATH': folder, WHILE: os.path.join(folder, 'hangs')}
