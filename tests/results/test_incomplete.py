"""Each way in which a round can be incomplete: no false gone, no false new, and it says what was not looked at."""

import pytest
from bson import ObjectId

from tests.results.world import World, address, changes_of, site

IP, OTHER = '10.0.0.1', '10.0.0.2'
WHOLE = {
    'ip': [address(IP, 22, 80, 8080), address(OTHER, 22, 80)],
    'site': [site('http://10.0.0.1'), site('http://10.0.0.2'), site('http://10.0.0.1:8080')],
    'nuclei_result': [
        {'template_id': 'cve', 'vuln_url': 'http://10.0.0.1/x', 'vuln_severity': 'high', 'vuln_name': 'n'}
    ],
    'fileleak': [{'url': 'http://10.0.0.1/.git', 'site': 'http://10.0.0.1'}],
    'cert': [{'ip': IP, 'port': 8080, 'cert': {'subject_dn': 'CN=a', 'serial_number': '1'}}],
}
NOT_INSTALLED = [{'name': name, 'elapsed': 0.02} for name in ('nuclei_scan', 'file_leak')]


def without(*tables, **more):
    return dict({name: made for name, made in WHOLE.items() if name not in tables}, **more)


class Incomplete:
    """What a round finds, how it was, and the codes of what is said of it."""

    def __init__(self, found, codes=(), **task):
        self.found, self.codes, self.task = found, codes, task


FINDINGS = ('nuclei_result', 'fileleak')
ROUNDS = {
    'it failed': Incomplete({}, ['coverage.failed'], status='error'),
    'it was stopped': Incomplete({'ip': WHOLE['ip'][:1]}, ['coverage.failed'], status='stop'),
    'the port scan was off': Incomplete({}, ['coverage.option-off'], options={'port_scan': False}),
    'the port list was narrower': Incomplete(
        without('cert', ip=[address(IP, 80), address(OTHER, 80)], site=WHOLE['site'][:2]), ['compare.narrower'],
        options={'port_scan_type': 'custom', 'port_custom': '80'},
    ),
    'findings were switched off': Incomplete(
        without(*FINDINGS), ['coverage.option-off'] * 2, options={'nuclei_scan': False, 'file_leak': False}
    ),
    'scanners were not installed': Incomplete(without(*FINDINGS), ['coverage.too-quick'] * 2, quick=True),
    'stages never ran': Incomplete(without(*FINDINGS), ['coverage.no-stage'] * 2, service=[]),
    'results were deleted': Incomplete(
        without('fileleak', 'nuclei_result'), ['coverage.deleted'] * 2,
        statistic={'fileleak_cnt': 1, 'nuclei_result_cnt': 1},
    ),
    'it is empty': Incomplete({}, ['compare.empty', 'compare.parent']),
    'an address does not answer': Incomplete(
        without(ip=WHOLE['ip'][:1], site=[WHOLE['site'][0], WHOLE['site'][2]]), ['compare.silent', 'compare.parent']
    ),
    'an address shows web ports alone': Incomplete(
        without('cert', ip=[address(IP, 80), WHOLE['ip'][1]], site=WHOLE['site']),
        ['compare.few-ports', 'compare.parent'],
    ),
    'an address shows no port': Incomplete(
        without('cert', ip=[address(IP), WHOLE['ip'][1]], site=WHOLE['site']), ['compare.few-ports', 'compare.parent']
    ),
    'the document of the scan task is gone': Incomplete({}, ['coverage.task-gone'], gone=True),
}  # fmt: skip


@pytest.mark.parametrize('name', sorted(ROUNDS))
def test_a_round_that_is_incomplete_tells_nothing_as_gone_or_new(name):
    world, case = World(), ROUNDS[name]
    world.round(WHOLE)
    task = dict(case.task)
    gone, stages = task.pop('gone', False), task.pop('service', None)
    if task.pop('quick', False) or stages is not None:
        task['service'] = _stages(stages)
    task_id = str(ObjectId()) if gone else world.task(**task)
    world.found(task_id, **case.found)
    run = world.run(task_id)
    results = world.collect(run)
    assert changes_of(world.db, run.id) == {}
    assert set(results.changes) == {'not_looked_at'}
    assert set(case.codes) <= {remark.code for remark in results.remarks} or not case.codes
    # The next whole round finds everything as it was.
    _, results = world.round(WHOLE)
    assert results.changes == {}


def _stages(stages):
    from tests.results.world import STAGES

    rest = [{'name': name, 'elapsed': 9.0} for name in STAGES if name not in FINDINGS + ('nuclei_scan', 'file_leak')]
    return rest + (NOT_INSTALLED if stages is None else stages)


def test_a_second_empty_round_in_a_row_covers():
    world = World()
    world.round(WHOLE)
    told = [world.round({})[1] for _ in range(4)]
    assert [one.changes.get('gone', 0) for one in told] == [0, 0, 5, 0]
    assert [[remark.code for remark in one.remarks][:1] for one in told] == [
        ['compare.empty'],
        ['compare.silent'],
        [],
        [],
    ]
    assert told[3].changes == {}


def test_an_empty_round_after_one_that_answered_is_the_first_again():
    world = World()
    world.round(WHOLE)
    for found in ({}, WHOLE, {}):
        _, results = world.round(found)
    assert results.remarks[0].code == 'compare.empty'


def test_what_was_found_by_a_scan_task_without_a_document_is_not_out_of_scope():
    world = World()
    world.round(WHOLE)
    task_id = str(ObjectId())
    world.found(task_id, ip=[address('10.7.7.7', 22)])
    run = world.run(task_id)
    world.collect(run)
    run, results = world.round(WHOLE)
    assert results.changes.get('out_of_scope') is None and results.changes.get('gone') is None


def test_a_failed_submission_makes_nothing_out_of_scope():
    from scan_notify_plugin.runs.run import Submitted
    from tests.results.world import START

    world = World()
    both = {'ip': [address(IP, 22), address('10.9.9.9', 22)]}
    world.round(both, target=IP + ' 10.9.9.9')
    task_id = world.task(IP)
    world.found(task_id, ip=[address(IP, 22)])
    run = world.run(task_id, submitted=(Submitted(None, START, 'failed', 1, 'no queue'),))
    assert world.collect(run).changes == {'not_looked_at': 2}
