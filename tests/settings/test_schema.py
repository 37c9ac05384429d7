"""One key at a time: what it takes, what it makes of it, and what it says of anything else."""

import math

import pytest

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.settings import schema

#: (check, given, taken)
TAKEN = [
    (schema.boolean, True, True),
    (schema.boolean, False, False),
    (schema.boolean, 'true', True),
    (schema.boolean, ' Yes ', True),
    (schema.boolean, 'ON', True),
    (schema.boolean, 'false', False),
    (schema.boolean, 'No', False),
    (schema.boolean, 'off', False),
    (schema.one_of('zh', 'en'), ' EN ', 'en'),
    (schema.number(1, 10), 1, 1),
    (schema.number(1, 10), 10, 10),
    (schema.number(0.5, 10), 0.5, 0.5),
    (schema.text, '  a folder ', 'a folder'),
    (schema.text, '', ''),
    (schema.names, 'ops', ('ops',)),
    (schema.names, ' ops , night,ops,, ', ('ops', 'night')),
    (schema.names, ['night', 'ops', 'night'], ('night', 'ops')),
    (schema.names, ('ops',), ('ops',)),
    (schema.names, '', ()),
    (schema.names, [], ()),
    (schema.web_address, '', ''),
    (schema.web_address, ' https://arl.example.com/ ', 'https://arl.example.com'),
    (schema.web_address, 'http://10.0.0.1:5003/arl', 'http://10.0.0.1:5003/arl'),
    (schema.web_address, 'http://[::1]:5003', 'http://[::1]:5003'),
]

#: (check, given, expected)
REFUSED = [
    (schema.boolean, 'maybe', 'expected true or false'),
    (schema.boolean, None, 'expected true or false'),
    (schema.boolean, 2, 'expected true or false'),
    (schema.boolean, [True], 'expected true or false'),
    (schema.one_of('zh', 'en'), 'fr', 'expected one of zh, en'),
    (schema.one_of('zh', 'en'), None, 'expected one of zh, en'),
    (schema.one_of('zh', 'en'), ['zh'], 'expected one of zh, en'),
    (schema.number(1, 10), 0.99, 'expected a number from 1 to 10'),
    (schema.number(1, 10), 10.01, 'expected a number from 1 to 10'),
    (schema.number(1, 10), '5', 'expected a number from 1 to 10'),
    (schema.number(1, 10), True, 'expected a number from 1 to 10'),
    (schema.number(1, 10), math.nan, 'expected a number from 1 to 10'),
    (schema.number(1, 10), math.inf, 'expected a number from 1 to 10'),
    (schema.number(1, 10), None, 'expected a number from 1 to 10'),
    (schema.text, 5, 'expected a text'),
    (schema.text, None, 'expected a text'),
    (schema.text, ['a'], 'expected a text'),
    (schema.names, 5, 'expected a name or a list of names'),
    (schema.names, None, 'expected a name or a list of names'),
    (schema.names, ['ops', 5], 'expected a name or a list of names'),
    (schema.names, {'ops': 1}, 'expected a name or a list of names'),
    (schema.web_address, 'arl.example.com', 'expected an address such as https://'),
    (schema.web_address, 'ftp://arl.example.com', 'expected an address such as https://'),
    (schema.web_address, 'https://', 'expected an address such as https://'),
    (schema.web_address, 'https://arl.example.com/?a=b', 'expected an address such as https://'),
    (schema.web_address, 'https://arl.example.com/#a', 'expected an address such as https://'),
    (schema.web_address, 'https://me:5f2c@arl.example.com/', 'expected an address such as https://'),
    (schema.web_address, 'http://[::1', 'expected an address such as https://'),
    (schema.web_address, 5, 'expected a text'),
]

KEYS = (
    schema.Key('LANGUAGE', schema.one_of('zh', 'en'), 'zh', 'zh or en', 'the language'),
    schema.Key('TARGETS', None, {}, 'a section', 'checked elsewhere'),
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
        assert key.expected and key.help


@pytest.mark.parametrize('keys', [schema.SECTION_KEYS, schema.SCHEDULE_KEYS, schema.TARGET_KEYS])
def test_every_default_would_be_taken_if_it_were_written_down(keys):
    for key in keys:
        if key.check is not None and key.default is not None:
            assert key.check(key.name, key.default) == key.default


@pytest.mark.parametrize('given, taken', [(0, 0), (3, 3), (2.0, 2)])
def test_a_whole_number(given, taken):
    value = schema.whole(0, 10)('S.KEY', given)
    assert (value, type(value)) == (taken, int)


@pytest.mark.parametrize('given', [0.5, 1.5, -1, 11, True, '3', None])
def test_what_is_no_whole_number_is_refused(given):
    with pytest.raises(ConfigError, match='S.KEY'):
        schema.whole(0, 10)('S.KEY', given)
