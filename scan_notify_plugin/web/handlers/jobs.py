"""What a person may do to one delivery or one export."""

from scan_notify_plugin.web.fields import Field
from scan_notify_plugin.web.routes import Call, Route


def settle(call: Call) -> None:
    from scan_notify_plugin.admin.runs import Runs

    Runs(call.desk).settle(call.path['job_id'], call.by, call.values['delivered'])


def cancel(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return Runs(call.desk).cancel(call.path['job_id'], call.by)


def hold(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return Runs(call.desk).hold(call.path['job_id'], call.by)


def release(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return Runs(call.desk).release(call.path['job_id'], call.by)


#: The id of a job has slashes in it. Quoted or not: a web server hands them on as slashes.
ROUTES = (
    Route(
        'POST', '/jobs/<path:job_id>/settle', settle, 'Say what became of an uncertain delivery',
        (Field('delivered', 'boolean', 'whether people have got it', required=True),),
    ),
    Route('POST', '/jobs/<path:job_id>/cancel', cancel, 'Give a job up'),
    Route('POST', '/jobs/<path:job_id>/hold', hold, 'Let a job wait for a person'),
    Route('POST', '/jobs/<path:job_id>/release', release, 'Let it go on'),
)  # fmt: skip
