"""The message templates: Jinja2 files in a folder for each language, replaceable from a folder of the administrator's.

Looked for are ``<language>/<channel>.md`` and then ``<language>/summary.md``, each in the administrator's folder
first and then here; for an alert ``<language>/alert.md``, whatever the channel. Everything that a template prints is escaped for the channel, unless it passes ``own`` (the template's own words) or
``addresses`` (scan targets, which keep their dots).
"""

import os
import traceback
from datetime import datetime
from typing import Any, Callable, Dict, Optional

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
        # One for each channel: a summary is rendered many times until its pages fit, and compiling costs most of it.
        self._environments = {}  # type: Dict[Any, jinja2.Environment]

    def _environment(self, escape: Callable[[str], str]) -> jinja2.Environment:
        if escape in self._environments:
            return self._environments[escape]
        environment = jinja2.Environment(
            loader=self._loader,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda value: _printed(value, escape),
            autoescape=False,
        )
        environment.filters.update(
            own=Text, time=_time, size=_size, duration=_duration, addresses=lambda value: Text(text.addresses(value))
        )
        self._environments[escape] = environment
        return environment

    def render(self, channel: str, language: str, summary: Summary, escape: Callable[[str], str]) -> str:
        """The message as text.

        :raises SendError: with ``CONTENT`` for a template that cannot be rendered; the words name it and the line
        """
        wanted = ('alert',) if summary.alert else (channel, 'summary')
        names = ['{}/{}.md'.format(language, name) for name in wanted]
        try:
            return self._environment(escape).select_template(names).render(run=summary, **summary._asdict()).strip()
        except Exception as error:  # a template is a program, it may raise anything
            words = 'template {}: {}'.format(_place(error) or ' or '.join(names) + ':?', _said(error))
            raise SendError(Reason.CONTENT, words=words) from None


def _place(error: BaseException) -> str:
    """The file and the line at fault: Jinja2 puts the templates into the traceback. '' if it never came to one."""
    places = [
        '{}:{}'.format(frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.endswith('.md')
    ]
    return places[-1] if places else ''


def _said(error: Exception) -> str:
    """The error in one line; a syntax error's text would repeat the place and the source."""
    words = error.message if isinstance(error, jinja2.TemplateError) else ''
    return ' '.join((words or '{}: {}'.format(type(error).__name__, error)).split())


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


def _size(number: int) -> Text:
    """Bytes for people."""
    for unit in ('B', 'KB', 'MB', 'GB'):
        if number < 1024 or unit == 'GB':
            break
        number /= 1024  # type: ignore[assignment]  # a fraction from here on
    # Three digits; '.3g' alone would say 1e+03 of a thousand.
    return Text('{:{}} {}'.format(number, '.0f' if number >= 100 else '.3g', unit))


def _duration(seconds: Optional[int]) -> Text:
    if seconds is None:
        return Text('-')
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return Text('{}:{:02d}:{:02d}'.format(hours, minutes, seconds))
