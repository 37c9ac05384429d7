"""The templates that a channel's plugin brings: files in its package, for the messages of its channel and no other.

Installing a channel changes nothing of what people read in others, so there are none for all.
"""

import inspect
import os
from typing import Dict, Iterable, Iterator

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.templates import KINDS
from scan_notify_plugin.plugins.errors import excerpt, name_of


def template_folders(notifiers: Iterable[Notifier]) -> Dict[str, str]:
    """By channel, the folder of the templates that its plugin brings."""
    return {notifier.channel: folder_of(notifier) for notifier in notifiers if notifier.template_folder}


def folder_of(notifier: Notifier) -> str:
    """The folder that a notifier names: beside the module of the class that says so, since another may inherit it."""
    kind = type(notifier)
    owner = next((one for one in kind.__mro__ if 'template_folder' in vars(one)), kind)
    try:
        module = os.path.abspath(inspect.getfile(owner))
    except (OSError, TypeError):  # made by a program, in no file
        module = ''
    return os.path.join(os.path.dirname(module), notifier.template_folder)


def check_templates(plugin: Notifier) -> Iterator[Fault]:
    """A folder that is not there, or without a template in it, is a slip of the pen, or was left out of the package."""
    given: object = plugin.template_folder
    if not isinstance(given, str):
        expected = Fault('contract.expected.text', example='\'templates\'')
        facts = {'plugin': name_of(plugin), 'attribute': 'template_folder', 'value': excerpt(given)}
        yield Fault('contract.attribute', expected=expected, **facts)
    elif given and not any(os.path.isfile(os.path.join(folder_of(plugin), kind + '.jinja')) for kind in KINDS):
        files = ', '.join(kind + '.jinja' for kind in KINDS)
        yield Fault('contract.templates', plugin=name_of(plugin), folder=repr(folder_of(plugin)), files=files)
