"""All that is said to people, in the languages that there are: a code and facts become a sentence. Pure.

``zh`` and ``en`` map the same codes to sentences with the same ``{facts}``; a fact is a value that somebody has already
made fit for the place where the sentence goes. A code is ``about.what``, or ``about.what.which`` where the last word is
a value of ours, such as a state. A fact that is such a value has its own words: ``{state:job.state}`` is those of
``job.state.held`` where ``state`` is ``held``.
"""

import string
from typing import Dict, Mapping, Set

from scan_notify_plugin.words import en, zh

#: Whoever asks for another language gets this one.
DEFAULT = 'zh'
#: By language: codes and sentences.
LANGUAGES: Dict[str, Mapping[str, str]] = {'zh': zh.WORDS, 'en': en.WORDS}


class NoWords(KeyError):
    """There are no words for a code, or a fact is missing."""

    def __str__(self) -> str:
        return str(self.args[0])


def say(code: str, language: str, **facts: object) -> str:
    """The sentence of a code.

    :param facts: each is put into the sentence as ``str()`` shows it, and nothing in it is taken for a fact again
    :raises NoWords: if no language knows the code, or the sentence needs a fact that is not given
    """
    return say_with(code, language, facts)


def say_with(code: str, language: str, facts: Mapping[str, object]) -> str:
    """The same, with facts by any name."""
    try:
        return _Formatter(language).vformat(sentence(code, language), (), facts)
    except (KeyError, IndexError) as error:
        if isinstance(error, NoWords):
            raise
        raise NoWords('{} needs the fact {}'.format(code, error)) from None


class _Formatter(string.Formatter):
    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: object, format_spec: str) -> str:
        """A value, or our words for it where a family of them is named."""
        if not format_spec:
            return str(value)
        return _of(self._language).get('{}.{}'.format(format_spec, value), str(value))


def sentence(code: str, language: str) -> str:
    """The words of a code with its ``{facts}`` still in them.

    :raises NoWords: if no language knows it
    """
    found = _of(language).get(code)
    if found is None:
        raise NoWords('no words for {!r}'.format(code))
    return found


def known(code: str) -> bool:
    """Whether there are words for a code."""
    return code in LANGUAGES[DEFAULT]


def family(prefix: str, language: str) -> Dict[str, str]:
    """All sentences whose codes begin with ``prefix.``, by the rest of the code."""
    start = prefix + '.'
    return {code[len(start) :]: words for code, words in _of(language).items() if code.startswith(start)}


def facts_of(words: str) -> Set[str]:
    """The names of the facts in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def _of(language: str) -> Mapping[str, str]:
    return LANGUAGES.get(language, LANGUAGES[DEFAULT])
