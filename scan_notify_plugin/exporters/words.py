"""What the reports say themselves. Everything else in them comes with the tables."""

from typing import NamedTuple

from scan_notify_plugin.exporters.tables import Rows

__all__ = ['CHINESE', 'ENGLISH', 'Words', 'words_for']


class Words(NamedTuple):
    """The titles of the overview, in one language."""

    overview: str
    fact: str
    value: str
    table: str
    rows: str
    skipped: str
    empty: str
    number: str


CHINESE = Words('概览', '项目', '内容', '数据表', '行数', '跳过或不完整的记录', '本次运行没有任何结果', '数量')
ENGLISH = Words(
    'Overview', 'Item', 'Value', 'Table', 'Rows', 'Skipped or incomplete records', 'This run has no results',
    'Number',
)  # fmt: skip


def words_for(rows: Rows) -> Words:
    """The words of a report in the language of its tables."""
    return ENGLISH if getattr(rows, 'language', 'zh') == 'en' else CHINESE
