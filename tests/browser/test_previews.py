"""What vendors document of their markup is all that our messages use, and no stranger's text has an effect in it."""

import os
import re

import pytest

markdown_it = pytest.importorskip('markdown_it', reason='no markdown-it-py: pip install -e ".[browser]"')

from tests.browser.previews.__main__ import main, pictures  # noqa: E402  # it needs markdown-it-py
from tests.browser.previews.markup import MARKUPS  # noqa: E402

#: Where our links lead.
OURS = re.compile(
    r'https://arl\.example\.com/|dingtalk://dingtalkclient/page/link\?url=https%3A%2F%2Farl\.example\.com%2F'
)


@pytest.fixture(scope='module')
def drawn():
    return dict(pictures(languages=['zh']))  # the other language has the same blocks


def test_there_is_one_of_every_kind_in_every_channel(drawn):
    kinds = {name.split('-', 1)[1] for name in drawn}
    assert len(kinds) > 10 and all(name.endswith('-zh') for name in drawn)
    assert len(drawn) == len(kinds) * len({name.split('-', 1)[0] for name in drawn})


def test_nothing_that_a_vendor_does_not_document_is_left_as_it_was_written(drawn):
    for name, document in drawn.items():
        if name.startswith(('third_party', 'webhook-')):  # a Markdown of nobody's, and data, which has none
            continue
        shown = re.sub(r'<style>.*?</style>', '', document, flags=re.S)
        left = re.findall(r'\*\*|(?<![\w&])#{1,6} |\| ?:?---|\]\(|&lt;(?:font|at|br)\b', shown)
        assert not left, (name, left)


def test_every_link_is_ours(drawn):
    for name, document in drawn.items():
        for address in re.findall(r'href="([^"]*)"', document):
            assert OURS.match(address), (name, address)


@pytest.mark.parametrize('name', sorted(MARKUPS))
def test_html_has_no_effect(name):
    shown = MARKUPS[name].html(
        '<img src=x onerror=alert(1)><script>alert(1)</script> <font color="info" onclick="x">a</font>'
    )
    assert '<img' not in shown and '<script' not in shown and '<font' not in shown and '<span' not in shown


def test_pictures_are_made(chromium, tmp_path):
    main(str(tmp_path), 'wxwork_card', browser=chromium)
    assert {os.path.splitext(name)[1] for name in os.listdir(str(tmp_path))} == {'.png'}
    with open(str(tmp_path / 'wxwork_card-changed-zh.png'), 'rb') as file:
        head = file.read(24)
    assert int.from_bytes(head[16:20], 'big') == 640  # 320 px at two dots each
