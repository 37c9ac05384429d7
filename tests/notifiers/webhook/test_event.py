"""The data of a webhook: the published schema, twenty thousand bytes, and the texts as they are."""

import json
import os

import jsonschema
import pytest

from scan_notify_plugin.notifiers.templates.samples import KINDS, samples
from scan_notify_plugin.notifiers.webhook.event import time_of
from scan_notify_plugin.worker.alert_message import summarise
from tests.notifiers.goldens import alerted
from tests.notifiers.samples import RECORDS, make_summary, make_tasks, told
from tests.notifiers.webhook.samples import make_target, render

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
with open(os.path.join(ROOT, 'docs', 'webhook.schema.json'), encoding='utf-8') as file:
    SCHEMA = json.load(file)


def strict(schema):
    """The schema without room for what it does not say."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: strict(one) for name, one in schema.items()}
    if isinstance(schema.get('properties'), dict) and 'type' in schema and 'additionalProperties' not in schema:
        made['additionalProperties'] = False
    return made


VALIDATOR = jsonschema.Draft7Validator(strict(SCHEMA))


def events(summary, **options):
    return [json.loads(page.content['text']) for page in render(summary, make_target(**options))]


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize('kind', KINDS)
def test_every_kind_of_message_is_as_it_was_published(kind):
    for number, summary in enumerate(samples(kind)):
        for event in events(summary):
            VALIDATOR.validate(event)
            assert event['type'] == 'alert' if kind == 'alert' else event['type'].startswith('run.'), number


def test_a_field_that_is_not_published_is_seen():
    (event,) = events(told(make_summary()))
    event['data']['run']['secret'] = 1
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(event)


@pytest.mark.parametrize(
    'fields, expected',
    [
        ({}, 'run.finished'),
        ({'status': 'error'}, 'run.failed'),
        ({'status': 'running', 'end_time': None}, 'run.running'),
        ({'test': True}, 'run.test'),
    ],
)
def test_the_type_says_what_became_of_a_run(fields, expected):
    (event,) = events(make_summary(**fields))
    assert event['type'] == expected and event['data']['repeat'] is False


def test_an_alert_has_its_events():
    job = alerted()['alert often, repeat']
    (event,) = events(summarise(job, 'en'))
    VALIDATOR.validate(event)
    assert (event['type'], event['data']['repeat']) == ('alert', True)
    assert event['data']['alert']['kind'] == 'delivery' and event['data']['alert']['events']


def test_what_is_new_is_in_it_with_its_address():
    (event,) = events(told(make_summary(url='https://arl.example.com/api/scan_notify/admin#/run/64f0%3A7')))
    data = event['data']
    assert data['results']['link'].endswith('#/run/64f0%3A7')
    assert data['results']['changes']['new'] == 4 and data['results']['compared']['number'] == 6
    assert [one['target'] for one in data['changes']['records']] == [one.target for one in RECORDS]
    assert data['changes']['records'][0]['target'] == 'https://a.example.com/.git/config'


def test_what_finds_no_room_is_counted_and_the_worst_stays():
    records = [one._replace(target='目' * 150 + str(number)) for number in range(40) for one in RECORDS]
    summary = told(make_summary(make_tasks(400, outcome='error'), url='https://arl.example.com/x'), records=records)
    (page,) = render(summary, make_target())
    assert 15000 < len(page.content['text'].encode('utf-8')) <= 20000
    data = json.loads(page.content['text'])['data']
    VALIDATOR.validate(json.loads(page.content['text']))
    assert data['changes']['records'][0]['severity'] == 'critical'
    assert data['scan_tasks']['omitted'] + len(data['scan_tasks']['tasks']) == 400
    assert data['results']['link'] and data['results']['changes']['new'] == 160
    named = sum(
        one['table'] in ('vuln', 'nuclei_result') and one['state'] == 'new' for one in data['changes']['records']
    )
    assert named + data['changes']['omitted']['findings'] >= 80


def test_splitting_sends_pages_that_are_whole():
    summary = make_summary(make_tasks(400, outcome='error'))
    pages = events(summary, oversize='split')
    assert [event['data']['page'] for event in pages] == list(range(1, len(pages) + 1)) and len(pages) > 1
    assert sum(len(event['data']['scan_tasks']['tasks']) for event in pages) == 400


def test_long_texts_everywhere_still_fit():
    long = '长<&>' * 500
    summary = told(
        make_summary(
            schedule_name=long,
            troubles=(('failed', 1, long),) * 30,
            remarks=(long,) * 30,
            url='https://a.example/' + 'x' * 300,
        ),
        records=[RECORDS[0]._replace(target=long, name=long)] * 50,
    )
    for page in render(summary, make_target()):
        for content in page:
            assert len(content['text'].encode('utf-8')) <= 20000
            VALIDATOR.validate(json.loads(content['text']))


def test_a_text_is_not_changed_but_for_what_nobody_sees():
    (page,) = render(make_summary(schedule_name='a](http://x) <b>&"\\ \u202e\x00@all'), make_target())
    assert not set(page.content['text']) & set('<>&\u202e\x00')
    assert json.loads(page.content['text'])['data']['run']['schedule']['name'] == 'a](http://x) <b>&"\\ @all'


def test_without_names_there_are_none():
    (page,) = render(told(make_summary(schedule_name='secret-name')), make_target())
    withheld = json.loads(page.withheld['text'])
    VALIDATOR.validate(withheld)
    assert withheld['data']['hidden'] is True
    for text in ('secret-name', '目标', 'example.com', 'redis'):
        assert text not in page.withheld['text']


def test_a_time_is_in_utc():
    from datetime import datetime, timedelta, timezone

    assert time_of(datetime(2026, 3, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))) == '2026-03-01T00:00:00Z'
    assert time_of(datetime(2026, 3, 1)) == '2026-03-01T00:00:00Z' and time_of(None) is None
