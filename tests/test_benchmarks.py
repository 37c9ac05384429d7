"""The benchmarks run, and the round trips that they count are the promised ones. Times are nobody's promise."""

import json
import threading

import pytest

from tests.benchmarks import fire, push, sweep
from tests.benchmarks.neighbours import __main__ as neighbours
from tests.benchmarks.neighbours.watching import TickWatch, gaps, percentile
from tests.integration.services import mongo_uri

MEASURED = {'round_trips', 'wall_seconds', 'cpu_seconds', 'by_command'}


def printed(capsys, main, *argv):
    main(list(argv) + ['--json', '--mongo', mongo_uri()])
    return json.loads(capsys.readouterr().out)


def test_a_fire_costs_the_host_two_round_trips(capsys):
    figures = printed(capsys, fire.main, '--fires', '3', '--tasks', '2', '--passes', '2')
    assert set(figures) == {
        'benchmark',
        'python',
        'pymongo',
        'mongodb',
        'broker',
        'fires_per_pass',
        'tasks_per_fire',
        'passes',
        'hosts',
    }
    assert set(figures['hosts']) == {'top', 'wps'}
    for name, host in figures['hosts'].items():
        asks = int(name == 'wps')  # whether a run is ours to tell is a question on the fork that tells its own
        assert host['round_trips_per_fire'] == 2
        assert host['settings_reads_per_pass'] == asks
        assert host['round_trips_per_pass_with_nothing_due'] == 0
        assert host['first_fire_of_the_process']['round_trips'] == 4 + asks  # where our runs are kept is decided
        assert host['round_trips_per_fire_of_the_host'] > 2
        assert set(host['seconds_per_pass']) == {'without', 'with'}
        assert {'ratio', 'added_milliseconds_per_fire', 'by_command_per_pass'} < set(host)


def test_tracking_costs_the_same_for_any_number_of_runs_and_little_for_each_that_changes(capsys):
    few, many = [printed(capsys, sweep.main, runs, '2') for runs in ('2', '6')]
    assert {'benchmark', 'python', 'pymongo', 'mongodb', 'runs', 'tasks', 'plugins'} < set(many)
    for name in ('nothing_changed', 'chores', 'nothing_left'):
        assert set(many[name]) == MEASURED
        assert few[name]['round_trips'] == many[name]['round_trips'] <= 10
    assert many['first_tick']['round_trips'] - few['first_tick']['round_trips'] == 4
    assert many['all_delivered']['round_trips'] - few['all_delivered']['round_trips'] == 4
    # each run is planned when it is known what it has found, and its message is made
    assert many['all_collected']['round_trips'] - few['all_collected']['round_trips'] == 2 * 4
    # each run is changed twice, its schedule is looked up and the job is made that reads what it has found
    assert many['all_ended']['round_trips'] - few['all_ended']['round_trips'] <= 4 * 4
    assert many['all_ended']['settle_seconds'] == 16
    assert [set(tick) for tick in many['all_ended']['ticks']] == [MEASURED, MEASURED]


def test_a_batch_arrives_whole_and_in_order():
    figures = push.measure(None, 8, 2)
    assert (figures['delivered'], figures['messages'], figures['success_rate']) == (8, 8, 1.0)
    assert figures['answers_502'] == 1 and figures['refused_as_too_fast'] == 0
    assert figures['order_kept_per_target'] and figures['most_in_a_minute'] == 4
    assert set(figures['enqueued_to_accepted_seconds']) == {'p50', 'p95', 'max'}
    assert figures['cpu_ratio_to_bare'] > 1 and figures['deliveries_per_second'] > 0


def test_a_gap_begins_at_the_tick_before_and_the_last_one_ends_with_the_time():
    assert gaps([1.0, 6.0, 11.0, 99.0], 4.0, 30.0) == [5.0, 5.0, 19.0]
    assert gaps([], 4.0, 30.0) == [26.0]
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0 and percentile([3.0, 1.0, 2.0], 0.5) == 2.0


@pytest.mark.parametrize(
    'marks',
    [
        [{'ticked': 1, 'claim': 'a'}, {'ticked': 1, 'claim': None}, {'ticked': 2, 'claim': 'b'}],
        [{'free_at': 1, 'claim': None}, {'free_at': 61, 'claim': 'a'}, {'free_at': 6, 'claim': None}],
    ],
    ids=['a worker that counts', 'a worker of 0.1.0'],
)
def test_ticks_are_seen_from_outside(marks):
    looks, through = iter(marks), threading.Event()

    class Lanes:
        def find_one(self, query):
            found = next(looks, None)
            if found is None:
                through.set()
            return found

    with TickWatch(Lanes()) as watch:
        assert through.wait(60)
    assert len(watch.times) == 2


@pytest.mark.parametrize(
    'wrong', [['--silent', 'many'], ['--dripping', '-1'], ['--seconds', '1'], ['--refusing', '2000']]
)
def test_the_neighbours_refuse_numbers_that_cannot_be_measured(wrong, capsys):
    with pytest.raises(SystemExit):
        neighbours.main(wrong)
    assert 'argument {}: expected a number from'.format(wrong[0]) in capsys.readouterr().err
