from app import celerytask  # noqa: F401  # only: top wps p4r
from app import utils
from app.modules import CeleryAction, TaskStatus, TaskTag, TaskType
from bson import ObjectId

logger = utils.get_logger()
ACTIONS = {
    TaskType.DOMAIN: CeleryAction.DOMAIN_TASK,
    TaskType.IP: CeleryAction.IP_TASK,
    TaskType.RISK_CRUISING: CeleryAction.RUN_RISK_CRUISING,
}


def target2list(target):
    # the host has sets here: its order is nobody's
    return sorted(set(target.lower().replace(',', ' ').split()))


def get_ip_domain_list(target):
    ips, domains = [], []
    for item in target2list(target):
        if utils.is_vaild_ip_target(item):
            ips.append(item)
        elif utils.is_valid_domain(item):
            domains.append(item)
        else:
            raise Exception('{} 无效的目标'.format(item))
    return ips, domains


def build_task_data(task_name, task_target, task_type, task_tag, options):
    task_data = {
        'name': task_name,
        'target': task_target,
        'start_time': '-',
        'status': TaskStatus.WAITING,
        'type': task_type,
        'task_tag': task_tag,
        'options': dict(options),
        'end_time': '-',
        'service': [],
        'celery_id': '',
    }
    if task_tag == TaskTag.RISK_CRUISING:
        task_data['cruising_target'] = task_target
        task_data['target'] = '目标：{}， PoC：{}'.format(len(task_target), len(options.get('poc_config', [])))
    return task_data


def submit_task(task_data):
    """Insert and queue one scan; gives back the same dict, with its ids."""
    from app import celerytask  # noqa: F811  # only: aab xin

    utils.conn_db('task').insert_one(task_data)
    _id = task_data.pop('_id')
    task_data['task_id'] = str(_id)
    options = {'celery_action': ACTIONS[task_data['type']], 'data': task_data}
    try:
        celery_id = str(celerytask.arl_task.delay(options=options))
        logger.info('target:%s task_id:%s celery_id:%s', task_data['target'], _id, celery_id)
        task_data['celery_id'] = celery_id
        utils.conn_db('task').update_one({'_id': _id}, {'$set': {'celery_id': celery_id}})
    except Exception:
        utils.conn_db('task').delete_one({'_id': _id, 'status': TaskStatus.WAITING})
        raise
    return task_data


def submit_task_task(target, name, options):
    """All IPs are one scan, every domain is its own."""
    ips, domains = get_ip_domain_list(target)
    wanted = [(TaskType.IP, ' '.join(ips))] if ips else []
    wanted += [(TaskType.DOMAIN, domain) for domain in domains]
    return [submit_task(build_task_data(name, one, task_type, TaskTag.TASK, options)) for task_type, one in wanted]


def submit_risk_cruising(target, name, options):
    task_data = build_task_data(name, target2list(target), TaskType.RISK_CRUISING, TaskTag.RISK_CRUISING, options)
    return [submit_task(task_data)]


def restart_task(task_id):
    """A copy of the whole document, also of fields the host does not know, is a new scan."""
    task_data = utils.conn_db('task').find_one({'_id': ObjectId(task_id)})
    if not task_data:
        raise Exception('没有找到 task_id : {}'.format(task_id))
    for gone in ('_id', 'statistic'):
        task_data.pop(gone, None)
    task_data.update(start_time='-', end_time='-', status=TaskStatus.WAITING, service=[], celery_id='')
    if '重新运行-' not in task_data['name']:
        task_data['name'] = '重新运行-' + task_data['name']
    return submit_task(task_data)
