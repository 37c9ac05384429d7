"""Rounds of the demo's toy scanner, collected without a worker."""

from bson import ObjectId
from mongomock.gridfs import enable_gridfs_integration

from scan_notify_plugin.results import stage
from scan_notify_plugin.runs.run import ScanTask
from scan_notify_plugin.testing import toy_results

SCHEDULE = '64f000000000000000000001'
TARGETS = (('ip', '198.51.100.1 198.51.100.2'), ('domain', 'demo.example.com'), ('domain', 'shop.example.com'))
KEY = b'k' * 32

enable_gridfs_integration()


def scanned(db, number):
    """The scan tasks of a round, and what they found; ``{id: outcome}``."""
    outcomes = {}
    for kind, target in TARGETS:
        identity, failed = ObjectId(), (number, target) == toy_results.FAILS
        options = toy_results.options(kind, number)
        found = {} if failed else toy_results.finds(kind, target, number)
        stages = toy_results.stages(kind, options)[: 2 if failed else None]
        db['task'].insert_one({
            '_id': identity, 'name': 'toy', 'target': target, 'type': kind, 'task_tag': 'task', 'options': options,
            'status': 'error' if failed else 'done', 'start_time': '2030-05-17 12:00:00',
            'end_time': '2030-05-17 12:1{}:00'.format(number),
            'service': [{'name': one, 'elapsed': 9.0} for one in stages],
            'statistic': {name + '_cnt': len(records) for name, records in found.items()},
        })  # fmt: skip
        for collection, records in found.items():
            for record in records:
                db[collection].insert_one(dict(record, task_id=str(identity)))
        outcomes[str(identity)] = 'error' if failed else 'done'
    return outcomes


def collected(history, number):
    """A round of the toy scanner as a run of the history with its results; the run's id."""
    db, outcomes = history.db, scanned(history.db, number)
    tasks = {one: ScanTask('done', history.clock.now(), outcome) for one, outcome in outcomes.items()}
    run_id = history.run(
        number, hours=24 * (5 - number), schedule=SCHEDULE, task_ids=list(outcomes),
        tasks={one: {'status': 'done', 'since': task.since, 'outcome': task.outcome} for one, task in tasks.items()},
    )  # fmt: skip
    run = history.desk.runs.get(run_id)
    results = stage.collect(db, run, outcomes, KEY, now=history.clock.now())
    assert history.desk.runs.change(run, run.evolve(results=results)) is not None
    return run_id
