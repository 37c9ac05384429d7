"""A language whose every word is between marks: what stands outside of them does not come from the words."""

import re

_PIECES = re.compile(r'(\{[^}]*\})')
_WORD = re.compile(r'[^\W\d_]+')


def marked(sentence):
    """The sentence with each of its words between marks; its facts stay."""
    return ''.join(
        piece if piece.startswith('{') else _WORD.sub(lambda word: '\u27e6{}\u27e7'.format(word.group()), piece)
        for piece in _PIECES.split(sentence)
    )


def unmarked(shown):
    """The words that stand outside of marks."""
    return set(_WORD.findall(re.sub('\u27e6[^\u27e7]*\u27e7', '', shown)))


def as_words(value):
    """All words in a value."""
    return set(_WORD.findall(re.sub('[\u27e6\u27e7]', ' ', str(value))))
