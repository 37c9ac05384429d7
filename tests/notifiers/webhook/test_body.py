"""``BODY``: what it may hold, how much it may do, and that nothing a stranger wrote gets out of its place."""

import json
import time

import pytest

from scan_notify_plugin.notifiers.summary import Text
from scan_notify_plugin.notifiers.text import defanged
from scan_notify_plugin.notifiers.webhook import bounds, writing
from scan_notify_plugin.notifiers.webhook.body import BadBody, check, rendered
from tests.notifiers.samples import make_summary, make_tasks, told
from tests.notifiers.webhook.samples import make_target, render

EVIL = 'x", "admin": true, "y": "[a](http://e.example) \\ <@all>'
VALUES = {
    'message': Text('**ours** "quoted"\nsecond line'), 'title': Text('ours'), 'n': 3, 'yes': True, 'none': None,
    'data': {'name': EVIL, 'many': [1, 2, 3], 'list': [{'a': EVIL}]},
}  # fmt: skip
JSON, FORM = 'application/json', 'application/x-www-form-urlencoded'


def made(source, media_type=JSON, **values):
    return rendered(source, dict(VALUES, **values), media_type, defanged)


#: (template, what it makes)
JSON_MADE = [
    ('{"a": {{ message|json }}}', {'a': '**ours** "quoted"\nsecond line'}),
    ('{"a": "{{ message }}"}', {'a': '**ours** "quoted"\nsecond line'}),
    ('{"a": {{ n }}, "b": {{ yes }}, "c": {{ none }}}', {'a': 3, 'b': True, 'c': None}),
    ('{"a": {{ data.name|json }}}', {'a': defanged(EVIL)}),
    ('{"a": "{{ data.name }}"}', {'a': defanged(EVIL)}),
    ('{"a": {{ data.name|raw|json }}}', {'a': EVIL}),
    ('{"a": "{{ data.name|raw }}"}', {'a': EVIL}),
    ('{"a": {{ data.list|json }}}', {'a': [{'a': defanged(EVIL)}]}),
    ('{"a": {{ data|raw|json }}}', {'a': VALUES['data']}),
    ('{"a": {{ (title ~ "\n" ~ data.name)|json }}}', {'a': 'ours\n' + defanged(EVIL)}),
    ('{"a": {{ data.many|join("-")|json }}}', {'a': '1-2-3'}),
    ('[{% for one in data.many %}{{ one }}{% if not loop.last %},{% endif %}{% endfor %}]', [1, 2, 3]),
    ('{"a": {{ message[:4]|json }}}', {'a': '＊＊ou'}),
    ('{"a": {{ 1 if data.many|length > 2 else 0 }}}', {'a': 1}),
    ('{% set x = n + 1 %}{"a": {{ x }}}', {'a': 4}),
]  # fmt: skip


@pytest.mark.parametrize('source, expected', JSON_MADE, ids=[str(number) for number in range(len(JSON_MADE))])
def test_json_is_made(source, expected):
    assert json.loads(made(source)) == expected


def test_a_form_and_xml_are_escaped_by_their_media_type():
    assert made('t={{ title }}&a={{ data.name|raw }}&n={{ n }}', FORM).count('&') == 2
    assert made('<a>{{ data.name|raw }}</a>', 'application/xml').count('<') == 2
    assert made('{{ message }}', 'text/plain') == VALUES['message']
    assert '[a](' not in made('{{ data.name }}', 'text/plain')


FORBIDDEN = [
    '{{ message.format(1) }}',
    '{{ "x".__class__ }}',
    '{{ [].append(1) }}',
    '{{ "x" * 1000000000 }}',
    '{{ 9 ** 9 ** 9 }}',
    '{{ "%1000000000d" % 1 }}',
    '{{ message|attr("format") }}',
    '{{ message|center(1000000000) }}',
    '{{ lipsum() }}',
    '{{ range(9) }}',
    '{% include "x" %}',
    '{% import "x" as y %}',
    '{% extends "x" %}',
    '{% macro f() %}{{ f() }}{% endmacro %}',
    '{% call f() %}{% endcall %}',
    '{% block x %}{% endblock %}',
    '{% for x in data.list recursive %}{% endfor %}',
    '{% set ns = namespace(a=1) %}',
    '{% set x %}a{% endset %}',
    '{{ message|the steps }}',
    '{{ "a" + "b" }}',
    '{{ 1|round(999999999, "ceil") }}',
    '{{ n|round(-999999999, "floor") }}',
    '{{ data.many|map("round", 999999999, "ceil")|list }}',
    '{{ [data.name]|map("of ours")|join }}',
    '{{ no_such_name }}',
    '{{ data.no_such }}',
    '{% set a = [1, 2] %}' + '{% set a = [a, a]|sum(start=[]) %}' * 60 + '{{ a|length }}',
    '{{ 1|round(1000000000, "ceil") }}',
    '{{ 1|round(-1000000000) }}',
    '{{ data.list|join }}',
    '{{ "unclosed }}',
]


@pytest.mark.parametrize('source', FORBIDDEN)
def test_what_is_no_template_of_a_body_is_refused(source):
    with pytest.raises(BadBody):
        made(source, 'text/plain')


def test_a_fault_names_the_line_and_is_found_before_anything_is_sent():
    assert check('{}') is None
    assert check('{\n\n{% if %}').facts['line'] == 3
    assert check('{\n{{ f() }}').facts['line'] == 2


ENDLESS = {
    'steps': '{% for a in big %}{% for b in big %}{% endfor %}{% endfor %}',
    'loops in an output': '{% for a in big %}{{ a }}{% for b in big %}{{ b }}{% endfor %}{% endfor %}',
    'one loop': '{% for a in long %}{{ loop.index }}{% endfor %}',
    'its length': '{% for a in long %}{{ loop.length }}{% endfor %}',
    'bytes': '{% for a in big %}{{ message }}{{ large }}{% endfor %}',
    'one piece': '{{ large }}{{ large }}{{ large }}',
    'a text': '{{ (large ~ large ~ large)|length }}',
    'doubled': '{% set a = large %}' + '{% set a = a ~ a %}' * 60 + '{{ a|length }}',
    'lists': '{% set a = [1, 2] %}' + '{% set a = [a, a] %}' * 60 + '{{ a|json }}',
    'joined': '{{ large|list|join(large)|length }}',
    'compared': '{% set a = [1] %}{% set b = [1] %}' + '{% set a = [a, a] %}{% set b = [b, b] %}' * 60
    + '{% if a == b %}{% endif %}',
    'sorted': '{% set a = [1] %}{% set b = [1] %}' + '{% set a = (a, a) %}{% set b = (b, b) %}' * 60
    + '{{ [a, b]|sort }}',
    'mappings': '{% set a = {"a": 1} %}{% set b = {"a": 1} %}'
    + '{% set a = {"a": a, "b": a} %}{% set b = {"a": b, "b": b} %}' * 60 + '{{ a == b }}',
    'added up': '{% set a = [1] %}' + '{% set a = [a, a]|sum(start=[]) %}' * 60 + '{{ a|length }}',
    'looked for': '{{ (large ~ large)|list|reject("in", ("y" ~ large ~ large)|list)|list|length }}',
    'trimmed': '{% set y = "y" ~ large ~ large %}{{ (large ~ large)|list|map("trim", y)|list|length }}',
    'listed': '{{ [large, large]|map("list")|map("length")|list }}',
}  # fmt: skip


@pytest.mark.parametrize('how', sorted(ENDLESS))
def test_what_overstays_is_ended_while_it_is_made(how):
    values = {'big': list(range(1000)), 'long': list(range(20000)), 'large': Text('x' * 100000)}
    with pytest.raises(BadBody) as caught:
        made(ENDLESS[how], 'text/plain', **values)
    assert caught.value.overgrown


def test_a_strangers_text_is_escaped_as_a_name_too():
    assert json.loads(made('{"a": {{ {data.name: 1}|json }}}')) == {'a': {defanged(EVIL): 1}}
    assert made('{{ {"a": 1, 2: 3}|json }}') == '{"a":1,"2":3}'


def test_names_of_what_a_template_puts_together_are_found():
    assert (
        made('{% for a, b in [[1, 2], [3, 4]] %}{% set c, d = (b, a) %}{{ c }}{{ d }}{% endfor %}', 'text/plain')
        == '2143'
    )
    assert made('{{ {"run.test": "x", 3: "y"}[type] }}', 'text/plain', type=Text('run.test')) == 'x'
    assert made('{{ {"a": "x", 3: "y"}[n] }}{{ 2.345|round(1) }}', 'text/plain') == 'y2.3'
    assert made('{{ [3, 1, 2]|sort|map("string")|join(",") }}{{ [1, 2]|sum }}', 'text/plain') == '1,2,33'


def test_time_is_bounded(monkeypatch):
    monkeypatch.setattr(bounds, 'MOST_SECONDS', 0.0)
    with pytest.raises(BadBody, match='longer than'):
        made('{{ title }}', 'text/plain')


def test_numbers_are_still_added_and_rounded():
    assert made('{"a": {{ data.many|sum }}, "b": {{ 2.345|round(1) }}}') == '{"a": 6, "b": 2.3}'
    assert made('{"a": {{ data.many|map("abs")|sum }}, "b": {{ counts|sum("n") }}}', counts=[{'n': 2}, {'n': 3}])


def test_a_body_that_takes_long_again_and_again_is_plain_text_in_the_end(monkeypatch, caplog):
    monkeypatch.setattr(writing, 'ALTOGETHER', 0.3)
    loops = '{% for a in data.scan_tasks.tasks %}' * 2 + '{% set x = event|json %}' + '{% endfor %}' * 2
    begun = time.monotonic()
    (page,) = render(make_summary(make_tasks(60)), make_target(body=loops + '{"a": {{ message|json }}}'))
    assert page.content['type'].startswith('text/plain') and 'nightly' in page.content['text']
    assert 'plain text is sent instead' in caplog.text and time.monotonic() - begun < 20
    caplog.clear()
    (page,) = render(make_summary(), make_target(body='{"a": {{ message|json }}}'))
    assert 'type' not in page.content and not caplog.text  # of the next message nothing is spent


def test_plain_text_that_is_sent_instead_says_that_it_may_be_a_repeat():
    (page,) = render(make_summary(()), make_target(body='{"a": {{ data.scan_tasks.tasks[0].name|json }}}'))
    assert 'repeat' in page.content['again'] and 'repeat' not in page.content['text']


def test_what_is_said_to_be_json_is_json():
    for source in ('{{ title }}', '{"a": NaN}', '{"a": 1', ''):
        with pytest.raises(BadBody, match='not JSON'):
            made(source)


def test_plain_text_is_sent_instead_and_the_log_says_why(caplog):
    target = make_target(body='{"a": {{ data.scan_tasks.tasks[0].name|json }}}')
    (page,) = render(make_summary(()), target)
    assert page.content['type'].startswith('text/plain') and 'nightly' in page.content['text']
    assert 'a BODY was not used' in caplog.text


def test_a_body_that_is_too_large_is_made_of_fewer_records(caplog):
    source = '{"a": [{% for one in data.scan_tasks.tasks %}{{ large }}{{ one.id|json }},{% endfor %}0]}'
    source = source.replace('{{ large }}', '"' + 'x' * 5000 + '",')
    (page,) = render(make_summary(make_tasks(100)), make_target(body=source))
    assert 200000 < len(page.content['text']) <= bounds.MOST_BYTES and 'type' not in page.content
    assert json.loads(page.content['text'])['a'][-1] == 0 and not caplog.text


def test_a_repeat_says_so_in_a_body_of_ones_own():
    (page,) = render(told(make_summary()), make_target(body='{"r": {{ repeat }}, "m": {{ message|json }}}'))
    first, again = json.loads(page.content['text']), json.loads(page.content['again'])
    assert (first['r'], again['r']) == (False, True) and 'repeat' in again['m'] and 'repeat' not in first['m']
