"""A click on a card over HTTP: DingTalk signs it, the host's web process answers it, and the card changes."""

import json
import logging
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from flask import Flask

from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from scan_notify_plugin.testing.dingtalk_openapi.app import Route
from scan_notify_plugin.testing.dingtalk_openapi.callbacks import payload, signed_post
from scan_notify_plugin.web.callbacks import OLD_ADDRESS, CallbackDoor, make_blueprint
from scan_notify_plugin.web.desk import Desks
from scan_notify_plugin.web.routes import ROOT
from tests.loop import Loop

CID, TEMPLATE = 'cidAbc==', 'c.schema'
SECRET = '5f2cCallback'
#: The one of 0.1.0, and that of every channel.
ADDRESSES = [ROOT + OLD_ADDRESS, ROOT + '/callback/dingding_openapi']


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


class World:
    """The service, a worker, and the host's web process, which has not read one credential."""

    def __init__(self, server, folder):
        self.server = server
        self.app = server.add_app(users={'u1': 'Ann', 'u2': 'Bob'}, conversations=[CID], templates=[TEMPLATE])
        target = {
            'CHANNEL': 'dingding_openapi', 'APP_KEY': self.app.app_key, 'APP_SECRET': self.app.app_secret,
            'API_BASE': server.base_url, 'DEFAULT_CHAT_ID': CID, 'CARD_TEMPLATE_ID': TEMPLATE, 'LANGUAGE': 'en',
            'CALLBACK': 'http', 'CALLBACK_ROUTE_KEY': 'arl', 'CALLBACK_SECRET': {'env': 'CARD_SECRET'},
            'OPERATORS': ['u1'],
        }  # fmt: skip
        defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}
        self.sections = {'SCAN_NOTIFY': {'ENABLE': True, 'TARGETS': {'ops': target}, 'DEFAULTS': defaults}}
        self.loop = Loop(self.sections, folder=folder)
        self.loop.context.stored.decide_run_collection(False)
        settings = parse_settings(self.sections, read_secrets=False)
        self.desks = Desks(lambda: self.loop.db, self.loop.clock, settings, '')

    def card(self):
        """(run id, card) of a run that was told."""
        run_id = self.loop.finished_run()
        self.loop.run_through(6)
        return run_id, list(self.app.cards.values())[-1]

    def millis(self):
        return int(self.loop.clock.now().timestamp() * 1000)

    def click(self, card, action='acknowledge', user='u1', **more):
        more.setdefault('timestamp', self.millis())
        return self.server.click(card.out_track_id, user, [action], how='http', **more)


@pytest.fixture(params=ADDRESSES)
def world(monkeypatch, tmp_path, request):
    monkeypatch.setenv('CARD_SECRET', SECRET)
    with DingTalkOpenApiServer() as server:
        world = World(server, tmp_path)
        flask = Flask('host')
        flask.register_blueprint(make_blueprint(CallbackDoor(world.desks, world.sections)))
        web = make_server('127.0.0.1', 0, flask, handler_class=Quiet)
        thread = threading.Thread(target=web.serve_forever, kwargs={'poll_interval': 0.02})
        thread.start()
        world.url = 'http://127.0.0.1:{}{}'.format(web.server_port, request.param)
        world.route = request.param
        world.app.routes['arl'] = Route(world.url, SECRET)
        world.client = flask.test_client()
        yield world
        web.shutdown()
        thread.join()
        web.server_close()


def test_acknowledge_changes_the_run_and_the_card(world):
    run_id, card = world.card()
    clicked = world.click(card)
    assert (clicked.status, clicked.applied) == (200, True)
    assert world.loop.run(run_id)['acknowledged']['by'] == 'dingtalk:u1'
    assert card.data['acknowledged'].startswith('Acknowledged by u1') and card.data['title']


def test_send_again_brings_a_second_card(world):
    run_id, card = world.card()
    world.click(card, 'resend')
    world.loop.run_through(6)
    assert len(world.app.cards) == 2 and card.data['resent'] == 'Sent again for u1'
    assert 'may be a repeat' in list(world.app.cards.values())[-1].data['summary']
    assert world.loop.run(run_id)['push_status'] == 'success'


def test_a_person_who_may_not_is_told_so_privately(world, caplog):
    run_id, card = world.card()
    with caplog.at_level(logging.WARNING, 'scan_notify'):
        clicked = world.click(card, user='u2')
    assert clicked.status == 200 and 'You may not' in card.private['u2']['refusal']
    assert not world.loop.run(run_id).get('acknowledged') and 'u2 may not act' in caplog.text


@pytest.mark.parametrize('how, words', [
    ({'secret': 'other'}, '签名有误'),
    ({'secret': ''}, '签名有误'),
])  # fmt: skip
def test_a_wrong_signature_is_refused(world, how, words, caplog):
    run_id, card = world.card()
    with caplog.at_level(logging.WARNING, 'scan_notify'):
        clicked = world.click(card, **how)
    assert (clicked.status, clicked.answer['message'], clicked.applied) == (401, words, False)
    assert not world.loop.run(run_id).get('acknowledged') and 'wrong signature' in caplog.text


@pytest.mark.parametrize('minutes', [-6, 6])
def test_an_old_or_early_timestamp_is_refused(world, minutes, caplog):
    run_id, card = world.card()
    clicked = world.click(card, timestamp=world.millis() + minutes * 60000)
    assert (clicked.status, clicked.answer['message']) == (401, '时间戳与当前时间相差过大')
    assert not world.loop.run(run_id).get('acknowledged')


def test_a_replayed_click_is_answered_the_same_and_does_nothing(world, caplog):
    run_id, card = world.card()
    first = world.click(card, 'resend')
    again = world.server.send_click(first.post)
    assert (again.status, again.answer) == (200, first.answer)
    assert sum('resend' in entry['id'] for entry in world.loop.run(run_id)['plan']) == 1
    assert 'told again' in caplog.text


def test_a_signature_is_good_for_one_click_only(world):
    run_id, card = world.card()
    first = world.click(card)
    forged = payload(world.app, card.out_track_id, 'u1', ['resend'], {})
    post = first.post._replace(body=json.dumps(forged).encode())
    clicked = world.server.send_click(post)
    assert (clicked.status, clicked.answer['message']) == (401, '此签名已经用过')
    assert len(world.loop.run(run_id)['plan']) == 1


@pytest.mark.parametrize('timestamp', ['', 'x', '-5', '٣' * 13, '9' * 400, '1e3', 'nan'])
def test_a_timestamp_that_is_none_is_refused(world, timestamp):
    headers = {'x-ddpaas-signature-timestamp': timestamp, 'x-ddpaas-signature': 'x'}
    answer = world.client.post(
        world.route, data=b'{}', headers={name: value.encode().decode('latin-1') for name, value in headers.items()}
    )
    assert answer.status_code == 401


@pytest.mark.parametrize('body, status', [(b'[]', 400), (b'\xff', 400), (b'[' * 60000, 400), (b'x' * 70000, 413)])
def test_what_is_no_click_is_refused(world, body, status):
    post = signed_post(world.url, SECRET, world.millis(), {})
    assert world.client.post(world.route, data=body, headers=dict(post.headers)).status_code == status


@pytest.mark.parametrize('route', ADDRESSES + [ROOT + '/callback/dingding', ROOT + '/callback/nobody'])
def test_without_a_target_that_wants_it_there_is_nothing(tmp_path, route):
    loop = Loop({'SCAN_NOTIFY': {}}, folder=tmp_path)
    flask = Flask('host')
    settings = parse_settings({'SCAN_NOTIFY': {'ENABLE': True}})
    desks = Desks(lambda: loop.db, loop.clock, settings, '')
    flask.register_blueprint(make_blueprint(CallbackDoor(desks, {'SCAN_NOTIFY': {'ENABLE': True}})))
    assert flask.test_client().post(route, data=b'{}').status_code == 404


def test_no_plugin_is_loaded_but_that_of_a_channel_which_a_target_has_and_once(world):
    asked = []
    door = CallbackDoor(world.desks, world.sections, lambda channel, blocked: asked.append(channel))
    for channel in ('nobody', 'csv', '../x', 'dingding_openapi', 'dingding_openapi'):
        assert door.answer(channel, {}, b'{}', {}).status == 404
    assert asked == ['dingding_openapi']


def test_a_secret_that_cannot_be_read_is_a_refusal_and_a_line(world, monkeypatch, caplog):
    _, card = world.card()
    monkeypatch.delenv('CARD_SECRET')
    with caplog.at_level(logging.ERROR, 'scan_notify'):
        assert world.click(card).status == 401
    assert 'CARD_SECRET is not set' in caplog.text
