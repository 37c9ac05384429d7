"""The message templates: a Jinja2 file for each kind of message, replaceable from a folder of the administrator's.

Looked for are ``<target>/<kind>.jinja`` and then ``<kind>.jinja`` in the administrator's folder, ``<kind>.jinja`` in
that of the channel's plugin, and then ``<kind>.jinja`` here. A file that cannot be used is refused, and the next one in
this order is taken: a message is never missing for a template.
"""

import logging
import os
import threading
import traceback
from datetime import datetime
from typing import Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Set, Tuple

import jinja2

from scan_notify_plugin.deadline import Overstayed, contained, within
from scan_notify_plugin.errors import ConfigError, Reason, SendError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.notifiers import telling, text, titles, writing
from scan_notify_plugin.notifiers.blocks import Placed
from scan_notify_plugin.notifiers.dialects import MARKDOWN, Dialect, Room
from scan_notify_plugin.notifiers.sections import sections
from scan_notify_plugin.notifiers.summary import Summary, Text
from scan_notify_plugin.notifiers.templates.refusing import PAGE, Refused, old_names, unknown_targets
from scan_notify_plugin.notifiers.templates.samples import KINDS, samples
from scan_notify_plugin.words import LANGUAGES

#: Seconds within which a template must have written all samples.
TRY = 10.0
#: Why a template is refused that prints nothing.
SILENT = Fault('template.silent')
BUILT_IN = os.path.dirname(os.path.abspath(__file__))
#: Before the name of a built-in template, for those that extend it.
PREFIX = 'built-in'

log = logging.getLogger('scan_notify')


class _File(NamedTuple):
    """A template that is not built in."""

    environment: jinja2.Environment
    name: str  # in its environment
    path: str


class Templates:
    """Loads, checks and renders templates.

    :param folder: the administrator's folder, or '' for the built-in ones alone
    :param targets: the names of the configured targets, where they are known
    :param channels: by channel, the folder of templates that its plugin brings
    :raises ConfigError: if ``folder`` does not exist
    """

    def __init__(
        self, folder: str = '', targets: Optional[Iterable[str]] = None, channels: Mapping[str, str] = {}
    ) -> None:
        if folder and not os.path.isdir(folder):
            raise ConfigError('SCAN_NOTIFY.TEMPLATES', Fault('template.no-folder', folder=repr(folder)), PAGE)
        self._folder = folder
        self._draft = threading.local()
        self._built_in = self._environment([BUILT_IN])
        self._own = self._environment([folder, BUILT_IN]) if folder else self._built_in
        self._brought = {channel: (self._environment([path]), path) for channel, path in channels.items()}
        self._unusable: Set[str] = set()
        #: the files of others that are not used, and why
        self.refused: List[Refused] = []
        if folder:
            self.refused += old_names(folder) + unknown_targets(folder, targets)
        self.refused += self._check()

    def render(
        self,
        name: str,
        language: str,
        summary: Summary,
        escape: Optional[Callable[[str], str]] = None,
        dialect: Dialect = MARKDOWN,
        target: str = '',
        channel: str = '',
    ) -> str:
        """The message as text.

        :param name: ``run`` or ``brief``; any other is ``run``. An alert has its own
        :param escape: in the place of the dialect's
        :param target: the name of the target it is for
        :param channel: the target's, whose plugin may have brought templates
        :raises SendError: with ``CONTENT`` if the built-in template cannot be rendered, which would be a fault of ours
        """
        kind = 'alert' if summary.alert else 'brief' if name == 'brief' else 'run'

        def text_of(environment: jinja2.Environment, file: str) -> str:
            return dialect.text(self._message(environment, file, language, summary, dialect.room), language, escape)

        return self._first(target, channel, kind, text_of)

    def _first(self, target: str, channel: str, kind: str, text_of: Callable[[jinja2.Environment, str], str]) -> str:
        """The text of the first file that can be used."""
        for file in self._files(target, channel, kind):
            try:
                message = text_of(file.environment, file.name)
                if message:
                    return message
                self._say(Refused(file.path, '?', SILENT))
            except Exception as error:  # a template is a program, it may raise anything
                if not (isinstance(error, jinja2.TemplateNotFound) and error.name == file.name):  # need not be one
                    self._say(_refused(error, file.path))
        try:
            return text_of(self._built_in, kind + '.jinja')
        except Exception as error:
            refused = _refused(error, os.path.join(BUILT_IN, kind + '.jinja'))
            raise SendError(Reason.CONTENT, words=Fault('template.failed', cause=refused.fault)) from None

    def _files(self, target: str, channel: str, kind: str) -> List[_File]:
        """The files for a message, the first that is there counts."""
        name = kind + '.jinja'
        names = ['{}/{}'.format(target, name)] * bool(target) + [name]
        files = [self._file_of(one) for one in names] if self._folder else []
        if channel in self._brought:
            environment, folder = self._brought[channel]
            files.append(_File(environment, name, os.path.join(folder, name)))
        return [file for file in files if file.path not in self._unusable]

    def _file_of(self, name: str) -> _File:
        """One of the administrator's."""
        return _File(self._own, name, os.path.join(self._folder, *name.split('/')))

    def _message(
        self, environment: jinja2.Environment, file: str, language: str, summary: Summary, room: Room
    ) -> Tuple[Placed, ...]:
        draft = self._draft.now = writing.Draft()
        written = environment.get_template(file).render(
            run=summary,
            room=room,
            language=language,
            heading=_strict(writing.heading_of(summary)),
            sections=sections(summary),
            **summary._asdict(),
        )
        return draft.message(written)

    def _check(self) -> Iterator[Refused]:
        """Render each file of others for every kind of end that there is."""
        for kind in KINDS:
            for file in self._all_of(kind + '.jinja'):
                problem = self._problem(file, kind)
                if problem is not None:
                    self._unusable.add(file.path)
                    yield problem

    def _all_of(self, kind: str) -> List[_File]:
        """All files of the administrator's and of plugins with the name of a kind."""
        names = self._own.list_templates() if self._folder else []
        files = [self._file_of(name) for name in names if name.split('/')[-1] == kind]
        for environment, folder in self._brought.values():
            files.append(_File(environment, kind, os.path.join(folder, kind)))
        return [file for file in files if os.path.exists(file.path)]

    def _problem(self, file: _File, kind: str) -> Optional[Refused]:
        try:
            said = within(TRY, lambda: contained(lambda: self._says_something(file, kind)))
        except Exception as error:
            return _refused(error, file.path)
        return None if said else Refused(file.path, '1', SILENT)

    def _says_something(self, file: _File, kind: str) -> bool:
        return all(
            MARKDOWN.text(self._message(file.environment, file.name, language, summary, MARKDOWN.room), language)
            for summary in samples(kind)
            for language in LANGUAGES
        )

    def _say(self, refused: Refused) -> None:
        """A file that was edited while we run: once for each fault of it, since a message is rendered many times."""
        if refused.place not in [one.place for one in self.refused]:
            self.refused.append(refused)
            log.error('template %s; the next one is used (see %s)', refused, PAGE)

    def _environment(self, folders: Iterable[str]) -> jinja2.Environment:
        built_in = jinja2.PrefixLoader({PREFIX: jinja2.FileSystemLoader(BUILT_IN, encoding='utf-8')})
        environment = jinja2.Environment(
            loader=jinja2.ChoiceLoader([built_in, jinja2.FileSystemLoader(list(folders), encoding='utf-8')]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # With a context it is called when a message is rendered, and never when a template is compiled.
            finalize=jinja2.pass_context(lambda context, value: self._draft.now.marked(_defined(value))),
            autoescape=False,
        )
        functions: Dict[str, Callable[..., object]] = dict(writing.FUNCTIONS)
        functions.update(heading_of=titles.heading_of, changes=telling.changes, record=telling.record)
        environment.globals.update({name: _strict(function) for name, function in functions.items()})
        environment.filters.update(
            own=Text, time=_time, size=_size, duration=_duration, addresses=lambda value: Text(text.addresses(value))
        )
        return environment


def _strict(function: Callable[..., object]) -> Callable[..., object]:
    """A function that takes nothing that does not exist, so that the error is met where it is made."""
    return lambda *args, **named: function(*map(_defined, args), **dict(zip(named, map(_defined, named.values()))))


def _defined(value: object) -> object:
    """``value``.

    :raises UndefinedError: for a name that does not exist
    """
    if isinstance(value, jinja2.Undefined):
        str(value)
    return value


def _refused(error: BaseException, path: str) -> Refused:
    """The file and the line at fault: Jinja2 puts the templates into the traceback."""
    places = [
        (frame.f_code.co_filename, str(line))
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.endswith('.jinja')
    ]
    return Refused(*(places[-1] if places else (path, '?')), _cause(error))


def _cause(error: BaseException) -> Fault:
    """In one line. A syntax error's text would repeat the place and the source."""
    kind = type(error).__name__
    if isinstance(error, writing.Misplaced):
        return Fault('template.raised', kind='ValueError', cause=error.fault)
    if isinstance(error, Overstayed):
        return Fault('template.raised', kind=kind, cause=error.fault)
    words = error.message if isinstance(error, jinja2.TemplateError) else ''
    return quoted(' '.join((words or '{}: {}'.format(kind, error)).split()))


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
