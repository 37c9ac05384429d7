"""The files: where they are in their life, and who may have them for how long."""

from scan_notify_plugin.web.fields import PAGING, Field, paging
from scan_notify_plugin.web.routes import Call, File, Listing, Route


def listing(call: Call) -> Listing:
    from scan_notify_plugin.admin.reports import Reports

    values = dict(call.values)
    page, size = paging(values)
    listed = Reports(call.desk).listing(page=page, size=size, **values)
    return Listing(listed['items'], listed['total'], page, size)


def file(call: Call) -> File:
    from scan_notify_plugin.admin.reports import Reports

    report, pieces = Reports(call.desk).open(call.path['report_id'], '' if call.head else call.by)
    return File(report, pieces)


def link(call: Call) -> object:
    from scan_notify_plugin.admin.reports import Reports

    url = Reports(call.desk).new_link(call.path['report_id'], call.by, call.values.get('hours'))
    return {'url': url}


def revoke(call: Call) -> object:
    from scan_notify_plugin.admin.reports import Reports

    return Reports(call.desk).revoke(call.path['report_id'], call.by)


def delete(call: Call) -> object:
    from scan_notify_plugin.admin.reports import Reports

    return Reports(call.desk).delete(call.path['report_id'], call.by)


def again(call: Call) -> object:
    from scan_notify_plugin.admin.reports import Reports

    return {'jobs': Reports(call.desk).again(call.path['run_id'], call.values['format'], call.by)}


ROUTES = (
    Route(
        'GET', '/reports', listing, 'The reports, the newest first',
        PAGING + (Field('run_id', 'text', 'reports of one run'),),
    ),
    Route('GET', '/report/<report_id>/file', file, 'Download a report with the login, without a link'),
    Route(
        'POST', '/report/<report_id>/link', link, 'A new link; those before it end',
        (Field('hours', 'number', 'how long it works; LINK_HOURS if not given'),),
    ),
    Route('POST', '/report/<report_id>/revoke', revoke, 'End all links of a report'),
    Route('DELETE', '/report/<report_id>', delete, 'Delete the file of a report; its record stays'),
    Route(
        'POST', '/runs/<run_id>/reports', again, 'Make a report of a run again, or in another format',
        (Field('format', 'text', 'excel, csv, html, or a plugin\'s', required=True),),
    ),
)  # fmt: skip
