"""The same blocks in every dialect: how they look, what is left out, and that no stranger's text is markup."""

import pytest

from scan_notify_plugin.notifiers import blocks, dialects
from scan_notify_plugin.notifiers.blocks import Placed, Said, apart
from scan_notify_plugin.notifiers.dialects.discord import DISCORD
from scan_notify_plugin.notifiers.dialects.slack import SLACK
from scan_notify_plugin.notifiers.dialects.telegram import TELEGRAM
from scan_notify_plugin.notifiers.dingding_openapi.dialect import DINGTALK_CARD
from scan_notify_plugin.notifiers.summary import Text

ALL = {
    'markdown': dialects.MARKDOWN, 'dingtalk': dialects.DINGTALK, 'card': DINGTALK_CARD,
    'plain': dialects.PLAIN_TEXT,
    'slack': SLACK, 'discord': DISCORD, 'telegram': TELEGRAM,
    'wecom': dialects.WECOM_MARKDOWN, 'coloured': dialects.WECOM_COLOURED, 'v2': dialects.WECOM_MARKDOWN_V2,
}  # fmt: skip
EVIL = '\n# x [a](http://b.example) <@all> `c` | d'
FACTS = blocks.Facts((
    blocks.Fact('State', 'good', in_heading=True, tone='good'), blocks.Fact('When', 'now'),
    blocks.Fact('Found', numbers=(('a', 1), ('b', 2))), blocks.Fact('Tasks', 'one of two', 'All tasks', (('done', 1),)),
))  # fmt: skip
TABLE = blocks.Table(
    'Things', (blocks.Column('Name'), blocks.Column('Size', True, 'task.records')), (('a', 1), ('b', 2))
)

#: (block, dialects by name, what is drawn)
DRAWN = [
    (blocks.Heading('h'), 'markdown dingtalk card', '### h'),
    (blocks.Heading('h'), 'wecom coloured v2', '## h'),
    (blocks.Heading('h', 4), 'markdown v2', '#### h'),
    (blocks.Heading('h'), 'plain', 'h'),
    (FACTS, 'card', '* State: good\n* When: now\n* Found: a 1 · b 2\n* Tasks: one of two'),
    (blocks.Items(('a', 2)), 'card', '* a\n* 2'),
    (TABLE, 'card', '**Things**\n\n* a · 1 records\n* b · 2 records'),
    (blocks.Rule(), 'card', '***'),
    (blocks.Code(('a', ' b')), 'card', '```\na\n b\n```'),
    (blocks.Heading('h'), 'slack', '*h*'),
    (blocks.Heading('h'), 'discord', '### h'),
    (blocks.Heading('h'), 'telegram', '<b>h</b>'),
    (blocks.Sentence(blocks.Strong('s')), 'slack', '*s*'),
    (blocks.Sentence(blocks.Strong('s')), 'telegram', '<b>s</b>'),
    (
        blocks.Sentence(blocks.Link('l', 'https://a.example/?a=1&b=<|>')),
        'slack',
        '<https://a.example/?a=1&amp;b=%3C%7C%3E|l>',
    ),
    (
        blocks.Sentence(blocks.Link('l', 'https://a.example/?a=1&b="')),
        'telegram',
        '<a href="https://a.example/?a=1&amp;b=&quot;">l</a>',
    ),
    (blocks.Sentence(blocks.Link('l', 'https://a.example/')), 'discord', '[l](https://a.example/)'),
    (blocks.Note('n'), 'slack discord', '> n'),
    (blocks.Quote('n'), 'telegram', '<blockquote>n</blockquote>'),
    (blocks.Note('/stop <n>'), 'telegram', '<blockquote>／stop ＜n＞</blockquote>'),
    (blocks.Sentence(Text('/stop 10.0.0.0/8')), 'telegram', '／stop 10.0.0.0/8'),
    (blocks.Sentence(blocks.Strong('s')), 'markdown dingtalk wecom v2', '**s**'),
    (blocks.Sentence(blocks.Strong('s')), 'plain', 's'),
    (blocks.Sentence(blocks.Link('l', 'https://a.example/')), 'markdown v2', '[l](https://a.example/)'),
    (blocks.Sentence(blocks.Link('l', 'https://a.example/')), 'plain', 'l: https://a.example/'),
    (blocks.Note('n'), 'markdown dingtalk wecom v2', '> n'),
    (blocks.Quote('n'), 'markdown dingtalk wecom v2', '> n'),
    (blocks.Note('n'), 'plain', 'n'),
    (FACTS, 'markdown dingtalk wecom plain', '- State: good\n- When: now\n- Found: a 1 · b 2\n- Tasks: one of two'),
    (
        FACTS,
        'coloured',
        '- State: <font color="info">good</font>\n- When: now\n- Found: a 1 · b 2\n- Tasks: one of two',
    ),
    (
        FACTS,
        'v2',
        'now\n\n| Found | Number |\n| :--- | ---: |\n| a | 1 |\n| b | 2 |\n\n'
        '| All tasks | Number |\n| :--- | ---: |\n| done | 1 |',
    ),
    (blocks.Items(('a', 2)), 'slack telegram', '• a\n• 2'),
    (TABLE, 'slack', '*Things*\n• a · 1 records\n• b · 2 records'),
    (blocks.Items(('a', 2)), 'markdown dingtalk wecom v2 plain', '- a\n- 2'),
    (TABLE, 'markdown dingtalk wecom', '**Things**\n\n- a · 1 records\n- b · 2 records'),
    (TABLE, 'plain', 'Things\n\n- a · 1 records\n- b · 2 records'),
    (TABLE, 'v2', '| Name | Size |\n| :--- | ---: |\n| a | 1 |\n| b | 2 |'),
    (blocks.Code(('a', ' b')), 'v2', '```\na\n b\n```'),
    (blocks.Code(('a', ' b')), 'markdown plain', 'a\n b'),
    (blocks.Mention(('ann', 'bob')), 'wecom coloured', '<@ann> <@bob>'),
    (blocks.Mention(('ann', 'bob')), 'dingtalk plain', '@ann @bob'),
    (blocks.Mention(('ann', 'bob')), 'v2', ''),
    (blocks.Rule(), 'v2', '---'),
    (blocks.Rule(), 'markdown wecom plain', ''),
    (blocks.Footer('f'), 'v2', '*f*'),
    (blocks.Footer('f'), 'wecom plain', 'f'),
    (blocks.Written((Text('**'), 'x', Text('**'))), 'markdown v2 plain', '**x**'),
]


@pytest.mark.parametrize('block, names, drawn', DRAWN)
def test_a_block_looks_as_its_dialect_has_it(block, names, drawn):
    for name in names.split():
        assert ALL[name].text(apart(block), 'en') == drawn, name


@pytest.mark.parametrize('name', sorted(ALL))
def test_each_dialect_draws_every_block(name):
    kinds = {type(block) for block, _, _ in DRAWN}
    declared = {one for one in vars(blocks).values() if isinstance(one, type) and one.__module__ == blocks.__name__}
    values = {Said, blocks.Strong, blocks.Link, blocks.Escaped, blocks.Fact, blocks.Column, Placed}
    assert kinds | values == declared
    for block, _, _ in DRAWN:
        ALL[name].text(apart(block), 'zh')


def test_blocks_stand_close_where_a_dialect_lets_them_and_a_block_that_is_left_out_leaves_no_gap():
    message = (
        Placed(blocks.Heading('h')),
        Placed(blocks.Sentence('s'), False),
        Placed(blocks.Rule()),
        Placed(blocks.Note('n'), False),
    )
    assert dialects.MARKDOWN.text(message, 'en') == '### h\ns\n\n> n'
    assert dialects.WECOM_MARKDOWN.text(message, 'en') == '## h\n\ns\n\n> n'


@pytest.mark.parametrize('name', ['dingtalk', 'card', 'wecom', 'coloured', 'v2'])
def test_what_a_stranger_wrote_is_no_markup_wherever_it_stands(name):
    table = TABLE._replace(rows=((EVIL, 1),))
    values = (
        blocks.Heading(EVIL), blocks.Sentence(Said('run.which', {'name': blocks.Strong(EVIL), 'number': 1})),
        blocks.Items((EVIL,)),
        blocks.Facts((blocks.Fact(EVIL, EVIL), blocks.Fact('x', numbers=((EVIL, 1),)))), table, blocks.Note(EVIL),
        blocks.Written((EVIL,)), blocks.Sentence(blocks.Escaped(Said('run.unnamed'))),
    )  # fmt: skip
    drawn = ALL[name].text(apart(*values), 'en')
    for token in ('](', '<@', '`', '://', '\n# x', '(unnamed)'):
        assert token not in drawn
    assert drawn.count('｜ d') == (8 if name == 'v2' else 9)


def test_plain_text_loses_its_controls_and_nothing_else():
    assert dialects.PLAIN_TEXT.text(apart(blocks.Sentence('a\n*b*\u202e')), 'en') == 'a *b*'


def test_facts_in_words_are_printed_and_never_formatted_again():
    said = Said('run.omitted', {'count': '{count}'})
    assert (
        dialects.MARKDOWN.text(apart(blocks.Note(said)), 'en')
        == '> {count} more scan tasks are not listed for lack of room'
    )
    assert dialects.MARKDOWN.text(apart(blocks.Note(said)), 'zh').startswith('> 另有 {count} 个扫描任务')


def test_a_notifiers_own_escape_takes_the_place_of_the_dialects():
    assert dialects.DINGTALK.text(apart(blocks.Sentence('a*')), 'en', lambda value: '<{}>'.format(value)) == '<a*>'


@pytest.mark.parametrize(
    'written, shown',
    [
        ('a\nb', 'a<br>b'),
        ('a\n\nb', 'a\n\nb'),
        ('a\n- b\n- c\nd', 'a\n\n* b\n* c\n\nd'),  # a list of a template's own
        ('a\n* b', 'a\n\n* b'),
        ('1. a\n2. b', '1. a\n2. b'),
        ('> a\nb', '> a\n\nb'),
        ('| a |\n| - |\n| b |', '| a |\n| - |\n| b |'),
        ('```\na\n- b\n```\nc', '```\na\n- b\n```\nc'),
    ],
)
def test_lines_of_a_card_are_lines_for_those_who_read_it(written, shown):
    assert DINGTALK_CARD.broken(written) == shown == DINGTALK_CARD.within(written)


def test_blocks_of_a_card_are_paragraphs():
    message = (Placed(blocks.Sentence('s')), Placed(blocks.Items(('a', 'b')), False), Placed(blocks.Note('n'), False))
    assert DINGTALK_CARD.broken(DINGTALK_CARD.text(message, 'en')) == 's\n\n* a\n* b\n\n> n'


def test_a_line_of_dingtalk_ends_with_two_spaces_and_a_card_has_whole_lines():
    assert dialects.DINGTALK.broken('a\nb') == 'a  \n  b'
    card = DINGTALK_CARD.within('\n'.join('行' * 10 for _ in range(100)))
    assert len(card.encode('utf-8')) <= 1024 and set(card.split('<br>')) == {'行' * 10, '行' * 10 + '\n\n…'}


#: Dialects whose text is markup, where strangers must not write any.
MARKUPS = dict({name: one for name, one in ALL.items() if name not in ('markdown', 'plain')}, feishu=dialects.FEISHU)
STRANGE = '  [a](http://b.example) @everyone **b** dtmd://x `c`'


@pytest.mark.parametrize('name', sorted(MARKUPS))
def test_a_line_of_code_is_in_a_block_or_is_no_markup(name):
    drawn = MARKUPS[name].text(apart(blocks.Code((STRANGE,))), 'en')
    inside = drawn.startswith('```\n') and drawn.endswith('\n```')
    assert inside or not any(sign in drawn for sign in ('](', '@', '**', '://', '`')), drawn


@pytest.mark.parametrize('name', sorted(ALL))
@pytest.mark.parametrize('url', ['javascript:alert(1)', ' Java\tScript:alert(1)', 'data:text/html,x', '\x01vbscript:x'])
def test_a_link_is_no_program(name, url):
    assert ALL[name].text(apart(blocks.Sentence(blocks.Link('l', url))), 'en') == 'l'


@pytest.mark.parametrize('name', ['dingtalk', 'card', 'discord', 'markdown', 'wecom', 'v2'])
def test_the_address_of_a_link_ends_nothing_but_itself(name):
    url = 'https://a.example/x) <@all> [b](http://b.example'
    drawn = ALL[name].text(apart(blocks.Sentence(blocks.Link('l', url))), 'en')
    assert drawn == '[l](https://a.example/x%29%20%3C@all%3E%20[b]%28http://b.example)'
