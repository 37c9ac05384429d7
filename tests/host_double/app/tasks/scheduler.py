# the import that closes the circle: app.scheduler imports celerytask, which imports this
from app.helpers.task import submit_task  # noqa: F401  # only: p4r
from app.scheduler import update_job_run


def domain_executors(job_id=None):
    """A monitor: it has no scan task."""
    update_job_run(job_id)
