"""Stopping targets and starting them again. Every worker follows within seconds."""

from typing import Optional

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import NotFound
from scan_notify_plugin.admin.options import effective
from scan_notify_plugin.faults import quoted
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.stops import Stop
from scan_notify_plugin.settings.targets import unknown_target

_MAX_WHY = 300


class Stopping:
    """What nothing is asked of until a person says so."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def stop(self, name: str, by: str, why: str = '') -> Document:
        """Let nothing be asked of a target: what waits for it, and what comes, goes to the next of its route.

        :param why: in the person's own words
        :returns: ``{name, changed, stopped: {by, at, faults}}``; whoever stopped it first stays named
        :raises NotFound: for a target that is not configured
        """
        self._known(name)
        text = redact(why.strip())[:_MAX_WHY]
        changed = self._desk.stored.stops.stop(name, by, (quoted(text),) if text else ())
        if changed:
            self._desk.audit.note(by, 'stop', 'target:' + name, None, {'why': text} if text else None)
        return self._answer(name, changed)

    def start(self, name: str, by: str) -> Document:
        """Let a target be asked again; what was passed on meanwhile stays where it went.

        :returns: as of :meth:`stop`
        :raises NotFound: for a target that is not configured
        """
        self._known(name)
        ended = self._desk.stored.stops.start(name, by)
        if ended is not None:
            self._desk.audit.note(by, 'start', 'target:' + name, {'by': ended.by, 'at': ended.at}, None)
        return self._answer(name, ended is not None)

    def _known(self, name: str) -> None:
        settings = effective(self._desk)
        if name not in settings.targets:
            raise NotFound(unknown_target(name, settings.targets))

    def _answer(self, name: str, changed: bool) -> Document:
        stop = self._desk.stored.read().stops.get(name)
        return {'name': name, 'changed': changed, 'stopped': shown(stop, self._desk)}


def shown(stop: Optional[Stop], desk: Desk) -> Optional[Document]:
    """``{by, at, faults}`` for programs and people; None for a target that is not stopped."""
    return None if stop is None else {'by': stop.by, 'at': stop.at, 'faults': desk.described([stop.fault])}
