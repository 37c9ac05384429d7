"""The short form: a card of type ``text_notice`` that opens the report when it is tapped.

The lengths are those that the vendor recommends: https://developer.work.weixin.qq.com/document/path/99110
"""

from typing import Callable, Optional

from scan_notify_plugin.notifiers.dialects import WECOM_MARKDOWN
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.telling import changes, changes_in_short
from scan_notify_plugin.notifiers.titles import cut
from scan_notify_plugin.records import Document
from scan_notify_plugin.words import say

#: Bytes of an address.
MAX_URL = 1024
_TITLE, _DESCRIPTION, _SUBTITLE, _VALUE = 26, 30, 112, 26
#: Of the title, what a schedule's name has beside how it ended.
_NAME = 12


def card(summary: Summary, language: str, url: str, escape: Callable[[str], str]) -> Optional[Document]:
    """The card of a run; None if there is no address for it to open.

    :param url: where it leads if the run has no report with a link
    """
    links = [report.link for report in summary.reports if report.ready and report.link]
    address = (links + [url or summary.url])[0]
    if not address or len(address.encode('utf-8')) > MAX_URL:
        return None
    kinds = ('done', 'failed', 'stopped', 'missing')
    rows = [(say('wxwork.card.' + kind, language), str(summary.counts[kind])) for kind in kinds]
    rows.append((say('wxwork.card.assets', language), str(sum(number for _, number in summary.assets))))
    if summary.reports and summary.reports[0].ready:
        rows.append((say('wxwork.card.rows', language), str(summary.reports[0].rows)))
    made: Document = {
        'card_type': 'text_notice',
        'main_title': _title(summary, language, escape),
        'sub_title_text': cut(_below(summary, language, escape), _SUBTITLE),
        'horizontal_content_list': [{'keyname': name, 'value': value[:_VALUE]} for name, value in rows],
        'card_action': {'type': 1, 'url': address},
    }
    return made


def _title(summary: Summary, language: str, escape: Callable[[str], str]) -> Document:
    """What shows in the list of conversations: how it ended and the schedule's name, and what has changed."""
    name = escape(summary.schedule_name) or say('run.unnamed', language)
    title = say(
        'wxwork.card.named', language, name=cut(name, _NAME), status=say('wxwork.card.end.' + summary.status, language)
    )
    told = changes_in_short(summary)
    if told is not None and summary.results is not None:
        below = WECOM_MARKDOWN.printed(told, language, escape)
    else:  # the whole name, where the title has only its beginning
        below = name if len(name) > _NAME else say('wxwork.card.round', language, number=summary.run_number)
    return {'title': cut(title, _TITLE), 'desc': cut(below, _DESCRIPTION)}


def _below(summary: Summary, language: str, escape: Callable[[str], str]) -> str:
    told = changes(summary)
    lines = [say('wxwork.card.round', language, number=summary.run_number)]
    lines += [WECOM_MARKDOWN.printed(told, language, escape)] if told else []
    if summary.repeat:
        lines.append(say('message.repeat.short', language))
    lines += [escape(detail) for _, _, detail in summary.troubles if detail]
    lines += [escape(report.error) for report in summary.reports if report.error]
    return ' · '.join(lines)
