"""``scan-notify changes``, and what ``scan-notify runs ID`` says of changes."""

from datetime import datetime, timezone

import pytest

from scan_notify_plugin.cli.histories import print_changes, print_results
from scan_notify_plugin.cli.terminal import Terminal
from tests.admin.history import History
from tests.admin.toy_rounds import SCHEDULE, collected


@pytest.fixture
def rounds(host, db, run):
    run('runs')  # the name of the collection is decided
    history = History(db)
    return [collected(history, number) for number in (1, 2)]


def test_a_run_is_shown_with_its_changes(run, rounds):
    said = run('runs', rounds[1])
    assert said.code == 0
    assert 'compared with round 1' in said.out and 'new 6' in said.out and 'gone 3' in said.out
    assert 'findings: critical 1' in said.out
    (worst,) = [line for line in said.out.splitlines() if 'Log4Shell' in line]
    assert worst.split()[0] == 'new' and 'critical' in worst


def test_a_run_says_how_many_of_its_changes_are_not_named(run, rounds, db):
    assert ' more\n' not in run('runs', rounds[1]).out
    names = [name for name in db.list_collection_names() if name != 'scan_notify_result']
    (name,) = [name for name in names if db[name].find_one({'_id': rounds[1]})]
    db[name].update_one({'_id': rounds[1]}, {'$set': {'results.changes.new': 1006}})
    assert '\n1000 more\n' in run('runs', rounds[1]).out


def test_a_runs_json_has_its_results_and_top_records(run, rounds):
    found = run('runs', rounds[1], '--json').json
    assert found['results']['changes']['new'] == 6
    assert found['changes'][0]['severity'] == 'critical'


def test_the_newest_round_of_a_schedule_is_shown_or_all_since_one(run, rounds):
    said = run('changes', SCHEDULE)
    assert said.code == 0 and 'compared with round 1' in said.out and 'Log4Shell' in said.out
    assert run('changes', SCHEDULE, '--json').json['run_number'] == 2
    since = run('changes', SCHEDULE, '--since', '1', '--json').json
    assert [one['run_number'] for one in since['rounds']] == [2] and since['without'] == []
    assert 'rounds 2' in run('changes', SCHEDULE, '--since', '1').out


def test_what_a_schedule_knows_is_forgotten(run, rounds):
    said = run('changes', SCHEDULE, '--forget')
    assert (said.code, said.out) == (0, 'the next round of {} is a first look\n'.format(SCHEDULE))


def test_a_new_schedule_goes_on_with_the_old_one(run, rounds):
    said = run('changes', '64f000000000000000000002', '--continue', SCHEDULE, '--json')
    assert said.code == 0 and said.json[0]['old'] == SCHEDULE


@pytest.mark.parametrize('arguments', [
    ('nobody',), ('nobody', '--json'), ('nobody', '--forget'), (SCHEDULE, '--continue', 'nobody'),
    (SCHEDULE, '--continue', SCHEDULE),
])  # fmt: skip
def test_what_cannot_be_done_is_one_line_and_exit_2(run, rounds, arguments):
    said = run('changes', *arguments)
    assert (said.code, said.out) == (2, '') and 'Traceback' not in said.err and len(said.err.splitlines()) <= 4


def test_what_strangers_wrote_makes_no_line_of_its_own_and_no_endless_one(capsys):
    evil = 'https://x/\r\nnote: all is well \u202e\x1b[2J' + 'a' * 3000
    cell = {'title': 'column.odd', 'old': 'x\ny', 'new': ''}
    change = {
        'state': 'new', 'table': 'odd', 'severity': 'Grave', 'target': evil, 'name': evil, 'cells': [cell],
        'first_seen': None,
    }  # fmt: skip
    results = {
        'state': 'success', 'changes': {}, 'compared': {'run_number': 1, 'fired_at': datetime.now(timezone.utc)},
        'severities': {}, 'totals': {}, 'faults': [], 'remarks': [{'words': evil}],
    }  # fmt: skip
    print_results({'results': results}, Terminal('en'))
    print_changes([change], Terminal('en'))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and max(map(len, lines)) < 350 and not any('\x1b' in line for line in lines)
    assert lines[0].startswith('changes: none in what was looked at, compared with round 1')
