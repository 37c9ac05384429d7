"""The Celery app of the scan workers. Import this before any other module of the host: they import each other."""

import signal

from app import tasks as wrap_tasks
from app import utils
from app.config import Config
from app.modules import TaskStatus  # only: aab xin
from app.modules import CeleryAction
from bson import ObjectId
from celery import current_task  # only: aab xin
from celery import Celery, platforms

logger = utils.get_logger()

celery = Celery('task', broker=Config.CELERY_BROKER_URL)
celery.conf.update(
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    broker_transport_options={'max_retries': 3, 'interval_start': 0, 'interval_step': 0.2, 'interval_max': 0.5},
    # the host says queue='arltask' in the decorator, of which celery 5.7 warns at every delay
    task_routes={'app.celerytask.arl_task': {'queue': 'arltask'}, 'app.celerytask.arl_github': {'queue': 'arlgithub'}},
)
platforms.C_FORCE_ROOT = True


@celery.task
def arl_task(options):
    run_task(options)


@celery.task
def arl_github(options):
    run_task(options)


# only: aab xin
def sigterm_handler(signum, frame):
    if current_task:
        utils.conn_db('task').update_one(
            {'celery_id': current_task.request.id}, {'$set': {'status': TaskStatus.STOP, 'end_time': utils.curr_date()}}
        )
    utils.exit_gracefully(signum, frame)


# only: all
def run_task(options):
    """Never raises: to Celery every scan is a success."""
    signal.signal(signal.SIGTERM, utils.exit_gracefully)  # only: top wps p4r
    signal.signal(signal.SIGTERM, sigterm_handler)  # only: aab xin
    actions = {
        CeleryAction.DOMAIN_TASK: domain_task,
        CeleryAction.IP_TASK: ip_task,
        CeleryAction.RUN_RISK_CRUISING: run_risk_cruising_task,
        CeleryAction.DOMAIN_EXEC_TASK: domain_exec,
    }
    action = options.get('celery_action')
    logger.info('run %s', action)
    try:
        actions[action](options['data'])
    except Exception as e:
        logger.exception(e)
    logger.info('end %s', action)


def domain_task(options):
    # asks only whether it exists: a scan stopped while it was queued runs all the same
    if utils.conn_db('task').find_one({'_id': ObjectId(options['task_id'])}):
        wrap_tasks.domain_task(options['target'], options['task_id'], options['options'])


def ip_task(options):
    wrap_tasks.ip_task(options['target'], options['task_id'], options['options'])


def run_risk_cruising_task(options):
    wrap_tasks.run_risk_cruising_task(options['task_id'])


def domain_exec(options):
    wrap_tasks.domain_executors(job_id=options.get('job_id'))
