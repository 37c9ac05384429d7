"""That a plugin cannot be used, and how it is named to the person who can mend it."""

from types import ModuleType

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import ENGLISH, Fault, join

#: Characters of a value that are shown.
_MOST_SHOWN = 60


class PluginError(ScanNotifyError):
    """A plugin cannot be used; its faults name what is wrong with it and where to read more."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[0] if len(faults) == 1 else join(faults, ENGLISH))
        self.faults = faults

    def describe(self, language: str) -> str:
        """All that is wrong, in a language."""
        return join(self.faults, language)


def name_of(plugin: object) -> str:
    """What its author calls it: the module, or the class."""
    return plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__name__


def excerpt(value: object) -> str:
    """A value as Python shows it, or the beginning of that."""
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + '...'
