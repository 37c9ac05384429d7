"""A credential is nowhere but in the request: not in logs, documents, or what the commands print."""

import json
import logging

import pytest

from scan_notify_plugin.cli import main
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from tests.loop import RUNS, Loop, told

SECRET = 'SECleak0123456789abcdef'
COLLECTIONS = (RUNS, 'scan_notify_job', 'scan_notify_lane', 'scan_notify_setting', 'scan_notify_audit')


@pytest.mark.parametrize('how', ['timeout_after', 'cut_before', 'http_502', 'redirect', 'html', 310000, 130101, 430104, None])
def test_no_credential_leaks(how, caplog, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr('scan_notify_plugin.notifiers.http.READ', 0.1)
    with DingTalkRobotServer(hold_seconds=0.2) as server, caplog.at_level(logging.DEBUG):
        robot = server.add_robot(secret=SECRET)
        base_url = server.base_url if how is not None else 'http://127.0.0.1:9'
        loop = Loop(told(robot, base_url))
        if how is not None:
            robot.misbehave(how, times=3)
        loop.finished_run()
        loop.run_through()
        assert loop.db['scan_notify_job'].find_one({})['attempts']
        printed = _printed(loop, monkeypatch, tmp_path, capsys)
    stored = json.dumps([list(loop.db[name].find({})) for name in COLLECTIONS], default=str)
    for secret in (robot.token, SECRET):
        for place, text in (('log', caplog.text), ('documents', stored), ('commands', printed)):
            assert secret not in text, place
    assert 'sign=' not in stored.replace('sign=***', '')


def _printed(loop, monkeypatch, tmp_path, capsys):
    """What every command that shows history or settings prints."""
    path = tmp_path / 'config.yaml'
    target = loop.settings.targets['ops'].options
    section = {
        'ENABLE': True,
        'TARGETS': {'ops': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': target['access_token'].reveal(), 'SECRET': SECRET}},
    }
    connections = {'MONGO': {'URI': 'mongodb://127.0.0.1', 'DB': 'arl'}, 'CELERY': {'BROKER_URL': 'memory://localhost'}}
    path.write_text(json.dumps(dict(connections, SCAN_NOTIFY=section)), encoding='utf-8')  # JSON is YAML
    loop.context.stored.decide_run_collection(False)
    monkeypatch.setattr('scan_notify_plugin.cli.session.connect', lambda *args: {'arl': loop.db})
    for command in (['runs'], ['runs', '--json'], ['schedules', '--json'], ['plugins', '--json'], ['status', '--json']):
        main(command + ['--config', str(path)])
    out, err = capsys.readouterr()
    assert 'ops' in out
    return out + err
