"""The benchmark of collecting runs, and what it measures is a round that is known record by record."""

from scan_notify_plugin.testing.embedded import embedded_database
from tests.benchmarks import collect


def test_the_same_round_again_is_known_and_takes_few_bytes_for_a_record(tmp_path):
    path = str(tmp_path / 'ledger')
    collect._ledger(300, path)
    figures = collect._collect(300, path)
    assert figures['records'] > 1500 and figures['states'] == {}
    assert figures['ledger_bytes'] / figures['records'] < 40


def test_a_storm_of_small_runs_is_collected():
    figures = collect.storm(3, embedded_database())
    assert figures['runs'] == 3 and figures['slowest_s'] > 0
