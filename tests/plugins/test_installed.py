"""Which plugins are installed: what pip wrote down, on Pythons whose standard library makes less of it."""

import pytest

from scan_notify_plugin.plugins.loading import load

MODULE = 'scan_notify_test_installed'
POINTS = '[scan_notify]\nmine = {}:Listener\n\n[console_scripts]\nscan_notify = gone:main\n'.format(MODULE)
CODE = (
    'from hookspecs import hookimpl\n\n\n'
    'class Listener:\n    @hookimpl\n    def on_schedule_fired(self, run):\n        return None\n'
)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """install(folder, name, version, points=...): as pip leaves a distribution; folders come first in their order."""
    (tmp_path / (MODULE + '.py')).write_text(CODE, encoding='utf-8')
    for folder in (tmp_path, tmp_path / 'second', tmp_path / 'first'):
        folder.mkdir(exist_ok=True)
        monkeypatch.syspath_prepend(str(folder))

    def write(folder, name, version, points=POINTS, metadata='Metadata-Version: 2.1\nName: {}\nVersion: {}\n'):
        info = tmp_path / folder / '{}-{}.dist-info'.format(name, version)
        info.mkdir()
        (info / 'METADATA').write_text(metadata.format(name, version), encoding='utf-8')
        (info / 'entry_points.txt').write_text(points, encoding='utf-8')

    return write


def mine():
    return [(row.version, row.state, row.hooks) for row in load().rows if row.name == 'mine']


def test_a_plugin_has_the_version_of_its_distribution(install):
    install('first', 'mine', '2.5')
    assert mine() == [('2.5', 'active', ('on_schedule_fired',))]


@pytest.mark.parametrize('again', ['my_plugin', 'My.Plugin', 'my-plugin'])
def test_a_distribution_that_is_found_twice_counts_once_as_the_one_that_is_imported(install, again):
    install('first', 'my_plugin', '2.0')
    install('second', again, '1.0')
    assert [version for version, _, _ in mine()] == ['2.0']


def test_two_distributions_with_one_name_for_their_plugins_are_two_rows(install):
    install('first', 'mine', '2.0')
    install('second', 'another', '1.0')
    assert sorted((version, state) for version, state, _ in mine()) == [('1.0', 'broken'), ('2.0', 'active')]


@pytest.mark.parametrize('broken', [
    {'metadata': ''},
    {'points': '[scan_notify\n= mine\n'},
    {'points': '[scan_notify]\n' + POINTS, 'metadata': 'Version: 1.0\n'},
], ids=['no name', 'unreadable entry points', 'a group twice'])  # fmt: skip
def test_a_broken_distribution_keeps_no_other_from_being_loaded(install, broken):
    install('first', 'broken', '1.0', **broken)
    install('second', 'mine', '2.0')
    assert ('2.0', 'active', ('on_schedule_fired',)) in mine()
    assert 'dingding' in load().notifiers
