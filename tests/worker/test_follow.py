"""What a third party is told of a message that it can change in place, and what is said of one that declines."""

import re
from types import SimpleNamespace

import pytest

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.api import Exporter, Notifier, Notify, Receipt, hookimpl
from scan_notify_plugin.exporters.csv_zip import CsvExporter
from tests.loop import Loop


class Board(Notifier):
    """Changes what it has shown, as soon as a link in it has ended."""

    channel = 'board'

    def __init__(self, means=None):
        self.means = means
        self.sent = []
        self.news = []

    def compose(self, message, summary, target, page):
        content = {'text': message, 'links': [report.link for report in summary.reports], 'follow': True}
        return content if self.means is None else dict(content, report_id=summary.reports[self.means].id)

    def follow(self, content, news, target):
        self.news.append(news)
        return {'text': 'the link has ended', 'change': news['key']} if news['gone'] else None

    def send(self, part, target):
        self.sent.append(part)
        return Receipt()


class Lines(Exporter):
    format, extension = 'lines', 'txt'

    def export(self, run, rows, file):
        for table in rows.tables():
            list(table.rows)
        rows.overview()


def loop_with(tmp_path, *plugins, **defaults):
    wanted = dict(
        {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops'], 'EXPORT_ENABLE': True, 'EXPORT_FORMAT': 'csv'}, **defaults
    )
    section = {'DEFAULTS': wanted, 'TARGETS': {'ops': {'CHANNEL': 'board'}}, 'BASE_URL': 'https://arl.example.com',
               'REPORT_STORAGE': 'directory'}  # fmt: skip
    found = [SimpleNamespace(name='plugin{}'.format(number), load=lambda one=one: one, dist=None)
             for number, one in enumerate(plugins)]  # fmt: skip
    return Loop({'SCAN_NOTIFY': section}, found, folder=tmp_path)


def revoke(loop, report):
    desk = Desk(loop.db, 'task_schedule_run', loop.settings, loop.clock, loop.context.folder)
    Reports(desk).revoke(report.id, 'cli:ann')


def reports_of(loop, run_id):
    return {report.format: report for report in loop.context.reports.of_runs([run_id])}


def test_it_is_told_that_the_link_in_its_message_has_ended(tmp_path):
    board = Board()
    loop = loop_with(tmp_path, board, CsvExporter)
    run_id = loop.finished_run()
    loop.run_through(4)
    loop.run_through(4, 60)
    assert len(board.sent) == 1 and board.news and not any(news['gone'] for news in board.news)
    assert 'report_id' not in board.sent[0].content
    revoke(loop, reports_of(loop, run_id)['csv'])
    loop.run_through(6, 60)
    assert [(part.text, part.content.get('change')) for part in board.sent[1:]] == [
        ('the link has ended', board.sent[0].key)
    ]


def test_while_its_target_is_stopped_a_message_stays_as_it_is_and_follows_when_it_is_started(tmp_path):
    board = Board()
    loop = loop_with(tmp_path, board, CsvExporter)
    run_id = loop.finished_run()
    loop.run_through(4)
    loop.context.stored.stops.stop('ops', 'web:ann')
    revoke(loop, reports_of(loop, run_id)['csv'])
    loop.run_through(6, 60)
    assert len(board.sent) == 1 and not any(news['gone'] for news in board.news)
    assert sorted(job['kind'] for job in loop.jobs(run_id)) == ['export', 'notify']
    loop.context.stored.stops.start('ops', 'web:ann')
    loop.run_through(6, 60)
    assert [part.text for part in board.sent[1:]] == ['the link has ended']


@pytest.mark.parametrize('means, revoked, gone', [
    (0, 'csv', True), (0, 'lines', False), (1, 'csv', False), (1, 'lines', True),
])  # fmt: skip
def test_it_may_say_which_of_several_reports_it_means(tmp_path, means, revoked, gone):
    board = Board(means)
    loop = loop_with(tmp_path, board, CsvExporter, Lines, EXPORT_FORMAT=['csv', 'lines'])
    run_id = loop.finished_run()
    loop.run_through(4)
    loop.run_through(4, 60)
    revoke(loop, reports_of(loop, run_id)[revoked])
    loop.run_through(6, 60)
    assert board.news[-1]['gone'] is gone and len(board.sent) == 1 + gone


def test_the_link_of_another_run_in_a_name_is_no_news(tmp_path):
    board = Board()
    loop = loop_with(tmp_path, board, CsvExporter, EXPORT_ENABLE=False)
    stranger = 'scan-notify-link-' + 'a' * 24
    loop.finished_run(name=stranger)
    loop.run_through(4)
    loop.run_through(4, 60)
    assert stranger in board.sent[0].content['text'] or 'scan-notify-link' not in board.sent[0].content['text']
    assert board.news and not any(news['gone'] for news in board.news)


def test_a_name_with_the_placeholder_of_another_runs_report_is_not_made_a_link(tmp_path):
    board = Board()
    loop = loop_with(tmp_path, board, CsvExporter)
    run_id = loop.finished_run()
    loop.run_through(4)
    loop.finished_run(name='scan-notify-link-' + reports_of(loop, run_id)['csv'].id)
    loop.run_through(4)
    first, second = (part.text + str(part.content['links']) for part in board.sent)
    (link,) = re.findall(r"https://arl\.example\.com/[^'\s)]+", str(board.sent[0].content['links']))
    assert link in first and link not in second
    assert second.count('https://arl.example.com/') == first.count('https://arl.example.com/')


# Declining.


class Silent(Board):
    @hookimpl
    def on_run_complete(self, run):
        return None


class SilentLines(Lines):
    @hookimpl
    def on_run_complete(self, run):
        return []


class Stumbles(Board):
    @hookimpl
    def on_run_complete(self, run):
        raise ValueError('no mood')


class StumblesBeside:
    @hookimpl
    def on_run_complete(self, run):
        raise ValueError('no mood')


class SpeaksForOthers:
    @hookimpl
    def on_run_complete(self, run):
        return Notify('ops')


@pytest.mark.parametrize('plugins, error', [
    ([Silent], 'plugin plugin0 declined to tell ops'),
    ([StumblesBeside, Silent], 'plugin plugin1 declined to tell ops; plugin0 in on_run_complete: ValueError: no mood'),
    ([Stumbles, StumblesBeside], 'plugin0 in on_run_complete: ValueError: no mood'),
    ([CsvExporter], 'no plugin speaks "board"'),
    ([Silent, SpeaksForOthers], ''),
])  # fmt: skip
def test_who_declines_is_named(tmp_path, plugins, error):
    loop = loop_with(tmp_path, *[plugin() for plugin in plugins], EXPORT_ENABLE=False)
    run_id = loop.finished_run()
    loop.run_through()
    (job,) = loop.jobs(run_id)
    assert (job['error'], job['state']) == (error, 'error' if error else 'success')


def test_an_exporter_that_declines_is_named(tmp_path):
    loop = loop_with(tmp_path, Board(), SilentLines, EXPORT_FORMAT='lines')
    run_id = loop.finished_run()
    loop.run_through()
    (job,) = [job for job in loop.jobs(run_id) if job['kind'] == 'export']
    assert (job['state'], job['error']) == ('error', 'plugin plugin1 declined to make "lines"')
