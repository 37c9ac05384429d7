"""What all commands have in common: help, exit codes, one line for what is wrong."""

import importlib

import pytest
from pymongo.errors import ServerSelectionTimeoutError

import scan_notify_plugin
from scan_notify_plugin import words
from scan_notify_plugin.cli import COMMANDS, make_parser, session, terminal
from scan_notify_plugin.errors import ConfigError, Reason, SendError
from scan_notify_plugin.faults import Fault


@pytest.mark.parametrize('name', COMMANDS)
def test_every_command_is_one_module_with_a_help_line(name, capsys):
    importlib.import_module('scan_notify_plugin.cli.{}_command'.format(name.replace('-', '_')))
    line = words.sentence('help.command.' + name, 'en')
    assert line and line[0].islower() and not line.endswith('.')
    with pytest.raises(SystemExit) as caught:
        make_parser().parse_args([name, '--help'])
    assert caught.value.code == 0
    assert 'usage: scan-notify ' + name in capsys.readouterr().out


def test_the_version_is_the_packages(capsys):
    with pytest.raises(SystemExit) as caught:
        make_parser().parse_args(['--version'])
    assert caught.value.code == 0
    assert capsys.readouterr().out.strip() == scan_notify_plugin.__version__


@pytest.mark.parametrize('arguments', [[], ['nonsense'], ['runs', '--nonsense'], ['runs', '--limit', 'x'], ['exec']])
def test_what_cannot_be_understood_is_exit_2_and_a_usage_line(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        make_parser().parse_args(arguments)
    assert caught.value.code == 2
    assert 'usage: scan-notify' in capsys.readouterr().err


def test_a_wrong_configuration_is_one_line_and_exit_2(run, host):
    host.configure('SCAN_NOTIFY: {ENABLE: true}')
    said = run('runs')
    assert (said.code, said.out) == (2, '')
    assert said.err == 'scan-notify: MONGO.URI: is missing; the host needs it too (see docs/configuration.md)\n'


def test_a_mongodb_that_is_away_is_one_line_and_exit_2_without_its_address(run, host, monkeypatch):
    class Away:
        def __getitem__(self, name):
            raise ServerSelectionTimeoutError('mongodb://arl:5f2c@10.0.0.1: timed out\nTopology: ' + 'x' * 1000)

    monkeypatch.setattr(session, 'connect', lambda uri, clock, timeout: Away())
    said = run('runs')
    assert (said.code, said.out) == (2, '')
    assert said.err.startswith('scan-notify: MongoDB: ')
    assert said.err.endswith('(see docs/workers.md#mongodb)\n')
    assert said.err.count('\n') == 1 and len(said.err) < 500


def test_a_worker_of_a_host_that_is_switched_off_says_so(run, host, db):
    host.configure(host.config.read_text().replace('ENABLE: true', 'ENABLE: false'))
    said = run('worker')
    assert (said.code, said.out) == (2, '')
    assert 'SCAN_NOTIFY.ENABLE: scan-notify is off in ' in said.err


def test_ctrl_c_is_exit_130(run, host, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(session, 'connect', interrupted)
    assert run('runs').code == 130


def test_nothing_is_recorded_before_anything_has_run_where_the_host_cannot_be_seen(
    run, host, db, elsewhere, monkeypatch
):
    monkeypatch.chdir(str(elsewhere))
    config = elsewhere / 'copy.yaml'
    config.write_text(host.config.read_text())
    said = run('runs', '--config', str(config))
    assert said.code == 2
    assert 'nothing is recorded yet' in said.err
    assert db['scan_notify_setting'].count_documents({}) == 0


def test_a_fork_with_runs_of_its_own_keeps_its_collection(run, host, db):
    (host.config.parent / 'helpers' / 'task_schedule.py').write_text('conn_db("task_schedule_run")')
    assert run('runs').code == 0
    assert db['scan_notify_setting'].find_one({'_id': 'layout'})['run_collection'] == 'scan_notify_run'


def test_pairs_are_taken_apart_at_the_first_equals_sign():
    assert session.as_dict(['A=1', ' b = x=y ', 'c=']) == {'a': '1', 'b': 'x=y', 'c': ''}
    with pytest.raises(ConfigError, match='^nonsense: expected NAME=VALUE'):
        session.as_dict(['nonsense'])


def test_a_table_is_as_wide_as_its_cells_and_shows_one_line_for_each_row(capsys):
    terminal.print_table(('A', 'LONGER'), [('one\ntwo', None), ('x', 5)])
    assert capsys.readouterr().out == 'A        LONGER\none two  -\nx        5\n'


def test_a_terminal_without_the_character_shows_an_escape(monkeypatch):
    class Ascii:
        encoding = 'ascii'

        def __init__(self):
            self.text = ''

        def write(self, text):
            self.text += text.encode('ascii').decode('ascii')

        def flush(self):
            pass

    stdout = Ascii()
    monkeypatch.setattr('sys.stdout', stdout)
    terminal.show('完成 ok')
    assert stdout.text == '\\u5b8c\\u6210 ok\n'


def test_what_a_stranger_wrote_cannot_steer_the_terminal(capsys):
    terminal.print_table(('NAME',), [('a\x1b[2Jb\u202ec\x9bd\ud800',)])
    terminal.show('two\nlines\x07')
    assert capsys.readouterr().out == 'NAME\na\\x1b[2Jb\\u202ec\\x9bd\\ud800\ntwo\nlines\\x07\n'


def test_an_error_of_a_service_has_its_reason_and_its_code_first(capsys):
    error = SendError(Reason.CONFIG, 40035, Fault('option.missing', option='X'))
    terminal.Terminal('en').complain(terminal.fault_of(error))
    terminal.Terminal('zh').complain(terminal.fault_of(error))
    assert capsys.readouterr().err.splitlines() == [
        'scan-notify: ' + str(error), 'scan-notify：需要修改配置 40035：缺少 X',
    ]  # fmt: skip
