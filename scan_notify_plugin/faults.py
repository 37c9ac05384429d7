"""What went wrong, as a code with facts: stored so, and put into words in a reader's language.

A code is ``about.what``; every code has a sentence in each language, with the facts that it needs
(:mod:`scan_notify_plugin.words`). A fact is a number, a text of somebody else's (of a service, a host, a plugin: it is
quoted as it is), a word of ours that has a sentence of its own (``{state:job.state}``), another fault, or several.
"""

import itertools
import math
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Tuple

from scan_notify_plugin import words
from scan_notify_plugin.readers import Misshapen

#: The language of logs, and of what 0.1.0 has always said in English.
ENGLISH = 'en'
#: Faults in faults; what is deeper is no fault of ours.
_DEPTH = 5
_MOST_CHARACTERS = 8192
#: In one fact, and facts in a fault.
_MOST_FAULTS = 20
#: Characters of a code, and of a fact's name.
_MOST_OF_A_NAME = 100
#: What is more is no number that anybody counts to, and MongoDB does not hold all of them.
_LARGEST = 1 << 53


class _Shape(NamedTuple):
    code: str
    facts: Mapping[str, object]


class Fault(_Shape):
    """A code and its facts: ``Fault('job.died', count=3)``."""

    __slots__ = ()

    def __new__(cls, *code: str, **facts: object) -> 'Fault':
        """
        :param code: exactly one; so that a fact can have that name, too
        """
        (only,) = code
        return cls.of(only, facts)

    @classmethod
    def of(cls, code: str, facts: Mapping[str, object]) -> 'Fault':
        """The same, with facts by name. Whatever a plugin gives, it can be stored and read again."""
        named = itertools.islice(facts.items(), _MOST_FAULTS)
        return super().__new__(cls, _name(code), {_field(name): _fact(value) for name, value in named})

    @classmethod
    def from_stored(cls, value: object, depth: int = 0) -> 'Fault':
        """The fault of a document; prose of an earlier release is quoted.

        :raises Misshapen: if it is neither
        """
        if isinstance(value, str):
            return cls('old', text=value)
        if not isinstance(value, Mapping) or depth > _DEPTH:
            raise Misshapen('document.no-fault')
        code, facts = value.get('code'), value.get('facts', {})
        if not isinstance(code, str) or not isinstance(facts, Mapping):
            raise Misshapen('document.no-fault')
        return cls.of(code, {str(name): _read(fact, depth) for name, fact in facts.items()})

    def __reduce__(self) -> Tuple[object, ...]:
        return Fault.of, (self.code, self.facts)

    def to_stored(self) -> Mapping[str, object]:
        """What is stored of it."""
        return {'code': self.code, 'facts': {name: _stored(fact) for name, fact in self.facts.items()}}


Faults = Tuple[Fault, ...]


def with_faults(document: Mapping[str, object], prose: str, name: str = 'faults') -> Mapping[str, object]:
    """A document of an earlier form, in which the field ``prose`` had what is in ``name`` now."""
    if name in document or prose not in document:
        return document
    return dict(document, **{name: [document[prose]] if document[prose] != '' else []})


def _name(value: object) -> str:
    """Without halves of characters, which MongoDB does not take."""
    return str(value)[:_MOST_OF_A_NAME].encode('utf-8', 'replace').decode('utf-8')


def _field(value: object) -> str:
    """The name of a field of a document: MongoDB 4.0 takes neither dots nor dollars."""
    return _name(value).replace('.', '_').replace('$', '_').replace('\0', '_')


def _fact(value: object) -> object:
    if isinstance(value, FaultText):
        value = value.fault
    if isinstance(value, Fault):
        return value if _depth(value) < _DEPTH else Fault('quote', text=say(value, ENGLISH))
    if isinstance(value, str) and len(value) <= _MOST_CHARACTERS:
        return value
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= _LARGEST
    ):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(one, Fault) for one in value):
        return tuple(map(_fact, value[:_MOST_FAULTS]))
    try:
        return str(value)[:_MOST_CHARACTERS]
    except Exception as error:  # whatever a third party gives
        return type(error).__name__


def _depth(fact: object) -> int:
    """How many faults are in each other in a fact."""
    if isinstance(fact, Fault):
        return max(map(_depth, fact.facts.values()), default=-1) + 1
    return max(map(_depth, fact), default=-1) if isinstance(fact, tuple) else -1


def _stored(fact: object) -> object:
    if isinstance(fact, tuple) and not isinstance(fact, Fault):
        return [_stored(one) for one in fact]
    return fact.to_stored() if isinstance(fact, Fault) else fact


def _read(fact: object, depth: int) -> object:
    if isinstance(fact, list):
        return tuple(Fault.from_stored(one, depth + 1) for one in fact)
    return Fault.from_stored(fact, depth + 1) if isinstance(fact, Mapping) else fact


class FaultText(str):
    """A fault where plugins have been given an English text since 0.1.0, and look into it."""

    fault: Fault

    def __new__(cls, fault: Fault) -> 'FaultText':
        text = super().__new__(cls, say(fault, ENGLISH))
        text.fault = fault
        return text

    def __reduce__(self) -> Tuple[object, ...]:
        return FaultText, (self.fault,)


def quoted(message: object) -> Fault:
    """What somebody else said, as it is; a fault as itself."""
    if isinstance(message, FaultText):
        return message.fault
    return message if isinstance(message, Fault) else Fault('quote', text='' if message is None else message)


def rewritten(fault: Fault, write: Callable[[str], str]) -> Fault:
    """A fault with each text in it as ``write`` returns it; to take out what nobody shall read, and to cut. What is no
    code of ours is a text, too: a plugin may have taken it for one.
    """

    def changed(fact: object) -> object:
        if isinstance(fact, Fault):
            return rewritten(fact, write)
        if isinstance(fact, tuple):
            return tuple(map(changed, fact))
        return write(fact) if isinstance(fact, str) else fact

    if words.known(fault.code):
        return Fault.of(fault.code, {name: changed(fact) for name, fact in fault.facts.items()})
    return Fault.of(write(fault.code), {write(name): changed(fact) for name, fact in fault.facts.items()})


def worded(**sentences: str) -> Fault:
    """What a plugin says, in each language that it knows: ``worded(en='no such room', zh='没有此群')``.

    Who reads another language gets the first one. It is stored so, as nobody but the worker knows the plugin.
    """
    first = next(iter(sentences.values()), '')
    return Fault('worded', **{language: sentences.get(language, first) for language in words.LANGUAGES})


def say(fault: Fault, language: str) -> str:
    """A fault in a language. A code of a newer release is shown as it is, with what it quotes."""
    facts = _facts(fault, language)
    try:
        return words.say_with(fault.code, language, facts)
    except words.NoWords:
        return ' '.join([fault.code] + ['{}={}'.format(name, fact) for name, fact in sorted(facts.items())])


def join(faults: Iterable[Fault], language: str = ENGLISH) -> str:
    """Several in one line, each once."""
    return words.say('faults.apart', language).join(dict.fromkeys(say(fault, language) for fault in faults))


def once(faults: Iterable[Fault]) -> Faults:
    """Each once, in their order."""
    kept: List[Fault] = []
    for fault in faults:
        if fault not in kept:
            kept.append(fault)
    return tuple(kept)


def described(faults: Iterable[Fault], language: str) -> List[Dict[str, object]]:
    """For programs and people: ``{code, facts, words}`` of each. A fact that is a fault is said, too."""
    return [{'code': fault.code, 'facts': _facts(fault, language), 'words': say(fault, language)} for fault in faults]


def _facts(fault: Fault, language: str) -> Dict[str, object]:
    return {name: _in_words(fact, language) for name, fact in fault.facts.items()}


def _in_words(fact: object, language: str) -> object:
    if isinstance(fact, tuple) and not isinstance(fact, Fault):
        return join(fact, language)
    return say(fact, language) if isinstance(fact, Fault) else fact
