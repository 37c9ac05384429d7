from app import utils
from app.modules import TaskTag
from bson import ObjectId


def get_options_by_policy_id(policy_id, task_tag):
    """The options of a scan, or None where there is no such policy."""
    found = utils.conn_db('policy').find_one({'_id': ObjectId(policy_id)})
    if not found:
        return None
    policy = found['policy']
    domain, ip, site = (policy.pop(name) for name in ('domain_config', 'ip_config', 'site_config'))
    options = {'policy_name': found['name']}
    for part in (domain, ip, site, policy) if task_tag == TaskTag.TASK else (site, policy):
        options.update(part)
    return options
