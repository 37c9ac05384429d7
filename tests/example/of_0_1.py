"""The three plugins that ``scan-notify new-plugin example`` of 0.1.0 wrote, as they were: they load and work for
good.
"""

import json
import logging
import math

from scan_notify_plugin.api import Exporter, Notifier, Reason, Receipt, SendError, defanged, hookimpl

REASONS = {
    401: Reason.CONFIG,
    413: Reason.TOO_LONG,
    429: Reason.THROTTLED,
    503: Reason.BUSY,
}
log = logging.getLogger('scan_notify.example')


class ExampleNotifier(Notifier):
    channel = 'example'
    max_bytes = 4096
    idempotent = True  # the service drops a repeated key
    pace = (10, 60.0)  # at most ten requests a minute
    required = ('url', 'token')

    def escape(self, value):  # strangers wrote it: no links, mentions or markup
        return defanged(value)

    def send(self, part, target):  # one request, one attempt: no loop, no sleep, no try
        headers = {'Authorization': 'Bearer ' + target.options['token'].reveal()}
        body = {'text': part.text, 'key': part.key}
        answer = target.http.post(target.options['url'], body, headers=headers)
        code = answer.get('code')
        if code is None:
            raise SendError(Reason.UNKNOWN, words='the answer has no code')
        if code != 0:
            raise SendError(REASONS.get(code, Reason.CONTENT), code, str(answer.get('message', '')))
        return Receipt(str(answer.get('id', '')))


class ExampleExporter(Exporter):
    format = 'example'
    extension = 'jsonl'
    media_type = 'application/x-ndjson'

    def export(self, run, rows, file):
        def write(line):  # all but ASCII is escaped, so no character can break a line
            file.write(json.dumps(line, default=str).encode('ascii') + b'\n')

        for table in rows.tables():
            write({'table': table.name, 'columns': [column.title for column in table.columns]})
            for row in table.rows:  # one at a time: a run can have millions
                write({'table': table.name, 'row': [plain(cell) for cell in row]})
        totals = dict(rows.overview().totals)
        write({'run': run.id, 'rows': totals, 'empty': not any(totals.values())})


def plain(cell):
    """JSON has no infinity, and no NaN."""
    return str(cell) if isinstance(cell, float) and not math.isfinite(cell) else cell


class Log:
    """A module there."""

    @hookimpl
    def on_run_complete(self, run):
        log.info('run %s: %s, %d scan tasks', run.id, run.status, len(run.tasks))
