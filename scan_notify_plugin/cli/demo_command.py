"""``scan-notify demo``"""

import argparse
import hashlib
import logging
import re
import shutil
import tempfile
import threading
import time
from typing import Any, Dict, Iterator, List, Optional

import requests

from scan_notify_plugin.cli.session import print_json, say
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.host.config import HostConfig
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.recorder import Recorder
from scan_notify_plugin.settings import rules

HELP = 'run the whole loop in one process on embedded defaults: a fire, its scans, the message at a robot on loopback'

SCHEDULE = 'demo.example.com shop.example.com 198.51.100.1 198.51.100.2'
BROKER = 'memory://localhost'
RUNS = 'task_schedule_run'
#: Seconds after which a demo run has failed.
LIMIT = 90.0
#: Seconds between two runs while it goes on.
AGAIN = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--exit', action='store_true', help='end after one run instead of firing again every minute')
    parser.add_argument('--json', action='store_true', help='print one JSON object at the end and no progress; ends after one run')


def run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.WARNING, format='%(levelname)s %(message)s')
    quiet = args.json
    with _Demo() as demo:
        if not quiet:
            say('robot on loopback: {}'.format(demo.robot_server.base_url))
        result = demo.one_run(None if quiet else say)
        if quiet:
            print_json(result)
        else:
            _tell(result)
        while result['ok'] and not (args.exit or args.json):
            say('\nnext fire in {:g} s, Ctrl-C ends the demo'.format(AGAIN))
            time.sleep(AGAIN)
            result = demo.one_run(say)
            _tell(result)
    return 0 if result['ok'] else 1


def _tell(result: Dict[str, Any]) -> None:
    for message in result['messages']:
        say('\n--- {channel} message for target {target}, {bytes} bytes'.format(**message))
        say(message['text'].replace('  \n  ', '\n'))
        say('---')
    if result['report']:
        say('\nreport {name}: {size} bytes, opened through its link: {opened}'.format(**result['report']))
    if result['ok']:
        say('\nreceived {completed_to_received_s} s after completion; the whole took {elapsed_s} s'.format(**result))
        say('next: docs/quickstart.md puts this beside a real scanner')
    else:
        say('\nno message arrived: {}'.format(result['run']))


class _Demo:
    """The production worker, recorder and channel between a toy scanner, an in-memory store and a robot."""

    def __enter__(self) -> '_Demo':
        from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
        from scan_notify_plugin.testing.embedded import embedded_database
        from scan_notify_plugin.testing.toy_scanner import ToyScanner
        from scan_notify_plugin.testing.toy_web import ToyWeb
        from scan_notify_plugin.worker.process import Machine

        self._db = embedded_database()
        self.robot_server = DingTalkRobotServer()
        self.robot_server.start()
        self.robot = self.robot_server.add_robot(secret='SECdemo', keywords=['巡检'])
        clock = Clock()
        self._folder = tempfile.mkdtemp(prefix='scan-notify-demo-')
        self._web = ToyWeb(self._db, clock, self._folder)
        sections = self._sections()
        settings = rules.parse(sections)
        self._recorder = Recorder(
            HostConfig('demo', sections, 'embedded', 'arl', BROKER), settings, database=self._db, clock=clock
        )
        self.scanner = ToyScanner(self._db, self._recorder.begin, SCHEDULE)
        self._machine = Machine(BROKER, self._context(settings, clock), every=1.0)
        self._machine.app.conf.broker_transport_options = {'polling_interval': 0.05}
        self._worker = self._machine.app.WorkController(
            app=self._machine.app, loglevel='WARNING', **self._machine.options(concurrency=4)
        )
        self._thread = threading.Thread(target=self._worker.start, daemon=True)
        self._thread.start()
        self._machine.start_beat()
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self._machine.stop()
        self._worker.stop()
        self._thread.join(10)
        self._web.close()
        self.robot_server.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _context(self, settings: rules.Settings, clock: Clock) -> Any:
        from scan_notify_plugin.worker.context import Context

        return Context(settings, self._db, RUNS, clock, load(), folder=self._folder)

    def _sections(self) -> Dict[str, Any]:
        """What an administrator would write into the host's config.yaml."""
        robot = {
            'CHANNEL': 'dingding',
            'ACCESS_TOKEN': self.robot.token,
            'SECRET': self.robot.secret,
            'KEYWORD': '巡检',
            'API_BASE': self.robot_server.base_url,
        }
        defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops'], 'NOTIFY_ON': 'always', 'EXPORT_ENABLE': True}
        section = {
            'ENABLE': True,
            'BASE_URL': self._web.base_url,
            'REPORT_STORAGE': 'directory',
            'DEFAULTS': defaults,
            'TARGETS': {'ops': robot},
        }
        return {'SCAN_NOTIFY': section}

    def one_run(self, progress: Any) -> Dict[str, Any]:
        """Fire, wait for the message and the settled run; the JSON result."""
        started = time.monotonic()
        seen = len(self.robot.messages)
        self.scanner.fire()
        run_id = '{}:{}'.format(self.scanner.schedule['_id'], self.scanner.schedule['run_number'])
        run = None  # type: Optional[Dict[str, Any]]
        shown = ''
        while time.monotonic() - started < LIMIT:
            run = self._db[RUNS].find_one({'_id': run_id})
            line = self._line(run)
            if progress and line != shown:
                progress('{:5.1f} s  {}'.format(time.monotonic() - started, line))
                shown = line
            if run and run['push_status'] != 'pending':
                break
            time.sleep(0.05)
        if run is None:
            raise ScanNotifyError('the demo\'s fire was not recorded')
        messages = self.robot.messages[seen:]
        report = self._report(run, messages)
        ok = run['status'] == 'finished' and run['push_status'] == 'success' and len(messages) == 1
        ok = ok and report is not None and report['opened']
        return {
            'ok': ok,
            'elapsed_s': round(time.monotonic() - started, 2),
            'run': run,
            'messages': [_message(message) for message in messages],
            'report': report,
            'completed_to_received_s': _delay(run, messages),
        }

    def _report(self, run: Dict[str, Any], messages: List[Any]) -> Optional[Dict[str, Any]]:
        """The report of the run, fetched through the link in the message as a reader would."""
        record = self._db['scan_notify_report'].find_one({'run_id': run['_id'], 'state': 'ready'})
        links = re.findall(r'\]\((http[^)]+)\)', messages[0].text) if messages else []
        if record is None or not links:
            return None
        answer = requests.get(links[0], timeout=10)
        fetched = hashlib.sha256(answer.content).hexdigest()
        return {
            'name': record['name'],
            'format': record['format'],
            'size': record['size'],
            'sha256': record['sha256'],
            'rows': {title: number for title, number in record['rows']},
            'url': links[0],
            'expires': record['link_until'],
            'opened': answer.status_code == 200 and fetched == record['sha256'],
        }

    def _line(self, run: Optional[Dict[str, Any]]) -> str:
        tasks = self._db['task'].find({}) if run is None else self._tasks(run)
        states = ', '.join('{} {}'.format(task['target'], task['status']) for task in tasks)
        if run is None:
            return 'not fired'
        return 'run {status}, push {push_status}: '.format(**run) + states

    def _tasks(self, run: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
        return (task for task in self._db['task'].find({}) if str(task['_id']) in run['task_ids'])


def _message(message: Any) -> Dict[str, Any]:
    return {
        'channel': 'dingding',
        'target': 'ops',
        'msgtype': message.msgtype,
        'bytes': message.size,
        'text': message.text,
    }


def _delay(run: Dict[str, Any], messages: List[Any]) -> Optional[float]:
    if not messages or run['end_time'] is None:
        return None
    return round((messages[0].received_at - run['end_time']).total_seconds(), 3)
