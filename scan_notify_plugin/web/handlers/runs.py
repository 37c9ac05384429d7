"""The history, and what a person may do to a run."""

from scan_notify_plugin.web.fields import PAGING, Field, paging
from scan_notify_plugin.web.routes import Call, Listing, Route

FILTERS = (
    Field('status', 'text', 'running, finished or error'),
    Field('push_status', 'text', 'pending, success, error, uncertain, skip'),
    Field('export_status', 'text', 'pending, success, error, skip'),
    Field('schedule_id', 'text', 'runs of one schedule'),
    Field('since', 'time', 'runs that fired then or later'),
    Field('until', 'time', 'runs that fired before then'),
    Field('text', 'text', 'a part of the schedule\'s name or of the run\'s id'),
)

CHANGES = (
    Field('state', 'text', 'new, back, changed, gone, first_look, out_of_scope, unstable, earlier or found'),
    Field('table', 'text', 'of one table, such as service'),
    Field('severity', 'text', 'critical, high, medium, low, info, unknown or unrated'),
    Field('text', 'text', 'a part of where it is or what it is'),
)


def listing(call: Call) -> Listing:
    from scan_notify_plugin.admin.runs import Runs

    values = dict(call.values)
    page, size = paging(values)
    listed = Runs(call.desk).listing(page=page, size=size, **values)
    return Listing(listed['items'], listed['total'], page, size)


def detail(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return Runs(call.desk).detail(call.path['run_id'])


def resend(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return {'jobs': Runs(call.desk).resend(call.path['run_id'], call.by, **call.values)}


def cancel(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return Runs(call.desk).cancel(call.path['run_id'], call.by)


def hold(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return Runs(call.desk).hold(call.path['run_id'], call.by)


def release(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return Runs(call.desk).release(call.path['run_id'], call.by)


def acknowledge(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return Runs(call.desk).acknowledge(call.path['run_id'], call.by, call.values.get('note', ''))


def changes(call: Call) -> Listing:
    from scan_notify_plugin.admin.results import Filter, RunResults

    values = dict(call.values)
    page, size = paging(values, 50)
    found = RunResults(call.desk).changes(call.path['run_id'], page, size, Filter(**values))
    return Listing(found['items'], found['total'], page, size)


def overview(call: Call) -> object:
    from scan_notify_plugin.admin.runs import Runs

    return Runs(call.desk).overview(min(max(call.values.get('days', 14), 1), 366))


ROUTES = (
    Route('GET', '/runs', listing, 'The runs, the newest first', PAGING + FILTERS),
    Route('GET', '/runs/<run_id>', detail, 'One run: scan tasks, jobs with their attempts, reports, time line'),
    Route(
        'GET', '/runs/<run_id>/changes', changes, 'What is not as it was in a run, the worst first', PAGING + CHANGES,
    ),
    Route(
        'POST', '/runs/<run_id>/resend', resend, 'Deliver again what a run had to say',
        (
            Field('targets', 'texts', 'to these targets only'),
            Field('failed_only', 'boolean', 'only where it did not arrive'),
            Field('formats', 'texts', 'with new reports in these formats'),
        ),
    ),
    Route('POST', '/runs/<run_id>/cancel', cancel, 'Give up what is still open of a run'),
    Route('POST', '/runs/<run_id>/hold', hold, 'Let what is still open of a run wait for a person'),
    Route('POST', '/runs/<run_id>/release', release, 'Let it go on'),
    Route(
        'POST', '/runs/<run_id>/acknowledge', acknowledge, 'Say that somebody has seen it',
        (Field('note', 'text', 'what they say about it'),),
    ),
    Route(
        'GET', '/overview', overview, 'Runs for each day, deliveries, cool-downs, workers',
        (Field('days', 'integer', 'how far to look back: 1 to 366, 14 if not given'),),
    ),
)  # fmt: skip
