"""The administrator's desk of this web process: made at its first request, after the web server has forked."""

import os
from typing import TYPE_CHECKING, Callable, Mapping, Optional

from scan_notify_plugin import words
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.settings.overrides import overridden
from scan_notify_plugin.settings.section import Settings

if TYPE_CHECKING:  # it is imported at the first request
    from scan_notify_plugin.admin.desk import Desk


class Desks:
    """Gives every request its desk.

    :param connect: gives the database; called once in each process
    :param settings: of the host's configuration, before what administrators set
    :param folder: where reports are kept in a directory, '' if they are not
    :param asked: called with the database at every request
    :param sections: the host's configuration, in which channels that only the workers know may be configured
    """

    def __init__(
        self,
        connect: Callable[[], object],
        clock: Clock,
        settings: Settings,
        folder: str,
        asked: Callable[[object], None] = lambda db: None,
        sections: Optional[Mapping[str, object]] = None,
    ) -> None:
        self._asked = asked
        self._connect = connect
        self._clock = clock
        self._settings = settings
        self._sections = sections or {}
        self._folder = folder
        self._process = 0
        self._db: object = None

    @property
    def configured(self) -> Settings:
        """The settings of the configuration, before what administrators set."""
        return self._settings

    def database(self) -> object:
        """A connection does not survive a fork, so a child makes its own."""
        if self._process != os.getpid():
            self._db = self._connect()
            self._process = os.getpid()
        return self._db

    def desk(self, language: str = words.DEFAULT) -> 'Desk':
        """With the settings as they are now: they can change between two requests.

        :param language: of who asks
        """
        from scan_notify_plugin.admin.desk import Desk
        from scan_notify_plugin.admin.workers import with_told
        from scan_notify_plugin.settings.store import SettingsStore

        db = self.database()
        self._asked(db)
        stored = SettingsStore(db, self._clock).read()
        configured = with_told(self._settings, self._sections, stored)
        settings = overridden(configured, stored.options)
        return Desk(db, stored.run_collection, settings, self._clock, self._folder, configured, language)
