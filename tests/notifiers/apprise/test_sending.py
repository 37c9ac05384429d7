"""Messages through the real Apprise, in its own process, to a service on loopback."""

import os
import signal
import socket
import sys
import threading

import pytest

from scan_notify_plugin.deadline import Overstayed, Stay, staying, wait_for
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import ENGLISH, say
from scan_notify_plugin.notifiers.apprise import AppriseNotifier, channel, process, services
from scan_notify_plugin.notifiers.apprise.process import Process, Processes, Silent
from scan_notify_plugin.notifiers.base import Part, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.testing.gotify_server import GotifyServer
from scan_notify_plugin.testing.script import Answer
from scan_notify_plugin.testing.subject import entry_point
from tests.certificates import CA, SERVER
from tests.loop import Loop
from tests.notifiers.samples import make_summary
from tests.notifiers.test_http import answer
from tests.notifiers.test_trust import tls_peer

pytest.importorskip('apprise')

PROCESSES = Processes()
NOTIFIER = AppriseNotifier(PROCESSES)


@pytest.fixture
def server():
    with GotifyServer(hold_seconds=0.5) as server:
        yield server


def target_of(*urls, proxy=''):
    return Target('ops', 'apprise', {'urls': [Secret(url) for url in urls]}, Http(proxy))


def part_of(url, target, text='hello'):
    content = {'text': text, 'title': 't', 'kind': 'INFO', 'address': services.identity(url)}
    return Part('k' * 32, text, content)


def sent(url, **more):
    target = target_of(url, **more)
    return NOTIFIER.send(part_of(url, target), target)


def refused(url, **more):
    with pytest.raises(SendError) as caught:
        sent(url, **more)
    return caught.value


def test_each_address_gets_the_message_and_one_that_refuses_keeps_no_other_back(server):
    with GotifyServer() as other:
        good, bad = server.application, other.application
        bad.misbehave(401, times=None)
        section = {
            'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']},
            'TARGETS': {'ops': {'CHANNEL': 'apprise', 'URLS': [bad.url, good.url]}},
        }
        loop = Loop({'SCAN_NOTIFY': section}, [entry_point(NOTIFIER)])
        run_id = loop.finished_run()
        loop.run_through(4, 5)
        (job,) = [one for one in loop.jobs(run_id) if one['kind'] == 'notify']
    assert len(good.messages) == 1 and not bad.messages
    assert [part['state'] for part in job['parts']] == ['failed', 'done']
    assert job['parts'][1]['receipt']['note']['code'] == 'apprise.accepted'
    assert 'error=401' in str(job['parts'][0]['faults'])
    assert bad.token not in str(job) and good.token not in str(job) and 'gotify://' not in str(job)


def test_the_message_has_no_mark_of_apprises(server):
    assert sent(server.application.url).note.code == 'apprise.accepted'
    (message,) = server.application.messages
    assert (message.title, message.body['message'], set(message.body)) == (
        't',
        'hello',
        {'title', 'message', 'priority'},
    )


def test_a_redirect_is_not_followed(server):
    elsewhere = (('Location', server.base_url + '/message'),)
    server.application.misbehave(Answer(307, b'', elsewhere))
    assert refused(server.application.url).reason is Reason.CONFIG
    assert server.application.messages == [] and len(server.application.calls) == 1


def test_neither_retry_nor_optional_of_an_address_counts(server):
    server.application.misbehave(Answer(500), times=None)
    error = refused(server.application.url + '?retry=3&wait=0&optional=yes')
    assert (error.reason, error.code, len(server.application.calls)) == (Reason.UNKNOWN, 500, 1)


def test_an_endless_answer_ends_in_time_and_is_a_doubt(server, monkeypatch):
    monkeypatch.setattr(channel, 'TOTAL', 1.0)
    server.application.misbehave(Answer(200, b'x' * 4000, drip=0.05), after=True)
    error = refused(server.application.url)
    assert error.reason is Reason.UNKNOWN and error.fault.code == 'call.no-answer'
    assert len(server.application.messages) == 1


def test_a_proxy_that_opens_no_way_has_passed_nothing_on():
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)

    def refuse():
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
            connection.recv(4096)

    thread = threading.Thread(target=refuse)
    thread.start()
    with listener:
        proxy = 'http://127.0.0.1:{}'.format(listener.getsockname()[1])
        assert refused('gotifys://127.0.0.1:9/abcdefgh', proxy=proxy).reason is Reason.UNREACHABLE
        thread.join(10)


def test_the_proxy_of_the_target_is_used_and_not_that_of_the_environment(server, monkeypatch):
    monkeypatch.setenv('http_proxy', 'http://127.0.0.1:9')
    notifier = AppriseNotifier()  # whose process has this environment
    url = server.application.url
    notifier.send(part_of(url, target_of(url)), target_of(url))
    assert len(server.application.messages) == 1
    assert refused(url, proxy='http://127.0.0.1:9').reason is Reason.UNREACHABLE


def test_the_ca_of_the_target_is_believed_and_no_other():
    with tls_peer(SERVER, answer(200, '{}')) as peer:
        url = peer.url.replace('https://', 'gotifys://') + '/' + 'A' * 15
        believing = target_of(url)._replace(ca_bundle=CA)
        assert NOTIFIER.send(part_of(url, believing), believing).note.code == 'apprise.accepted'
        assert refused(url).reason is Reason.UNREACHABLE
        assert len(peer.requests) == 1


def test_an_address_of_a_service_of_ours_is_refused_though_it_does_not_look_like_one():
    error = refused('https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=' + 'a' * 36)
    assert error.reason is Reason.CONFIG and error.fault.code == 'apprise.ours'


@pytest.mark.parametrize('url', ['gotify://', 'nosuch://host/x', 'ntfy://', 'tgram://no/' + 'S3cretS3cret'])
def test_an_address_that_apprise_cannot_use_is_the_configurations_fault(url):
    error = refused(url)
    assert error.reason is Reason.CONFIG and 'S3cret' not in say(error.fault, ENGLISH)


def test_an_address_that_cannot_be_used_keeps_no_other_back(server):
    target = target_of('gotify://', server.application.url)
    pages = NOTIFIER.render(make_summary(), target, Templates())
    assert [page.content['by'] for page in pages] == ['?', 'Gotify']


def test_an_address_that_is_not_configured_any_more_gets_nothing(server):
    target = target_of('ntfy://other/topic')
    with pytest.raises(SendError) as caught:
        NOTIFIER.send(part_of(server.application.url, target), target)
    assert caught.value.fault.code == 'apprise.gone' and server.application.calls == []


def test_a_process_is_used_again_and_one_that_died_is_replaced(server):
    notifier = AppriseNotifier()
    url = server.application.url
    notifier.send(part_of(url, target_of(url)), target_of(url))
    (kept,) = notifier._processes._idle
    os.kill(kept._process.pid, signal.SIGKILL)
    kept._process.wait()
    notifier.send(part_of(url, target_of(url)), target_of(url))
    assert len(server.application.messages) == 2 and notifier._processes._idle[0] is not kept


def test_a_process_that_dies_over_a_message_leaves_a_doubt(server):
    notifier = AppriseNotifier()
    server.application.misbehave(Answer(200, hold=True))
    url = server.application.url
    process = notifier._processes.take()
    notifier._processes.give(process)
    server.hold_seconds = 20

    def kill():
        wait_for(lambda: server.application.calls, 60)
        os.kill(process._process.pid, signal.SIGKILL)

    threading.Thread(target=kill, daemon=True).start()
    with pytest.raises(SendError) as caught:
        notifier.send(part_of(url, target_of(url)), target_of(url))
    assert (caught.value.reason, caught.value.fault.code) == (Reason.UNKNOWN, 'apprise.ended')


def test_a_process_that_does_not_come_up_has_certainly_sent_nothing(server, monkeypatch, tmp_path):
    script = tmp_path / 'child.py'
    script.write_text('import sys\nsys.exit(3)\n')
    monkeypatch.setattr(process, 'CHILD', str(script))
    notifier, url = AppriseNotifier(), server.application.url
    with pytest.raises(SendError) as caught:
        notifier.send(part_of(url, target_of(url)), target_of(url))
    assert caught.value.reason is Reason.UNREACHABLE and not server.application.calls
    monkeypatch.setattr(sys, 'executable', str(tmp_path / 'nothing'))
    with pytest.raises(SendError) as caught:
        notifier.send(part_of(url, target_of(url)), target_of(url))
    assert caught.value.fault.code == 'apprise.no-process'


def test_a_process_ends_with_whoever_asks():
    process = Process()
    process.ask({'do': 'about', 'address': 'gotify://127.0.0.1/' + 'a' * 9}, 20.0)
    process._end.close()
    assert process._process.wait(timeout=20) == 0
    with pytest.raises(Silent):
        process.ask({'do': 'about', 'address': 'x'}, 20.0)
    process.end()


def test_processes_end_with_their_owner():
    processes = Processes()
    process = processes.take()
    processes.give(process)
    del processes
    assert not process.alive


@pytest.mark.parametrize('most', [160, 60, 1000, 4096])
def test_a_message_fits_into_a_service_for_short_ones(most):
    notifier = AppriseNotifier()
    url = 'ntfy://h/topic'
    notifier._services[services.identity(url)] = channel.Service('Short', most, 0)
    summary = make_summary(schedule_name='夜间巡检' * 40)
    for language in ('zh', 'en'):
        for page in notifier.render(summary, target_of(url)._replace(language=language), Templates()):
            for content in page:
                assert 0 < len(content['text']) <= most and content['title'] == ''
                (limit,) = notifier.limits(content, target_of(url))
                assert (limit.what, limit.used, limit.most) == ('characters', len(content['text']), most)


def test_the_doctor_says_what_a_service_takes(server):
    targets = {'ops': {'urls': [Secret(server.application.url)]}, 'odd': {'urls': [Secret('gotify://')]}}
    odd, ops = NOTIFIER.diagnose(targets, ())
    assert (odd.check, odd.state, ops.check, ops.state) == ('apprise odd', 'fail', 'apprise ops', 'ok')
    assert 'Gotify' in say(ops.detail, ENGLISH) and '32768' in say(ops.detail, ENGLISH)


def test_a_call_that_nobody_waits_for_sends_nothing(server):
    stay, target = Stay(), target_of(server.application.url)
    stay.end()
    with staying(stay), pytest.raises(Overstayed):
        NOTIFIER.send(part_of(server.application.url, target), target)
    assert server.application.calls == []


def test_people_may_have_it_from_when_apprise_begins(server):
    stay = Stay()
    with staying(stay):
        with pytest.raises(SendError):
            send_to = target_of('gotify://')
            NOTIFIER.send(part_of('gotify://', send_to), send_to)
        assert not stay.begun
        sent(server.application.url)
        assert stay.begun
