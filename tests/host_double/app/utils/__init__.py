import logging
import os
import re
import signal
import sys
import time

from celery import current_task  # only: wps
from celery.utils.log import get_task_logger

from .conn import conn_db
from .cron import next_time
from .user import auth, user_login, user_login_header, user_logout

__all__ = [
    'auth',
    'build_ret',
    'conn_db',
    'curr_date',
    'exit_gracefully',
    'get_logger',
    'is_vaild_ip_target',
    'is_valid_domain',
    'next_time',
    'time2date',
    'user_login',
    'user_login_header',
    'user_logout',
]


def get_logger():
    if 'celery' in sys.argv[0]:
        return get_task_logger(__name__)
    logger = logging.getLogger('arlv2')
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter('[%(asctime)s] [%(levelname)s] %(message)s'))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    return logger


def time2date(secs):
    return time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(secs))


def curr_date():
    return time2date(time.time())


def is_vaild_ip_target(target):
    return re.match(r'^\d+(\.\d+){3}([/-]\d+)?$', target) is not None


def is_valid_domain(target):
    return re.match(r'^[a-z0-9-]+(\.[a-z0-9-]+)+$', target) is not None


def build_ret(error, data):
    """An answer of the web: `error` is empty or says what is wrong."""
    return {'code': 999 if error else 200, 'message': error or 'success', 'data': data}


def exit_gracefully(signum, frame):
    get_logger().info('signal %s', signum)
    if current_task:  # only: wps
        mark_task_interrupted(signum)  # only: wps
    os.kill(os.getpid(), signal.SIGKILL)


# only: wps


def mark_task_interrupted(signum):
    query = {'celery_id': current_task.request.id, 'status': {'$nin': ['done', 'stop', 'error']}}
    conn_db('task').update_one(
        query,
        {
            '$set': {
                'status': 'error',
                'end_time': curr_date(),
                'stop_reason': 'signal {}'.format(signum),
                'interrupted': True,
            }
        },
    )
