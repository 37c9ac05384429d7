from .policy import get_options_by_policy_id
from .task import build_task_data, get_ip_domain_list, submit_risk_cruising, submit_task, submit_task_task

__all__ = [
    'build_task_data',
    'get_ip_domain_list',
    'get_options_by_policy_id',
    'submit_risk_cruising',
    'submit_task',
    'submit_task_task',
]
