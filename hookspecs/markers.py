"""The pluggy markers. A plugin's marker must carry the same project name as the manager's."""

from pluggy import HookimplMarker, HookspecMarker

PROJECT = 'scan_notify'

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)
