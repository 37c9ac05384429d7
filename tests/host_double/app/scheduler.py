"""The one process of this kind: `python -m app.scheduler`. A cold `import app.scheduler` fails, as in the host."""

import os
import time

from app import celerytask  # noqa: F401
from app import utils
from app.helpers import task_schedule
from app.utils import conn_db as conn
from bson import ObjectId

logger = utils.get_logger()


def update_job_run(job_id):
    conn('scheduler').update_one({'_id': ObjectId(job_id)}, {'$inc': {'run_number': 1}})


def asset_monitor_scheduler():
    """Of the monitors only their first read is here: outside any try, so a database outage ends the process."""
    list(conn('scheduler').find())


def run_forever():
    logger.info('start scheduler server')
    while True:
        asset_monitor_scheduler()
        task_schedule.task_scheduler()
        time.sleep(float(os.environ.get('HOST_DOUBLE_SLEEP', 58)))


if __name__ == '__main__':
    run_forever()
