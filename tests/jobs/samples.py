"""Jobs, and what comes of an attempt to send one."""

from datetime import datetime, timedelta, timezone

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.jobs import making, settling
from scan_notify_plugin.jobs.job import Attempt, Receipt
from scan_notify_plugin.jobs.making import Way
from scan_notify_plugin.jobs.outcomes import Outcome, Policy
from scan_notify_plugin.records import difference
from scan_notify_plugin.runs.run import Want

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
HOURS_24 = timedelta(hours=24)
KEYED = Policy(idempotent=True, lanes=['lane-ops', 'lane-night', 'lane-last'])
KEYLESS = KEYED._replace(idempotent=False)
#: A service without a key that is asked again all the same after its code 7.
AGAIN_AFTER_7 = KEYLESS._replace(repeats_after=frozenset([7]))
ACCEPTED = Outcome(receipt=Receipt('r1'))
VANISHED = Outcome(reason=Reason.UNKNOWN, faults=(Fault('job.sender-died'),), vanished=True)


def at(seconds):
    return START + timedelta(seconds=seconds)


def want(**fields):
    """An entry of a plan: a message to ops."""
    return Want('j', 'notify', 'dingding', 'ops').evolve(**fields)


def new_job(wanted=None, route=('ops', 'night'), faults=()):
    """The job of a plan entry, which is told along this route."""
    wanted = wanted or want()
    lane, route = ('export:0', ()) if wanted.is_export else ('lane-ops', route)
    return making.new_job(wanted, Way(lane, tuple(route), faults), '64f0:7', START, HOURS_24)


def make_job(parts=1, **fields):
    """A job of so many rendered parts."""
    job = new_job(route=fields.pop('route', ('ops', 'night')))
    return rendered(job, parts).evolve(**fields)


def rendered(job, parts=1):
    """A job that is rendered, perhaps anew."""
    made = [making.new_part('key{}'.format(index), {'text': 'hello'}, {'text': 'withheld'}) for index in range(parts)]
    return job.evolve(parts=tuple(made))


def attempt_to(target='ops', result='busy'):
    """A line of a job's history."""
    return Attempt(START, target, 0, result, (quoted('their words'),))


def posted(job, index=0, attempt='a1', seconds=0):
    return settling.posting(job, index, attempt, at(seconds))


def settle(job, outcome, seconds=0, index=0, attempt='a1', policy=KEYED, key=None):
    return settling.settled(job, index, key or 'key{}'.format(index), attempt, outcome, at(seconds), policy)


def sent(job, outcome, seconds=0, index=0, attempt='a1', policy=KEYED):
    """The job after one attempt."""
    posting = posted(job, index, attempt, seconds)
    return settle(posting, outcome, seconds, index, attempt, policy, posting.parts[index].key)


def failed(reason, **more):
    return Outcome(reason=reason, code=7, faults=(quoted('their words'),), **more)


def changed(before, after):
    """The fields that are not what they were."""
    return set(difference(before, after))
