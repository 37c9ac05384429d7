"""The settings that need no restart."""

import pytest

from scan_notify_plugin.admin.errors import Conflict, Invalid
from scan_notify_plugin.admin.options import Options, effective
from scan_notify_plugin.settings import schema
from tests.admin.desks import SECTION, audited, make_desk


def one(desk, name):
    (found,) = [option for option in Options(desk).listing() if option['name'] == name]
    return found


def test_every_setting_is_listed_with_its_value_and_where_it_comes_from():
    desk = make_desk(section=dict(SECTION, GIVE_UP_AFTER=12, DEFAULTS={'NOTIFY_CHANNEL': ['ops', 'mine']}))
    Options(desk).change({'LANGUAGE': 'en'}, 'web:ann')
    names = [option['name'] for option in Options(desk).listing()]
    expected = {key.name for key in schema.SECTION_KEYS if key.check}  # sections and secrets have none
    assert set(names) == expected | {'DEFAULTS.' + key.name for key in schema.SCHEDULE_KEYS}
    for name, value, source, changeable in (
        ('LANGUAGE', 'en', 'admin', True),
        ('GIVE_UP_AFTER', 12, 'config', True),
        ('RUN_DEADLINE', 72, 'default', True),
        ('BASE_URL', '', 'default', False),
        ('ENABLE', True, 'config', False),
        ('DEFAULTS.NOTIFY_CHANNEL', ['ops', 'mine'], 'config', True),
        ('DEFAULTS.NOTIFY_ON', 'always', 'default', True),
    ):
        option = one(desk, name)
        assert (option['value'], option['from'], option['changeable']) == (value, source, changeable), name
        assert option['help'] and option['expected'] and option['rev'] == 1


@pytest.mark.parametrize('configured', [False, True])
def test_a_change_holds_and_can_be_taken_back(configured):
    desk = make_desk()
    if configured:  # a process whose desk has what was set in its settings already
        desk = desk._replace(configured=desk.settings)
    Options(desk).change({'give_up_after': '1.5', 'Defaults.Notify_On': 'failed', 'MASK_CREDENTIALS': False}, 'web:ann')
    desk = desk._replace(settings=effective(desk)) if configured else desk
    assert effective(desk).give_up_after == 1.5 and effective(desk).defaults.notify_on == 'failed'
    assert effective(desk).mask_credentials is False
    (changed,) = Options(desk).change({'GIVE_UP_AFTER': None}, 'web:bob')
    assert (changed['value'], changed['from']) == (24, 'default')
    assert effective(desk).defaults.notify_on == 'failed'
    assert audited(desk)[1] == ('web:bob', 'set', 'settings', {'give_up_after': 1.5}, {'give_up_after': None})


def test_taking_back_what_was_not_set_changes_nothing():
    desk = make_desk()
    (same,) = Options(desk).change({'LINK_HOURS': None}, 'web:ann', 0)
    assert (same['from'], same['rev']) == ('default', 0) and audited(desk) == []
    Options(desk).change({'LINK_HOURS': None, 'LANGUAGE': 'en', 'DEFAULTS.NOTIFY_ON': ''}, 'web:ann')
    assert audited(desk) == [('web:ann', 'set', 'settings', {'language': None}, {'language': 'en'})]
    Options(desk).change({'LANGUAGE': None}, 'web:ann')
    Options(desk).change({'LANGUAGE': None}, 'web:ann')
    assert one(desk, 'LANGUAGE')['rev'] == 2 and len(audited(desk)) == 2


@pytest.mark.parametrize('values, said', [
    ({}, 'values: expected at least one setting'),
    ({'SPEED': 1}, 'SPEED: unknown setting; those that can be changed are LANGUAGE, '),
    ({'TARGETS': {}}, 'TARGETS: unknown setting'),
    ({'BASE_URL': 'http://x'}, 'BASE_URL: is read once; change it in the configuration file and restart'),
    ({'ENABLE': False}, 'ENABLE: is read once'),
    ({'LANGUAGE': 'fr'}, 'LANGUAGE: expected one of zh, en'),
    ({'GIVE_UP_AFTER': 'long'}, "GIVE_UP_AFTER: expected a number from 0.01 to 720, got 'long'"),
    ({'GIVE_UP_AFTER': 'nan'}, 'GIVE_UP_AFTER: expected a number'),
    ({'GIVE_UP_AFTER': True}, 'GIVE_UP_AFTER: expected a number'),
    ({'HISTORY_DAYS': {'$gt': 1}}, 'HISTORY_DAYS: expected a number'),
    ({'LANGUAGE': 'en', 'DEFAULTS.NOTIFY_CHANNEL': 'nobody'}, "DEFAULTS.NOTIFY_CHANNEL: no target is called 'nobody'"),
    ({'DEFAULTS.EXPORT_FORMAT': 'pdf'}, "DEFAULTS.EXPORT_FORMAT: no plugin makes 'pdf'"),
    ({'DEFAULTS': {'NOTIFY_ON': 'failed'}}, 'DEFAULTS: unknown setting'),
])  # fmt: skip
def test_what_is_wrong_is_refused_as_a_whole(values, said):
    desk = make_desk()
    with pytest.raises(Invalid) as refused:
        Options(desk).change(values, 'web:ann')
    assert said in str(refused.value)
    assert effective(desk) == desk.settings and audited(desk) == []


def test_who_comes_second_is_told_who_was_first():
    desk = make_desk()
    Options(desk).change({'LANGUAGE': 'en', 'DEFAULTS.NOTIFY_ON': 'failed'}, 'web:ann', 0)
    with pytest.raises(
        Conflict, match=r'the settings were changed meanwhile by web:ann .*notify_on = failed, language = en'
    ) as told:
        Options(desk).change({'LANGUAGE': 'zh'}, 'web:bob', 0)
    assert told.value.facts['by'] == 'web:ann'
    assert told.value.facts['values'] == {'defaults.notify_on': 'failed', 'language': 'en'}
    Options(desk).change({'LANGUAGE': 'zh'}, 'web:bob', 1)
    assert one(desk, 'LANGUAGE')['rev'] == 2
