"""HTML in which a stranger's text is text."""

from html.parser import HTMLParser

import pytest

from scan_notify_plugin.markup import STYLE, Html, document, joined, policy, shown, tag
from scan_notify_plugin.markup.page import head


class Parsed(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], ''
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize('text', [
    '<script>alert(1)</script>', '"><b>', "'x' & <", '&lt;b&gt;', '<!--', ']]>', '</p></body>', '&#60;b&#62;', 'plain',
    '登录 😀', 'http://evil.example.com', '{{ 7*7 }}',
])  # fmt: skip
def test_a_text_is_shown_as_it_is_in_an_element_and_in_an_attribute(text):
    parsed = Parsed(tag('p', text, title=text))
    assert parsed.tags == [('p', {'title': text})] and parsed.text == text


def test_what_was_made_here_is_kept_and_nothing_else():
    assert tag('p', tag('b', '<'), '<') == '<p><b>&lt;</b>&lt;</p>'
    assert joined(['<', Html('<br>')]) == '&lt;<br>'
    assert (
        tag('p', class_='', title=None) == '<p></p>'
        and tag('meta', name_='x', http_equiv='y') == '<meta name="x" http-equiv="y">'
    )
    assert isinstance(tag('p') + 'x', str) and not isinstance(tag('p') + '<', Html)


@pytest.mark.parametrize('text, expected', [
    ('one\r\ntwo\x0bthree\u2028four', 'one two three four'), ('\u202egnp.exe\u2066', 'gnp.exe'),
    ('a\x00\x1b\x7f\x9fb', 'ab'),
    ('\ud800x\udc00', 'x'), ('\ufeff\u200b\xad', ''), ('\U000e0041tag', 'tag'), ('  x  ', 'x'), ('', ''), (5, '5'),
    ('x' * 1000, 'x' * 49 + '…'), ('字😀', '字😀'),
])  # fmt: skip
def test_a_line_shows_what_it_says(text, expected):
    assert shown(text, 50) == expected


def test_what_no_file_can_hold_is_left_out_wherever_it_stands():
    html = tag('p', 'a\ud800\x00\u202eb\nc', title='\udfff\ufffe')
    assert html == '<p title="">ab\nc</p>' and html.encode('utf-8')


def test_a_page_may_do_nothing_but_look_as_it_looks():
    assert policy('x') == policy('x') != policy('y')
    for rule in ("default-src 'none'", "form-action 'none'", "base-uri 'none'", "style-src 'sha256-"):
        assert rule in policy(STYLE)
    assert 'unsafe' not in policy(STYLE)
    whole = document('zh', '</title><b>', '"><b>', STYLE, tag('p', 'x'))
    assert [name for name, _ in Parsed(whole).tags] == ['html', 'head'] + ['meta'] * 6 + ['title', 'style', 'body', 'p']
    alone = Parsed(head('"><b>', 't', 'd', STYLE, stands_alone=True))
    assert ('meta', {'http-equiv': 'Content-Security-Policy', 'content': policy(STYLE)}) in alone.tags
    assert alone.tags[0] == ('html', {'lang': '"><b>'})
