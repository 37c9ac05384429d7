"""The parts of a workbook that openpyxl makes, as most programs write them.

openpyxl gives drawings and charts a namespace without a prefix, and relationships a target from the root of the file.
Both are right (ECMA-376 part 1, 20.5 and 21.2; part 2, 9.3), but ExcelJS, and whatever is built on it, looks for
``xdr:wsDr`` and for ``../drawings/drawing1.xml``, and does not open the workbook. Pure.
"""

import posixpath
import re
from typing import Dict, List
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

__all__ = ['conventional']

_DRAWN = re.compile(r'xl/(drawings|charts)/[^/]+\.xml')
_RELATIONS = re.compile(r'(.*/)?_rels/[^/]*\.rels')
_PREFIXES = {
    'http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing': 'xdr',
    'http://schemas.openxmlformats.org/drawingml/2006/chart': 'c',
    'http://schemas.openxmlformats.org/drawingml/2006/main': 'a',
    'http://schemas.openxmlformats.org/officeDocument/2006/relationships': 'r',
    # Of the relationships themselves, which have no prefix anywhere.
    'http://schemas.openxmlformats.org/package/2006/relationships': '',
}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def conventional(name: str, content: bytes) -> bytes:
    """A part by its name in the file; what needs no change comes back as it is."""
    if _DRAWN.fullmatch(name):
        return _with_prefixes(ElementTree.fromstring(content))
    if _RELATIONS.fullmatch(name):
        return _relative(name, ElementTree.fromstring(content))
    return content


def _relative(name: str, relations: ElementTree.Element) -> bytes:
    """Targets as seen from the folder of the part whose relations these are."""
    folder = posixpath.dirname(posixpath.dirname(name))
    for relation in relations:
        target = relation.get('Target', '')
        if target.startswith('/') and relation.get('TargetMode') != 'External':
            relation.set('Target', posixpath.relpath(target, '/' + folder))
    return _with_prefixes(relations)


def _with_prefixes(root: ElementTree.Element) -> bytes:
    # Written here, for ElementTree takes its prefixes from a table of the whole process.
    names = _Names()
    body = _written(root, names)
    spaces = ' '.join('xmlns{}{}="{}"'.format(prefix and ':', prefix, space) for space, prefix in names.used.items())
    opening = re.match(r'<[^\s/>]+', body)
    assert opening is not None
    return (_HEAD + opening.group() + ' ' + spaces + body[opening.end() :]).encode('utf-8')


class _Names:
    """Names with prefixes, and the namespaces that they are of."""

    def __init__(self) -> None:
        self.used: Dict[str, str] = {}

    def of(self, tag: str) -> str:
        if not tag.startswith('{'):
            return tag
        space, name = tag[1:].split('}')
        prefix = self.used.setdefault(space, _PREFIXES.get(space, 'ns{}'.format(len(self.used))))
        return prefix + ':' + name if prefix else name


def _written(element: ElementTree.Element, names: _Names) -> str:
    name = names.of(element.tag)
    pieces: List[str] = ['<', name]
    # What a tab or a line feed is in an attribute is only safe as a number.
    pieces += [' {}={}'.format(names.of(key), quoteattr(value)) for key, value in element.items()]
    inside = escape(element.text or '') + ''.join(
        _written(child, names) + escape(child.tail or '') for child in element
    )
    pieces += ['>', inside, '</', name, '>'] if inside else ['/>']
    return ''.join(pieces)
