"""The examples of docs/channels.md, tried against services that are as strict as their pages say."""

import os
import re

import pytest
import yaml

from scan_notify_plugin.notifiers.webhook.markups import MARKUPS
from scan_notify_plugin.notifiers.webhook.writing import tried
from scan_notify_plugin.testing.conformance import HOSTILE
from scan_notify_plugin.worker.alert_message import summarise
from tests.notifiers.goldens import REPORTS, TROUBLES, alerted
from tests.notifiers.samples import RECORDS, make_summary, make_tasks, told
from tests.notifiers.webhook.samples import NOTIFIER, make_target, render, send
from tests.notifiers.webhook.services import SERVICES, Services

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
LINK = 'https://arl.example.com/api/scan_notify/admin#/run/64f0%3A7'
#: What strangers may be called, beside what the battery has.
MORE = (
    '/stop /kick@bot',
    '@here @everyone <!channel> <!here> <#C1>',
    '&lt;b&gt; &amp;copy; &#60;',
    '<b>bold</b> </a><a href="https://evil.example.com">',
    'https://evil.example.com',
    '*bold* _it_ ~no~ `code`',
    '||spoiler|| ```x```',
    '"}, {"type": "Image", "url": "https://evil.example.com"',
    '{{ 7*7 }}{% x %}',
    '#tag $CASH',
    '\\',
)


def examples():
    """By name, the options of the examples on a page."""
    found = {}
    with open(os.path.join(ROOT, 'docs', 'channels.md'), encoding='utf-8') as file:
        for block in re.findall(r'(?s)```yaml\n(.*?)```', file.read()):
            targets = (yaml.safe_load(block).get('SCAN_NOTIFY') or {}).get('TARGETS') or {}
            found.update({name: options for name, options in targets.items() if name in SERVICES})
    return found


EXAMPLES = examples()


@pytest.fixture(scope='module')
def services():
    with Services() as services:
        yield services


def target_of(services, name, **more):
    options = {key.lower(): value for key, value in EXAMPLES[name].items() if key != 'CHANNEL'}
    return make_target(**dict(options, url=services.url(name), allow_private=True, **more))


def post(services, name, summary, **more):
    """What its people see of a message."""
    service, target = services.by_name[name], target_of(services, name, **more)
    seen = len(service.shown)
    for page in render(summary, target):
        assert 'type' not in page.content, 'plain text was sent instead'
        send(page.content, target)
    assert service.refused == []
    return service.shown[seen:]


def test_every_service_has_its_example_of_a_few_lines():
    assert set(EXAMPLES) == set(SERVICES)
    for name, options in EXAMPLES.items():
        assert len(yaml.safe_dump({name: options}, width=1000).splitlines()) + str(options['BODY']).count('\n') <= 16
        assert not tried({key.lower(): value for key, value in options.items()})


@pytest.mark.parametrize('name', sorted(SERVICES))
class TestService:
    def test_it_shows_what_is_new_and_the_link(self, services, name):
        (shown,) = post(services, name, told(make_summary(url=LINK, reports=REPORTS[:1]), language='en'))
        for words in ('nightly', 'Redis unauthorised', '1 gone'):
            assert words in shown.text
        assert any('arl.example.com' in one for one in shown.live), shown.live

    def test_it_shows_every_kind_of_message(self, services, name):
        for summary in (
            make_summary(status='error', troubles=TROUBLES, reports=REPORTS),
            make_summary(test=True, schedule_name=''),
            make_summary(status='running', end_time=None),
            make_summary((), assets=()),
            told(make_summary(repeat=True)).withheld(),
        ):
            assert post(services, name, summary)
        for kind, job in sorted(alerted().items())[::4]:
            assert post(services, name, summarise(job, 'zh'), language='zh'), kind

    def test_a_long_message_is_cut_to_its_length(self, services, name):
        records = [one._replace(target='目标{}'.format(number) * 20) for number in range(6) for one in RECORDS]
        summary = told(make_summary(make_tasks(60, outcome='error'), url=LINK, reports=REPORTS[:1]), records=records)
        (shown,) = post(services, name, summary)
        assert len(shown.text) > 900
        if name in MARKUPS:  # of the others there is room for all of it
            assert len(post(services, name, summary, oversize='split')) > 1

    def test_what_strangers_wrote_has_no_effect(self, services, name):
        def message(one, two, three, four):
            records = [RECORDS[0]._replace(target=three, name=four), RECORDS[6]._replace(target=four)]
            tasks, troubles = make_tasks(1, three, 'error'), (('failed', 1, two),)
            summary = make_summary(tasks, status='error', schedule_name=one, troubles=troubles, url=LINK)
            return told(summary, records=records)

        (ordinary,) = post(services, name, message(*['ordinary'] * 4))
        texts = [text[:100].encode('utf-8', 'replace').decode('utf-8') for text in HOSTILE + MORE]
        for start in range(len(texts)):
            four = [texts[(start + step * 5) % len(texts)] for step in range(4)]
            (shown,) = post(services, name, message(*four))
            assert shown.live == ordinary.live, (four, shown.live)
            assert not set(shown.text) & set('\u202e\x1b\x00'), four


def test_a_refusal_with_http_200_is_one(services):
    target = target_of(services, 'serverchan', body='{"title": "", "desp": "x"}')
    with pytest.raises(Exception) as caught:
        send({'text': '{"title": "", "desp": "x"}'}, target)
    assert (caught.value.reason.value, caught.value.code) == ('refused', 40001)
    services.by_name['serverchan'].refused.clear()


def test_no_wish_for_signatures_is_no_promise_of_one():
    (page,) = render(make_summary(), make_target(body='{"a": {{ message|json }}}'))
    assert NOTIFIER.repeatable(page.content) is False
