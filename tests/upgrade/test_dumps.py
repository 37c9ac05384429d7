"""A worker of today goes on where an earlier release was stopped, and people get what they would have got."""

import hashlib
import json
import os
import re

import pytest

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.recorder import Recorder
from scan_notify_plugin.reports import links
from scan_notify_plugin.reports.mounted import KEPT
from scan_notify_plugin.reports.storage import MARKER, PROBES
from scan_notify_plugin.worker.sign_of_life import facts
from tests.loop import RUNS
from tests.upgrade import dumps
from tests.upgrade.states import RUNS as RUN_COLLECTION
from tests.upgrade.states import missing

#: Messages that a later release words otherwise on purpose, by target; whoever changes a template names it here.
#: Since 0.3.0 a message begins with what went wrong and what is new, and ends with the ids of the scan tasks that went
#: well.
REWORDED = frozenset([
    'again', 'hanging', 'held-export', 'making', 'ops', 'planned', 'second', 'tested', 'unrouted', 'waiting',
])  # fmt: skip
OPEN = ('pending', 'held')
#: New settings that switch nothing on: how long something may take.
WAITS = frozenset(['section COLLECT_WAIT'])


def test_the_dump_has_a_document_in_every_state(dump):
    assert missing(dump.collections, dump.release) == []


def test_nothing_raises_and_no_document_is_set_aside(gone_on):
    said = [record.getMessage() for record in gone_on.logged if record.exc_info or 'aside' in record.getMessage()]
    assert said == []


def test_every_run_ends_as_it_would_have(dump, gone_on):
    assert gone_on.outcome()['runs'] == dump.went_on['runs']


def test_every_job_ends_as_it_would_have_and_there_is_no_other(dump, gone_on):
    assert gone_on.outcome()['jobs'] == dump.went_on['jobs']


def test_what_had_ended_stays_as_it_was(dump, gone_on):
    names = ('state', 'route', 'at', 'parts', 'attempts', 'error', 'faults', 'doubts', 'repeat', 'run_ids')
    for job in dump.collections['scan_notify_job']:
        if job['state'] not in OPEN and not job.get('set_aside'):
            now = gone_on.db['scan_notify_job'].find_one({'_id': job['_id']})
            assert [now.get(name) for name in names] == [job.get(name) for name in names]
    for run in dump.collections[RUN_COLLECTION]:
        if run['push_status'] != 'pending' and not run.get('set_aside'):
            now = gone_on.db[RUN_COLLECTION].find_one({'_id': run['_id']})
            assert {name: now[name] for name in run} == run


def test_what_was_set_aside_is_left_as_it_is(dump, gone_on):
    for name in (RUN_COLLECTION, 'scan_notify_job'):
        for one in dump.collections[name]:
            if one.get('set_aside'):
                assert gone_on.db[name].find_one({'_id': one['_id']}) == one


def test_the_same_people_are_told_the_same_and_nobody_else(dump, gone_on):
    told, wanted = gone_on.outcome()['told'], dump.went_on['told']
    assert {name: len(messages) for name, messages in told.items()} == {
        name: len(messages) for name, messages in wanted.items()
    }
    for name in set(wanted) - (REWORDED if dump.release in ('0.1.0', '0.2.0') else frozenset()):
        assert _plain(told[name]) == _plain(wanted[name]), name


def _plain(messages):
    """As JSON has it; a report that is made only now has a link, and with another openpyxl a size, of its own."""
    said = json.dumps(messages, sort_keys=True, ensure_ascii=False)
    return re.sub(r'（[\d.]+ KB', '（... KB', re.sub(r'/reports/[\w.-]+', '/reports/...', said))


def test_a_message_that_was_rendered_before_is_sent_byte_for_byte_under_its_key_to_its_target(dump, gone_on):
    for job in dump.collections['scan_notify_job']:
        now = gone_on.db['scan_notify_job'].find_one({'_id': job['_id']})
        for before, after in zip(job['parts'], now['parts']):
            assert (after['key'], after['content'], after['withheld']) == (
                before['key'],
                before['content'],
                before['withheld'],
            )
        if job['parts']:
            assert (len(now['parts']), now['route'], now['at']) == (len(job['parts']), job['route'], job['at'])


def test_reports_can_be_read_and_are_what_they_were(dump, gone_on):
    ready = gone_on.loop.context.reports.with_file()
    assert len(ready) == gone_on.db['scan_notify_report'].count_documents({'state': 'ready'})
    assert len(ready) > 2
    for report in ready:
        content = b''.join(gone_on.loop.context.storage_of(report).read(report.place))
        assert hashlib.sha256(content).hexdigest() == report.sha256


def test_a_link_that_was_given_out_still_leads_to_its_report(dump, restored):
    key = restored.loop.context.reports.signing_key()
    for report_id, url in dump.links.items():
        claim, report = links.read(key, url.rsplit('/', 1)[1]), restored.loop.context.reports.get(report_id)
        assert links.check(claim, report, restored.clock.now()) is None
        # A message that is sent from now on leads to the page of the same report, until the same time.
        opened = links.read(key, restored.loop.context.link(report).rsplit('/', 1)[1])
        assert opened == claim._replace(is_page=True)


def test_the_folder_of_reports_holds_reports_and_nothing_else(dump, gone_on):
    places = {report['place'] for report in gone_on.db['scan_notify_report'].find({'storage': 'directory'})}
    # Beside what processes ask each other with, and what tells the folder from an unmounted one.
    assert set(dumps.files(gone_on.folder)) - places <= {MARKER, KEPT} | {
        name for name in dump.files if name.startswith(PROBES)
    }


def test_a_schedule_that_was_there_fires_and_is_told(restored):
    schedule = restored.db['task_schedule'].find_one({'name': '巡检 ready'})
    restored.db['task_schedule'].update_one({'_id': schedule['_id']}, {'$inc': {'run_number': 1}})
    fire = Recorder(None, restored.loop.settings, False, restored.db, restored.clock).begin(
        restored.db['task_schedule'].find_one({'_id': schedule['_id']})
    )
    task = restored.loop.submit(fire)
    fire.close()
    restored.loop.status([task], 'done')
    restored.loop.run_through(40)
    assert restored.loop.run(fire.run_id)['push_status'] == 'success'
    assert len(restored.services.arrived()['ready']) == 2


def test_what_administrators_decided_still_holds(restored):
    restored.loop.context.take_in()
    settings = restored.loop.context.settings
    assert (settings.report_days, settings.give_up_after, settings.language) == (30, 2, 'zh')
    assert restored.loop.context.channels.format_off('csv') == Fault('plugin.off', plugin='csv', by='web:ann')
    assert not restored.loop.context.channels.format_off('excel')
    assert restored.loop.context.stored.read().run_collection == RUNS
    assert {one['name'] for one in facts(restored.loop.context)['target_facts']} >= {'ops', 'team', 'cards'}


def test_an_upgrade_switches_nothing_on(dump):
    now = dumps.defaults()
    assert {name: now.get(name) for name in dump.defaults} == dump.defaults
    for name in set(now) - set(dump.defaults) - WAITS:  # what is new is off until somebody wants it
        assert not now[name], name


@pytest.mark.parametrize('collection', ['secret', 'setting', 'audit', 'metric', 'alert'])
def test_nothing_that_was_known_is_forgotten(dump, gone_on, collection):
    collection = 'scan_notify_' + collection
    # A sign of life ages, a token ends.
    lasting = [
        one['_id']
        for one in dump.collections.get(collection, ())
        if not re.match('worker:|stream:|token:', str(one['_id']))
    ]
    assert set(lasting) <= {one['_id'] for one in gone_on.db[collection].find({})}


def test_dumps_are_files_in_this_folder_that_their_release_wrote(dump):
    assert os.path.exists(os.path.join(os.path.dirname(__file__), dump.release + '.json'))
