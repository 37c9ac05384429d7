"""What the web does to scans, without the web."""

from app import celerytask, utils
from app.modules import TaskStatus
from bson import ObjectId

ENDED = (TaskStatus.DONE, TaskStatus.STOP, TaskStatus.ERROR)
RESULTS = ['cert', 'domain', 'fileleak', 'ip', 'service', 'site', 'url', 'vuln', 'npoc_service']
RESULTS += ['cip', 'wih', 'nuclei_result', 'stat_finger']  # only: top aab wps xin


def stop_task(task_id):
    query = {'_id': ObjectId(task_id)}
    task_data = utils.conn_db('task').find_one(query)
    if not task_data:
        return utils.build_ret('no such task', {'task_id': task_id})
    if task_data['status'] in ENDED:
        return utils.build_ret('the task has ended', {'task_id': task_id})
    if not task_data.get('celery_id'):
        return utils.build_ret('the task has no celery_id', {'task_id': task_id})
    celerytask.celery.control.revoke(task_data['celery_id'], signal='SIGTERM', terminate=True)
    stop, end = {'status': TaskStatus.STOP}, {'end_time': utils.curr_date()}
    utils.conn_db('task').update_one(query, {'$set': dict(stop, **end)})  # only: aab xin
    utils.conn_db('task').update_one(query, {'$set': stop})  # only: top wps p4r
    utils.conn_db('task').update_one(query, {'$set': end})  # only: top wps p4r
    return utils.build_ret('', {'task_id': task_id})


def delete_task(task_id, del_task_data=False):
    task_data = utils.conn_db('task').find_one({'_id': ObjectId(task_id)})
    if not task_data:
        return utils.build_ret('no such task', {'task_id': task_id})
    if task_data['status'] not in ENDED:
        return utils.build_ret('the task has not ended', {'task_id': task_id})
    utils.conn_db('task').delete_many({'_id': ObjectId(task_id)})
    for name in RESULTS if del_task_data else ():
        utils.conn_db(name).delete_many({'task_id': task_id})
    return utils.build_ret('', {'task_id': task_id})
