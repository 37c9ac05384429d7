"""What authors rely on changes only with a line in the changelog."""

import pytest

from scan_notify_plugin import api
from scan_notify_plugin.notifiers.base import Notifier
from tests.docs import public_api

AGAIN = (
    'the public API has changed: run `python -m tests.docs.public_api`, and tell it in CHANGELOG.md below "Unreleased"'
)
CHANGELOG = '''# Changelog

## Unreleased

- [new] `Notifier.send` takes more, `Answer` and `on_run_complete(run)` too.

## 1.0.0

- [change] `Notifier.size` takes less.
'''


def test_the_public_api_is_written_down():
    first, released, _, _ = public_api.read()
    with open(public_api.FILE, encoding='utf-8') as file:
        assert file.read() == public_api.text(first, released, public_api.lines()), AGAIN


def test_each_change_of_the_public_api_is_in_the_changelog():
    _, _, added, gone = public_api.read()
    with open(public_api.CHANGELOG, encoding='utf-8') as file:
        missing = public_api.unmentioned(added + gone, file.read())
    assert missing == [], 'CHANGELOG.md, the section that is not released: name each of these in `...`'


@pytest.mark.parametrize('changed, expected', [
    ([], []),
    (['scan_notify_plugin.api.Notifier.send(self, part)'], []),
    (['scan_notify_plugin.api.Notifier.size(self)'], ['Notifier.size']),
    (['scan_notify_plugin.api.Notifier()'], []),
    (['scan_notify_plugin.testing.robot_server.Answer(status)', 'hookspecs.on_run_complete(run)'], []),
    (['scan_notify_plugin.testing.robot_server.Call(x)'], ['Call']),
    (['scan_notify_plugin.api.Target.http.post(self)'], ['Target.http.post']),
])  # fmt: skip
def test_a_name_counts_as_told_in_the_unreleased_section_only(changed, expected):
    assert public_api.unmentioned(changed, CHANGELOG) == expected


def test_each_section_that_is_not_released_counts():
    changelog = CHANGELOG.replace('## 1.0.0', '## 1.1.0 - Unreleased')
    assert (
        public_api.unmentioned(
            ['scan_notify_plugin.api.Notifier.size(self)', 'hookspecs.on_run_complete(run)'], changelog
        )
        == []
    )


def test_without_an_unreleased_section_nothing_is_told():
    assert public_api.unmentioned(['hookspecs.on_run_complete(run)'], CHANGELOG.replace('Unreleased', '1.1.0'))


@pytest.mark.parametrize('change', [
    lambda patch: patch.setattr(Notifier, 'send', lambda self, part: None),
    lambda patch: patch.setattr(Notifier, 'cool_down', 61.0),
    lambda patch: patch.setattr(Notifier, 'more', lambda self: None, raising=False),
    lambda patch: patch.delattr(Notifier, 'extras'),
    lambda patch: patch.setattr(api, '__all__', api.__all__[1:]),
])  # fmt: skip
def test_a_change_is_seen(monkeypatch, change):
    before = public_api.lines()
    change(monkeypatch)
    assert public_api.lines() != before


def test_the_file_tells_what_has_come_and_gone_since_the_release():
    text = public_api.text('# 1.0', ['a.B(x)', 'a.c'], ['a.B(x, y)', 'a.c'])
    assert text == '# 1.0\n  a.B(x)\n  a.c\n+ a.B(x, y)\n- a.B(x)\n'
