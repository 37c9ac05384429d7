"""Which scan tasks found a record, and which of them is the newest."""

import mongomock
import pytest
from bson import ObjectId

from scan_notify_plugin.host.results import Results
from scan_notify_plugin.host.results.ranks import Ranks, in_order_of_age, newest_rank, rank_cell, rank_numbers

#: Made at 2020-09-13 12:26:40 UTC and an hour later each.
IDS = ['{:08x}{:016x}'.format(1600000000 + 3600 * number, number) for number in range(4)]


def local(task_id):
    return ObjectId(task_id).generation_time.astimezone().strftime('%Y-%m-%d %H:%M:%S')


def test_the_task_that_ended_first_is_the_oldest():
    ends = dict(zip(IDS, ('2024-05-06 10:00:00', '2024-05-06 07:00:00', '2024-05-06 09:00:00', '2024-05-06 07:00:00')))
    tasks = {task_id: {'end_time': end} for task_id, end in ends.items()}
    assert in_order_of_age(IDS, tasks) == (IDS[1], IDS[3], IDS[2], IDS[0]), 'of equal ends the older id is older'
    assert in_order_of_age(reversed(IDS), tasks) == in_order_of_age(IDS, tasks)


@pytest.mark.parametrize('odd', ['-', '', None, 5, [], '2024-02-30 00:00:00', 'yesterday', ObjectId(IDS[0])])
def test_a_task_without_an_end_is_as_old_as_its_id(odd):
    tasks = {IDS[0]: {'end_time': local(IDS[3])}, IDS[1]: {'end_time': odd}, IDS[2]: {'end_time': local(IDS[0])}}
    assert in_order_of_age(IDS[:3], tasks) == (IDS[2], IDS[1], IDS[0])


def test_a_task_that_was_deleted_or_is_named_otherwise_has_a_place_too():
    assert in_order_of_age([IDS[1], 'mine', IDS[0], IDS[1]], {}) == ('mine', IDS[0], IDS[1])


def test_a_cell_names_one_task_as_a_number_and_several_as_a_text():
    assert rank_cell({3}) == 3 and rank_cell({12, 0, 7}) == '0,7,12'
    assert rank_numbers(3) == (3,) and rank_numbers('0,7,12') == (0, 7, 12)
    assert newest_rank(3) == 3 and newest_rank('0,7,12') == 12


@pytest.mark.parametrize('task_id, cell', [
    (IDS[1], 1), ([IDS[0], IDS[2], 'of another'], '0,2'), ([[], None, IDS[2]], 2), (None, 0), ({}, 0), ('foreign', 0),
])  # fmt: skip
def test_a_document_may_name_its_task_in_any_way(task_id, cell):
    assert Ranks(IDS).cells([{'task_id': IDS[3]}, {'task_id': task_id}]) == [3, cell]


def test_every_row_in_the_machine_ends_with_ranks_and_no_row_of_the_report():
    db = mongomock.MongoClient().arl
    for task_id, numbers in ((IDS[0], (80, 443)), (IDS[2], (443,))):
        ports = [{'port_id': number, 'service_name': 'http'} for number in numbers]
        db['ip'].insert_one({'ip': '192.0.2.1', 'port_info': ports, 'task_id': task_id})
        db['site'].insert_one({'site': 'http://a', 'title': 't', 'status': 200, 'task_id': task_id})
    db['of_a_fork'].insert_many([{'a': 1, 'task_id': task_id} for task_id in (IDS[0], IDS[1])])
    seen = {}

    class Seen(Results):
        def _shown(self, name, chunks):
            seen[name] = [row for chunk in chunks for row in chunk]
            return super()._shown(name, [seen[name]])

    with Seen(db, IDS) as results:
        shown = {table.name: (table.columns, list(table.rows)) for table in results.tables()}
    assert all(len(row) == len(columns) for columns, rows in shown.values() for row in rows)
    machine = [row for rows in seen.values() for row in rows]
    assert [row[-1] for row in machine] == ['0,2', '0,2', 0, '0,2', '0,1'], 'site, ip, its two ports, other data'
