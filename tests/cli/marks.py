"""A language of marks: every piece of a sentence of ours stands between ⟦ and ⟧; what does not is a quotation."""

import re
import string

from scan_notify_plugin import words

NAME = 'xx'
_MARKED = re.compile('⟦[^⟦⟧]*⟧')


def sentences():
    """The sentences of all codes, marked."""
    return {code: _marked(sentence) for code, sentence in words.LANGUAGES['en'].items()}


def _marked(sentence):
    pieces = []
    for literal, name, family, conversion in string.Formatter().parse(sentence):
        blank = literal[: len(literal) - len(literal.lstrip())]
        pieces.append('{}⟦{}⟧'.format(blank, literal.lstrip()) if literal.strip() else literal)
        if name is not None:
            conversion = '!' + conversion if conversion else ''
            pieces.append('{{{}{}{}}}'.format(name, conversion, ':' + family if family else ''))
    return ''.join(pieces)


def quotations(text):
    """The words in a text that are not marked."""
    return [word for word in re.split(r'[\s,:;]+', _MARKED.sub(' ', text)) if re.search(r'[^\W\d_]', word)]
