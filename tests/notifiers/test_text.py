"""What is left of a text that a stranger wrote."""

import unicodedata

import pytest

from scan_notify_plugin.notifiers import text

RTL, ZERO_WIDTH, LONE = '\u202e', '\u200b', '\ud800'

#: (sentence, given, left by `plain`)
PLAIN = [
    ('a harmless text stays', 'Admin - Welcome to 10.0.0.1:8080', 'Admin - Welcome to 10.0.0.1:8080'),
    ('Chinese stays', '登录 - 后台管理系统', '登录 - 后台管理系统'),
    ('an emoji stays', '✅ ok', '✅ ok'),
    ('a line break would begin a heading', 'a\n# all clear', 'a # all clear'),
    ('every kind of line break', 'a\r\nb\x0bc\x0cd\x85e\u2028f\u2029g\x1ch', 'a b c d e f g h'),
    ('a tab', 'a\tb', 'a b'),
    ('many spaces', 'a      b', 'a b'),
    ('spaces at the ends', '  a \n', 'a'),
    ('controls', 'a\x00b\x07c\x1b[31md\x7fe\x9b', 'abc[31mde'),
    ('direction marks', 'a' + RTL + 'cod.exe\u2066\u2069\u200f', 'acod.exe'),
    ('zero-width characters', 'ad' + ZERO_WIDTH + 'mi\ufeffn\u200d\u2060', 'admin'),
    ('a soft hyphen', 'ad\u00admin', 'admin'),
    ('lone surrogates, which no UTF-8 can hold', 'a' + LONE + 'b\udfff', 'ab'),
    ('private and unassigned characters', 'a\ue000b\uffffc\U000e0041', 'abc'),
    ('a text of nothing', '\u200b\n\x00', ''),
    ('no text at all', None, 'None'),
    ('a number', 5, '5'),
]


@pytest.mark.parametrize('sentence, given, left', PLAIN, ids=[row[0] for row in PLAIN])
def test_plain(sentence, given, left):
    assert text.plain(given) == left


@pytest.mark.parametrize('length, limit, left', [(5, 5, 5), (6, 5, 5), (100000, 100, 100), (0, 5, 0)])
def test_a_long_text_is_cut_and_says_so(length, limit, left):
    cut = text.plain('目' * length, limit)
    assert len(cut) == left
    assert cut.endswith('…') == (length > limit)


def test_invisible_characters_do_not_use_up_the_room_of_visible_ones():
    assert text.plain(ZERO_WIDTH * 1000 + 'seen', 10) == 'seen'


#: (sentence, given, left by `defanged`)
DEFANGED = [
    ('a harmless text stays', 'Admin - 3 of 4 done, 50% 登录', 'Admin - 3 of 4 done, 50% 登录'),
    ('a heading', '# all clear', '＃ all clear'),
    ('a quote', '> all clear', '＞ all clear'),
    ('bold and italic', '**a** _b_ ~c~', '＊＊a＊＊ ＿b＿ ～c～'),
    ('code', '`rm` ```x```', '｀rm｀ ｀｀｀x｀｀｀'),
    ('a table', '|a|b|', '｜a｜b｜'),
    ('HTML', '<font color=red>&lt;', '＜font color=red＞＆lt;'),
    ('a mention', '@13800000000', '＠13800000000'),
    ('a mention of everybody', '<@all> @all', '＜＠all＞ ＠all'),
    ('a backslash escape', '\\u0041\\*', '＼u0041＼＊'),
    ('a link', '[log in](http://evil.example/a)', '［log in］（hxxp：//evil．example/a）'),
    ('a picture that tells who reads', '![](https://evil.example/x.png)', '！［］（hxxps：//evil．example/x．png）'),
    ('a bare link', 'see http://evil.example', 'see hxxp：//evil．example'),
    ('a link in capitals', 'HTTPS://EVIL.EXAMPLE', 'HxxPS：//EVIL．EXAMPLE'),
    ('a bare host', 'see www.evil.example or 例子.中国', 'see www．evil．example or 例子．中国'),
    ('a host broken by an invisible character', 'evil.' + ZERO_WIDTH + 'example', 'evil．example'),
    ('a link that sends a message for who clicks it', 'dtmd://dingtalkclient/sendMessage?content=hi',
     'dtmd：//dingtalkclient/sendMessage?content=hi'),
    ('a link into the client', '[a](dingtalk://dingtalkclient/page/link?url=x&y=1)',
     '［a］（dingtalk：//dingtalkclient/page/link?url=x＆y=1）'),
    ('a number with a point stays', 'nginx 1.18.0, 3.5 s', 'nginx 1.18.0, 3.5 s'),
    ('the end of a sentence stays', 'It failed. Again.', 'It failed. Again.'),
]  # fmt: skip


@pytest.mark.parametrize('sentence, given, left', DEFANGED, ids=[row[0] for row in DEFANGED])
def test_defanged(sentence, given, left):
    assert text.defanged(given) == left


#: (sentence, given, left by `addresses`)
ADDRESSES = [
    ('hosts and networks can be copied', '10.0.0.0/24 a.example.com', '10.0.0.0/24 a.example.com'),
    ('ports and IPv6 too', '10.0.0.1:8080 2001:db8::1', '10.0.0.1:8080 2001:db8::1'),
    ('an underscore would be italic', '_dmarc.example.com', '＿dmarc.example.com'),
    ('a link is no address', 'http://evil.example/a', 'hxxp：//evil．example/a'),
    ('what is no address is defanged', '[a](evil.example)', '［a］（evil．example）'),
    ('a mention is no address', '<@all>', '＜＠all＞'),
    ('a line break is a space', 'a.example.com\n# clear', 'a.example.com ＃ clear'),
    ('a client link is no address', 'dtmd://dingtalkclient/x', 'dtmd：//dingtalkclient/x'),
]


@pytest.mark.parametrize('sentence, given, left', ADDRESSES, ids=[row[0] for row in ADDRESSES])
def test_addresses(sentence, given, left):
    assert text.addresses(given) == left


def test_addresses_are_cut_too():
    assert text.addresses('a.example.com ' * 50).endswith('…')
    assert len(text.addresses('a.example.com ' * 50)) <= text.MAX_FIELD


def test_the_bounds_are_those_that_the_byte_budget_counts_with():
    assert (text.MAX_FIELD, text.MAX_TEXT) == (100, 1000)


HOSTILE = [given for _, given, _ in PLAIN + DEFANGED + ADDRESSES] + [
    '\n'.join('# {} <@all> [x](dtmd://a){}'.format(RTL, LONE) for _ in range(3000)),
    'x' * 100000,
    ''.join(map(chr, range(0x3000))),
    '(' * 5000 + ']' * 5000,
]


@pytest.mark.parametrize('given', HOSTILE, ids=lambda given: ascii(given)[:40])
@pytest.mark.parametrize('clean', [text.plain, text.defanged, text.addresses], ids=lambda clean: clean.__name__)
def test_whatever_comes_one_line_of_printable_bounded_utf8_is_left(clean, given):
    left = clean(given)
    left.encode('utf-8')
    assert len(left) <= text.MAX_TEXT
    assert not {unicodedata.category(char) for char in left} & {'Cc', 'Cf', 'Cs', 'Co', 'Zl', 'Zp'}
    assert left == left.strip()
    if clean is not text.plain:
        assert not set(left) & set('()[]*`#!<>|~\\@&_')
        assert '://' not in left
        assert not [word for word in ('http:', 'https:') if word in left.lower()]


@pytest.mark.parametrize('clean', [text.plain, text.defanged], ids=lambda clean: clean.__name__)
def test_cleaning_twice_is_cleaning_once(clean):
    for given in HOSTILE:
        assert clean(clean(given)) == clean(given)
