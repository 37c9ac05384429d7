"""What holds for the host's schedules, and changes of it."""

from scan_notify_plugin.web.fields import Field
from scan_notify_plugin.web.routes import Call, Listing, Route

VALUES = Field(
    'values',
    'object',
    'by name: notify_enable, notify_channel, notify_on, export_enable, export_format',
    required=True,
    about='schedule-values',
)


def listing(call: Call) -> Listing:
    from scan_notify_plugin.admin.schedules import Schedules

    items = Schedules(call.desk).listing()
    return Listing(items, len(items))


def detail(call: Call) -> object:
    from scan_notify_plugin.admin.schedules import Schedules

    return Schedules(call.desk).get(call.path['schedule_id'])


def change(call: Call) -> object:
    from scan_notify_plugin.admin.schedules import Schedules

    given = call.values
    (changed,) = Schedules(call.desk).change([call.path['schedule_id']], given['values'], call.by, given.get('rev'))
    return changed


def change_many(call: Call) -> Listing:
    from scan_notify_plugin.admin.schedules import Schedules

    ids = call.values['ids']
    changed = Schedules(call.desk).change(None if ids == 'all' else ids, call.values['values'], call.by)
    return Listing(changed, len(changed))


def rounds(call: Call) -> Listing:
    from scan_notify_plugin.admin.results import RunResults

    found = RunResults(call.desk).rounds(call.path['schedule_id'])
    return Listing(found, len(found))


def since(call: Call) -> object:
    from scan_notify_plugin.admin.results import RunResults

    return RunResults(call.desk).since(call.path['schedule_id'], call.values['since'])


def forget(call: Call) -> object:
    from scan_notify_plugin.admin.results import RunResults

    return RunResults(call.desk).forget(call.path['schedule_id'], call.by)


def continue_from(call: Call) -> object:
    from scan_notify_plugin.admin.results import RunResults

    return RunResults(call.desk).continue_from(call.path['schedule_id'], call.values['old'], call.by)


ROUTES = (
    Route('GET', '/schedules', listing, 'The schedules with what holds for each, and who says so'),
    Route(
        'POST', '/schedules', change_many, 'Change several schedules, or all of them',
        (Field('ids', 'ids', 'which schedules', required=True), VALUES),
    ),
    Route('GET', '/schedules/<schedule_id>', detail, 'One schedule'),
    Route(
        'POST', '/schedules/<schedule_id>', change, 'Change one schedule',
        (VALUES, Field('rev', 'integer', 'of the schedule as it was read; another one by now is a conflict')),
    ),
    Route('GET', '/schedules/<schedule_id>/rounds', rounds, 'Its last 30 rounds with what was new and gone in each'),
    Route(
        'GET', '/schedules/<schedule_id>/changes', since, 'What is new over all its rounds after one',
        (Field('since', 'integer', 'the number of the round', required=True),),
    ),
    Route('POST', '/schedules/<schedule_id>/forget', forget, 'Let its next round be a first look'),
    Route(
        'POST', '/schedules/<schedule_id>/continue', continue_from,
        'Compare its next round with the last one of another schedule, for what both look at',
        (Field('old', 'text', 'the id of the other schedule, which may be deleted', required=True),),
    ),
)  # fmt: skip
