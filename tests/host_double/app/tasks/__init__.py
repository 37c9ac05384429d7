from .scan import domain_task, ip_task, run_risk_cruising_task
from .scheduler import domain_executors

__all__ = ['domain_executors', 'domain_task', 'ip_task', 'run_risk_cruising_task']
