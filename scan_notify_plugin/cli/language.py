"""Which language the command line speaks. Pure."""

from typing import Mapping, Sequence

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import ENGLISH, Fault
from scan_notify_plugin.words import LANGUAGES

OPTION = '--language'
VARIABLE = 'SCAN_NOTIFY_LANGUAGE'
#: As the C library reads them: the first that is set decides.
_LOCALE = ('LC_ALL', 'LC_MESSAGES', 'LANG')
#: What a terminal must be able to show of a language.
_SAMPLES = {'zh': '中文，。“”（）'}


def chosen(arguments: Sequence[str], environment: Mapping[str, str], encodings: Sequence[str]) -> str:
    """The language that the option asks for, else the variable, else the locale; English where the terminal cannot
    show it.

    :param arguments: of the whole command line; the option stands before the command
    :param encodings: of what is written to
    :raises ConfigError: for a variable that is no language of ours
    """
    language = _asked(arguments) or _set(environment) or _of_locale(environment)
    return language if all(_shows(encoding, language) for encoding in encodings) else ENGLISH


def _asked(arguments: Sequence[str]) -> str:
    """What the option says, if it is one of ours; the parser refuses anything else."""
    for number, word in enumerate(arguments):
        name, equals, value = word.partition('=')
        if len(name) > 2 and OPTION.startswith(name):
            value = value if equals else (list(arguments[number + 1 :]) + [''])[0]
            return value if value in LANGUAGES else ''
        if word == '--' or not word.startswith('-'):
            break
    return ''


def _set(environment: Mapping[str, str]) -> str:
    value = environment.get(VARIABLE, '')
    if value and value not in LANGUAGES:
        expected = Fault('cli.expected.choice', choices=', '.join(LANGUAGES))
        raise ConfigError(VARIABLE, expected, 'docs/cli.md')
    return value


def _of_locale(environment: Mapping[str, str]) -> str:
    locale = next(filter(None, (environment.get(name) for name in _LOCALE)), '')
    return next((language for language in LANGUAGES if locale.lower().startswith(language)), ENGLISH)


def _shows(encoding: str, language: str) -> bool:
    try:
        _SAMPLES.get(language, '').encode(encoding)
        return True
    except (LookupError, UnicodeEncodeError):
        return False
