"""Every word of ours that the command line says is in the reader's language; names, times and others' words are not."""

import re

import pytest
from bson import ObjectId

from scan_notify_plugin import cli, words
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.web.routes import ROOT
from tests.admin.desks import PLUGINS, TARGETS
from tests.admin.history import History
from tests.cli import marks
from tests.reports.shelf import put_report

NIGHTLY = '64f000000000000000000001'


@pytest.fixture(autouse=True)
def marked(monkeypatch):
    monkeypatch.setitem(words.LANGUAGES, marks.NAME, marks.sentences())
    monkeypatch.setenv('COLUMNS', '500')


def helped(capsys, *arguments):
    with pytest.raises(SystemExit):
        cli.main(['--language', marks.NAME] + list(arguments))
    return '\n'.join(capsys.readouterr())


def known(parser):
    """The words of a parser that are names."""
    names = {'scan-notify', parser.prog.rpartition(' ')[2]}
    for action in parser._actions:
        metavar = action.metavar or ''
        names |= set(action.option_strings) | {action.dest, action.dest.upper()} | set(map(str, action.choices or ()))
        names |= {metavar} if isinstance(metavar, str) else set(metavar)
    return names


def plain(word):
    return set(re.split(r'[\[\](){}|.=/]+', word)) - {''}


@pytest.mark.parametrize('name', ('',) + cli.COMMANDS)
def test_the_help_is_translated(name, capsys):
    text = helped(capsys, *filter(None, [name, '--help']))
    parser = cli.make_parser()
    if name:
        (choices,) = [action.choices for action in parser._actions if isinstance(action.choices, dict)]
        parser = choices[name]
    names = set().union(*map(plain, known(parser)), plain(ROOT))
    left = {piece for word in marks.quotations(text) for piece in plain(word)} - names
    assert left == set()


@pytest.mark.parametrize('arguments, quoted', [
    ([], 'scan-notify -h --version --language zh en xx COMMAND scan-notify command'),
    (['nope'], 'nope'),
    (['runs', '--limit'], ''),
    (['runs', '--limit', 'x'], 'x int'),
    (['runs', '--status', 'q'], 'q running finished error'),
    (['runs', '--json=3'], ''),
    (['runs', 'a', 'b'], 'b'),
    (['runs', '--s', 'b'], '--s --schedule --status --since'),
    (['settle', 'x'], '--delivered --not-delivered'),
    (['settle', 'x', '--delivered', '--not-delivered'], '--delivered --not-delivered'),
    (['exec'], '-m'),
    (['audit', '--limit', '0'], ''),
    (['worker', '--concurrency', '1'], ''),
    (['schedules', '--set'], ''),
])  # fmt: skip
def test_what_cannot_be_understood_is_translated(arguments, quoted, capsys):
    error = helped(capsys, *arguments).splitlines()[-1]
    assert '⟦' in error and error.startswith('scan-notify')
    names = set(quoted.split()) | {'scan-notify', '--limit', '--status', '--json', '--concurrency', '--set'}
    names |= set(cli.COMMANDS) | {'command', 'COMMAND'}
    left = {word.strip('\'"()/') for word in marks.quotations(error)} - names
    assert {piece for word in left for piece in word.split('/')} - names == set()


@pytest.fixture
def past(host, db, monkeypatch):
    """A worker that has told what it has loaded, runs with jobs in every state, and somebody at the keyboard."""
    monkeypatch.setattr('getpass.getuser', lambda: 'ann')
    past = History(db)
    past.desk.stored.decide_run_collection(False)
    missing = [Fault('option.missing', option='ACCESS_TOKEN').to_stored()]
    facts = [dict(target, faults=missing) if target['problems'] else target for target in TARGETS]
    SettingsStore(db, Clock()).worker_alive('w', {'plugins': PLUGINS, 'target_facts': facts, 'targets': ['ops']})
    db['task_schedule'].insert_one({'_id': ObjectId(NIGHTLY), 'name': 'nightly', 'schedule_type': 'recurrent_scan'})
    for number, state in enumerate(('pending', 'held', 'success', 'uncertain', 'cancelled')):
        past.job(past.run(number, status='finished'), state=state)
    return past


#: Names, ids, times and codes.
NAMES = re.compile(
    r'64f\w*|ops|mine|nightly|dingding\w*|wxwork|feishu|email|webhook|apprise|excel|csv|html|gone|none|ann|cli|zh|en|w|'
    r'plugin|plan|'
    r'job|run|hello|notify_\w+|export_\w+|[A-Z][A-Z_.]+|on_run_\w+|complete|x'
)


def left(text, *more):
    """What is neither marked nor a name."""
    text = re.sub(r'docs/[\w.-]+md(#[\w-]+)?', '', text)
    found = {piece for word in marks.quotations(text) for piece in re.split(r'[\W]+', word) if piece}
    return {piece for piece in found if not NAMES.fullmatch(piece) and not re.fullmatch(r'\d\w*', piece)} - set(more)


@pytest.fixture
def said(run):
    """said('runs') is what the command prints in marks."""

    def call(*arguments):
        told = run('--language', marks.NAME, *arguments)
        assert '⟦' in told.out + told.err
        return told.out + told.err

    return call


def test_runs_are_translated(said, past):
    assert left(said('runs', '--limit', '3')) == set()
    for number in range(5):
        assert left(said('runs', '64f0:{}'.format(number))) == set()


def test_schedules_settings_targets_and_plugins_are_translated(said, past):
    assert left(said('schedules')) == set()
    assert left(said('settings'), 'true', 'false', 'auto', 'failed', 'always', 'show') == set()
    assert left(said('targets')) == set()
    assert left(said('toggle'), 'ImportError') == set()
    assert left(said('plugins')) == set()


def test_what_was_done_and_by_whom_is_translated(run, said, past):
    for command in (
        ('toggle', 'csv', 'off'), ('toggle', 'csv', 'on'), ('schedules', '--set', NIGHTLY, 'notify_on=failed'),
        ('ack', '64f0:2', '--note', 'x'), ('ack', '64f0:2'), ('settle', '64f0:3/complete/ops', '--delivered'),
        ('hold', '64f0:0'), ('release', '64f0:0'), ('cancel', '64f0:0'), ('resend', '64f0:2', '--target', 'ops'),
    ):  # fmt: skip
        assert left(said(*command), 'resend') == set(), command
    assert left(said('audit'), 'settings', 'failed', 'jobs', 'resend', 'delivered', 'true', 'schedule', 'null') == set()
    assert left(said('runs', '64f0:2'), 'resend') == set()


def test_refusals_are_translated(said, past):
    for command in (
        ('runs', '64f9:1'), ('runs', '--since', 'x'), ('hold', '64f0:2'), ('resend', '64f0:0', '--target', 'x'),
        ('toggle', 'csv'), ('toggle', 'x', 'off'), ('reports', '--again', 'csv'), ('reports', '--save', 'x'),
        ('schedules', '--set', NIGHTLY), ('schedules', '--set', NIGHTLY, 'x'), ('export', '--task', 'x', '--out', 'x'),
        ('export', '--task', NIGHTLY, '--out', 'x'), ('export', '--run', 'x', '--out', 'x'),
        ('export', '--run', '64f0:0', '--format', 'x', '--out', 'x'), ('export', '--run', '64f0:0', '--out', 'app'),
        ('preview', 'ops', '--run', 'x'), ('new-plugin', 'X'), ('new-plugin', 'dingding'),
        ('new-plugin', 'x', '--out', 'app'),
        ('register-callback', 'ops'), ('test-send', 'x'),
    ):  # fmt: skip
        assert left(said(*command), 'app', 'X', 'since', 'targets', 'toggle', 'set') == set(), command


def test_reports_and_exports_are_translated(said, past, host, db):
    report = put_report(db, str(host) + '/tmp/reports', now=Clock().now())
    more = (report.id, 'xlsx', '每日资产巡检', 'new', 'copy', 'book', 'report', 'csv', 'pager', 'cd', 'python', 'm', 'pytest',
            'pip', 'install', 'e', 'scan', 'notify', 'plugins', 'night', 'resend', 'export')  # fmt: skip
    for command in (
        ('reports',), ('reports', '--limit', '1'), ('reports', '--save', report.id, '--out', 'copy'),
        ('reports', '--revoke', report.id), ('reports',), ('reports', '--delete', report.id),
        ('export', '--run', '64f0:0', '--out', 'book'), ('new-plugin', 'night-pager'),
        ('reports', '--run', '64f0:2', '--again', 'csv'),
    ):  # fmt: skip
        assert left(said(*command), *more) == set(), command


def test_test_messages_are_translated(said, past, db):
    assert left(said('test-send', 'ops', '--wait', '0'), 'scan', 'notify', 'test', 'runs') == set()
    db['scan_notify_setting'].delete_many({'_id': {'$regex': '^worker:'}})
    assert left(said('test-send', 'ops', '--wait', '0'), 'scan', 'notify', 'test', 'runs') == set()


def test_getting_in_is_translated(said, host, packages):
    paths = set(re.split(r'\W+', '{} {} scan_notify_autoload pth'.format(packages, host.config)))
    for command in (('status',), ('disable',), ('enable',), ('status',), ('disable',)):
        assert left(said(*command), *paths) == set(), command
    host.configure(host.config.read_text().replace('ENABLE: true', 'ENABLE: false'))
    for command in (('enable',), ('status',), ('worker',)):
        assert left(said(*command), *paths) == set(), command


def test_a_part_of_a_preview_is_translated(said, past):
    first = said('preview', 'ops').splitlines()[0]
    assert left(first) == set()
