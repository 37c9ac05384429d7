"""The demo, as the README has it: the whole loop in one process, with every channel of ours."""

import json
import os
import subprocess
import sys
import tempfile

import pytest

from scan_notify_plugin.notifiers.dingding_openapi.stream import sdk_is_installed

NEEDS_SDK = pytest.mark.skipif(not sdk_is_installed(), reason='needs DingTalk\'s SDK, the extra `stream` (Python 3.8)')


@pytest.fixture(scope='module')
def demos():
    """Both at once: most of the time they wait for the end of a run to be believed."""
    started = {}
    for callback in ('http', 'stream') if sdk_is_installed() else ('http',):
        args = [sys.executable, '-m', 'scan_notify_plugin', 'demo', '--exit', '--json', '--callback', callback]
        started[callback] = subprocess.Popen(
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
    assert kinds == [
        ('dingding', 'markdown'), ('dingding_openapi', 'card'), ('dingding_openapi', 'file'),
        ('dingding_openapi', 'markdown'), ('wxwork', 'markdown_v2'),
    ]  # fmt: skip
    assert all(message['text'] for message in told['messages'])
    card = told['card']
    assert (card['callback'], card['answered']) == (callback, 200)
    assert card['acknowledged'] == told['run']['acknowledged']['by'] == 'dingtalk:demo-user'
    assert 'demo-user' in card['shows']['acknowledged'] and card['shows']['can_acknowledge'] == 'false'
