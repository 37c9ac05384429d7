"""What the server says of faults; they are those that its functions really make."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from bson import ObjectId

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs import exports, routing, steering
from scan_notify_plugin.jobs.job import State
from scan_notify_plugin.jobs.making import Way, new_job, new_part
from scan_notify_plugin.jobs.outcomes import Policy
from scan_notify_plugin.jobs.settling import MAX_STARTS
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import ScanTask, Status, Want

NOW = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
POLICY = Policy(False, False, ['channel:1'])


def run(*outcomes, **fields):
    tasks = {str(number): ScanTask('x', NOW, one) for number, one in enumerate(outcomes)}
    made = rules.new_run('64f0', 'nightly', 'recurrent_scan', 1, NOW)
    return made.evolve(task_ids=tuple(tasks), tasks=tasks, **fields)


def job(**fields):
    way = Way('l', fields.pop('route', ('ops',)))
    return new_job(Want('x', 'notify', '', 'ops'), way, 'r', NOW, timedelta(hours=1)).evolve(
        parts=(new_part('k', {'text': 'x'}, {}),), **fields
    )


def submission(trouble):
    return rules.submission_end(ObjectId(), NOW, trouble, 2, '7').faults


def noted(outcome):
    return (rules.woke_up(run(outcome), {'0': rules.Seen('running', 'c')}, NOW).notes[0].fault,)


def again():
    known = run('done', status=Status.RUNNING)
    return (rules.observe(known, {'0': rules.Seen('running', 'c')}, NOW, timedelta(hours=1)).notes[0].fault,)


def in_doubt(**fields):
    return routing.unserved(
        job(**fields).with_part(0, doubt_at=NOW), NOW, POLICY, Fault('plugin.none-to', target='x')
    ).faults


def old(text):
    """What an earlier release has stored."""
    return (Fault.from_stored(text),)


PRODUCED = [
    ('tasks.error', rules.verdict(run('error', 'done')).faults), ('tasks.stop', rules.verdict(run('stop')).faults),
    ('tasks.missing', rules.verdict(run('missing')).faults), ('tasks.unqueued', rules.verdict(run('unqueued')).faults),
    ('tasks.dead', rules.verdict(run('dead')).faults), ('tasks.overdue', rules.verdict(run('overdue')).faults),
    ('tasks.none', rules.verdict(run()).faults), ('submission.failed', submission('failed')),
    ('submission.unreported', submission('unreported')), ('submission.doubtful', submission('doubtful')),
    ('submission.too_many', submission('too_many')), ('submission.unrecorded', submission('unrecorded')),
    ('note.again', again()), ('note.woke', noted('stop')), ('note.woke', noted('dead')),
    ('job.cancelled', steering.cancelled(job(), 'web:ann', NOW).faults),
    ('job.not-delivered', steering.settled_by(job(state=State.UNCERTAIN), 'web:ann', False, NOW).faults),
    ('job.uncertain', in_doubt()), ('job.died', exports.starting(job(starts=MAX_STARTS), 'a', NOW).faults),
    ('at', in_doubt(route=('ops', 'spare'))),
    ('option.missing', (Fault('option.missing', option='ACCESS_TOKEN'),)),
    ('option.unknown', (Fault('option.unknown', option='TYPO', channel='dingding'),)),
    ('old', old('told to spare as a possible repeat')), ('old', old('sent again as a possible repeat')),
    ('old', old('target ops is no longer in the configuration')),
    ('old', old('plugin dingding was switched off by web:ann')), ('old', old('no plugin speaks "pager"')),
    ('old', old('no plugin speaks to ops any more')), ('old', old('no plugin makes "pdf"')),
    ('old', old('wxwork.send has not come back since 2026-03-01 03:00 UTC')),
    ('old', old('plugin quiet skipped ops: at night')), ('old', old('plugin pager declined to tell ops')),
    ('old', old('plugin pdf declined to make "pdf"')),
]  # fmt: skip


@pytest.mark.parametrize('code, produced', PRODUCED)
def test_what_is_stored_of_a_fault_is_told_by_its_code_in_both_languages(code, produced):
    desk = Desk(None, None, None, None)
    (chinese,), (english,) = [desk._replace(language=name).described(produced) for name in ('zh', 'en')]
    assert chinese['code'] == english['code'] == code and all(chinese['facts'].values())
    assert chinese['words'] != english['words']
    assert code == 'old' or re.search('[\u4e00-\u9fff]', chinese['words'])


def test_what_says_several_things_is_several_faults_and_what_is_not_ours_stays_whole():
    assert [fault.code for fault in rules.verdict(run('error', 'dead')).faults] == ['tasks.error', 'tasks.dead']
    (told,) = Desk(None, None, None, None).described([Fault('quote', text='a fault; of theirs')])
    assert told == {'code': 'quote', 'facts': {'text': 'a fault; of theirs'}, 'words': 'a fault; of theirs'}
