"""What commands say to a person: sentences, tables and errors in one language, or JSON in none."""

import json
import sys
import unicodedata
from datetime import datetime
from typing import IO, Iterable, List, Mapping, Optional, Sequence

from scan_notify_plugin import words
from scan_notify_plugin.cli.width import padded, width
from scan_notify_plugin.errors import ScanNotifyError, SendError
from scan_notify_plugin.faults import Fault, Faults, join, say
from scan_notify_plugin.secret import redact


class Terminal:
    """Writes to stdout, and what went wrong to stderr.

    :param language: of all that is no quotation
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def text(self, code: str, **facts: object) -> str:
        """The sentence of a code."""
        return words.say(code, self.language, **facts)

    def word(self, family: str, value: object) -> str:
        """Our word for a value, such as a state; what has none is shown as it is."""
        code = '{}.{}'.format(family, value)
        return words.sentence(code, self.language) if words.known(code) else str(value)

    def describe(self, fault: Fault) -> str:
        """A fault in this language."""
        return say(fault, self.language)

    def join(self, faults: Faults) -> str:
        """Several in one line."""
        return join(faults, self.language)

    def in_words(self, described: Iterable[Mapping[str, object]]) -> str:
        """Faults that :func:`scan_notify_plugin.faults.described` has in this language, in one line."""
        return self.text('faults.apart').join(str(fault['words']) for fault in described)

    def say(self, code: str, **facts: object) -> None:
        """Print the sentence of a code; what an empty fact leaves at its end is no blank."""
        show(self.text(code, **facts).rstrip())

    def complain(self, fault: Fault) -> None:
        """Print to stderr what is wrong, without known credentials."""
        show(redact(self.text('cli.error', detail=self.describe(fault))), sys.stderr)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Columns as wide as their longest cell.

        :param columns: their titles are the words of ``cli.column.…``
        """
        titles = [self.text('cli.column.' + name) for name in columns]
        print_table(titles, ([self._cell(value) for value in row] for row in rows))

    def _cell(self, value: object) -> object:
        return self.word('cli.flag', value) if isinstance(value, bool) else value


def fault_of(error: ScanNotifyError) -> Fault:
    """What an error says; a service's has the reason and its code before its words."""
    if not isinstance(error, SendError):
        return error.fault
    number = '' if error.code is None else ' {}'.format(error.code)
    return Fault('cli.refused', reason=error.reason.value, number=number, cause=error.fault)


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as their longest cell, whatever its characters."""
    lines: List[List[str]] = [list(titles)] + [[_cell(value) for value in row] for row in rows]
    widths = [max(width(line[column]) for line in lines) for column in range(len(titles))]
    for line in lines:
        show('  '.join(padded(cell, columns) for cell, columns in zip(line, widths)).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return local(value)
    return '-' if value in (None, '') else visible(' '.join(str(value).split()))


def local(at: datetime) -> str:
    """A time as this machine's clock shows it."""
    return at.astimezone().strftime('%Y-%m-%d %H:%M:%S')


def print_json(value: object) -> None:
    """One JSON document on stdout, in ASCII: it must not depend on the terminal's locale."""
    print(json.dumps(value, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def show(text: str = '', file: Optional[IO[str]] = None) -> None:
    """Print; a terminal whose locale lacks a character shows an escape for it instead of a traceback.

    So does a control character: names and error words come from strangers and must not steer the terminal.

    :param file: None is stdout
    """
    file = file or sys.stdout
    print(encodable(visible(text), file), file=file, flush=True)


def encodable(text: str, file: IO[str]) -> str:
    """With escapes for what the file cannot hold."""
    encoding = getattr(file, 'encoding', None) or 'ascii'
    return text.encode(encoding, 'backslashreplace').decode(encoding)


def visible(text: str) -> str:
    """With escapes for control characters."""
    return ''.join(map(_visible, text))


def _visible(char: str) -> str:
    if char == '\n' or not unicodedata.category(char).startswith('C'):
        return char
    return char.encode('unicode_escape').decode('ascii')
