"""What must hold at the end of every play, in words for what does not."""

from collections import Counter
from typing import Iterator, List, Set, Tuple

from scan_notify_plugin.jobs.lanes import LEASE
from scan_notify_plugin.runs.rounds import ROUND_GRACE
from tests.crash_model.administrator import ACTIONS, CANCEL, HOLD, OFF, PAGER, SETTLE, START_TARGET, STOP_TARGET
from tests.crash_model.host import JOBS, RUNS, TASKS
from tests.crash_model.memory import Document
from tests.crash_model.robot import MISSED, VERDICTS
from tests.crash_model.stage import FOUND
from tests.crash_model.world import CUT, HANG, KILL, STEPS, STOP_AT_ONCE, World

#: Answers after which nobody knows whether people saw the message.
IN_DOUBT = {'accepted, then cut', 'cut', 'accepted, then bad gateway', 'bad gateway', 'accepted, then silent', 'silent'}
#: Answers that are final for a target.
FINAL = {'quota', 'config', 'gone'}


def violations(world: World) -> List[str]:
    """All that is wrong at the end of a play; empty if nothing."""
    found = ['{!r} was raised'.format(error) for error in world.crashes]
    found += world.administrator.wrongs
    if world.stuck:
        found.append('stuck')
    runs = world.documents(RUNS)
    found += _strangers(world)
    if world.scenario.schedules > 1:
        return found
    if len(runs) == 2 and world.host_slept > ROUND_GRACE:
        return found  # it was told as lost, and came back
    if len(runs) != 1:
        return found + ['{} runs of one fire'.format(len(runs))]
    for check in (_run, _jobs, _shown, _said, _collected, _reports, _lanes, _stops):
        found += check(world, runs[0])
    return found


def _strangers(world: World) -> Iterator[str]:
    """No run holds what another schedule's fire made."""
    for run in world.documents(RUNS):
        for task in world.documents('task'):
            if str(task['_id']) in run['task_ids'] and str(world.made_by[task['_id']]) != run['schedule_id']:
                yield 'a run holds a scan task of another schedule'


def _run(world: World, run: Document) -> Iterator[str]:
    tasks = world.documents('task')
    all_done = all(task['status'] == 'done' for task in tasks)
    unknown = {str(task['_id']) for task in tasks} - set(run['task_ids'])
    began = [host for host in world.hosts if host.began]
    submitted = began and all(host.submitted for host in began) and len(tasks) == TASKS * len(began)
    on_hosts = [(point.step, fault) for point, fault in world.hits if point.role.startswith('host')]
    if run['status'] not in ('finished', 'error') or run['end_time'] is None:
        yield 'the run did not end'
    if run['status'] == 'finished' and not (submitted and all_done):
        yield 'finished, but not every scan task was submitted and done'
    if run['status'] == 'error' and all_done and not on_hosts:
        yield 'error, but nothing went wrong'
    if (run['status'] == 'error') != bool(run['error_msg']) and not _left_out(world, run):
        yield '{} with the words {!r}'.format(run['status'], run['error_msg'])
    # A host whose insert was cut does not know the task itself.
    if unknown and run['fires'] and ('task.insert_one', CUT) not in on_hosts:
        yield 'scan tasks of the fire are not in its run'


def _jobs(world: World, run: Document) -> Iterator[str]:
    jobs = world.documents(JOBS)
    expected = world.administrator.promised | set(world.administrator.resent)
    if not _left_out(world, run):
        expected.add('{}/complete/ops'.format(run['_id']))
    if world.scenario.curious:
        tasks = zip(sorted(run['task_ids']), ('first', 'second'))
        expected |= {'{}/task-{}/{}'.format(run['_id'], task_id, name) for task_id, name in tasks}
        expected.add('{}/fired/fired'.format(run['_id']))
    if world.scenario.export:
        expected.add('{}/complete/export-sheet'.format(run['_id']))
    if world.scenario.collect and run.get('results'):  # None: nobody was to be told when it ended
        expected.add('{}/collect'.format(run['_id']))
    if {job['_id'] for job in jobs} != expected:
        yield 'the jobs are {}, not {}'.format(sorted(job['_id'] for job in jobs), sorted(expected))
    if len({entry['id'] for entry in run['plan']}) != len(run['plan']):
        yield 'one resend under the id of another'
    for job in jobs:
        ends = ('success', 'error', 'uncertain', 'cancelled' if CANCEL in _did(world) else '')
        if job['state'] not in ends:
            yield 'a job is {}'.format(job['state'])
        if (job['state'] == 'success') == bool(job['error']):
            yield 'a job in {} with the words {!r}'.format(job['state'], job['error'])
        if any(part['state'] == 'posting' for part in job['parts']) and 'not known' not in job['error']:
            yield 'a part is posting for ever'
        if job['state'] not in ('success', 'cancelled') and _must_succeed(world, job['kind']):
            yield 'a job is {} without need: {}'.format(job['state'], job['error'])
    counting = [job for job in jobs if job['state'] != 'cancelled']
    done_again = {identity for job in counting for identity in job['replaces']}
    for field, kind in (('push_status', 'notify'), ('export_status', 'export')):
        states = {job['state'] for job in counting if job['kind'] == kind and job['_id'] not in done_again}
        worst = next((state for state in ('uncertain', 'error', 'success') if state in states), 'skip')
        if run[field] != worst:
            yield '{} is {}, its jobs are in {}'.format(field, run[field], sorted(states))


def _must_succeed(world: World, kind: str) -> bool:
    """Whether nothing happened that may end in anything but success."""
    scenario, answers, did = world.scenario, world.scenario.answers, _did(world)
    doubts = sum(answer in IN_DOUBT for answer in answers)
    if len(world.hits) > 2 or len(answers) > 2:
        return False  # enough for a give-up, or for a doubt older than the trust in a key
    never = any(not VERDICTS[last][0] for last in scenario.verdicts[-1:])
    if did & {OFF, SETTLE} or 'missed somebody' in scenario.verdicts or never:
        return False
    if STOP_TARGET in did and kind == 'notify':
        return scenario.fallback and not (doubts or world.doubtful or scenario.verdicts or 'content' in answers)
    if HOLD in did and (doubts or len(world.hits) > 1):
        return False  # a doubt of before the hold is too old after it
    if kind in ('export', 'collect'):
        return True
    if scenario.again:
        doubts = sum(answer in IN_DOUBT and 'gateway' not in answer for answer in answers)
    in_doubt = doubts or world.doubtful
    if FINAL & set(answers) or answers.count('content') > 1 or 'content' in answers and in_doubt:
        return scenario.fallback and not in_doubt
    if scenario.keyed:  # a doubt whose age nobody knows is not tried again
        return not (in_doubt and any(fault in STEPS for _, fault in world.hits))
    if 'refused' in answers and in_doubt:
        return False
    # Whoever sleeps wakes up and records its receipt: that doubt does not stay.
    doubts += world.doubtful and sum(fault in (KILL, CUT, STOP_AT_ONCE, HANG) for _, fault in world.hits)
    return doubts <= int(scenario.resend) + int(scenario.fallback)


def _shown(world: World, run: Document) -> Iterator[str]:
    counts = Counter((message.job, message.target, message.page, message.repeat) for message in world.shown)
    for (_, target, page, repeat), count in counts.items():
        if count > 1 and not (repeat and world.scenario.again):
            yield 'page {} was shown {} times at {}'.format(page, count, target)
    jobs = sorted(world.documents(JOBS), key=lambda job: (job['created_at'], job['_id']))
    for message in world.shown:
        if message.target in ('ops', 'spare') and message.status != run['status']:
            yield 'people read {}, the run is {}'.format(message.status, run['status'])
        resent = world.administrator.resent
        doubted = world.scenario.again or any(job['_id'] == message.job and job.get('doubts') for job in jobs)
        if message.repeat and not doubted and message.job not in resent:
            yield 'a repeat that nobody asked for'
        if resent.get(message.job) and not message.repeat:
            yield 'a repeat that does not say so'
    order = list(dict.fromkeys(message.job for message in world.shown))
    quick = len(world.scenario.answers) < 8 and set(world.scenario.answers) <= {'accepted', 'unreachable', 'busy'}
    quick = quick and STOP_TARGET not in _did(world)
    if quick and not world.hits and order != [job['_id'] for job in jobs if job['kind'] == 'notify']:
        yield 'the messages were shown in the order {}'.format(order)
    for job in jobs:
        if job['kind'] == 'notify':
            yield from _job_shown(world, job, set(counts))
            yield from _told_on(world, job)


def _job_shown(world: World, job: Document, shown: Set[Tuple[str, str, int, bool]]) -> Iterator[str]:
    target = job['route'][job['at']]
    pages = [
        any((job['_id'], target, page, repeat) in shown for repeat in {job['repeat'], True})
        for page in range(1, world.scenario.parts + 1)
    ]
    if job['state'] == 'success' and not all(pages):
        yield 'a job says success, and of its pages people saw {}'.format(pages)
    for page, (seen, part) in enumerate(zip(pages, job['parts']), 1):
        if part['state'] == 'done' and not seen:
            yield 'page {} is done and nobody saw it'.format(page)
        words = ('settled as not delivered', 'not known whether part {}'.format(page))
        doubted = job['state'] == 'uncertain' or any(one in job['error'] for one in words)
        # What the service has accepted is asked about no more where another part has failed for good.
        known = ('done', 'failed', 'posted') if job['state'] == 'error' else ('done', 'failed')
        if part['state'] not in known and seen and not doubted:
            yield 'people saw page {}, and the job in {} does not even doubt it'.format(page, job['state'])


def _told_on(world: World, job: Document) -> Iterator[str]:
    """What comes of a job that leaves a target which may have it."""
    known = {(line['target'], line['part'] + 1) for line in job['attempts'] if line['result'] == 'accepted'}
    earlier = job['route'][: job['at']]
    perhaps = [
        one
        for one in world.shown
        if one.job == job['_id'] and one.target in earlier and (one.target, one.page) not in known
    ]
    after = [one for one in world.shown if one.job == job['_id'] and one.target not in earlier]
    if perhaps and not all(one.repeat for one in after):
        yield 'people at {} may have it, and others are told without a word'.format(perhaps[0].target)
    unknown = [one.target for one in world.shown if one.job == job['_id'] and (one.target, one.page) not in known]
    if unknown and job['state'] == 'error' and not job.get('settled'):
        yield 'people at {} may have it, and the job is in error'.format(unknown[0])
    if job['state'] == 'uncertain' and job['at'] + 1 < len(job['route']):
        yield 'in doubt, and nobody else is told'


def _said(world: World, run: Document) -> Iterator[str]:
    """What the robot said later of its messages."""
    said = world.robots[PAGER].said
    for job in world.documents(JOBS) if world.scenario.verdicts else ():
        if job['state'] == 'success' and any(part['state'] == 'failed' for part in job['parts']):
            yield 'a job says success, and of its pages one did not arrive'
        at_pager = job['kind'] == 'notify' and job['route'][job['at']] == 'ops'
        for page, part in enumerate(job['parts'], 1):
            verdict = said.get(part['key'], 'going on')
            if part['state'] == 'done' and at_pager and verdict != 'arrived' and not job.get('settled'):
                yield 'page {} is done, and the robot says {!r}'.format(page, verdict)
            if part['state'] == 'failed' and verdict != 'missed somebody':
                yield 'page {} failed, and the robot says {!r}'.format(page, verdict)
    told = [job['error'] + str(job['attempts']) for job in world.documents(JOBS)]
    missed = {key for key, verdict in said.items() if verdict == 'missed somebody'}
    if len(missed) > sum(MISSED.format(page) in words for words in told for page in range(1, 4)) and not _did(world):
        yield 'of {} failures people read in {}'.format(len(missed), told)


def _collected(world: World, run: Document) -> Iterator[str]:
    """What a run has found is told once, and as it was."""
    if not world.scenario.collect or not run.get('results'):
        return
    results = run['results']
    if run.get('collect_until') is not None:
        yield 'the plan of its end still waits'
    wanted = CANCEL in _did(world) and 'job.cancelled' in str(results['faults'])
    wanted = wanted or results['state'] != 'error' or not _must_succeed(world, 'collect')
    if results['state'] == 'pending' or not wanted:
        yield 'what it has found is in {}'.format(results['state'])
    if results['state'] == 'success' and results['changes'] != {'new': FOUND}:
        yield 'of the round {} is told'.format(results['changes'])
    if results['state'] == 'error' and not results['faults']:
        yield 'nobody says why nothing is known'
    if not world.hits and not world.scenario.failures and world.asked != ['success']:
        yield 'the plugins were asked when it was {}'.format(world.asked)


def _did(world: World) -> Set[str]:
    """What an administrator wanted, refused or not."""
    return {fault for _, fault in world.hits if fault in ACTIONS} | set(world.scenario.afterwards)


def _left_out(world: World, run: Document) -> bool:
    """Whether a run was told to nobody, and says why."""
    return OFF in _did(world) and 'switched off by' in run['error_msg']


def _reports(world: World, run: Document) -> Iterator[str]:
    ready = [report for report in world.documents('scan_notify_report') if report['state'] == 'ready']
    exported = [job for job in world.documents(JOBS) if job['kind'] == 'export' and job['state'] == 'success']
    made = [job['report_id'] for job in exported]
    ids = {report['_id'] for report in ready}
    # Whoever lost its lane, finished all the same and was killed then leaves another one.
    if not ids >= set(made) or len(ids) > len(made) and len(world.hits) < 2:
        yield 'the reports are {}, the export says {}'.format(sorted(ids), made)
    if not {report['place'] for report in ready} <= set(world.files):
        yield 'a report has no file'
    # Where only the export was held, the message has waited as long as it may.
    waited = HOLD in _did(world) or all(message.reports for message in world.shown)
    if made and len(world.hits) <= 2 and not waited:
        yield 'a message did not wait for its report'


def _lanes(world: World, run: Document) -> Iterator[str]:
    if any(fault in STEPS for _, fault in world.hits):
        return  # such a lane is watched, and taken, when there is something to send
    for lane in world.documents('scan_notify_lane'):
        if lane['claim'] is not None and lane['free_at'] > world.clock.time + LEASE:
            yield 'lane {} is held'.format(lane['_id'])


def _stops(world: World, run: Document) -> Iterator[str]:
    """Whom a service turned away, it is not asked for again."""
    if world.hits or START_TARGET in _did(world):
        return  # who dies before it can say so asks once more
    turned_away = set()
    for target, answer in world.robots[PAGER].answered:
        if target in turned_away:
            yield 'the service has turned {} away, and is asked again'.format(target)
        turned_away.update({target} if answer == 'gone' else ())
    stopped = {one['_id'] for one in world.documents('scan_notify_setting') if one.get('stopped')}
    if STOP_TARGET not in _did(world) and stopped != {'stopped:' + target for target in turned_away}:
        yield 'turned away were {}, stopped are {}'.format(sorted(turned_away), sorted(stopped))
