"""From the YAML that people write to settings, or to one line that says what is wrong with it."""

import re

import pytest
import yaml

from scan_notify_plugin.channels import SHIPPED, in_sections
from scan_notify_plugin.credentials import SECRET_OPTIONS
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.overrides import overridden
from scan_notify_plugin.settings.schedules import ScheduleSettings, check_schedule, is_due, resolve, schedule_settings
from scan_notify_plugin.settings.section import parse_settings, read_metrics_token
from scan_notify_plugin.settings.targets import route_from
from tests.test_words import CHINESE

#: The targets that the host's configuration has always: those of channels with a section of their own.
SECTIONS = sorted(in_sections(SHIPPED.values()))
FULL = '''
SCAN_NOTIFY:
  ENABLE: true
  LANGUAGE: en
  DEFAULTS: {NOTIFY_ENABLE: true, NOTIFY_CHANNEL: [ops, night], NOTIFY_ON: failed}
  TARGETS:
    ops: {CHANNEL: dingding, ACCESS_TOKEN: 5f2c, KEYWORD: scan, FALLBACK: night}
    night: {channel: pager, url: 'http://127.0.0.1', retries: 3, language: zh, oversize: split, proxy: 'x:1'}
  BLOCK_PLUGINS: [mine, theirs]
  TEMPLATES: /etc/scan-notify
  ON_UNCERTAIN: resend
  GIVE_UP_AFTER: 2.5
  RUN_DEADLINE: 12
  HISTORY_DAYS: 30
DINGDING: {ACCESS_TOKEN: 77aa, SECRET: SECx}
MONGO: {URI: 'mongodb://x', DB: arl}
'''


def parse(text):
    return parse_settings(yaml.safe_load(text))


def on(more='', host=''):
    """Settings of a section that is switched on, with more lines in it and more sections beside it."""
    lines = ['SCAN_NOTIFY:', '  ENABLE: true'] + ['  ' + line for line in more.splitlines() if line] + [host]
    return parse('\n'.join(lines))


def refused(more='', host=''):
    with pytest.raises(ConfigError) as caught:
        on(more, host)
    said = str(caught.value)
    assert '(see docs/' in said and '\n' not in said
    return said


def test_every_key_of_the_section_arrives():
    settings = parse(FULL)
    assert settings.enable is True
    assert settings.language == 'en'
    assert settings.defaults == ScheduleSettings(True, ('ops', 'night'), 'failed')
    assert settings.block_plugins == ('mine', 'theirs')
    assert settings.templates == '/etc/scan-notify'
    assert settings.on_uncertain == 'resend'
    assert (settings.give_up_after, settings.run_deadline, settings.history_days) == (2.5, 12, 30)
    assert set(settings.targets) == set(in_sections(SHIPPED.values())) | {'ops', 'night'}


def test_a_target_has_its_own_keys_the_rest_are_its_channels_options():
    night = parse(FULL).targets['night']
    assert (night.name, night.channel, night.language, night.oversize) == ('night', 'pager', 'zh', 'split')
    assert (night.proxy, night.fallback) == ('x:1', '')
    assert night.options == {'url': 'http://127.0.0.1', 'retries': 3}


def test_a_target_speaks_the_language_of_the_section_unless_it_has_its_own():
    targets = parse(FULL).targets
    assert (targets['ops'].language, targets['night'].language, targets['dingding'].language) == (
        'en',
        'zh',
        'en',
    )


def test_the_hosts_own_section_is_a_target_of_its_channels_name():
    assert parse(FULL).targets['dingding'].options == {
        'access_token': Secret('77aa'),
        'secret': Secret('SECx'),
    }


def test_empty_keys_of_the_hosts_own_section_count_as_absent():
    target = on(host='DINGDING: {ACCESS_TOKEN: "", SECRET: }').targets['dingding']
    assert target.options == {}


def test_a_named_target_may_take_the_place_of_the_hosts_own():
    settings = on('TARGETS: {dingding: {CHANNEL: dingding, ACCESS_TOKEN: mine}}', 'DINGDING: {ACCESS_TOKEN: 77aa}')
    assert settings.targets['dingding'].options == {'access_token': Secret('mine')}


def test_what_nobody_wrote_down_has_these_values():
    settings = on()
    assert settings.defaults == ScheduleSettings(False, ('dingding',), 'always')
    assert settings.language == 'zh'
    assert settings.on_uncertain == 'show'
    assert (settings.give_up_after, settings.run_deadline, settings.history_days) == (24, 72, 90)
    assert (settings.block_plugins, settings.templates, settings.alerts) == ((), '', '')


def test_alerts_name_a_target_of_the_configuration_or_of_the_hosts_own_section():
    assert on('ALERTS: ops\nTARGETS: {ops: {CHANNEL: pager}}').alerts == 'ops'
    assert on('ALERTS: wxwork').alerts == 'wxwork'


def test_keys_are_taken_in_any_case():
    settings = parse('SCAN_NOTIFY: {enable: "True", Language: EN, targets: {ops: {Channel: pager, URL: x}}}')
    assert settings.enable is True
    assert settings.language == 'en'
    assert settings.targets['ops'].options == {'url': 'x'}


OFF = [
    '{}',
    'SCAN_NOTIFY:',
    'SCAN_NOTIFY: {}',
    'SCAN_NOTIFY: {ENABLE: false}',
    'SCAN_NOTIFY: {enable: "no"}',
    'SCAN_NOTIFY: {LANGUAGE: fr, TARGETS: 5}',
    'SCAN_NOTIFY: {ENABLE: false, NONSENSE: 1, DEFAULTS: [], TARGETS: {a: {FALLBACK: b}}, HISTORY_DAYS: x}',
    'SCAN_NOTIFY: {ENABLE: false}\nDINGDING: a text',
    'SCAN_NOTIFY: {ENABLE: false}\nDINGDING: {ACCESS_TOKEN: {env: SURELY_NOT_SET}, PROXY: {}, LANGUAGE: x}',
    'DINGDING: [5]',
]


@pytest.mark.parametrize('text', OFF)
def test_while_it_is_off_nothing_can_be_wrong(text):
    settings = parse(text)
    assert settings.enable is False
    assert settings.defaults.notify_enable is False


#: (lines in the section, sections beside it, how the complaint begins)
WRONG = [
    ('LANGUAGE: fr', '', 'SCAN_NOTIFY.LANGUAGE: expected one of zh, en, got \'fr\''),
    ('LANGUAGE:', '', 'SCAN_NOTIFY.LANGUAGE: expected one of zh, en, got None'),
    ('ON_UNCERTAIN: ask', '', 'SCAN_NOTIFY.ON_UNCERTAIN: expected one of show, resend'),
    ('GIVE_UP_AFTER: soon', '', 'SCAN_NOTIFY.GIVE_UP_AFTER: expected a number from 0.01 to 720'),
    ('GIVE_UP_AFTER: 0', '', 'SCAN_NOTIFY.GIVE_UP_AFTER: expected a number from 0.01 to 720'),
    ('RUN_DEADLINE: 0.5', '', 'SCAN_NOTIFY.RUN_DEADLINE: expected a number from 1 to 8760'),
    ('HISTORY_DAYS: 40000', '', 'SCAN_NOTIFY.HISTORY_DAYS: expected a number from 1 to 36500'),
    ('TEMPLATES: [a]', '', 'SCAN_NOTIFY.TEMPLATES: expected a text'),
    ('BLOCK_PLUGINS: 5', '', 'SCAN_NOTIFY.BLOCK_PLUGINS: expected a name or a list of names'),
    ('ENABEL: true', '', 'SCAN_NOTIFY.ENABEL: unknown key; known are ALERTS, BASE_URL, BLOCK_PLUGINS, CA_BUNDLE, '),
    ('DEFAULTS: on', '', 'SCAN_NOTIFY.DEFAULTS: expected a section with keys, got a'),
    ('DEFAULTS: {NOTIFY_WHEN: always}', '', 'SCAN_NOTIFY.DEFAULTS.NOTIFY_WHEN: unknown key'),
    ('DEFAULTS: {NOTIFY_ON: never}', '', 'SCAN_NOTIFY.DEFAULTS.NOTIFY_ON: expected one of finished, failed'),
    ('DEFAULTS: {NOTIFY_ENABLE: 5}', '', 'SCAN_NOTIFY.DEFAULTS.NOTIFY_ENABLE: expected true or false, got 5'),
    ('ALERTS: [ops]', '', 'SCAN_NOTIFY.ALERTS: expected a text'),
    ('ALERTS: opps', '', 'SCAN_NOTIFY.ALERTS: no target is called \'opps\'; configured are ' + ', '.join(SECTIONS)),
    (
        'DEFAULTS: {NOTIFY_CHANNEL: opps}\nTARGETS: {ops: {CHANNEL: pager}}', '',
        'SCAN_NOTIFY.DEFAULTS.NOTIFY_CHANNEL: no target is called \'opps\'; configured are '
        + ', '.join(sorted(SECTIONS + ['ops'])),
    ),
    ('TARGETS: [ops]', '', 'SCAN_NOTIFY.TARGETS: expected a section with keys, got a'),
    ('TARGETS: {ops: 5}', '', 'SCAN_NOTIFY.TARGETS.ops: expected a section with keys, got a'),
    ('TARGETS: {ops: {URL: x}}', '', 'SCAN_NOTIFY.TARGETS.ops.CHANNEL: is missing'),
    ('TARGETS: {ops: {CHANNEL: ""}}', '', 'SCAN_NOTIFY.TARGETS.ops.CHANNEL: is missing'),
    ('TARGETS: {ops: {CHANNEL: 5}}', '', 'SCAN_NOTIFY.TARGETS.ops.CHANNEL: expected a text'),
    ('TARGETS: {"a,b": {CHANNEL: pager}}', '', 'SCAN_NOTIFY.TARGETS.a,b: a target name is a text without'),
    ('TARGETS: {" ": {CHANNEL: pager}}', '', 'SCAN_NOTIFY.TARGETS. : a target name is a text without commas'),
    ('TARGETS: {ops: {CHANNEL: pager, OVERSIZE: x}}', '', 'SCAN_NOTIFY.TARGETS.ops.OVERSIZE: expected one'),
    ('TARGETS: {ops: {CHANNEL: pager, LANGUAGE: fr}}', '', 'SCAN_NOTIFY.TARGETS.ops.LANGUAGE: expected one'),
    ('TARGETS: {ops: {CHANNEL: pager, PROXY: 1}}', '', 'SCAN_NOTIFY.TARGETS.ops.PROXY: expected a text'),
    (
        'TARGETS: {ops: {CHANNEL: pager, FALLBACK: nobody}}', '',
        'SCAN_NOTIFY.TARGETS.ops.FALLBACK: no target is called \'nobody\'',
    ),
    (
        'TARGETS: {ops: {CHANNEL: pager, TOKEN: {env: SURELY_NOT_SET}}}', '',
        'SCAN_NOTIFY.TARGETS.ops.TOKEN: the environment variable SURELY_NOT_SET is not set',
    ),
    (
        'TARGETS: {ops: {CHANNEL: pager, TOKEN: {file: /no/such/file}}}', '',
        'SCAN_NOTIFY.TARGETS.ops.TOKEN: cannot read the file: ',
    ),
    ('', 'DINGDING: a text', 'DINGDING: expected a section with keys, got a'),
    ('', 'DINGDING: {ACCESS_TOKEN: {env: SURELY_NOT_SET}}', 'DINGDING.ACCESS_TOKEN: the environment'),
]  # fmt: skip


@pytest.mark.parametrize('more, host, said', WRONG)
def test_what_is_wrong_is_one_line_that_names_the_key_the_expectation_and_the_page(more, host, said):
    assert refused(more, host).startswith(said)


@pytest.mark.parametrize('more, host, said', WRONG)
def test_what_is_wrong_is_said_in_chinese_too(more, host, said):
    with pytest.raises(ConfigError) as caught:
        on(more, host)
    text = caught.value.describe('zh')
    assert CHINESE.search(text) and text.startswith(caught.value.key + '：') and '（见 docs/' in text
    assert not re.search('expected|unknown|known are|configured are|cannot|is not|is missing|got ', text)


@pytest.mark.parametrize('text', ['SCAN_NOTIFY: on', 'SCAN_NOTIFY: [1]', 'SCAN_NOTIFY: {ENABLE: maybe}'])
def test_a_section_of_which_nobody_can_say_whether_it_is_on_is_refused(text):
    with pytest.raises(ConfigError, match=r'^SCAN_NOTIFY'):
        parse(text)


@pytest.mark.parametrize('more, host', [
    ('TARGETS: {ops: "https://oapi.dingtalk.com/robot/send/5f2chidden"}', ''),
    ('TARGETS: "5f2chidden"', ''),
    ('TARGETS: {ops: {CHANNEL: dingding, ACCESS_TOKEN: [5f2chidden]}}', ''),
    ('TARGETS: {ops: {CHANNEL: dingding, ACCESS_TOKEN: {"5f2chidden": 1}}}', ''),
    ('', 'DINGDING: 5f2chidden'),
])  # fmt: skip
def test_a_complaint_never_repeats_what_may_be_a_credential(more, host):
    assert '5f2chidden' not in refused(more, host)


@pytest.mark.parametrize('value', ['{ENV: TOKEN}', '{env: A, file: B}', '[a, b]', '1.5', '{}'])
def test_a_credential_in_a_form_that_nobody_knows_is_refused(value):
    said = refused('TARGETS: {ops: {CHANNEL: dingding, ACCESS_TOKEN: ' + value + '}}')
    assert said.startswith('SCAN_NOTIFY.TARGETS.ops.ACCESS_TOKEN: expected a text, {env: NAME} or {file: path}')


@pytest.mark.parametrize('value', ['', '""'])
def test_an_empty_credential_is_the_notifiers_to_complain_about(value):
    target = on('TARGETS: {ops: {CHANNEL: dingding, ACCESS_TOKEN: ' + value + '}}').targets['ops']
    assert not target.options['access_token']


def test_a_secret_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv('PAGER_TOKEN', ' 5f2c\n')
    options = on('TARGETS: {ops: {CHANNEL: pager, TOKEN: {env: PAGER_TOKEN}}}').targets['ops'].options
    assert options == {'token': Secret('5f2c')}


def test_a_secret_comes_from_a_file(tmp_path):
    path = tmp_path / 'token'
    path.write_text('5f2c\n')
    options = on('TARGETS: {{ops: {{CHANNEL: pager, TOKEN: {{file: {}}}}}}}'.format(path)).targets['ops'].options
    assert options == {'token': Secret('5f2c')}


def test_a_file_of_bytes_that_are_no_text_is_one_line(tmp_path):
    path = tmp_path / 'token'
    path.write_bytes(b'\xff\xfe\x00')
    assert 'cannot read the file' in refused('TARGETS: {{ops: {{CHANNEL: pager, TOKEN: {{file: {}}}}}}}'.format(path))


def test_any_option_may_be_a_secret_not_only_those_we_know_by_name(monkeypatch):
    monkeypatch.setenv('ODD', 'x')
    assert on('TARGETS: {ops: {CHANNEL: pager, ODD: {env: ODD}}}').targets['ops'].options == {'odd': Secret('x')}


@pytest.mark.parametrize('key', sorted(SECRET_OPTIONS))
def test_credentials_written_down_in_clear_are_secrets_all_the_same(key):
    settings = on('TARGETS: {ops: {CHANNEL: pager, ' + key.upper() + ': 5f2c}}')
    assert settings.targets['ops'].options == {key: Secret('5f2c')}
    assert '5f2c' not in repr(settings)


def test_a_credential_that_yaml_takes_for_a_number_is_the_text_it_was():
    options = on('TARGETS: {ops: {CHANNEL: pager, TOKEN: 52}}').targets['ops'].options
    assert options['token'].reveal() == '52'


def test_a_section_that_looks_like_a_secret_and_is_none_stays_as_it_is():
    options = on('TARGETS: {ops: {CHANNEL: dingding, AT: {mobiles: ["138"]}}}').targets['ops'].options
    assert options == {'at': {'mobiles': ['138']}}


ADMIN, HOST, DEFAULT = (
    {'notify_on': 'failed'},
    {'notify_on': 'finished'},
    ScheduleSettings(False, ('ops',), 'always'),
)

#: (by the administrator, on the host's schedule, what holds)
EFFECTIVE = [
    ({}, {}, DEFAULT),
    ({}, HOST, DEFAULT._replace(notify_on='finished')),
    (ADMIN, HOST, DEFAULT._replace(notify_on='failed')),
    (ADMIN, {}, DEFAULT._replace(notify_on='failed')),
    (
        {},
        {'notify_enable': True, 'notify_channel': 'night, ops'},
        ScheduleSettings(True, ('night', 'ops'), 'always'),
    ),
    ({'notify_enable': False}, {'notify_enable': True}, DEFAULT),
    ({}, {'notify_enable': 'true'}, DEFAULT._replace(notify_enable=True)),
    ({}, {'notify_enable': None, 'notify_channel': '', 'notify_on': ''}, DEFAULT),
    ({}, {'notify_on': 'sometimes', 'notify_channel': 5, 'notify_enable': 'perhaps'}, DEFAULT),
    (ADMIN, {'notify_on': 'sometimes'}, DEFAULT._replace(notify_on='failed')),
    ({'notify_channel': []}, {}, DEFAULT._replace(notify_channel=())),
]


@pytest.mark.parametrize('by_admin, on_schedule, holds', EFFECTIVE)
def test_an_administrator_comes_before_the_schedules_own_field_and_that_before_the_defaults(
    by_admin, on_schedule, holds
):
    assert schedule_settings(by_admin, on_schedule, DEFAULT) == holds


def test_what_an_administrator_sets_is_checked():
    settings = parse(FULL)
    given = {'notify_enable': 'yes', 'notify_channel': 'night,ops', 'notify_on': 'FAILED'}
    wanted = {'notify_enable': True, 'notify_channel': ('night', 'ops'), 'notify_on': 'failed'}
    assert check_schedule(given, settings.targets) == wanted
    assert check_schedule({}, settings.targets) == {}


@pytest.mark.parametrize('given, said', [
    ({'notify': 'yes'}, 'notify: unknown setting; known are export_enable, export_format, notify_channel, '),
    ({'notify_on': 'sometimes'}, 'notify_on: expected one of'),
    ({'notify_channel': 'nobody'}, 'notify_channel: no target is called \'nobody\'; configured are ding'),
])  # fmt: skip
def test_what_an_administrator_cannot_set_is_one_line(given, said):
    with pytest.raises(ConfigError) as caught:
        check_schedule(given, parse(FULL).targets)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize('notify_on, status, due', [
    ('always', 'finished', True),
    ('always', 'error', True),
    ('finished', 'finished', True),
    ('finished', 'error', False),
    ('failed', 'finished', False),
    ('failed', 'error', True),
])  # fmt: skip
def test_a_run_is_told_when_its_schedule_wants_that_end_told(notify_on, status, due):
    assert is_due(notify_on, status) is due


def routed(**fallbacks):
    lines = ['{}: {{CHANNEL: pager, FALLBACK: "{}"}}'.format(name, other) for name, other in fallbacks.items()]
    return on('TARGETS:\n' + '\n'.join('  ' + line for line in lines)).targets


def test_a_route_is_a_target_and_its_fallbacks_in_order():
    targets = routed(a='b', b='c', c='')
    assert route_from('a', targets) == ('a', 'b', 'c')
    assert route_from('c', targets) == ('c',)
    assert route_from('nobody', targets) == ()


@pytest.mark.parametrize('fallbacks, start, route', [
    ({'a': 'a'}, 'a', ('a',)),
    ({'a': 'b', 'b': 'a'}, 'a', ('a', 'b')),
    ({'a': 'b', 'b': 'c', 'c': 'b'}, 'a', ('a', 'b', 'c')),
])  # fmt: skip
def test_fallbacks_that_go_in_a_circle_end_after_one_round(fallbacks, start, route):
    assert route_from(start, routed(**fallbacks)) == route


# What administrators set since.

SET_HERE = parse_settings({'SCAN_NOTIFY': {
    'ENABLE': True, 'GIVE_UP_AFTER': 12, 'DEFAULTS': {'NOTIFY_CHANNEL': 'ops'},
    'TARGETS': {'ops': {'CHANNEL': 'x'}, 'own': {'CHANNEL': 'x', 'LANGUAGE': 'zh'}},
}})  # fmt: skip


def test_what_was_set_since_comes_before_the_configuration():
    values = {'language': 'en', 'give_up_after': 1, 'defaults': {'notify_on': 'failed', 'export_format': ['csv']}}
    now = overridden(SET_HERE, values)
    assert (now.language, now.give_up_after, now.run_deadline) == ('en', 1, 72)
    assert (now.defaults.notify_on, now.defaults.export_format, now.defaults.notify_channel) == (
        'failed',
        ('csv',),
        ('ops',),
    )
    assert (now.targets['ops'].language, now.targets['own'].language) == ('en', 'zh')


@pytest.mark.parametrize('values', [
    {}, {'language': None, 'defaults': {'notify_on': None}}, {'language': 'klingon'}, {'give_up_after': 'long'},
    {'enable': False}, {'base_url': 'http://evil.example'}, {'targets': {}}, {'block_plugins': ['dingding']},
    {'report_folder': '/'}, {'defaults': 'odd'}, {'defaults': {'notify_channel': ['gone']}}, {'speed': 1},
])  # fmt: skip
def test_what_was_set_and_cannot_be_counts_as_absent(values):
    assert overridden(SET_HERE, values) == SET_HERE


def test_who_decides_is_known_for_each_setting():
    chosen = resolve({'notify_on': 'failed'}, {'notify_on': 'always', 'export_enable': True}, SET_HERE.defaults)
    assert chosen['notify_on'] == ('failed', 'admin')
    assert chosen['export_enable'] == (True, 'host')
    assert chosen['notify_channel'] == (('ops',), 'default')


def test_a_format_is_one_of_those_that_are_known():
    assert check_schedule({'export_format': 'csv'}, SET_HERE.targets, ['csv']) == {'export_format': ('csv',)}
    assert check_schedule({'export_format': 'pdf'}, SET_HERE.targets) == {'export_format': ('pdf',)}
    with pytest.raises(ConfigError, match="no plugin makes 'pdf'; there are csv"):
        check_schedule({'export_format': 'csv,pdf'}, SET_HERE.targets, ['csv'])


def section(**keys):
    return {'SCAN_NOTIFY': dict(keys, ENABLE=True)}


@pytest.mark.parametrize('where', ['127.0.0.1:9402', 'localhost:9402', '[::1]:9402'])
def test_metrics_on_this_machine_need_no_token(where):
    assert parse_settings(section(METRICS_LISTEN=where)).metrics_listen == where


@pytest.mark.parametrize('where', ['0.0.0.0:9402', '[::]:9402', 'scanner.example.com:9402', '10.0.0.1:9402'])
def test_metrics_for_others_need_a_token(where):
    with pytest.raises(ConfigError) as caught:
        parse_settings(section(METRICS_LISTEN=where))
    assert 'METRICS_TOKEN' in str(caught.value)
    assert parse_settings(section(METRICS_LISTEN=where, METRICS_TOKEN='t')).metrics_token.reveal() == 't'


@pytest.mark.parametrize('where', ['9402', ':9402', '127.0.0.1:', '127.0.0.1:x', '127.0.0.1:70000', 9402])
def test_a_place_for_metrics_that_is_none_is_refused(where):
    with pytest.raises(ConfigError) as caught:
        parse_settings(section(METRICS_LISTEN=where))
    assert 'METRICS_LISTEN' in str(caught.value)


def test_the_web_process_reads_the_token_of_the_scrapers_itself(monkeypatch):
    sections = section(METRICS_TOKEN={'env': 'METRICS'})
    monkeypatch.setenv('METRICS', 'from-env')
    assert parse_settings(sections, read_secrets=False).metrics_token.reveal() != 'from-env'
    assert read_metrics_token(sections).reveal() == 'from-env'
    assert read_metrics_token(section()) is None
    with pytest.raises(ConfigError):
        parse_settings(section(METRICS_TOKEN=''))


def test_certificates_are_everybodys_unless_a_target_says_otherwise():
    targets = """TARGETS:
  a: {CHANNEL: dingding}
  b: {CHANNEL: dingding, CA_BUNDLE: /etc/b.pem}
  c: {CHANNEL: dingding, CA_BUNDLE: ''}"""
    settings = on('CA_BUNDLE: /etc/ca.pem\n' + targets, 'DINGDING: {ACCESS_TOKEN: 5f2c}')
    found = {name: settings.targets[name].ca_bundle for name in ('a', 'b', 'c', 'dingding')}
    assert settings.ca_bundle == '/etc/ca.pem'
    assert found == {'a': '/etc/ca.pem', 'b': '/etc/b.pem', 'c': '', 'dingding': '/etc/ca.pem'}
    assert {target.ca_bundle for target in on(targets.replace('/etc/b.pem', "''")).targets.values()} == {''}
    assert all('ca_bundle' not in target.options for target in settings.targets.values())


@pytest.mark.parametrize('value', ['ca.pem', '[]', '5', '{env: CA}'])
def test_certificates_are_at_an_absolute_path(value):
    assert refused('CA_BUNDLE: ' + value).startswith('SCAN_NOTIFY.CA_BUNDLE: expected ')
    told = refused('TARGETS: {ops: {CHANNEL: dingding, CA_BUNDLE: %s}}' % value)
    assert told.startswith('SCAN_NOTIFY.TARGETS.ops.CA_BUNDLE: expected ')
