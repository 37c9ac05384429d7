"""What an installation can live through since 0.2.0: alerts, doubt that goes along a route, lanes that hang, odd
documents.

Chapters of :mod:`tests.upgrade.story`, in between its own.
"""

from unittest import mock

from bson import ObjectId
from pymongo.errors import AutoReconnect

from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.deadline import Overstayed
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.recorder import Recorder
from scan_notify_plugin.reports.storage import Directory, write_marker
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.testing.loop import Loop
from scan_notify_plugin.web.reading import Reading
from scan_notify_plugin.worker import sharing
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.send import Sender
from tests.loop import RUNS
from tests.upgrade.story import BOB

AWAY = AutoReconnect('the database is away')


# What has ended.


def read_what_workers_write(story):
    """A worker whose files the web process reads, one whose files it does not, and one that has just asked."""
    write_marker(story.folder, story.context.stored.web_marker())
    for user in ('1001-1001', '1000-1000'):
        with mock.patch.object(sharing, 'user', lambda user=user: user):
            sharing.is_read(story.context, story.context.stored.read())
        if user == '1001-1001':  # whose disk is another one
            Directory(story.folder).forget_probe(story.context.stored.read().probes()[user]['file'])
        Reading(story.folder, story.clock).look(story.db)
    with mock.patch.object(sharing, 'user', lambda: '1002-1002'):
        sharing.is_read(story.context, story.context.stored.read())
    with mock.patch.object(sharing, 'user', lambda: '1000-1000'):
        story.fire('second', export_enable=True)
        story.through('second', loop=story.in_auto)


def change_documents_by_hand(story):
    """Somebody has written what is no time into a job, and into a run."""
    run_id, _ = story.fire('odd')
    story.settle()
    story.db['scan_notify_job'].update_one({'_id': story.job(run_id)['_id']}, {'$set': {'give_up_at': 'tomorrow'}})
    story.work('odd')
    run_id, _ = story.fire('odd', end='')
    story.db[RUNS].update_one({'_id': run_id}, {'$set': {'fired_at': 'yesterday'}})
    story.tick(13)


def lose_ends_of_submissions(story):
    """Two fires of one process beside each other that never end, and one with more scan tasks than can be followed."""
    story.settle()
    process = Recorder(None, story.loop.settings, False, story.db, story.clock)
    for name in ('one', 'other'):
        schedule = story.loop.schedule('巡检 ' + name, notify_enable=True, notify_channel=['second'])
        fire = story.open(schedule, process)
        story.loop.submit(fire)
    fire = story.open(story.loop.schedule('巡检 endless', notify_enable=True, notify_channel=['second']))
    for _ in range(rules.MOST_TASKS + 1):
        fire.add(str(ObjectId()))
    fire.close()
    story.tick(40, 20)
    bring_ends(story, 'done')
    schedule = story.loop.schedule('巡检 silent', notify_enable=True, notify_channel=['second'])
    story.fire_again(schedule, through=Recorder(None, story.loop.settings, False, story.db, story.clock), close=False)
    story.tick(40, 20)
    story.work('second', 'ops')
    story.tick()


def tell_operators(story):
    """Nobody worked for a while, a schedule did not fire, and what went wrong in all these days is told."""
    story.context.stored.worker_alive('scanner-4710', {'targets': []})
    story.context.stored.worker_gone('scanner-4710')
    story.clock.move(minutes=61)
    worker = Loop(
        story.sections('directory'), db=story.db, clock=story.clock, folder=story.folder, probe=lambda ids: set()
    )
    worker.context.alerts.started(story.clock.now())
    worker.context.alerts.flush(story.clock.now())
    due = '{:%Y-%m-%d %H:%M:%S}'.format(story.clock.now().astimezone())
    story.loop.schedule('逾期', status='scheduled', next_run_date=due)
    story.tick(40, 10)
    story.work('duty')
    story.tick()
    story.fire('wrong')  # within the hour, so it is only noted
    story.through('wrong')


# What goes on.


def leave_doubt(story):
    """A possible repeat on its way along a route, and a message of which one part will never be known."""
    story.services.robots['repeated'].misbehave('cut_after')
    story.fire('repeated')
    story.settle()
    story.work('repeated')
    story.clock.move(minutes=11)
    story.work('repeated')
    story.services.robots['repeat-fallback'].misbehave(-1)
    story.work('repeat-fallback')
    story.fire('unsure')
    story.services.robots['puzzled'].misbehave(987654)
    story.fire('puzzled')
    story.settle()
    story.work('puzzled')
    with mock.patch.object(type(story.context.channels.notifier('unsure')), 'send', _in_doubt_about_the_first()):
        story.work('unsure', steps=3)


def _in_doubt_about_the_first():
    first = []

    def send(self, part, target):
        if not first:
            first.append(part)
            raise SendError(Reason.UNKNOWN, words='the answer was cut')
        raise SendError(Reason.BUSY, -1, 'busy')

    return send


def leave_trouble(story):
    """An alert that waits in its lane, what is noted since, and a test that nobody has sent yet."""
    story.clock.move(minutes=61)
    for _ in range(2):
        story.fire('wrong')
        story.through('wrong')
    Targets(story.desk).test('tested', BOB)
    story.settle()


def leave_a_plugin_hanging(story):
    """A notifier did not come back; operators are being told when MongoDB goes away."""
    story.fire('hanging')
    with mock.patch.object(story.context.jobs, 'insert', _no_alert(story.context.jobs.insert)):
        story.settle()
        _hangs(story, 'hanging')
        story.tick()
    story.alive()


def _hangs(story, target):
    """What the crew does when the call to render does not come back."""
    visit = Sender(story.context, hung=Hung(story.context, 'scanner-4711')).visit(story.context.channels.lane(target))
    call = next(visit)
    story.context.overstayed(call.plugin, call.method)
    try:
        visit.throw(Overstayed('{} takes longer than {} s'.format(call.what, call.seconds)))
    except StopIteration:
        return
    raise AssertionError('the visit goes on')


def _no_alert(insert):
    """Nor is a job made of what is planned only."""

    def inserted(job):
        if job.kind == 'alert':
            raise AWAY
        return None if job.route == ('planned',) else insert(job)

    return inserted


def leave_ends_with_the_next_fire(story):
    bring_ends(story)


def bring_ends(story, end=''):
    """A process of the host could not write one end, and nothing of a second fire; its third has brought both."""
    process = Recorder(None, story.loop.settings, False, story.db, story.clock)
    schedules = [
        story.loop.schedule('巡检 late {}'.format(number), notify_enable=True, notify_channel=['ops'])
        for number in range(3)
    ]
    fire = story.open(schedules[0], process)
    task = story.loop.submit(fire)
    with mock.patch.object(RunStore, 'close', side_effect=AWAY), mock.patch.object(RunStore, 'open', side_effect=AWAY):
        fire.close()
        story.fire_again(schedules[1], through=process, end=end)
    story.fire_again(schedules[2], through=process, end=end)
    story.loop.status([task] if end else [], end)


ENDED = (read_what_workers_write, change_documents_by_hand, lose_ends_of_submissions, tell_operators)
BEGUN = (leave_trouble, leave_doubt)
LEFT = (leave_a_plugin_hanging, leave_ends_with_the_next_fire)
