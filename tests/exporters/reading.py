"""Reads a page as a browser does, for every test of the format ``html``."""

from html.parser import HTMLParser


class _Reader(HTMLParser):
    """What a browser shows: the tables by their place, and every other text as a row of its own."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.sheets = {}
        self.active = []
        self._row = None
        self._text = None
        self._open = []

    def handle_starttag(self, tag, attributes):
        names = {name for name, _ in attributes}
        if tag not in HARMLESS or any(name.startswith('on') for name in names) or names & {'src', 'style'}:
            self.active.append((tag, attributes))
        if tag not in ('meta', 'rect'):
            self._open.append(tag)
        if tag == 'table':
            self.sheets['table {}'.format(len(self.sheets))] = []
        elif tag == 'tr':
            self._row = []
        elif tag in ('td', 'th', 'p', 'h1', 'h2'):
            self._text = ''

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, 'the elements are not closed in order'
        if tag in ('td', 'th'):
            self._row.append(self._text)
        elif tag == 'tr':
            self.sheets[list(self.sheets)[-1]].append(self._row)
        elif tag in ('p', 'h1', 'h2'):
            self.sheets['text {}'.format(len(self.sheets))] = [[self._text]]
            self.sheets['rest {}'.format(len(self.sheets))] = []

    def handle_data(self, data):
        if self._text is not None:
            self._text += data


HARMLESS = frozenset(
    'html head meta title style body h1 h2 h3 p span bdi table thead tbody tr th td svg rect ul li div'.split()
)


def parsed(data):
    reader = _Reader()
    reader.feed(data.decode('utf-8'))
    reader.close()
    assert reader._open == []
    return reader
