"""The parser of the command line, whose help and complaints are in the reader's language."""

import argparse
import re
import sys
from contextlib import contextmanager
from typing import IO, Any, Callable, Iterator, List, Optional

from scan_notify_plugin import words
from scan_notify_plugin.cli.terminal import encodable
from scan_notify_plugin.cli.width import wrapped
from scan_notify_plugin.faults import ENGLISH

#: What argparse says itself, as it marks it for translation. Its own English differs from one Python to the next.
_TEXTS = {
    'usage: ': 'argparse.usage',
    'positional arguments': 'argparse.positional',
    'optional arguments': 'argparse.options',  # before 3.10
    'options': 'argparse.options',
    'show this help message and exit': 'argparse.help',
    "show program's version number and exit": 'argparse.version',
    '%(heading)s:': 'argparse.heading',
    '%(prog)s: error: %(message)s\n': 'argparse.error',
    'the following arguments are required: %s': 'argparse.required',
    'unrecognized arguments: %s': 'argparse.unrecognized',
    'one of the arguments %s is required': 'argparse.one_of',
    'not allowed with argument %s': 'argparse.not_with',
    'ignored explicit argument %r': 'argparse.no_value',
    'ambiguous option: %(option)s could match %(matches)s': 'argparse.ambiguous',
    'invalid %(type)s value: %(value)r': 'argparse.value',
    'invalid choice: %(value)r (choose from %(choices)s)': 'argparse.choice',
    'expected one argument': 'argparse.expected.one',
    'expected at most one argument': 'argparse.expected.most',
    'expected at least one argument': 'argparse.expected.least',
    'expected %s argument': 'argparse.expected.some',
    'expected %s arguments': 'argparse.expected.some',
}
_PLACE = re.compile(r'%(?:\((\w+)\))?[sr]')


class Formatter(argparse.HelpFormatter):
    """Breaks lines where they end on the terminal."""

    def _split_lines(self, text: str, width: int) -> List[str]:
        return wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return '\n'.join(indent + line for line in wrapped(text, width - len(indent)))


class Parser(argparse.ArgumentParser):
    """
    :param language: of the help; ``text`` gives the words of a code in it
    """

    def __init__(self, language: str = ENGLISH, **options: Any) -> None:
        super().__init__(formatter_class=Formatter, **options)
        self.language = language

    def text(self, code: str, **facts: object) -> str:
        """The words of a code, as the help of an argument has them."""
        return words.say(code, self.language, **facts)

    def _parse_known_args(self, *arguments: Any) -> Any:
        # Before 3.13 argparse puts these two together itself, in English.
        try:
            return super()._parse_known_args(*arguments)
        except argparse.ArgumentError as error:
            name = error.argument_name
            self.error(self.text('argparse.argument', name=name, detail=error.message) if name else error.message)

    def _print_message(self, message: str, file: Optional[IO[str]] = None) -> None:
        if message:
            super()._print_message(encodable(message, file or sys.stderr), file)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """argparse's own words are in a language while parsers are made and used. Not safe for threads."""
    # Python has catalogues of gettext for that, which are files of the machine; these are the two names that argparse
    # asks, and what it asks them for is the same in all releases.
    names = {'_': _translate(language), 'ngettext': _translate_number(language)}
    before = {name: getattr(argparse, name) for name in names}
    try:
        for name, function in names.items() if language != ENGLISH else ():
            setattr(argparse, name, function)
        yield
    finally:
        for name, function in before.items():
            setattr(argparse, name, function)


def _translate(language: str) -> Callable[[str], str]:
    return lambda message: translated(message, language)


def _translate_number(language: str) -> Callable[[str, str, int], str]:
    return lambda one, many, number: translated(one if number == 1 else many, language)


def translated(message: str, language: str) -> str:
    """A message of argparse's in a language, with its own ``%`` places; one that is not known stays as it is."""
    code = _TEXTS.get(message)
    if code is None:
        return message
    places = {match.group(1) or 'value': match.group(0) for match in _PLACE.finditer(message)}
    return words.say(code, language, **places) + ('\n' if message.endswith('\n') else '')
