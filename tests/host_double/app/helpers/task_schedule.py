"""The schedules: when one is due it fires."""

import time

from app import utils
from app.modules import TaskStatus  # only: wps
from app.modules import TaskScheduleStatus, TaskTag
from bson import ObjectId

from .message_notify import push_dingding  # only: wps
from .policy import get_options_by_policy_id

logger = utils.get_logger()


def task_scheduler():
    """One pass. All schedules are read at once, so what others write meanwhile is overwritten by the fires."""
    for item in list(utils.conn_db('task_schedule').find()):
        try:
            if item['status'] != TaskScheduleStatus.SCHEDULED:
                continue
            if item['task_tag'] not in (TaskTag.TASK, TaskTag.RISK_CRUISING):
                continue
            now = time.time()
            if item['schedule_type'] == 'recurrent_scan':
                # up to a minute early, and not again for three
                if utils.next_time(item['cron'], now) - now < 60 and abs(now - item.get('last_run_time', 0)) > 180:
                    run_recurrent_scan(item)
            elif item['schedule_type'] == 'future_scan' and 0 < item['start_time'] <= now:
                run_future_scan(item)
        except Exception as e:
            logger.exception(e)
    # only: wps
    try:
        process_task_schedule_runs()
    except Exception as e:
        logger.exception(e)
    # only: all


def submit_task_schedule(item):
    from .task import submit_risk_cruising, submit_task_task

    options = get_options_by_policy_id(item['policy_id'], task_tag=item['task_tag'])
    if not options:
        change_task_schedule_status(item['_id'], TaskScheduleStatus.ERROR)
        raise Exception('not found policy_id {}'.format(item['policy_id']))
    options['from_task_schedule'] = True  # only: wps
    if item['schedule_type'] == 'recurrent_scan':
        # counted by run_recurrent_scan already: the name says one more than the document
        name = '周期任务-{}-{}'.format(item['name'][:15], item.get('run_number', 0) + 1)
    else:
        name = '定时任务-{}'.format(item['name'][:15])
    submit = submit_task_task if item['task_tag'] == TaskTag.TASK else submit_risk_cruising
    submit(target=item['target'], name=name, options=options)  # only: top aab xin p4r
    # only: wps
    task_data_list = submit(target=item['target'], name=name, options=options)
    if not task_data_list:
        raise Exception('not found task_data {}'.format(item['target']))
    return task_data_list
    # only: all


def get_next_run_date(cron):
    return utils.time2date(utils.next_time(cron, time.time() + 61))


def run_recurrent_scan(item):
    item['next_run_date'] = get_next_run_date(item['cron'])
    item['run_number'] = item.get('run_number', 0) + 1
    item['last_run_time'] = int(time.time())
    item['last_run_date'] = utils.curr_date()
    utils.conn_db('task_schedule').find_one_and_replace({'_id': item['_id']}, item)
    submit_task_schedule(item)  # only: top aab xin p4r
    create_task_schedule_run(item, submit_task_schedule(item))  # only: wps


def run_future_scan(item):
    item['run_number'] = item.get('run_number', 0) + 1
    item['status'] = TaskScheduleStatus.DONE
    utils.conn_db('task_schedule').find_one_and_replace({'_id': item['_id']}, item)
    submit_task_schedule(item)  # only: top aab xin p4r
    create_task_schedule_run(item, submit_task_schedule(item))  # only: wps


def change_task_schedule_status(_id, status):
    """The changed document, or why it cannot be changed."""
    query = {'_id': ObjectId(_id)}
    item = utils.conn_db('task_schedule').find_one(query)
    if not item:
        return None
    if item['status'] in (status, TaskScheduleStatus.ERROR):
        return '{} is {}'.format(item['name'], item['status'])
    item['status'] = status
    item['next_run_date'] = '-'
    if status == TaskScheduleStatus.SCHEDULED:
        recurrent = item['schedule_type'] == 'recurrent_scan'
        item['next_run_date'] = get_next_run_date(item['cron']) if recurrent else item['start_date']
    utils.conn_db('task_schedule').find_one_and_replace(query, item)
    return item


# only: wps


def create_task_schedule_run(item, task_data_list):
    enabled = item.get('notify_enable')
    run = {
        'schedule_id': str(item['_id']),
        'schedule_name': item['name'],
        'schedule_type': item['schedule_type'],
        'task_tag': item['task_tag'],
        'run_number': item['run_number'],
        'task_ids': [task_data['task_id'] for task_data in task_data_list],
        'status': 'running',
        'summary': {},
        'notify_enable': True if enabled is None else bool(enabled),
        'notify_channel': (item.get('notify_channel') or 'dingding').lower(),
        'notify_on': (item.get('notify_on') or 'finished').lower(),
        'push_status': 'pending',
        'start_time': int(time.time()),
        'start_date': utils.curr_date(),
        'end_time': 0,
        'end_date': '-',
    }
    utils.conn_db('task_schedule_run').insert_one(run)
    return run


def process_task_schedule_runs():
    """Close the runs whose scans have all ended, and push each once, whatever comes of it."""
    runs = utils.conn_db('task_schedule_run')
    for run in list(runs.find({'status': 'running'})):
        ids = [ObjectId(task_id) for task_id in run['task_ids']]
        ended = [task['status'] for task in utils.conn_db('task').find({'_id': {'$in': ids}})]
        run['summary'] = {'total': len(ids), 'done': ended.count(TaskStatus.DONE), 'missing': len(ids) - len(ended)}
        if all(status in (TaskStatus.DONE, TaskStatus.ERROR, TaskStatus.STOP) for status in ended):
            close_task_schedule_run(run)
        runs.find_one_and_replace({'_id': run['_id']}, run)


def close_task_schedule_run(run):
    run['status'] = 'finished' if run['summary']['done'] == len(run['task_ids']) else 'error'
    run.update(end_time=int(time.time()), end_date=utils.curr_date(), push_status='skip')
    due = {'always': True, 'failed': run['status'] == 'error'}.get(run['notify_on'], run['status'] == 'finished')
    if run['notify_enable'] and due:
        pushed = run['notify_channel'] == 'dingding' and push_dingding(
            markdown_report='{} {}'.format(run['schedule_name'], run['status'])
        )
        run.update(push_status='success' if pushed else 'error', push_date=utils.curr_date())
