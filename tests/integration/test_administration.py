"""What a person does in the host's web process holds in the notify worker, which is another process."""

import threading
import time
from urllib.parse import quote

import pytest
import requests

from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer
from tests.host_double import add_schedule
from tests.integration.conftest import RUNS, eventually, ready

#: The host's web server, with one thread: what it does at once, two processes do.
WEB = """
import sys
from wsgiref.simple_server import make_server
from scan_notify_plugin import autoload
autoload.listen()
sys.path.insert(0, '')
from app.main import arl_app
server = make_server('127.0.0.1', 0, arl_app)
print('serving', server.server_port, flush=True)
server.serve_forever()
"""
TOKEN = '7f3a9b2c'
JOBS = 'scan_notify_job'


class Web:
    """A web process of the host, and an administrator who is logged in there."""

    def __init__(self, deployment):
        deployment.db['user'].update_one({'username': 'admin'}, {'$set': {'token': TOKEN}}, upsert=True)
        self._process = ready(deployment.start('web', ['-c', WEB]), 'serving ')
        eventually(lambda: '\n' in self._process.log.partition('serving ')[2], 10)
        port = self._process.log.partition('serving ')[2].split()[0]
        self._root = 'http://127.0.0.1:{}/api/scan_notify'.format(port)

    def ask(self, method, path, **body):
        """(code, data) of the answer."""
        with requests.Session() as session:
            session.trust_env = False  # no proxy is asked for this machine
            answer = session.request(
                method, self._root + path, headers={'Token': TOKEN}, timeout=30, json=body if method == 'POST' else None
            )
        body = answer.json()
        return answer.status_code, body if 'items' in body else body['data']

    def post(self, path, **body):
        """The data of a good answer."""
        code, data = self.ask('POST', path, **body)
        assert code == 200, data
        return data


def at_once(*calls):
    """What several calls came to that are made at the same time."""
    start, results = threading.Barrier(len(calls)), {}

    def run(index, call):
        start.wait(30)
        results[index] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[index] for index in range(len(calls))]


def of_run(run_id):
    return '/runs/' + quote(run_id, safe='')


def started(host):
    """A notify worker that has told which plugins it has."""
    worker = host.notify_worker()
    eventually(lambda: host.db['scan_notify_setting'].find_one({'_id': {'$regex': '^worker:'}}), 20)
    return worker


def test_a_plugin_that_is_switched_off_stays_so_until_it_is_switched_on(host, db):
    worker, web = started(host), Web(host)
    assert web.post('/plugins/dingding', on=False)['state'] == 'off'
    for number in (1, 2):
        run_id = host.ended_run(number=number)
        run = eventually(lambda: db[RUNS].find_one({'_id': run_id, 'push_status': 'skip'}), 20)
        assert 'plugin dingding was switched off by web:admin' in run['error_msg']
        worker.kill()
        host.let_leases_run_out()
        worker = started(host)
    assert host.robot.calls == [] and db[JOBS].count_documents({}) == 0
    assert web.post('/plugins/dingding', on=True)['state'] == 'active'
    host.ended_run(number=3)
    host.told(1, 20)


def test_a_setting_that_two_people_change_at_once_is_changed_by_one(host, db):
    one, other = Web(host), Web(host)
    path = '/schedules/{}'.format(add_schedule(db))
    for rev, wanted in enumerate(('always', 'failed', 'finished', 'always', 'failed')):
        asked = [
            lambda web=web, values=values: web.ask('POST', path, values=values, rev=rev)
            for web, values in ((one, {'notify_on': wanted}), (other, {'notify_enable': bool(rev % 2)}))
        ]
        assert sorted(code for code, _ in at_once(*asked)) == [200, 409]
        assert one.ask('GET', path)[1]['rev'] == other.ask('GET', path)[1]['rev'] == rev + 1
    assert db['scan_notify_audit'].count_documents({'action': 'set'}) == 5


def test_what_is_asked_for_again_is_sent_once_more(host, db):
    """Also where two people ask at once: then one of them is refused, or is as late as the first message is through."""
    started(host)
    one, other = Web(host), Web(host)
    run_id = host.ended_run()
    host.told(1, 20)
    asked = [lambda web=web: web.ask('POST', of_run(run_id) + '/resend') for web in (one, other)]
    codes = [code for code, _ in at_once(*asked)]
    assert set(codes) <= {200, 409} and 200 in codes
    count = 1 + codes.count(200)
    host.robot.wait_for(count, 20)
    eventually(lambda: db[JOBS].count_documents({'kind': 'notify', 'state': 'success'}) == count, 20)
    time.sleep(2)  # some more ticks
    messages = host.robot.messages
    assert len(messages) == len(host.robot.calls) == count
    assert ['重复' in message.text for message in messages] == [False] + [True] * (count - 1)


@pytest.fixture
def wecom():
    with WxWorkRobotServer(hold_seconds=3) as server:
        yield server.add_robot()


@pytest.fixture
def wecom_host(deploy, mongo_uri, broker, wecom):
    section = {'ENABLE': True, 'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': 'wxwork'}}
    return deploy(mongo_uri, broker, sections={'SCAN_NOTIFY': section, 'WXWORK': {'WEBHOOK_URL': wecom.webhook_url}})


def test_a_message_in_doubt_is_sent_again_by_a_person_only(wecom_host, wecom, db):
    wecom.misbehave('timeout_after')
    run_id = wecom_host.ended_run()
    worker = started(wecom_host)
    wecom.wait_for(1, 20)
    worker.kill()
    assert [part['state'] for part in wecom_host.job()['parts']] == ['posting']
    wecom_host.let_leases_run_out()
    started(wecom_host)
    eventually(lambda: db[RUNS].find_one({'_id': run_id, 'push_status': 'uncertain'}), 20)
    job = wecom_host.job()
    assert (job['state'], job['error']) == ('uncertain', 'it is not known whether part 1 arrived')
    time.sleep(3)  # some more ticks
    assert len(wecom.calls) == 1
    web = Web(wecom_host)
    (again,) = web.post(of_run(run_id) + '/resend', failed_only=True)['jobs']
    eventually(lambda: db[JOBS].find_one({'_id': again, 'state': 'success'}), 20)
    first, second = wecom.messages
    assert '重复' not in first.text and '重复' in second.text and len(wecom.calls) == 2
    eventually(lambda: db[RUNS].find_one({'_id': run_id, 'push_status': 'success'}), 20)


def test_what_is_held_while_the_robot_is_away_is_delivered_once_when_it_is_let_go(host, db):
    host.robot.misbehave('cut_before', times=1000)
    run_id = host.ended_run()
    started(host)
    web = Web(host)
    eventually(lambda: host.robot.calls, 20, 'the robot was asked')
    (held,) = web.post(of_run(run_id) + '/hold')['changed']
    eventually(lambda: [part['state'] for part in host.job()['parts']] == ['ready'], 20, 'no request is under way')
    asked = len(host.robot.calls)
    host.robot.behave()
    time.sleep(3)  # some more ticks
    assert (len(host.robot.calls), host.job()['state'], host.robot.messages) == (asked, 'held', [])
    assert web.post(of_run(run_id) + '/release')['changed'] == [held]
    host.told(1, 40)
    assert host.job()['state'] == 'success'
