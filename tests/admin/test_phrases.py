"""What the server says of faults, in pieces; the words are those that its functions really make."""

from datetime import datetime, timedelta, timezone

import pytest
from bson import ObjectId

from scan_notify_plugin.admin.phrases import faults_in
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.jobs import exports, routing, steering
from scan_notify_plugin.jobs.job import State
from scan_notify_plugin.jobs.making import Way, new_job, new_part
from scan_notify_plugin.jobs.outcomes import Policy
from scan_notify_plugin.jobs.settling import MAX_STARTS
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
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
    return rules.submission_end(ObjectId(), NOW, trouble, 2, '7').error


def noted(outcome):
    return rules.woke_up(run(outcome), {'0': rules.Seen('running', 'c')}, NOW).notes[0].text


def again():
    known = run('done', status=Status.RUNNING)
    return rules.observe(known, {'0': rules.Seen('running', 'c')}, NOW, timedelta(hours=1)).notes[0].text


def in_doubt(**fields):
    return routing.unspoken(job(**fields).with_part(0, doubt_at=NOW), NOW, POLICY, 'x').error


SAID = [
    ('tasks.error', rules.verdict(run('error', 'done')).error_msg),
    ('tasks.stop', rules.verdict(run('stop')).error_msg),
    ('tasks.missing', rules.verdict(run('missing')).error_msg),
    ('tasks.unqueued', rules.verdict(run('unqueued')).error_msg),
    ('tasks.dead', rules.verdict(run('dead')).error_msg), ('tasks.overdue', rules.verdict(run('overdue')).error_msg),
    ('tasks.none', rules.verdict(run()).error_msg), ('submission.failed', submission('failed')),
    ('submission.unreported', submission('unreported')), ('submission.doubtful', submission('doubtful')),
    ('submission.too_many', submission('too_many')), ('submission.unrecorded', submission('unrecorded')),
    ('note.again', again()), ('note.woke', noted('stop')), ('note.woke', noted('dead')),
    ('job.cancelled', steering.cancelled(job(), 'web:ann', NOW).error),
    ('job.not-delivered', steering.settled_by(job(state=State.UNCERTAIN), 'web:ann', False, NOW).error),
    ('job.uncertain', in_doubt()), ('job.died', exports.starting(job(starts=MAX_STARTS), 'a', NOW).error),
    ('at', in_doubt(route=('ops', 'spare'))), ('job.told-on', 'told to spare as a possible repeat'),
    ('job.again', 'sent again as a possible repeat'),
    ('plugin.no-target', 'target ops is no longer in the configuration'),
    ('option.missing', DingTalkRobot().problems({})[0]),
    ('option.unknown', DingTalkRobot().problems({'access_token': 'x', 'typo': 1})[0]),
    ('plugin.off', 'plugin dingding was switched off by web:ann'), ('plugin.none', 'no plugin speaks "pager"'),
    ('plugin.none-to', 'no plugin speaks to ops any more'), ('plugin.no-format', 'no plugin makes "pdf"'),
    ('plugin.hangs', 'wxwork.send has not come back since 2026-03-01 03:00 UTC'),
    ('plugin.skipped', 'plugin quiet skipped ops: at night'), ('plugin.declined', 'plugin pager declined to tell ops'),
    ('plugin.declined-format', 'plugin pdf declined to make "pdf"'),
]  # fmt: skip


@pytest.mark.parametrize('code, words', SAID)
def test_our_own_words_are_known_by_their_code(code, words):
    (fault,) = faults_in(words)
    assert (fault.code, say(fault, 'en')) == (code, words.replace(' any more', ''))
    assert all(fault.facts.values()) and say(fault, 'zh') != say(fault, 'en')


def test_what_says_several_things_is_taken_apart_and_what_is_not_ours_stays_whole():
    words = rules.verdict(run('error', 'dead')).error_msg
    assert [fault.code for fault in faults_in(words)] == ['tasks.error', 'tasks.dead']
    assert faults_in('a fault; of theirs', '', None) == (Fault('quote', text='a fault; of theirs'),)
