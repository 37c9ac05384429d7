"""The words of the host's documents."""


class TaskStatus:
    WAITING = 'waiting'
    DONE = 'done'
    ERROR = 'error'
    STOP = 'stop'


class TaskScheduleStatus:
    SCHEDULED = 'scheduled'
    DONE = 'done'
    STOP = 'stop'
    ERROR = 'error'


class TaskTag:
    TASK = 'task'
    MONITOR = 'monitor'
    RISK_CRUISING = 'risk_cruising'


class TaskType:
    IP = 'ip'
    DOMAIN = 'domain'
    RISK_CRUISING = 'risk_cruising'


class CeleryAction:
    DOMAIN_TASK = 'domain_task'
    IP_TASK = 'ip_task'
    RUN_RISK_CRUISING = 'run_risk_cruising'
    DOMAIN_EXEC_TASK = 'domain_exec_task'
