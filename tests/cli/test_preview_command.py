"""``scan-notify preview``: what would be sent, part by part, and nothing is."""

from datetime import datetime, timedelta, timezone

import pytest

from scan_notify_plugin.api import Notifier, Page
from scan_notify_plugin.plugins import loading
from scan_notify_plugin.runs import rules as run_rules
from scan_notify_plugin.runs.run import ScanTask, Status
from scan_notify_plugin.runs.store import RunStore
from tests.cli.conftest import CONFIG

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=timezone.utc)
TARGETS = CONFIG.replace(
    'TARGETS: {',
    '''TARGETS:
    wecom:
      {CHANNEL: wxwork, WEBHOOK_URL: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=5f2c', MENTIONED_LIST: [ann]}
    app:
      {CHANNEL: dingding_openapi, APP_KEY: k, APP_SECRET: 5f2c,
       WAYS: [card], CONVERSATIONS: ['cid='], CARD_TEMPLATE_ID: t}
    own: {CHANNEL: own}
    ''',
).replace('ops: {CHANNEL: dingding, ACCESS_TOKEN: 5f2c}}', 'ops: {CHANNEL: dingding, ACCESS_TOKEN: 5f2c}')


@pytest.fixture
def configured(host, db):
    host.configure(TARGETS)
    return db


def put_run(db, count=3, **fields):
    task_ids = tuple(format(number, '024x') for number in range(count))
    run = run_rules.new_run('64f0', 'nightly', 'recurrent_scan', 7, NOW, '64f0:7')
    tasks = {task_id: ScanTask('done', NOW, 'done', told=True) for task_id in task_ids}
    run = run.evolve(
        task_ids=task_ids, tasks=tasks, status=Status.FINISHED, end_time=NOW + timedelta(hours=1), **fields
    )
    RunStore(db['task_schedule_run']).insert(run)
    return run.id


def test_a_sample_is_shown_as_it_would_be_sent(run, configured):
    said = run('preview', 'ops')
    assert said.code == 0
    assert said.out.startswith('== part 1 of 1: ') and ' of 20,000 bytes\n### 🔔 测试消息' in said.out
    assert '198.51.100.0/24' in said.out and '"title": "🔔 测试消息"' in said.out
    assert run('preview', 'ops', '--language', 'en').out.count('Test message') == 2


def test_each_part_has_the_bytes_of_its_own_limit(run, configured):
    run_id = put_run(configured, 100)
    sheets = run('preview', 'wecom', '--run', run_id, '--json').json
    limits = [[(one['used'], one['most'], one['what']) for one in sheet['limits']] for sheet in sheets]
    assert [most for ((_, most, _),) in limits] == [4096] * (len(sheets) - 1) + [2048]
    assert all(used <= most for ((used, most, _),) in limits)
    assert limits[-1][0][0] == len(sheets[-1]['text'].encode('utf-8'))
    assert sheets[-1]['rest'] == {'mentions': {'mentioned_list': ['ann']}, 'type': 'text'}
    card = run('preview', 'app', '--run', run_id, '--json').json[0]['limits']
    assert [(one['what'], one['most']) for one in card] == [('bytes of summary', 1024)]


def test_nothing_is_written_or_sent(run, configured):
    run_id = put_run(configured)

    def everything():
        return {name: list(configured[name].find()) for name in sorted(configured.list_collection_names())}

    run('preview', 'ops')  # what the first look notes of a host is none of a message
    before = everything()
    assert run('preview', 'ops', '--run', run_id).code == 0
    assert everything() == before


@pytest.mark.parametrize('arguments, words', [
    (('preview', 'nobody'), 'no target is called'),
    (('preview', 'own'), 'no plugin speaks "own"'),
    (('preview', 'ops', '--run', '64f0:8'), 'no run \'64f0:8\''),
])  # fmt: skip
def test_what_cannot_be_shown_is_one_line(run, configured, arguments, words):
    put_run(configured)
    said = run(*arguments)
    assert (said.code, said.out) == (2, '')
    assert words in said.err and said.err.count('\n') == 1


class Own(Notifier):
    """A third party's, whose code is not as it should be."""

    channel = 'own'
    optional = ('token',)

    def send(self, part, target):
        raise AssertionError('a preview sends nothing')

    def render(self, summary, target, templates):
        if summary.run_number == 7:
            raise ValueError('no {} here'.format(summary.schedule_name))
        return [Page({'text': 'a\x1b[2J', 'more': [target.name]}, {'text': ''})]


@pytest.fixture
def own(monkeypatch):
    class Point:
        name = 'own'
        load = staticmethod(lambda: Own())
        dist = None

    monkeypatch.setattr(loading, '_installed', lambda: [Point()], raising=True)


def test_a_third_partys_message_is_shown_without_effects_on_the_terminal(run, configured, own):
    assert run('preview', 'own').out == '== part 1 of 1: no limit\na\\x1b[2J\n-- with {"more": ["own"]}\n'


def test_a_third_partys_error_is_one_line(run, configured, own):
    said = run('preview', 'own', '--run', put_run(configured))
    assert (said.code, said.err) == (
        2,
        'scan-notify: the message to own cannot be written: ValueError: no nightly here\n',
    )


def test_a_template_that_is_refused_is_named(run, host, configured, tmp_path):
    (tmp_path / 'run.jinja').write_text('{{ nobody }}')
    host.configure(TARGETS + '\n  TEMPLATES: {}\n'.format(tmp_path))
    said = run('preview', 'ops')
    assert said.out.startswith(
        "template {}/run.jinja:1: 'nobody' is undefined; the next one is used\n== part 1".format(tmp_path)
    )
