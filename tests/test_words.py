"""The words: every code in every language, with the same facts, and no code that nobody says."""

import os
import re
import string

import pytest

from scan_notify_plugin import words
from tests.test_layers import FILES, ROOT

CHINESE = re.compile('[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]')


def test_every_language_has_the_same_codes_in_the_same_order():
    codes = list(words.LANGUAGES[words.DEFAULT])
    for language, sentences in words.LANGUAGES.items():
        assert list(sentences) == codes, language


@pytest.mark.parametrize('code', list(words.LANGUAGES[words.DEFAULT]))
def test_a_code_has_the_same_facts_in_every_language_and_no_word_of_another(code):
    said = {language: words.sentence(code, language) for language in words.LANGUAGES}
    if code != 'worded':  # what a plugin says, in each language
        assert len({frozenset(words.facts_of(one)) for one in said.values()}) == 1
    assert all(one.strip() for one in said.values())
    assert not CHINESE.search(said['en'])


def test_a_sentence_takes_its_facts_and_nothing_in_them_is_a_fact_again():
    assert words.say('report.more', 'en', count=3) == '3 more reports: scan-notify reports'
    assert words.say('report.more', 'zh', count='{id}') == '另有 {id} 个报表：scan-notify reports'
    assert words.say('report.more', 'en', count=1, more=2).startswith('1 more')


def test_a_language_that_nobody_speaks_is_the_first():
    assert words.say('run.tasks', 'fr') == words.say('run.tasks', 'zh') == '任务'


def test_what_has_no_words_or_too_few_facts_is_an_error_that_names_it():
    with pytest.raises(words.NoWords, match='no words for \'run.nonsense\''):
        words.say('run.nonsense', 'en')
    with pytest.raises(words.NoWords, match='report.more needs the fact \'count\''):
        words.say('report.more', 'en')
    assert words.known('run.tasks') and not words.known('run.nonsense')


def test_a_family_is_what_begins_alike():
    assert words.family('run.status', 'en') == {'finished': 'all done', 'error': 'incomplete', 'running': 'running'}


def test_no_code_is_left_that_nobody_says():
    source = []
    for folder, _, names in os.walk(os.path.join(ROOT, 'scan_notify_plugin')):
        for name in names:
            if name.endswith(('.py', '.jinja')) and 'words' not in folder[len(ROOT) :].split(os.sep):
                with open(os.path.join(folder, name), encoding='utf-8') as file:
                    source.append(file.read())
    # The words of a value are asked for by the sentence that it stands in.
    sentences = words.LANGUAGES[words.DEFAULT].values()
    source += [
        "'{}'".format(family) for one in sentences for _, _, family, _ in string.Formatter().parse(one) if family
    ]
    text = '\n'.join(source)
    assert len(source) > len(FILES) / 2
    unsaid = []
    for code in words.LANGUAGES[words.DEFAULT]:
        # Whole, or as a beginning to which a value of ours is added.
        beginnings = [code[:number] for end in re.finditer(r'\.', code) for number in (end.start(), end.end())]
        if not any("'{}'".format(one) in text for one in [code] + beginnings):
            unsaid.append(code)
    assert not unsaid
