"""Calls a function right after a module has been imported. Standard library only: this runs at interpreter start."""

import importlib.abc
import importlib.util
import sys
import threading
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Callable, Dict, Optional, Sequence, Union

Callback = Callable[[ModuleType], None]


class _Finder(importlib.abc.MetaPathFinder):
    """Finds nothing itself; it asks the other finders and adds the callback to the loader they name."""

    def __init__(self) -> None:
        self.waiting: Dict[str, Callback] = {}
        self._looking = threading.local()

    def find_spec(
        self, name: str, path: Optional[Sequence[Union[bytes, str]]] = None, target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        looking = self._looking.__dict__.setdefault('names', set())
        if name not in self.waiting or name in looking:
            return None
        looking.add(name)  # so that the look-up below passes us by
        try:
            spec = importlib.util.find_spec(name)
        finally:
            looking.discard(name)
        loader = None if spec is None else spec.loader
        if spec is not None and loader is not None and hasattr(loader, 'exec_module'):
            spec.loader = _Loader(loader, self.waiting)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader, waiting: Dict[str, Callback]) -> None:
        self._loader = loader
        self._waiting = waiting

    def create_module(self, spec: ModuleSpec) -> Optional[ModuleType]:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # The module must look as if we had never been here, also to those who ask its loader for the source.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        # Only now: who merely looked for the module, or failed to import it, has not used the callback up.
        callback = self._waiting.pop(module.__name__, None)
        if callback is not None:
            callback(module)


_finder = _Finder()


def after_import(name: str, callback: Callback) -> None:
    """Call ``callback(module)`` after the first import of ``name``, or now if it is imported already.

    ``callback`` must not raise: an error in it would look like a failure of the import.
    """
    module = sys.modules.get(name)
    if module is not None:
        callback(module)
        return
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    _finder.waiting[name] = callback
