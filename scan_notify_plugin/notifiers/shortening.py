"""Makes the head of a message fit, whatever strangers have written into its fields."""

from typing import NamedTuple

from scan_notify_plugin.changes import Change
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.summary import Summary


class Measure(NamedTuple):
    """How much is kept."""

    chars: int  # of each text
    links: int  # reports that keep their link and name; with none of them the run loses its own


def shortened(summary: Summary, measure: Measure) -> Summary:
    """``summary`` with shorter texts; how many records of a kind are listed is the template's to bound."""
    reports = tuple(
        report._replace(
            # A name is printed raw, or not at all: half of one may have lost the end that tells what it is.
            name=report.name if number < measure.links and len(report.name) <= measure.chars else '',
            link=report.link if number < measure.links else '',
            error=text.plain(report.error, measure.chars),
        )
        for number, report in enumerate(summary.reports)
    )
    tight = not measure.links
    return summary._replace(
        schedule_name=text.plain(summary.schedule_name, measure.chars),
        assets=tuple((text.plain(name, measure.chars), number) for name, number in summary.assets),
        records=tuple(_record(one, measure.chars) for one in summary.records),
        url='' if tight else summary.url,
        remarks=tuple(text.plain(remark, measure.chars) for remark in summary.remarks[: 1 if tight else None]),
        troubles=tuple((kind, count, text.plain(detail, measure.chars)) for kind, count, detail in summary.troubles),
        reports=reports,
    )


def _record(one: Change, chars: int) -> Change:
    return one._replace(target=text.plain(one.target, chars), name=text.plain(one.name, chars))
