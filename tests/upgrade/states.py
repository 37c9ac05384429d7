"""The states that a dump must have a document in; each is a sentence and a test of a document."""

RUNS, JOBS, REPORTS, LANES = 'task_schedule_run', 'scan_notify_job', 'scan_notify_report', 'scan_notify_lane'
SETTINGS, SECRETS, ALERTS = 'scan_notify_setting', 'scan_notify_secret', 'scan_notify_alert'


def _part(test):
    return lambda job: any(test(part) for part in job['parts'])


def _trouble(name):
    return lambda run: any(end['trouble'] == name for end in run.get('submitted', ()))


def _outcome(name):
    return lambda run: any(task['outcome'] == name for task in run['tasks'].values())


def _setting(name):
    return lambda document: document['_id'] == name or document['_id'].startswith(name + ':')


def _field(name, *values):
    return [(name, value) for value in values]


STATES = [
    (RUNS, '{} {}'.format(name, value), lambda run, name=name, value=value: run.get(name) == value)
    for name, value in _field('status', 'running', 'finished', 'error')
    + _field('push_status', 'pending', 'success', 'error', 'uncertain', 'skip')
    + _field('export_status', 'pending', 'success', 'error', 'skip')
    + _field('host_push', '', 'left', 'suppressed') + _field('test', True)
] + [
    (RUNS, 'submission ' + name, _trouble(name)) for name in ('failed', 'unreported', 'unrecorded')
] + [
    (RUNS, 'scan task ' + name, _outcome(name)) for name in ('done', 'error', 'stop', 'missing', 'unqueued', 'dead')
] + [
    (RUNS, 'acknowledged', lambda run: run.get('acknowledged')),
    (RUNS, 'with notes', lambda run: run['notes']),
    (RUNS, 'watched', lambda run: run.get('watch_until')),
    (RUNS, 'with plan errors', lambda run: run['plan_errors']),
    (RUNS, 'an open fire', lambda run: run.get('fires') and not run.get('submitted')),
    (RUNS, 'one task told, one not', lambda run: len({task['told'] for task in run['tasks'].values()}) == 2),
] + [
    (JOBS, '{} {}'.format(kind, state), lambda job, kind=kind,
     state=state: (job['kind'], job['state']) == (kind, state))
    for kind, states in (
        ('notify', ('pending', 'held', 'success', 'error', 'uncertain', 'cancelled')),
        ('export', ('pending', 'held', 'success', 'error')),
        ('update', ('pending', 'success')),
    )
    for state in states
] + [
    (JOBS, 'part ' + state, _part(lambda part, state=state: part['state'] == state))
    for state in ('ready', 'posting', 'posted', 'done', 'failed')
] + [
    (JOBS, 'a part in doubt', _part(lambda part: part['state'] == 'ready' and part['doubt_at'])),
    (JOBS, 'moderation refused it', _part(lambda part: part['key'].endswith('-w') and part['state'] == 'done')),
    (JOBS, 'half of it sent', lambda job: {'ready', 'done'} <= {part['state'] for part in job['parts']}),
    (JOBS, 'waits for a report', lambda job: job['kind'] == 'notify' and job['waits'] and job['state'] == 'pending'),
    (JOBS, 'settled as delivered', lambda job: (job.get('settled') or {}).get('delivered') is True),
    (JOBS, 'settled as lost', lambda job: (job.get('settled') or {}).get('delivered') is False),
    (JOBS, 'replaces another', lambda job: job.get('replaces')),
    (JOBS, 'may be a repeat', lambda job: job['repeat'] and job['kind'] == 'notify'),
    (JOBS, 'at its fallback', lambda job: job['at'] == 1),
    (JOBS, 'tried and waits', lambda job: job['state'] == 'pending' and job['tries']),
    (JOBS, 'worker died twice', lambda job: job['starts'] == 2),
    (JOBS, 'export with a dead worker', lambda job: job['kind'] == 'export' and job['attempt']),
] + [
    (REPORTS, state, lambda report, state=state: report['state'] == state) for state in ('making', 'ready', 'expired',
                                                                                         'deleted')
] + [
    (REPORTS, 'in ' + kind, lambda report, kind=kind: report['storage'] == kind) for kind in ('directory', 'gridfs')
] + [
    (REPORTS, 'revoked', lambda report: report.get('revoked_at')),
    (REPORTS, 'downloaded', lambda report: report['download_log']),
    (LANES, 'free', lambda lane: lane['claim'] is None and not lane.get('cool_until')),
    (LANES, 'held', lambda lane: lane['claim']),
    (LANES, 'cooling', lambda lane: lane.get('cool_until')),
] + [
    (SETTINGS, name, _setting(name))
    for name in ('options', 'schedule', 'plugin', 'rounds', 'worker', 'stream', 'layout', 'web')
] + [
    (SETTINGS, 'a plugin that is off', lambda one: one.get('off')),
    (SETTINGS, 'a plugin that is on again', lambda one: one.get('off') is False),
    (SECRETS, 'token', _setting('token')),
    (SECRETS, 'link', _setting('link')),
    ('scan_notify_metric', 'counters', _setting('counters')),
    ('scan_notify_audit', 'a line', lambda line: True),
]  # fmt: skip

#: Those that came with 0.2.0.
SINCE_0_2 = [
    (RUNS, 'submission ' + name, _trouble(name)) for name in ('doubtful', 'too_many')
] + [
    (RUNS, 'entries that are no jobs yet', lambda run: run.get('unmade') is True),
    (RUNS, 'all entries are jobs', lambda run: run.get('unmade') is False),
    (RUNS, 'brings the end of another fire', lambda run: any(not late.get('run') for late in run.get('late') or ())),
    (RUNS, 'brings another fire', lambda run: any(late.get('run') for late in run.get('late') or ())),
    (RUNS, 'brought one', lambda run: run.get('late') == []),
    (RUNS, 'fired beside another', lambda run: any(fire.get('beside') for fire in run.get('fires', ()))),
    (RUNS, 'set aside', lambda run: run.get('set_aside')),
] + [
    (JOBS, 'alert ' + state, lambda job, state=state: (job['kind'], job['state']) == ('alert', state))
    for state in ('pending', 'success')
] + [
    (JOBS, 'test ' + state, lambda job, state=state: job.get('test') and job['state'] == state)
    for state in ('pending', 'success')
] + [
    (JOBS, 'decided before it is due', lambda job: job['state'] == 'pending' and job['decided_at'] < job['due_at']),
    (JOBS, 'a possible repeat on its route',
     lambda job: job['state'] == 'pending' and job['at'] and job['repeat'] and job.get('doubts')),
    (JOBS, 'went along its route in doubt', lambda job: job['state'] == 'success' and job.get('doubts')),
    (JOBS, 'a part that nobody knows of', _part(lambda part: part['state'] == 'uncertain')),
    (JOBS, 'refused for no known reason', _part(lambda part: part.get('refusals'))),
    (JOBS, 'set aside', lambda job: job.get('set_aside')),
    (LANES, 'hung', lambda lane: lane.get('hung') and lane['claim']),
    (LANES, 'given back at a time', lambda lane: lane.get('rested_at')),
    (LANES, 'counted', lambda lane: lane.get('ticked')),
    (LANES, 'of a format', lambda lane: lane['_id'].startswith('export:excel:')),
    (ALERTS, 'noted', lambda one: one.get('pending') and one.get('told_at')),
    (ALERTS, 'is being told', lambda one: one.get('telling')),
    (ALERTS, 'told', lambda one: one.get('told_at') and not one.get('telling') and not one['pending']),
    (ALERTS, 'alive', lambda one: one['_id'] == 'alive'),
    (ALERTS, 'a schedule that is overdue', lambda one: one['_id'] == 'schedules' and one['looks']),
    (SETTINGS, 'last_worker', _setting('last_worker')),
    (SETTINGS, 'files that nobody has tried to read', lambda one: _is_probe(one) and one['read'] is None),
    (SETTINGS, 'files that can be read', lambda one: _is_probe(one) and (one['read'] or {}).get('ok') is True),
    (SETTINGS, 'files that cannot be read', lambda one: _is_probe(one) and (one['read'] or {}).get('ok') is False),
]  # fmt: skip


def _is_probe(document):
    return document['_id'].startswith('probe:')


#: Those that came with 0.3.0.
SINCE_0_3 = [
    (RUNS, 'of form 3', lambda run: run['v'] == 3),
    (RUNS, 'with faults', lambda run: run['faults']),
    (RUNS, 'with reports that failed', lambda run: run['export_faults']),
    (JOBS, 'of form 3', lambda job: job['v'] == 3),
    (JOBS, 'with faults', lambda job: job['faults'] and job['attempts'] and job['attempts'][-1]['faults']),
    (JOBS, 'with doubts', lambda job: job['doubts']),
    (RUNS, 'a message of which no job is made',
     lambda run: run.get('unmade') and any(want['kind'] == 'notify' and want['subject'] for want in run['plan'])),
    (RUNS, 'a report that is wanted',
     lambda run: any(want['kind'] == 'export' and want['subject'] for want in run['plan'])),
    (RUNS, 'a message that takes the place of another',
     lambda run: any(want['subject'] and want['replaces'] for want in run['plan'])),
]  # fmt: skip


def missing(collections, release):
    """The states of a release in which there is no document."""
    states = (
        STATES + (SINCE_0_2 if release != '0.1.0' else []) + (SINCE_0_3 if release not in ('0.1.0', '0.2.0') else [])
    )
    return [
        '{}: {}'.format(name, words)
        for name, words, test in states
        if not any(test(document) for document in collections.get(name, ()))
    ]
