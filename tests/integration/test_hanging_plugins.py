"""A third party's plugins that never come back, a tick that does not, and a worker that is told to end meanwhile."""

import os
import signal
import time

import pytest

from tests.benchmarks.neighbours import hanging
from tests.integration.conftest import QUICK_WORKER, eventually, key, ready

#: With less patience for plugins, too.
IMPATIENT = QUICK_WORKER.replace(
    'sys.exit',
    """
from scan_notify_plugin.plugins import dispatch
from scan_notify_plugin.worker import channels, hung, keeper, posting, rendering
posting.SEND = posting.CHECK = rendering.RENDER = 1.0
channels.QUICK, hung.PATIENCE, keeper.RENEW, session.TIMEOUT = 0.5, 3.0, 1.0, 10.0
dispatch.Dispatcher.__init__.__defaults__ = (1.0,) + dispatch.Dispatcher.__init__.__defaults__[1:]
sys.exit""",
)
#: Its ticks do not come back, after the first.
STUCK = QUICK_WORKER.replace(
    'sys.exit',
    """
import threading
from scan_notify_plugin.worker import pulse
pulse.LIMIT = 3.0
def waits_for_ever(self):
    threading.Event().wait()
tick.Tick.run = waits_for_ever
sys.exit""",
)
CALLS = ('send', 'render', 'check', 'problems', 'credential', 'on_run_complete')


@pytest.fixture
def hangs(tmp_path):
    """The environment of a worker with these plugins, which hang from now on."""
    env = hanging.install(str(tmp_path / 'plugins'))
    open(env[hanging.WHILE], 'w').close()
    yield env
    if os.path.exists(env[hanging.WHILE]):
        os.remove(env[hanging.WHILE])


@pytest.fixture
def host_of(deploy, mongo_uri, broker):
    """host_of(calls...) has a target for each plugin, and the robot is their fallback."""

    def make(*calls):
        targets = {'hangs_' + call: {'CHANNEL': 'hangs_' + call, 'FALLBACK': 'dingding'} for call in calls}
        section = {
            'ENABLE': True,
            'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': sorted(targets)},
            'TARGETS': targets,
        }
        return deploy(mongo_uri, broker, sections={'SCAN_NOTIFY': section})

    return make


def ticks(host):
    return (host.db['scan_notify_lane'].find_one({'_id': 'tick'}) or {}).get('ticked', 0)


def hung_calls(host):
    return {one['hung']['call'] for one in host.db['scan_notify_lane'].find({'hung': {'$ne': None}})}


def notified(db):
    """Messages that arrived."""
    return db['scan_notify_job'].count_documents({'kind': 'notify', 'state': 'success'})


def lanes_held(host):
    return [one['_id'] for one in host.db['scan_notify_lane'].find({'claim': {'$ne': None}})]


def test_whatever_call_hangs_ticks_go_on_it_is_named_and_the_fallback_is_told(host_of, hangs, db):
    host = host_of(*CALLS)
    worker = ready(host.start('notify', ['-c', IMPATIENT], **hangs), ' ready.')
    host.ended_run()
    eventually(lambda: len(host.robot.messages) == len(CALLS), 40, 'each fallback')
    for call in CALLS:
        eventually(lambda: 'hangs_{0}.{0} does not come back'.format(call) in worker.log, 10, call)
    jobs = {job['_id'].rpartition('/')[2]: job for job in db['scan_notify_job'].find({'kind': 'notify'})}
    told = {name: job['route'][job['at']] for name, job in jobs.items()}
    assert told == {'hangs_' + call: 'dingding' for call in CALLS}
    eventually(lambda: notified(db) == len(CALLS), 10)
    # What may have arrived is told again as what it may be: a repeat.
    assert {name for name, job in jobs.items() if job['repeat']} == {'hangs_send', 'hangs_check'}
    eventually(lambda: hung_calls(host) >= {'hangs_send.send', 'hangs_render.render', 'hangs_check.check'}, 10)
    before = ticks(host)
    eventually(lambda: ticks(host) >= before + 3, 10, 'ticks')
    assert len(host.robot.messages) == len(CALLS)

    os.remove(hangs[hanging.WHILE])
    eventually(lambda: not hung_calls(host), 20, 'the lanes are given back')
    eventually(lambda: worker.log.count(' came back after ') >= 3, 10)
    host.ended_run(number=2)
    eventually(lambda: notified(db) == 2 * len(CALLS), 30)
    assert len(host.robot.messages) == len(CALLS) and worker.alive


def test_a_worker_ends_in_time_while_plugins_hang_and_gives_their_lanes_back(host_of, hangs, db):
    host = host_of('send', 'render')
    worker = ready(host.start('notify', ['-c', IMPATIENT], **hangs), ' ready.')
    host.ended_run()
    eventually(lambda: len(hung_calls(host)) == 2, 20)
    begun = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.wait(15) == 0 and time.monotonic() - begun < 10
    assert lanes_held(host) == [] and hung_calls(host) == set()
    assert db['scan_notify_setting'].count_documents({'_id': {'$regex': '^worker:'}}) == 0


def test_a_worker_whose_tick_hangs_ends_itself_with_one_line_that_names_the_call(host):
    worker = ready(host.start('notify', ['-c', STUCK]), ' ready.')
    assert worker.wait(30) == 70
    (line,) = [line for line in worker.log.splitlines() if 'this worker ends itself' in line]
    assert 'no tick for 3 s' in line and '(exit 70): it hangs in wait (threading.py:' in line
    assert 'called by tick (machine.py:' in line
    assert 'Traceback' not in worker.log


def test_a_worker_that_is_told_to_end_three_times_ends_once_and_in_order(host, db):
    host.robot.misbehave('timeout_after')
    host.ended_run()
    worker = host.notify_worker()
    host.robot.wait_for(1, 20)
    begun = time.monotonic()
    for _ in range(3):
        worker.signal(signal.SIGTERM)
        time.sleep(0.05)
    assert worker.wait(15) == 0 and time.monotonic() - begun < 10
    assert 'Traceback' not in worker.log and worker.log.count('stopping after the current requests') == 1
    (part,) = host.job()['parts']
    assert (part['state'], bool(part['doubt_at'])) == ('ready', True)
    assert lanes_held(host) == []
    assert db['scan_notify_setting'].count_documents({'_id': {'$regex': '^worker:'}}) == 0
    host.notify_worker()
    host.told(1, 20)
    first, second = host.robot.calls
    assert (second.outcome, key(first)) == ('duplicate', key(second))
