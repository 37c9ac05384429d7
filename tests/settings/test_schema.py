"""One key at a time: what it takes, what it makes of it, and what it says of anything else."""

import math

import pytest

from scan_notify_plugin import words
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.settings import schema, values

#: (check, given, taken)
TAKEN = [
    (values.parse_boolean, True, True),
    (values.parse_boolean, False, False),
    (values.parse_boolean, 'true', True),
    (values.parse_boolean, ' Yes ', True),
    (values.parse_boolean, 'ON', True),
    (values.parse_boolean, 'false', False),
    (values.parse_boolean, 'No', False),
    (values.parse_boolean, 'off', False),
    (values.parse_choice('zh', 'en'), ' EN ', 'en'),
    (values.parse_number(1, 10), 1, 1),
    (values.parse_number(1, 10), 10, 10),
    (values.parse_number(0.5, 10), 0.5, 0.5),
    (values.parse_text, '  a folder ', 'a folder'),
    (values.parse_text, '', ''),
    (values.parse_names, 'ops', ('ops',)),
    (values.parse_names, ' ops , night,ops,, ', ('ops', 'night')),
    (values.parse_names, ['night', 'ops', 'night'], ('night', 'ops')),
    (values.parse_names, ('ops',), ('ops',)),
    (values.parse_names, '', ()),
    (values.parse_names, [], ()),
    (values.parse_web_address, '', ''),
    (values.parse_web_address, ' https://arl.example.com/ ', 'https://arl.example.com'),
    (values.parse_web_address, 'http://10.0.0.1:5003/arl', 'http://10.0.0.1:5003/arl'),
    (values.parse_web_address, 'http://[::1]:5003', 'http://[::1]:5003'),
]

#: (check, given, expected)
REFUSED = [
    (values.parse_boolean, 'maybe', 'expected true or false'),
    (values.parse_boolean, None, 'expected true or false'),
    (values.parse_boolean, 2, 'expected true or false'),
    (values.parse_boolean, [True], 'expected true or false'),
    (values.parse_choice('zh', 'en'), 'fr', 'expected one of zh, en'),
    (values.parse_choice('zh', 'en'), None, 'expected one of zh, en'),
    (values.parse_choice('zh', 'en'), ['zh'], 'expected one of zh, en'),
    (values.parse_number(1, 10), 0.99, 'expected a number from 1 to 10'),
    (values.parse_number(1, 10), 10.01, 'expected a number from 1 to 10'),
    (values.parse_number(1, 10), '5', 'expected a number from 1 to 10'),
    (values.parse_number(1, 10), True, 'expected a number from 1 to 10'),
    (values.parse_number(1, 10), math.nan, 'expected a number from 1 to 10'),
    (values.parse_number(1, 10), math.inf, 'expected a number from 1 to 10'),
    (values.parse_number(1, 10), None, 'expected a number from 1 to 10'),
    (values.parse_text, 5, 'expected a text'),
    (values.parse_text, None, 'expected a text'),
    (values.parse_text, ['a'], 'expected a text'),
    (values.parse_names, 5, 'expected a name or a list of names'),
    (values.parse_names, None, 'expected a name or a list of names'),
    (values.parse_names, ['ops', 5], 'expected a name or a list of names'),
    (values.parse_names, {'ops': 1}, 'expected a name or a list of names'),
    (values.parse_web_address, 'arl.example.com', 'expected an address such as https://'),
    (values.parse_web_address, 'ftp://arl.example.com', 'expected an address such as https://'),
    (values.parse_web_address, 'https://', 'expected an address such as https://'),
    (values.parse_web_address, 'https://arl.example.com/?a=b', 'expected an address such as https://'),
    (values.parse_web_address, 'https://arl.example.com/#a', 'expected an address such as https://'),
    (values.parse_web_address, 'https://me:5f2c@arl.example.com/', 'expected an address such as https://'),
    (values.parse_web_address, 'http://[::1', 'expected an address such as https://'),
    (values.parse_web_address, 5, 'expected a text'),
]

KEYS = (
    schema.Key('LANGUAGE', values.parse_choice('zh', 'en'), 'zh', Fault('expected.choice', others='zh', last='en')),
    schema.Key('TARGETS', None, {}, Fault('expected.section')),
)


@pytest.mark.parametrize('check, given, taken', TAKEN)
def test_a_good_value_is_taken(check, given, taken):
    assert check('K', given) == taken
    assert type(check('K', given)) is type(taken)


@pytest.mark.parametrize('check, given, expected', REFUSED)
def test_a_bad_value_is_one_line_with_the_key_the_expectation_and_the_page(check, given, expected):
    with pytest.raises(ConfigError) as caught:
        check('SCAN_NOTIFY.KEY', given)
    said = str(caught.value)
    assert said.startswith('SCAN_NOTIFY.KEY: ' + expected)
    assert '(see docs/configuration.md)' in said
    assert '\n' not in said and '5f2c' not in said
    assert caught.value.key == 'SCAN_NOTIFY.KEY'
    assert 'expected' not in caught.value.describe('zh') and '应为' in caught.value.describe('zh')


def test_keys_are_taken_in_any_case_and_defaults_filled_in():
    assert schema.apply(KEYS, 'S', {'Language': 'EN'}) == {'language': 'en', 'targets': {}}
    assert schema.apply(KEYS, 'S', None) == {'language': 'zh', 'targets': {}}
    assert schema.apply(KEYS, 'S', {}) == {'language': 'zh', 'targets': {}}


def test_an_unknown_key_is_named_with_those_that_are_known():
    with pytest.raises(ConfigError, match=r'^S\.LANGAUGE: unknown key; known are LANGUAGE, TARGETS \(see docs/'):
        schema.apply(KEYS, 'S', {'langauge': 'zh'})


def test_a_key_that_is_no_text_is_named_too():
    with pytest.raises(ConfigError, match=r'^S\.5: unknown key'):
        schema.apply(KEYS, 'S', {5: 'zh'})


def test_extra_keys_of_a_channel_are_kept_in_lower_case():
    kept = schema.apply(KEYS, 'S', {'Access_Token': 'x', 'LANGUAGE': 'en'}, extra=True)
    assert kept == {'language': 'en', 'targets': {}, 'access_token': 'x'}


@pytest.mark.parametrize('given', ['https://example.com/send?access_token=5f2c', ['5f2c'], 52, True])
def test_a_value_in_the_place_of_a_section_is_refused_and_not_repeated(given):
    with pytest.raises(ConfigError) as caught:
        schema.apply(KEYS, 'S', given)
    assert str(caught.value).startswith('S: expected a section with keys, got a')
    assert '5f2c' not in str(caught.value)  # a whole webhook stands there easily


@pytest.mark.parametrize('keys', [schema.SECTION_KEYS, schema.SCHEDULE_KEYS, schema.TARGET_KEYS])
def test_every_key_has_words_for_the_table_in_the_docs(keys):
    assert len({key.name for key in keys}) == len(keys)
    for key in keys:
        assert key.name == key.name.upper()
        assert words.known(key.expected.code) and words.known(key.help.code)
        assert not key.choices or say(key.expected, 'en').replace(' or ', ', ') == ', '.join(key.choices)


@pytest.mark.parametrize('keys', [schema.SECTION_KEYS, schema.SCHEDULE_KEYS, schema.TARGET_KEYS])
def test_every_default_would_be_taken_if_it_were_written_down(keys):
    for key in keys:
        if key.check is not None and key.default is not None:
            assert key.check(key.name, key.default) == key.default


@pytest.mark.parametrize('given, taken', [(0, 0), (3, 3), (2.0, 2)])
def test_a_whole_number(given, taken):
    value = values.parse_whole(0, 10)('S.KEY', given)
    assert (value, type(value)) == (taken, int)


@pytest.mark.parametrize('given', [0.5, 1.5, -1, 11, True, '3', None])
def test_what_is_no_whole_number_is_refused(given):
    with pytest.raises(ConfigError, match='S.KEY'):
        values.parse_whole(0, 10)('S.KEY', given)
