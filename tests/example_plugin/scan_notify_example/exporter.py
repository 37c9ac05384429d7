"""Format ``example``: one JSON object for each row, and one for the run at the end."""

import json
import math

from scan_notify_plugin.api import Exporter


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
