"""Names of credentials in other letters than the usual ones, and what is left of the text around them."""

import pytest

from scan_notify_plugin.masking import masked, masked_cell, masked_rows, names, spelling


@pytest.mark.parametrize('text, shown', [
    ('ｐａｓｓｗｏｒｄ=x', 'ｐａｓｓｗｏｒｄ=***'),
    ('ＰＡＳＳＷＯＲＤ：x，ａｂｃ', 'ＰＡＳＳＷＯＲＤ：***，ａｂｃ'),
    ('?%70assword=x&a=%41%42', '?%70assword=***&a=%41%42'),
    ('?q=%E4%BD%A0&%70%61%73%73%77%6f%72%64=x&q=%E4%BD%A0%E5%A5%BD',
     '?q=%E4%BD%A0&%70%61%73%73%77%6f%72%64=***&q=%E4%BD%A0%E5%A5%BD'),
    ('%E5%AF%86%E7%A0%81=x&q=%E4%BD%A0', '%E5%AF%86%E7%A0%81=***&q=%E4%BD%A0'),
    ('%e5%af%86%e7%a0%81%EF%BC%9Ax', '%e5%af%86%e7%a0%81%EF%BC%9A***'),
    ('\\u0070assword=x', '\\u0070assword=***'),
    ('see "\\u5bc6\\u7801":"x", "\\u4f60":1', 'see "\\u5bc6\\u7801":"***", "\\u4f60":1'),
    ('\\\\u5bc6\\\\u7801\\\\uff1ax', '\\\\u5bc6\\\\u7801\\\\uff1a***'),
    ('&#112;assword=x &#97;', '&#112;assword=*** &#97;'),
    ('&#x5bc6;&#x7801;：x', '&#x5bc6;&#x7801;：***'),
    ('pass\u200bword=x pa\u200bge', 'pass\u200bword=*** pa\u200bge'),
    ('pass\xadword: x', 'pass\xadword: ***'),
    ('ｐassword=*** %70assword=a, ｐ=***', 'ｐassword=*** %70assword=***, ｐ=***'),
    ('ｔest/x 弱口令', 'ｔest/*** 弱口令'),
    ('{"ｐａｓｓｗｏｒｄ":"x","ｎ":1}', '{"ｐａｓｓｗｏｒｄ":"***","ｎ":1}'),
    ('{"\\u5bc6\\u7801":"x"}', '{"密码":"***"}'),
])  # fmt: skip
def test_only_the_credential_is_changed(text, shown):
    assert masked_cell(text) == shown
    assert masked_cell(shown) == shown
    assert masked_rows([(text, 1)]) == [(shown, 1)]


@pytest.mark.parametrize('text', [
    'https://h/?q=%E4%BD%A0%E5%A5%BD&key=%41', 'https://h/%70ath?x=%20', 'https://h/?q=%E5%AF%86%E7%A0%81',
    '?q=%E5%AF%86%E7%A0%81%E7%AD%96%E7%95%A5', '\\u4f60\\u597d',
    '&#112;age', '&#39;hello&#39; password', 'ｐａｇｅ ｔｗｏ', 'ｐａｓｓｗｏｒｄ ｐｏｌｉｃｙ', 'pass\u200bage', '\ufeffid,name',
    'u\\ud83d\\ude00', '&#999999;', '&#xfffff;',
    '%C3%DC%C2%EB', '%E5%AF', '%e5', '%70', '\\u00', '100%cotton', 'C:\\users\\update',
    'Tomcat/9.0.31 ｄefault credentials',
])  # fmt: skip
def test_a_text_without_one_keeps_its_letters(text):
    assert masked_cell(text) == text


def test_every_name_in_other_letters_is_looked_for():
    for name in names._ENDS:
        assert (
            name.isalpha()
            and name.encode('ascii', 'ignore').decode() == name
            or set(name) & set(spelling.LETTERS)
            or name == 'cookie2'
        )
        assert set(name) & (set('pktsc') | set(spelling.LETTERS))


def test_names_of_fields_are_read_alike():
    assert masked({'ｐａｓｓｗｏｒｄ': 'x', 'ｐａｇｅ': 'y', 'pass\u200bword': 'z'}) == {
        'ｐａｓｓｗｏｒｄ': '***',
        'ｐａｇｅ': 'y',
        'pass\u200bword': '***',
    }


@pytest.mark.parametrize(
    'beginning',
    [
        '%70',
        '%e5',
        '%e5%af',
        '%E5%AF%86%E7%A0%81',
        '%70assword=',
        '&#',
        '&#112;',
        '\\u',
        '\\\\\\',
        'ｐ',
        '\u200b',
        '%4',
        '%40',
    ],
)
def test_no_text_takes_longer_than_it_is_long(beginning):
    """The time of all tests ends one that does."""
    assert masked_cell('%70assword=x ' + beginning * (60000 // len(beginning)))
