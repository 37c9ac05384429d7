"""What is gathered of trouble, and when it is due as a message."""

from datetime import datetime, timedelta, timezone

import pytest

from scan_notify_plugin.jobs import alert_events, alert_sources, alerts
from scan_notify_plugin.jobs.alert_sources import Trouble
from scan_notify_plugin.jobs.alert_store import AlertStore, Busy
from scan_notify_plugin.jobs.job import Kind, State
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.jobs.views import Ended
from scan_notify_plugin.testing.embedded import embedded_database
from tests.jobs.samples import make_job

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=timezone.utc)


def after(**span):
    return NOW + timedelta(**span)


def gathered(*events, kind='delivery'):
    pending = alert_events.NOTHING
    for one in events:
        pending = alert_events.added(pending, kind, one)
    return pending


def failed(target='ops', at=NOW, **facts):
    return alert_events.new_event(dict({'schedule': 'nightly', 'target': target, 'state': 'error'}, **facts), at)


def test_the_same_again_only_counts():
    pending = gathered(failed(), failed(at=after(minutes=2)), failed('team', after(minutes=1)))
    assert [(one.names['target'], one.times, one.at) for one in pending.events] == [
        ('ops', 2, after(minutes=2)), ('team', 1, after(minutes=1)),
    ]  # fmt: skip
    assert (pending.count, pending.since) == (3, NOW)


def test_however_many_there_are_a_few_are_named_and_all_are_counted():
    pending = gathered(*(failed('t{}'.format(number % 500)) for number in range(1000)))
    assert len(pending.events) == alert_events.KEPT and pending.count == 1000
    twice = alert_events.together(pending, 'delivery', pending)
    assert len(twice.events) == alert_events.KEPT and twice.count == 2000
    assert alert_events.together(alert_events.NOTHING, 'delivery', pending) == pending


def test_what_every_worker_sees_is_told_once():
    outage = [
        alert_events.new_event({'seconds': seconds}, after(seconds=late))
        for seconds, late in ((40.0, 0), (47.5, 3), (41.0, 4))
    ]
    pending = gathered(*outage, kind='database')
    assert pending.count == 1 and pending.events[0].numbers == {'seconds': 47.5}
    later = alert_events.added(pending, 'database', alert_events.new_event({'seconds': 20.0}, after(minutes=30)))
    assert later.count == 2
    missed = alert_events.new_event({'schedule': 'nightly', 'due_at': NOW}, after(minutes=5))
    assert gathered(missed, missed._replace(at=after(minutes=50)), kind='schedule').count == 1
    tomorrow = alert_events.new_event({'schedule': 'nightly', 'due_at': after(days=1)}, after(days=1, minutes=5))
    assert gathered(missed, tomorrow, kind='schedule').count == 2


def test_what_one_worker_has_told_another_does_not_tell_an_hour_later():
    outage = alert_events.new_event({'seconds': 40.0}, NOW)
    document = alerts.taken_in({}, 'broker', gathered(outage, kind='broker'))
    document.update(alerts.begun(document, NOW, 'alert/broker/1'))
    same = alert_events.new_event({'seconds': 41.0}, after(seconds=30))
    assert alerts.taken_in(document, 'broker', gathered(same, kind='broker'))['count'] == 0
    another = alert_events.new_event({'seconds': 20.0}, after(minutes=20))
    assert alerts.taken_in(document, 'broker', gathered(another, kind='broker'))['count'] == 1
    assert alerts.taken_in(document, 'delivery', gathered(failed()))['count'] == 1


def test_a_fact_is_short_plain_and_no_credential():
    one = alert_events.new_event(
        {
            'schedule': 'x' * 5000, 'target': 'https://a/robot?access_token=5f2cHiddenToken0123456789',
            'call': 'a\ud800b',
            'odd': object(), 'none': None, 'flag': True, 'seconds': float('nan'), 'many': 10 ** 30,
            'due_at': NOW.replace(tzinfo=None),
        },
        NOW,
    )  # fmt: skip
    assert len(one.names['schedule']) == 100 and '5f2cHidden' not in str(one) and one.names['call'] == 'a?b'
    assert set(one.names) == {'schedule', 'target', 'call'} and one.numbers == one.dates == {}


@pytest.mark.parametrize('told_at, later, due', [
    (None, {}, True),
    (NOW, {'minutes': 59}, False),
    (NOW, {'minutes': 60}, True),
    (after(hours=8), {}, True),  # by a clock that was set back since
    (after(seconds=4), {}, False),
    ('yesterday', {}, True),
    (NOW.replace(tzinfo=None), {}, True),
])  # fmt: skip
def test_a_kind_is_told_at_most_once_an_hour(told_at, later, due):
    document = dict(alert_events.written(gathered(failed())), told_at=told_at)
    assert alerts.due(document, after(**later)) is due
    assert not alerts.due(dict(document, **alert_events.written(alert_events.NOTHING)), after(**later))


ODD = [
    None, 5, 'x', [], {}, [None, 5, 'x', {}], [{'names': {}}], {'a': 1},
    [{'names': {'schedule': 5}, 'numbers': {}, 'dates': {}, 'times': 1, 'at': NOW}],
    [{'names': {}, 'numbers': {'seconds': 'x'}, 'dates': {}, 'times': 1, 'at': NOW}],
    [{'names': {}, 'numbers': {}, 'dates': {'due_at': 'x'}, 'times': 1, 'at': NOW}],
    [{'names': {}, 'numbers': {}, 'dates': {}, 'times': 0, 'at': NOW}],
    [{'names': {}, 'numbers': {}, 'dates': {}, 'times': 1, 'at': NOW.replace(tzinfo=None)}],
]  # fmt: skip


@pytest.mark.parametrize('odd', ODD)
def test_what_is_odd_in_a_document_counts_as_absent(odd):
    for document in ({'pending': odd}, {'pending': odd, 'since': odd, 'told_at': odd, 'telling': odd, 'count': 'x'}):
        assert alert_events.read(document) == alert_events.NOTHING
        assert not alerts.due(document, NOW) and alerts.telling(document) is None
        assert alert_events.together(alert_events.read(document), 'delivery', gathered(failed())).count == 1
    assert alerts.telling({'telling': {'id': 'alert/delivery/1', 'events': odd, 'count': 1}}) is None


def test_a_message_leaves_pending_in_the_moment_in_which_it_is_begun():
    document = dict(alert_events.written(gathered(failed(), failed())), told_at=None)
    document.update(alerts.begun(document, after(hours=1), 'alert/delivery/1'))
    assert alert_events.read(document) == alert_events.NOTHING and document['told_at'] == after(hours=1)
    message = alerts.telling(document)
    assert (message.id, message.content.count, message.content.since) == ('alert/delivery/1', 2, NOW)
    document.update(alerts.has_job(document, message))
    assert alerts.telling(document) is None and alerts.has_job(document, message) is None


def test_its_job_has_no_run_and_is_left_alone_by_releases_that_know_none_without():
    message = alerts.telling(alerts.begun(alert_events.written(gathered(failed())), NOW, 'alert/delivery/1'))
    job = alerts.job('delivery', message, ['ops', 'duty'], 'channel:1', NOW, timedelta(hours=24))
    assert (job.kind, job.run_ids, job.state, job.v) == ('alert', (), 'pending', 3)
    assert (job.route, job.lane, job.give_up_at) == (('ops', 'duty'), 'channel:1', after(hours=24))
    assert job.alert['kind'] == 'delivery' and job.alert['count'] == 1


def job_with(**fields):
    job = Ended('j', 1, 1, ('a:1',), Kind.NOTIFY, State.ERROR, ('ops', 'duty'), 1, '')
    return job._replace(**fields)


@pytest.mark.parametrize('job, trouble', [
    (job_with(), Trouble('delivery', {'run': 'a:1', 'target': 'duty', 'state': 'error'})),
    (job_with(state=State.UNCERTAIN, at=0), Trouble('delivery', {'run': 'a:1', 'target': 'ops', 'state': 'uncertain'})),
    (job_with(kind=Kind.EXPORT, route=(), format='excel'), Trouble('report', {'run': 'a:1', 'format': 'excel'})),
    (job_with(state=State.SUCCESS), None),
    (job_with(state=State.CANCELLED), None),
    (job_with(state=State.PENDING), None),
    (job_with(kind=Kind.EXPORT, state=State.SUCCESS), None),
    (job_with(kind=Kind.UPDATE), None),
    (job_with(test=True), None),
    (job_with(kind=Kind.ALERT, run_ids=()), None),
    (job_with(kind=Kind.ALERT), None),
])  # fmt: skip
def test_only_what_did_not_arrive_is_trouble_and_never_an_alert(job, trouble):
    assert alert_sources.trouble_of(job) == trouble


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize('seen_at, alive, grace, silent', [
    ([], 0, 0, None),
    ([None, 'x', 5], 0, 0, None),
    ([after(minutes=-4)], 0, 0, None),
    ([after(minutes=-120), None], 0, 0, 120),
    ([after(minutes=-120), after(minutes=-2)], 0, 0, None),
    ([after(minutes=-120)], 30, 0, 90),
    ([after(minutes=-20)], 20, 0, None),  # it was alive and could not say so: the database was away
    ([after(minutes=-480)], 0, 480, None),  # the clock was set forward
    ([after(minutes=480)], 0, 0, None),  # or back
])  # fmt: skip
def test_silence_is_when_no_worker_was_alive(seen_at, alive, grace, silent):
    found = alert_sources.silence(seen_at, NOW, alive * MINUTE, grace * MINUTE, 5 * MINUTE)
    assert found == (None if silent is None else silent * MINUTE)


@pytest.fixture
def db():
    return embedded_database()


def add(store, one, kind='delivery'):
    return store.change(kind, lambda now: alert_events.written(alert_events.added(alert_events.read(now), kind, one)))


def test_events_survive_the_database_as_they_were(db):
    store = AlertStore(db)
    one = failed(seconds=1.5, due_at=datetime(2026, 3, 1, 3, 0, 0, 123456, tzinfo=timezone.utc))
    add(store, one)
    add(store, one)
    (event,) = alert_events.read(store.all()['delivery']).events
    assert event.times == 2 and event.dates == one.dates


@pytest.mark.parametrize('rev', [None, 1, 'x', [1, 2], {'a': 1}])
def test_an_odd_document_can_be_changed_like_any_other(db, rev):
    db['scan_notify_alert'].insert_one({'_id': 'delivery', 'rev': rev, 'pending': 'x', 'count': [], 'mine': 5})
    db['scan_notify_alert'].insert_one({'_id': 'report'})
    store = AlertStore(db)
    add(store, failed())
    add(store, failed())
    add(store, failed(), 'report')
    found = store.all()
    assert alert_events.read(found['delivery']).count == 2 and found['delivery']['mine'] == 5
    assert alert_events.read(found['report']).count == 1


def test_a_change_is_decided_anew_when_somebody_was_faster(db):
    store, other = AlertStore(db), AlertStore(db)
    tries = []

    def decide(now):
        if not tries:
            add(other, failed('team'))
        tries.append(1)
        return alert_events.written(alert_events.added(alert_events.read(now), 'delivery', failed('ops')))

    store.change('delivery', decide)
    assert len(tries) == 2 and alert_events.read(store.all()['delivery']).count == 2
    assert store.change('delivery', lambda now: None) is None


def test_nobody_tries_for_ever(db):
    store = AlertStore(db)

    def decide(now):
        add(AlertStore(db), failed())
        return {'count': 0}

    with pytest.raises(Busy):
        store.change('delivery', decide)


def test_jobs_of_alerts_leave_when_they_are_old_and_through(db):
    jobs = JobStore(db)
    for number, (state, days) in enumerate((('success', 5), ('error', 5), ('pending', 5), ('held', 5), ('success', 1))):
        message = alerts.Message('alert/delivery/{}'.format(number), alert_events.Pending((), 1, NOW))
        made = alerts.job('delivery', message, ['ops'], 'channel:1', after(days=-days), timedelta(hours=1))
        jobs.insert(made.evolve(state=State(state)))
    message = make_job(id='a:1/complete/ops', created_at=after(days=-9), state=State.SUCCESS, run_ids=('a:1',))
    jobs.insert(message)
    jobs.forget_alerts(after(days=-2))
    left = sorted(job['_id'] for job in db['scan_notify_job'].find({}))
    assert left == ['a:1/complete/ops', 'alert/delivery/2', 'alert/delivery/3', 'alert/delivery/4']
    assert jobs.last_alert().id == 'alert/delivery/4'
