"""What a message takes from the results of a run, and where it leads."""

from scan_notify_plugin.changes import Progress, Results
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.web.routes import ROOT
from scan_notify_plugin.worker.changed import MOST, with_results
from scan_notify_plugin.worker.linking import PAGE, run_url
from tests.notifiers.samples import RECORDS, make_change, make_results, make_summary


def test_the_numbers_are_those_of_the_results_in_the_hosts_order():
    results = make_results(totals={'later': 2, 'vuln': 3, 'site': 31, 'ip': 0})
    summary = with_results(make_summary(), results, RECORDS, 'en')
    assert summary.assets == (('site', 31), ('vuln', 3), ('later', 2))


def test_without_known_results_the_numbers_stay_and_no_record_is_named():
    for results in (Results(Progress.PENDING), Results(Progress.ERROR, faults=(Fault('storage.gone'),))):
        summary = with_results(make_summary(), results, RECORDS, 'en')
        assert summary.assets == make_summary().assets
        assert (summary.records, summary.severities) == ((), {})
    assert summary.remarks == ('the file is gone',)


def test_records_are_on_one_line_short_and_not_too_many():
    long = make_change('changed', 'site', 'x\n\u202e' * 300, 'n' * 300, title=('a\nb' * 99, ''))
    summary = with_results(make_summary(), make_results(), [long] * 500, 'en')
    assert len(summary.records) == MOST
    (cell,) = summary.records[0].cells
    assert len(summary.records[0].target) == 200 and len(summary.records[0].name) == 100 and len(cell.old) == 60
    assert '\n' not in summary.records[0].target + cell.old and '\u202e' not in summary.records[0].target


def test_what_could_not_be_compared_is_said_in_the_language_of_the_message():
    results = make_results(remarks=(Fault('storage.gone'),))
    assert with_results(make_summary(), results, (), 'zh').remarks == ('文件已不存在',)


def test_a_run_has_its_place_on_the_page():
    address = 'https://arl.example.com' + ROOT + '/admin#/run/65e2a0c4c1a5dab8cb6205e9%3A7'
    assert run_url('https://arl.example.com/', '65e2a0c4c1a5dab8cb6205e9:7') == address
    assert run_url('https://arl.example.com', 'a)[b]') == 'https://arl.example.com' + PAGE + '#/run/a%29%5Bb%5D'
    assert run_url('', 'x') == ''
