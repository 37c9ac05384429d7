"""The demo, as the README has it: the whole loop in one process, with every channel of ours."""

import json
import os
import subprocess
import sys
import tempfile

import pytest

from scan_notify_plugin.notifiers.apprise import is_installed
from scan_notify_plugin.notifiers.dingding_openapi.stream import sdk_is_installed

NEEDS_SDK = pytest.mark.skipif(not sdk_is_installed(), reason='needs DingTalk\'s SDK, the extra `stream` (Python 3.8)')


@pytest.fixture(scope='module')
def demos():
    """All at once: most of the time they wait for the end of a run to be believed."""
    started = {}
    ways = {'http': ['--callback', 'http'], 'rounds': ['--rounds', '3']}
    if sdk_is_installed():
        ways['stream'] = ['--callback', 'stream']
    for name, more in ways.items():
        args = [sys.executable, '-m', 'scan_notify_plugin', 'demo', '--exit', '--json'] + more
        started[name] = subprocess.Popen(
            args,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tempfile.gettempdir(),
            env=dict(os.environ, LC_ALL='C.UTF-8'),
        )
    yield started
    for process in started.values():
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.parametrize('callback', ['http', pytest.param('stream', marks=NEEDS_SDK)])
def test_one_run_reaches_every_channel_once(demos, callback):
    out, errors = demos[callback].communicate(timeout=100)
    assert demos[callback].returncode == 0, errors.decode('utf-8')[-2000:]
    told = json.loads(out.decode('utf-8'))
    assert told['ok'] and told['report']['opened'] and told['run']['push_status'] == 'success'
    kinds = sorted((message['channel'], message['msgtype']) for message in told['messages'])
    assert kinds == [('apprise', 'message')] * is_installed() + [
        ('dingding', 'markdown'), ('dingding_openapi', 'card'), ('dingding_openapi', 'file'),
        ('dingding_openapi', 'markdown'), ('email', 'mail'), ('feishu', 'interactive'), ('webhook', 'run.finished'),
        ('wxwork', 'markdown_v2'),
    ]  # fmt: skip
    assert all(message['text'] for message in told['messages'])
    assert all(0 < message['bytes'] <= message['limit'] for message in told['messages'] if message['msgtype'] != 'card')
    assert told['results']['state'] == 'success' and told['results']['totals']
    card = told['card']
    assert (card['callback'], card['answered']) == (callback, 200)
    assert card['acknowledged'] == told['run']['acknowledged']['by'] == 'dingtalk:demo-user'
    assert 'demo-user' in card['shows']['acknowledged'] and card['shows']['can_acknowledge'] == 'false'


def of(one, state):
    return sorted((change['table'], change['name']) for change in one['changes'] if change['state'] == state)


def test_three_rounds_say_what_changed(demos):
    out, errors = demos['rounds'].communicate(timeout=180)
    assert demos['rounds'].returncode == 0, errors.decode('utf-8')[-2000:]
    told = json.loads(out.decode('utf-8'))
    first, second, third = told['rounds']
    assert [one['results']['state'] for one in told['rounds']] == 3 * ['success']
    # Nobody had looked before: nothing is new.
    assert {change['state'] for change in first['changes']} == {'first_look'}
    assert first['results']['compared'] is None
    assert second['results']['compared']['run_number'] == 1
    new = of(second, 'new')
    assert ('domain', 'api.demo.example.com') in [(table, name.split()[0]) for table, name in new]
    assert any(table == 'nuclei_result' and 'Log4Shell' in name for table, name in new)
    assert any(table == 'vuln' and 'Nacos' in name for table, name in new)
    gone = of(second, 'gone')
    assert any(table == 'service' and '198.51.100.2:8080' in name for table, name in gone)
    assert any(table == 'vuln' and 'Redis' in name for table, name in gone)
    assert any(table == 'service' and '6379' in name for table, name in of(second, 'changed'))
    # A scan task failed: nothing of its target is gone. An option was switched on: what it finds is no news.
    assert third['run']['status'] == 'error'
    assert not any('shop.example.com' in name for _, name in of(third, 'gone') + of(third, 'out_of_scope'))
    assert of(third, 'first_look') and {table for table, _ in of(third, 'first_look')} == {'fileleak'}
    assert any(table == 'vuln' and 'Redis' in name for table, name in of(third, 'back'))
    assert not of(third, 'new') and not of(third, 'gone')
