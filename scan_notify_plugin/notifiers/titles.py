"""What shows of a message in a list of conversations and on a lock screen. Pure."""

from typing import Callable

from scan_notify_plugin.notifiers.blocks import Escaped, Said
from scan_notify_plugin.notifiers.dialects import Dialect
from scan_notify_plugin.notifiers.summary import Summary, Text
from scan_notify_plugin.notifiers.telling import changes_in_short

#: Characters that a schedule's name has in a title.
NAME = 24
#: Characters that the number of a page takes at most. They are kept free, so that a message that turns out to have
#: fewer pages has no longer title: what was measured with the widest numbers fits with any.
NUMBERED = len(' (99/99)')


def heading_of(summary: Summary) -> Said:
    """The heading of a run: what became of it, its schedule and its round."""
    if summary.test:
        return Said('run.title.test')
    which = Said('run.which', {'name': name_of(summary), 'number': summary.run_number})
    return Said('run.heading', {'title': Said('run.title.' + summary.status), 'which': which})


def name_of(summary: Summary) -> object:
    """Of the schedule, as far as it may be said."""
    return Said('run.withheld') if summary.hidden else summary.schedule_name or Escaped(Said('run.unnamed'))


def title_of(
    message: str, summary: Summary, language: str, dialect: Dialect, escape: Callable[[str], str], most: int
) -> str:
    """What became of a run, the name of its schedule, and what has changed.

    The heading of an administrator's own template is what it says, and so is an alert's.

    :param message: whose first line is its heading
    :param most: characters
    """

    def printed(value: object) -> str:
        return dialect.printed(value, language, escape)

    heading = message.partition('\n')[0].lstrip('# ')
    if summary.alert is not None or not heading.startswith(printed(heading_of(summary))):
        return cut(heading, most)
    name = Text(cut(printed(name_of(summary)), NAME))
    title = Said('run.heading', {'title': Said('run.title.' + summary.status), 'which': name})
    if summary.test:  # its schedule is called the same
        title = Said('run.title.test')
    most -= NUMBERED
    if summary.pages > 1:
        numbered = Said('heading.page', {'heading': title, 'page': summary.page, 'pages': summary.pages})
        most += len(printed(numbered)) - len(printed(title))
        title = numbered
    told = changes_in_short(summary)
    return cut(printed(title if told is None else Said('run.title.changes', {'title': title, 'changes': told})), most)


def cut(line: str, most: int) -> str:
    """At most so many characters, whole or with a sign of what is missing."""
    return line if len(line) <= most else line[: most - 1] + '…'
