"""Works through a lane: renders, marks, posts, records. The one place from which requests leave."""

import hashlib
import logging
import time
import uuid
from datetime import datetime, timedelta
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from bson import BSON
from pymongo.errors import PyMongoError

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.jobs import rules
from scan_notify_plugin.jobs.lanes import Lease
from scan_notify_plugin.jobs.steering import standing
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.base import Attachment, Notifier, Part, Receipt, Target
from scan_notify_plugin.notifiers.summary import ReportLine
from scan_notify_plugin.reports.storage import StorageError
from scan_notify_plugin.secret import redact
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.linking import fill, placeholder
from scan_notify_plugin.worker.summarise import summarise

#: Seconds for which the record of an answer is tried again while MongoDB is away.
RECORD_FOR = 60.0
_MAX_WORDS = 300
#: What came of a message names up to a hundred people.
_MAX_OUTCOME = 8000

log = logging.getLogger('scan_notify')

Document = Dict[str, Any]


class Sender:
    """Sends what is due in a lane, one request at a time, as long as nobody asks to stop."""

    def __init__(self, context: Context, stopping: Callable[[], bool] = lambda: False) -> None:
        self._context = context
        self._jobs = context.jobs
        self._lanes = context.lanes
        self._clock = context.clock
        self._stopping = stopping

    def work(self, lane: str) -> Optional[float]:
        """Send; returns the seconds until the lane wants to be rung again, None if it has nothing waiting."""
        lease = self._lanes.take(lane, self._clock.now())
        if lease is None:
            return None
        held = _Held(lease)
        try:
            self._context.take_in()
            while not self._stopping() and not held.rest:
                job = self._jobs.next_due(lane, self._clock.now())
                if job is None or not self._step(job, held):
                    break
        finally:
            now = self._clock.now()
            self._lanes.give_back(held.lease, now + held.rest, now + held.rest if held.cooling else None)
        return self._wanted_in(lane, held.rest, now)

    def _wanted_in(self, lane: str, rest: timedelta, now: datetime) -> Optional[float]:
        due_at = self._jobs.next_time(lane)
        return None if due_at is None else max(rest, due_at - now).total_seconds()

    def _step(self, job: Document, held: '_Held') -> bool:
        """Take a job one step further; False if the lane must be left."""
        now = self._clock.now()
        policy = self._context.policy(job)
        step = rules.next_step(job, now, policy)
        if step.do is rules.Do.CHANGE:
            self._changed(job, step.fields)
        elif step.do is rules.Do.RENDER:
            self._changed(job, self._rendered(job, now, policy))
        elif step.do is not rules.Do.NOTHING:
            return self._ask(job, step, held, policy)
        return True

    def _changed(self, job: Document, fields: Document) -> Optional[Document]:
        changed = self._jobs.change(job, fields)
        self._ended(changed)
        return changed

    def _ended(self, job: Optional[Document]) -> None:
        """A job after a change of ours: if it came to its end, that is counted, and told if it is not a good one."""
        if job is None or job['state'] not in ('success', 'error', 'uncertain'):
            return
        channel = self._channel(job['route'][job['at']])
        if job['kind'] == 'notify':  # to bring an earlier message up to date is no delivery
            self._context.counts.add('deliveries', channel, job['state'])
        if job['state'] != 'success':
            log.warning('job %s is in %s: %s', job['_id'], job['state'], job['error'])
        if job['state'] != 'success' or job['kind'] != 'notify':
            return
        due_at = job['give_up_at'] - timedelta(seconds=job['give_up_after'])
        self._context.counts.observe('delivery_seconds', (self._clock.now() - due_at).total_seconds(), channel)

    def _channel(self, name: str) -> str:
        target = self._context.target(name)
        return target.channel if target else ''

    def _rendered(self, job: Document, now: datetime, policy: rules.Policy) -> Document:
        """The parts of the job for where it stands on its route; the next target if that cannot be."""
        name = job['route'][job['at']]
        target, notifier = self._context.target(name), self._context.notifier(name)
        if target is None or notifier is None:
            return rules.next_target(job, now, policy, self._nobody(name))
        run = self._context.runs.get(job['run_ids'][0])
        if run is None:
            return rules.next_target(job, now, policy, 'its run was removed')
        target = target._replace(language=run.get('language') or target.language)
        try:
            lines, counted = self._reports(run['_id'])
            masks = self._context.settings.mask_credentials
            summary = summarise(run, self._context.scans, job['repeat'], lines, counted, masks)
            pages = notifier.render(summary, target, self._context.templates) + notifier.extras(summary, target)
            if not pages:  # nothing to send would be rendered again and again
                raise ValueError('render() made no page')
            parts = [
                rules.new_part(_key(job, index), page.content, page.withheld, notifier.repeatable(page.content))
                for index, page in enumerate(pages)
            ]
            BSON.encode({'parts': parts})  # what cannot be stored would be rendered again and again, and stop the lane
        except PyMongoError:
            raise
        except Exception as error:  # a template, or a third party's notifier
            words = redact('{}: {}'.format(type(error).__name__, error), target.secrets)[:_MAX_WORDS]
            log.error('job %s cannot be rendered: %s', job['_id'], words)
            return rules.next_target(job, now, policy, 'not rendered: ' + words)
        return {'parts': parts}

    def _nobody(self, name: str) -> str:
        """Why nobody speaks to a target."""
        return self._context.target_off(name) or 'no plugin speaks to {} any more'.format(name)

    def _reports(self, run_id: str) -> Tuple[List[ReportLine], Optional[Document]]:
        """What to say of the run's reports, and the one whose numbers the message takes."""
        records = {report['_id']: report for report in self._context.reports.of_runs([run_id])}
        lines, counted = [], None  # type: Tuple[List[ReportLine], Optional[Document]]
        for job in standing(self._context.jobs.of_runs([run_id])):
            if job['kind'] != 'export' or job['state'] == 'cancelled':
                continue
            record = records.get(job['report_id'])
            if job['state'] == 'success' and record is not None:
                lines.append(self._report_line(record))
                counted = counted or record
            else:
                error = text.plain(job['error'], _MAX_WORDS) if job['state'] == 'error' else ''
                lines.append(ReportLine('', '', 0, 0, None, '', None, error))
        return lines, counted

    def _report_line(self, record: Document) -> ReportLine:
        url = self._context.link(record)
        return ReportLine(
            id=record['_id'],
            name=record['name'],
            size=record['size'],
            rows=sum(number for _, number in record['rows']),
            made_at=record['created_at'],
            link=placeholder(record['_id'], url) if url else '',
            valid_until=record['link_until'],
            error='',
        )

    def _link(self, job: Document, report_id: str, given_out: bool) -> str:
        """Only of the job's own run: a stranger may have written the placeholder of another's report into a name."""
        record = self._context.reports.get(report_id)
        if record is None or record['run_id'] not in job['run_ids']:
            return ''
        if given_out:
            self._context.reports.linked(record)
        return self._context.link(record)

    def _ask(self, job: Document, step: rules.Step, held: '_Held', policy: rules.Policy) -> bool:
        """One request to the service: a part, or what came of one."""
        name = job['route'][job['at']]
        target, notifier = self._context.target(name), self._context.notifier(name)
        now = self._clock.now()
        if target is None or notifier is None:
            self._changed(job, rules.unspoken(job, now, policy, self._nobody(name)))
            return True
        count, seconds = notifier.pace
        wait = rules.pace_wait(held.lease.sent, now, count, seconds)
        if wait:
            held.rest = wait
            return False
        # The lane first: a request that we then cannot mark costs one place in the pace and nothing else.
        lease = self._lanes.hold(held.lease, now, (held.lease.sent + [now])[-count:])
        if lease is None:
            log.info('lane %s was lost to another worker', held.lease.lane)
            return False
        held.lease = lease
        deliver = self._post if step.do is rules.Do.POST else self._check
        outcome, after = deliver(job, step.index, notifier, target, policy)
        if outcome.reason is Reason.THROTTLED:
            held.rest = timedelta(seconds=max(notifier.cool_down, outcome.retry_after or 0))
            held.cooling = True
        elif after is not None:
            held.rest = rules.holds_up(after, self._clock.now())
        return True

    def _post(
        self, job: Document, index: int, notifier: Notifier, target: Target, policy: rules.Policy
    ) -> Tuple[rules.Outcome, Optional[Document]]:
        attempt = uuid.uuid4().hex
        marked = self._jobs.change(job, rules.posting(job, index, attempt, self._clock.now()))
        if marked is None:
            return rules.Outcome(), None
        part, begun = self._part(marked, index, given_out=True), time.monotonic()
        outcome = _attempt(notifier, target, lambda: notifier.send(part, target))
        self._context.counts.observe('request_seconds', time.monotonic() - begun, target.channel)
        self._context.counts.add('attempts', target.channel, rules.result(outcome))
        return outcome, self._record(marked, index, attempt, outcome, policy)

    def _check(
        self, job: Document, index: int, notifier: Notifier, target: Target, policy: rules.Policy
    ) -> Tuple[rules.Outcome, Optional[Document]]:
        part = self._part(job, index)
        receipt = Receipt(**job['parts'][index]['receipt'])
        outcome = _attempt(notifier, target, lambda: notifier.check(part, receipt, target), _MAX_OUTCOME)
        changed = self._changed(job, rules.checked(job, index, outcome, self._clock.now(), policy))
        if changed is not None and changed['parts'] and changed['parts'][index]['state'] != 'posted':
            log.info('job %s part %d at %s: %s', job['_id'], index + 1, target.name, changed['parts'][index]['state'])
        return outcome, None

    def _part(self, job: Document, index: int, given_out: bool = False) -> Part:
        stored = job['parts'][index]
        content = fill(stored['content'], lambda report_id: self._link(job, report_id, given_out))
        file = self._file(job, content['report']) if content.get('report') else None
        return Part(stored['key'], content.get('text', ''), content, file)

    def _file(self, job: Document, report_id: str) -> Optional[Attachment]:
        """A report of the job's own run, as long as it has a file."""
        record = self._context.reports.get(report_id)
        if record is None or record['run_id'] not in job['run_ids'] or record['state'] != 'ready':
            return None

        def read() -> Iterator[bytes]:
            try:
                yield from self._context.storage_of(record).read(record['place'])
            except StorageError as error:
                raise SendError(Reason.CONTENT, words='the report cannot be read: {}'.format(error)) from None

        return Attachment(record['name'], record['size'], record['media_type'], read)

    def _record(
        self, job: Document, index: int, attempt: str, outcome: rules.Outcome, policy: rules.Policy
    ) -> Optional[Document]:
        """Write down what came of an attempt, also if the job was changed or MongoDB went away meanwhile."""
        key = job['parts'][index]['key']

        def decide(current: Document) -> Document:
            # The answer is of the target that was asked, wherever the job is on its route by now.
            return rules.settled(current, index, key, attempt, outcome, self._clock.now(), policy, job['at'])

        until = time.monotonic() + RECORD_FOR
        while True:
            try:
                changed = self._jobs.change_until_done(job['_id'], decide)
                break
            except PyMongoError as error:
                if time.monotonic() >= until or self._stopping():
                    raise
                log.warning('job %s: the answer is not recorded yet: %s', job['_id'], redact(str(error))[:_MAX_WORDS])
                time.sleep(1)
        said = 'accepted' if outcome.receipt is not None else rules.said(outcome)
        log.info('job %s part %d to %s: %s', job['_id'], index + 1, job['route'][job['at']], said)
        self._ended(changed)
        return changed


class _Held:
    """The lease as it is renewed, and how it is to be given back."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.rest = timedelta(0)
        self.cooling = False


def _attempt(
    notifier: Notifier, target: Target, ask: Callable[[], Receipt], most: int = _MAX_WORDS
) -> rules.Outcome:
    """One request; whatever the notifier does, an outcome."""
    try:
        receipt = ask()
        # Of a third party: what MongoDB could not hold would look as if the worker had died.
        return rules.Outcome(receipt={'id': str(receipt.id), 'note': str(receipt.note), 'final': bool(receipt.final)})
    except SendError as error:
        words = redact(error.words, target.secrets)[:most]
        return rules.Outcome(None, error.reason, error.code, words, error.retry_after)
    except Exception as error:
        # A fault in a notifier says nothing about whether its request left.
        words = redact('{}: {}'.format(type(error).__name__, error), target.secrets)[:_MAX_WORDS]
        log.error('notifier %s failed: %s', notifier.channel, words)
        return rules.Outcome(None, Reason.UNKNOWN, None, words)


def _key(job: Document, index: int) -> str:
    """The idempotency key of a part: the same for each try, another for each target, page and repeat."""
    what = '|'.join([job['_id'], str(job['at']), str(index), 'repeat' if job['repeat'] else ''])
    return hashlib.sha256(what.encode('utf-8')).hexdigest()[:32]
