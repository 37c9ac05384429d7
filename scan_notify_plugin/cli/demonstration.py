"""The production worker, recorder and channels between a toy scanner, an in-memory store and services on loopback."""

import hashlib
import shutil
import tempfile
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Callable, Dict, Iterator, List, Optional

from scan_notify_plugin.cli.demo_messages import arrived, delay, fit, opened, report_link
from scan_notify_plugin.cli.finding import chained
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault, join
from scan_notify_plugin.host.config import HostConfig
from scan_notify_plugin.jobs.job import Job
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.notifiers.base import Target
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.recorder import Recorder
from scan_notify_plugin.records import Document
from scan_notify_plugin.results import marks
from scan_notify_plugin.settings.section import parse_settings

if TYPE_CHECKING:  # the extra `demo` is needed to run it
    from scan_notify_plugin.testing.toy_channels import Shown

SCHEDULE = 'demo.example.com shop.example.com 198.51.100.1 198.51.100.2'
BROKER = 'memory://localhost'
RUNS = 'task_schedule_run'
#: Told the seconds since the fire, and how far the run is.
Progress = Callable[[float, Fault], None]
#: The target of --channel.
PLUGIN = 'plugin'
#: Seconds after which a demo run has failed.
LIMIT = 90.0


class Demonstration:
    """Everything that runs while the demo does, as a context manager.

    :param channel: of one more target, with these options; '' for none
    :param report_format: what the report is made by
    :param callback: how clicks on the card come back: ``http`` or ``stream``
    :param pause: seconds for each stage of a scan
    """

    def __init__(
        self, channel: str, options: Dict[str, str], report_format: str, callback: str, pause: float = 0.3
    ) -> None:
        wanted = {name.upper(): value for name, value in options.items()}
        self._more: Dict[str, Dict[str, str]] = {PLUGIN: dict(wanted, CHANNEL=channel)} if channel else {}
        self._format = report_format
        self._callback = callback
        self._pause = pause
        self._clock = Clock()
        self._stack = ExitStack()

    def __enter__(self) -> 'Demonstration':
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def _start(self, stack: ExitStack) -> None:
        from scan_notify_plugin.testing.embedded import embedded_database
        from scan_notify_plugin.testing.toy_channels import ToyChannels
        from scan_notify_plugin.testing.toy_scanner import ToyScanner
        from scan_notify_plugin.testing.toy_web import ToyWeb

        self._db = embedded_database()
        self._folder = tempfile.mkdtemp(prefix='scan-notify-demo-')
        stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self.channels = ToyChannels(self._callback)
        stack.callback(self.channels.close)
        self._web = ToyWeb(self._db, self._clock, self._folder)
        stack.callback(self._web.close)
        sections = self._sections()
        self._settings = parse_settings(sections)
        self._web.serve(self._settings, sections)
        host = HostConfig('demo', sections, 'embedded', 'arl', BROKER)
        recorder = Recorder(host, self._settings, database=self._db, clock=self._clock)
        self.scanner = ToyScanner(self._db, recorder.begin, SCHEDULE, self._pause)
        self._start_worker(stack)
        if self._callback == 'stream':
            self._start_listener(stack)
        else:
            self._register_callback()

    def _start_worker(self, stack: ExitStack) -> None:
        from scan_notify_plugin.worker.context import Context
        from scan_notify_plugin.worker.machine import Machine

        self._plugins = load()
        context = Context(self._settings, self._db, RUNS, self._clock, self._plugins, folder=self._folder)
        context.stored.decide_run_collection(False)
        machine = Machine(BROKER, context, every=1.0)
        machine.start()
        stack.callback(machine.stop)

    def _targets(self) -> Dict[str, Target]:
        from scan_notify_plugin.worker.channels import targets_of

        return targets_of(self._settings, self._db, self._clock)

    def _register_callback(self) -> None:
        """As `scan-notify register-callback` does."""
        from scan_notify_plugin.notifiers.callbacks import Callbacks, address_of
        from scan_notify_plugin.web.routes import ROOT

        target = self._targets()['cards']
        callbacks = self._plugins.notifiers[target.channel].callbacks or Callbacks()
        callbacks.register(target, self._web.base_url + ROOT + address_of(target.channel, callbacks), True)

    def _start_listener(self, stack: ExitStack) -> None:
        """As `scan-notify listen` does."""
        from scan_notify_plugin.worker.listen import Listener

        targets = self._targets()
        streams = Listener('demo', [self._plugins.notifiers[targets['cards'].channel]], targets, self._web.desk)
        streams.start()
        thread = threading.Thread(target=streams.serve, daemon=True)
        thread.start()
        stack.callback(thread.join, 10)
        stack.callback(streams.stopping.set)
        until = time.monotonic() + 10
        while not streams.connections[0].connected:
            if time.monotonic() > until:
                raise ScanNotifyError(Fault('demo.unconnected'))
            time.sleep(0.05)

    def _sections(self) -> Document:
        """What an administrator would write into the host's config.yaml."""
        targets = dict(self.channels.targets(), **self._more)
        defaults = {
            'NOTIFY_ENABLE': True,
            'NOTIFY_CHANNEL': sorted(targets),
            'NOTIFY_ON': 'always',
            'EXPORT_ENABLE': True,
            'EXPORT_FORMAT': [self._format],
        }
        section = {
            'ENABLE': True,
            'BASE_URL': self._web.base_url,
            'REPORT_STORAGE': 'directory',
            'DEFAULTS': defaults,
            'TARGETS': targets,
        }
        return {'SCAN_NOTIFY': section}

    def one_run(self, progress: Optional[Progress]) -> Document:
        """Fire, wait for the messages and the settled run, press the card's button; the JSON result."""
        started = time.monotonic()
        seen = set(self.channels.messages())
        self.scanner.fire()
        run_id = '{}:{}'.format(self.scanner.schedule['_id'], self.scanner.schedule['run_number'])
        run = self._settled(run_id, started, progress)
        messages = [message for message in self.channels.messages() if message not in seen]
        report = self._report(run, messages)
        card = self._acknowledged(run_id)
        ok = run['status'] == self._expected() and run['push_status'] == 'success' and fit(messages)
        ok = ok and arrived(messages) == self.channels.expected
        return {
            'ok': bool(ok and report and report['opened'] and card and card['acknowledged']),
            'elapsed_s': round(time.monotonic() - started, 2),
            'run': self._db[RUNS].find_one({'_id': run_id}),
            'results': run.get('results'),
            'messages': [message._asdict() for message in messages],
            'card': card,
            'deliveries': self._deliveries(run),
            'report': report,
            'completed_to_received_s': delay(run, messages),
        }

    def rounds(self, number: int, progress: Optional[Progress], shown: Callable[[Document], None]) -> Document:
        """So many runs; the result of the last one, with what each of them found.

        :param shown: gets the result of each run
        """
        results: List[Document] = []
        while len(results) < number and (not results or results[-1]['ok']):
            results.append(self.one_run(progress))
            shown(results[-1])
        return dict(results[-1], rounds=[self._round(result['run']) for result in results])

    def _round(self, run: Document) -> Document:
        """What a run has found, and what is new."""
        found = marks.changes(self._db, run['_id'])
        return {
            'run': run,
            'results': dict({'compared': None}, **run['results']) if run.get('results') else None,
            'changes': [{'state': change.state.value, 'table': change.table, 'name': change.label} for change in found],
        }

    def _expected(self) -> str:
        """How the run that was fired last is to end: in one round a scan task fails."""
        from scan_notify_plugin.testing.toy_results import FAILS

        return 'error' if self.scanner.schedule['run_number'] == FAILS[0] else 'finished'

    def _settled(self, run_id: str, started: float, progress: Optional[Progress]) -> Document:
        run: Optional[Document] = None
        shown: Optional[Fault] = None
        while time.monotonic() - started < LIMIT:
            run = self._db[RUNS].find_one({'_id': run_id})
            state = self._state(run)
            if progress and state != shown:
                progress(time.monotonic() - started, state)
                shown = state
            if run and run['push_status'] != 'pending':
                break
            time.sleep(0.05)
        if run is None:
            raise ScanNotifyError(Fault('demo.unrecorded'))
        return run

    def _acknowledged(self, run_id: str) -> Optional[Document]:
        """What the button on the card does: to the card, and to the run."""
        from scan_notify_plugin.testing.toy_channels import USER

        if not self.channels.cards():
            return None
        clicked = self.channels.click(USER, 'acknowledge')
        card, run = self.channels.cards()[-1], self._db[RUNS].find_one({'_id': run_id})
        return {
            'callback': self._callback,
            'answered': clicked.status,
            'shows': dict(card.data),
            'acknowledged': (run.get('acknowledged') or {}).get('by', ''),
        }

    def _deliveries(self, run: Document) -> List[Document]:
        """What became of the message for the plugin's channel, whose service only its author can look into."""
        jobs = JobStore(self._db).of_runs([run['_id']])
        return [_delivery(job, self._more[PLUGIN]['CHANNEL']) for job in jobs if PLUGIN in job.route]

    def _report(self, run: Document, messages: 'List[Shown]') -> Optional[Document]:
        """The report of the run, fetched through the link in the robot's message as a reader would."""
        record = self._db['scan_notify_report'].find_one({'run_id': run['_id'], 'state': 'ready'})
        link = report_link(messages)
        if record is None or not link:
            return None
        answer = opened(link)
        fetched = hashlib.sha256(answer.content).hexdigest()
        return {
            'name': record['name'],
            'format': record['format'],
            'size': record['size'],
            'sha256': record['sha256'],
            'rows': {title: number for title, number in record['rows']},
            'url': link,
            'expires': record['link_until'],
            'opened': answer.status_code == 200 and fetched == record['sha256'],
        }

    def _state(self, run: Optional[Document]) -> Fault:
        """How far a run is."""
        if run is None:
            return Fault('demo.not_fired')
        tasks = [Fault('demo.task', target=task['target'], status=task['status']) for task in self._tasks(run)]
        facts = {'status': run['status'], 'push': run['push_status']}
        return Fault('demo.run', tasks=chained('demo.and', tasks) if tasks else '', **facts)

    def _tasks(self, run: Document) -> Iterator[Document]:
        return (task for task in self._db['task'].find({}) if str(task['_id']) in run['task_ids'])


def _delivery(job: Job, channel: str) -> Document:
    faults = job.faults or (job.attempts[-1].faults if job.attempts else ())
    state = job.state.value
    return {'target': PLUGIN, 'channel': channel, 'state': state, 'error': join(faults), 'faults': faults}
