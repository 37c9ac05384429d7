"""The message templates: Jinja2 files in a folder for each language, replaceable from a folder of the administrator's.

Looked for in this order: ``<folder>/<language>/<channel>.md``, ``<folder>/<language>/summary.md``, then the same two
names here. Everything that a template prints is escaped for the channel, unless it passes ``own`` (the template's own words) or
``addresses`` (scan targets, which keep their dots).
"""

import os
from datetime import datetime
from typing import Any, Callable, Optional

import jinja2

from scan_notify_plugin.errors import ConfigError, Reason, SendError
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.summary import Summary, Text

BUILT_IN = os.path.dirname(os.path.abspath(__file__))


class Templates:
    """Loads and renders templates.

    :param folder: the administrator's folder, or '' for the built-in ones alone
    :raises ConfigError: if ``folder`` does not exist
    """

    def __init__(self, folder: str = '') -> None:
        if folder and not os.path.isdir(folder):
            raise ConfigError('SCAN_NOTIFY.TEMPLATES', 'no folder {!r}'.format(folder), 'docs/channels.md#templates')
        self._loader = jinja2.FileSystemLoader([path for path in (folder, BUILT_IN) if path], encoding='utf-8')

    def render(self, channel: str, language: str, summary: Summary, escape: Callable[[str], str]) -> str:
        """The message as text.

        :raises SendError: with ``CONTENT`` for a template that cannot be rendered; the words name it and the line
        """
        environment = jinja2.Environment(
            loader=self._loader,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda value: _printed(value, escape),
            autoescape=False,
        )
        environment.filters.update(
            own=Text, time=_time, duration=_duration, addresses=lambda value: Text(text.addresses(value))
        )
        names = ['{}/{}.md'.format(language, channel), '{}/summary.md'.format(language)]
        try:
            return environment.select_template(names).render(run=summary, **summary._asdict()).strip()
        except jinja2.TemplateError as error:
            place = '{}:{}'.format(getattr(error, 'name', None) or names[0], getattr(error, 'lineno', None) or '?')
            raise SendError(Reason.CONTENT, words='template {}: {}'.format(place, error.message))


def _printed(value: Any, escape: Callable[[str], str]) -> Any:
    """What ``{{ value }}`` shows: numbers and our own words as they are, everything else escaped."""
    if value is None:
        return ''
    if isinstance(value, (Text, int, float)):
        return value
    return escape(str(value))


def _time(value: Optional[datetime]) -> Text:
    """In the worker's own time zone, as the host shows its times."""
    return Text(value.astimezone().strftime('%Y-%m-%d %H:%M:%S') if value else '-')


def _duration(seconds: Optional[int]) -> Text:
    if seconds is None:
        return Text('-')
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return Text('{}:{:02d}:{:02d}'.format(hours, minutes, seconds))
