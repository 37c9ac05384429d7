"""A mail as people see it: on a phone, in Outlook, in the dark; and what strangers cannot do in it."""

import re
from html.parser import HTMLParser

import pytest

from scan_notify_plugin import words
from scan_notify_plugin.notifiers.blocks import (  # fmt: skip
    Code,
    Column,
    Fact,
    Facts,
    Footer,
    Heading,
    Items,
    Link,
    Mention,
    Note,
    Quote,
    Rule,
    Said,
    Sentence,
    Strong,
    Table,
    Written,
    apart,
)
from scan_notify_plugin.notifiers.email.html import FRAME, MAIL_HTML, MAIL_TEXT, page
from scan_notify_plugin.notifiers.summary import Text
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.worker.alert_message import summarise
from tests.notifiers.email.samples import NOTIFIER, target
from tests.notifiers.goldens import REPORTS, alerted, runs
from tests.notifiers.samples import make_summary, make_tasks, told

EVIL = '<img src=x onerror=alert(1)>"\'&amp; [a](http://evil.example) @all \u202e'
BLOCKS = apart(
    Heading(EVIL), Sentence(Strong(EVIL)), Facts((Fact(EVIL, EVIL, tone='bad'), Fact('n', None, None, ((EVIL, 3),)))),
    Items((EVIL, Link(EVIL, 'https://a.example/?a=1&b="2"'))),
    Table(EVIL, (Column(EVIL), Column('n', True)), ((EVIL, 4), (Text('<b>'), 5))), Note(EVIL), Quote(EVIL),
    Code(('<b>', '  x')), Mention(('ann',)), Rule(), Footer(EVIL), Written((Text('**<i>**'), EVIL)),
)  # fmt: skip


class Elements(HTMLParser):
    """The tags of a page, each closed that must be, and its text."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.open, self.attributes, self.words = [], [], [], []
        self.feed(source)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ('meta', 'br', 'hr'):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def all_mails(language):
    for case, summary in runs().items():
        if case not in ('cut', 'split'):  # they are long, and what is in them is in others
            yield summary
    for case, job in alerted().items():
        if case != 'alert cut':
            yield summarise(job, language)
    yield told(make_summary(reports=REPORTS))


def test_what_strangers_write_is_text_in_every_block():
    found = Elements(page(MAIL_HTML.text(BLOCKS, 'en'), EVIL, 'en'))
    assert 'img' not in found.tags and 'i' not in found.tags and 'ann' not in ''.join(found.words)
    assert {name for name, _ in found.attributes if name.startswith('on')} == set()
    assert [value for name, value in found.attributes if name == 'href'] == ['https://a.example/?a=1&b="2"']
    assert '\u202e' not in MAIL_HTML.text(BLOCKS, 'en')


def test_a_plain_text_has_the_same_words():
    told = MAIL_TEXT.text(BLOCKS, 'en')
    assert '<img' not in told and '](http' not in told and '\u202e' not in told and 'https://a.example' in told


@pytest.mark.parametrize('language', ['zh', 'en'])
def test_every_message_is_a_page_without_anything_from_elsewhere(language):
    for summary in list(all_mails(language))[:: 1 if language == 'zh' else 5]:
        for made in NOTIFIER.render(summary, target(language=language), Templates()):
            for content in made:
                source = page(content['html'], content['subject'], language)
                found = Elements(source)
                assert not set(found.tags) & {'img', 'link', 'script', 'iframe', 'form', 'object', 'video', 'svg'}
                assert not re.search(r'url\(|@import|src=|background=', source)
                assert all(
                    value.startswith('https://arl.example.com') for name, value in found.attributes if name == 'href'
                )
                assert len(source.encode('utf-8')) <= NOTIFIER.size(content, target()) <= NOTIFIER.max_bytes
                assert '`' not in content['html'] and '**' not in content['html'] and '{' not in content['html']
                assert content['subject'] and '\n' not in content['subject'] and len(content['subject']) <= 150


def test_text_and_page_say_the_same():
    (made,) = NOTIFIER.render(told(make_summary(reports=REPORTS[:1])), target(), Templates())
    there = re.findall(r'[^\W_]+', ' '.join(Elements(made.content['html']).words))
    for word in re.findall(r'[^\W_]+', made.content['text']):
        if word not in ('https', 'arl', 'example', 'com', 'api', 'scan', 'notify', 'reports', 'WyI2NWUz', '1', 'Status',
                        'all', 'completed'):  # fmt: skip
            assert word in there, word


def test_a_page_knows_the_dark_and_a_phone():
    source = page('', 'x', 'en')
    assert 'name="color-scheme" content="light dark"' in source and 'prefers-color-scheme:dark' in source
    assert 'width=device-width' in source and 'max-width:640px' in source and 'width="100%"' in source
    assert len(page('', 'x' * 150, 'en').encode('utf-8')) <= FRAME


def test_facts_in_our_words_are_escaped_once():
    shown = MAIL_HTML.text(apart(Sentence(Said('report.fetch', {'id': '<b>"x"'}))), 'en')
    assert 'scan-notify reports --save' in shown and '<b>' not in shown
    marked = MAIL_HTML.text(apart(Sentence(Said('run.which', {'name': Strong('a\x020\x03b'), 'number': 7}))), 'en')
    assert '<b>a0b</b>' in marked and '7' in marked


def test_our_words_and_quotation_marks_are_html_too(monkeypatch):
    monkeypatch.setitem(words.LANGUAGES, 'en', dict(words.LANGUAGES['en'], **{'run.which': 'a < b & {name} {number}'}))
    said = Said('run.which', {'name': Strong('"x"'), 'number': 7})
    assert MAIL_HTML.text(apart(Sentence(said)), 'en').endswith('>a &lt; b &amp; <b>&quot;x&quot;</b> 7</p>')


def test_withheld_has_no_word_of_a_stranger_and_no_file():
    summary = told(make_summary(schedule_name='secret-name', reports=REPORTS[:1]))
    (made,) = NOTIFIER.render(summary, target(), Templates())
    assert 'secret-name' in made.content['subject'] and made.content['attached'] == [REPORTS[0].id]
    assert 'secret-name' not in str(made.withheld) and 'attached' not in made.withheld


def test_reports_are_attached_as_long_as_there_is_room():
    big = REPORTS[0]._replace(id='b' * 24, size=4 * 1024 * 1024)
    small = REPORTS[0]._replace(id='s' * 24, size=1024)
    summary = make_summary(reports=(big, big._replace(id='c' * 24), small, REPORTS[2]))
    (made,) = NOTIFIER.render(summary, target(), Templates())
    assert made.content['attached'] == ['b' * 24, 's' * 24]
    (none,) = NOTIFIER.render(summary, target(attach_mb=0), Templates())
    assert none.content['attached'] == []


def test_only_the_first_of_several_mails_has_files_and_all_fit():
    summary = make_summary(make_tasks(400, outcome='error'), reports=REPORTS[:1])
    pages = NOTIFIER.render(summary, target()._replace(oversize='split'), Templates())
    assert len(pages) > 1 and ['attached' in one.content for one in pages] == [True] + [False] * (len(pages) - 1)
    assert all(NOTIFIER.size(one.content, target()) <= NOTIFIER.max_bytes for one in pages)
