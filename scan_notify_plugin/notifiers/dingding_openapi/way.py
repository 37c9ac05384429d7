"""One way of bringing a message to people: how it is written, for whom, and by which interface."""

from typing import Iterable, List, Mapping, Sequence

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Notifier, Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.dialects import DINGTALK
from scan_notify_plugin.notifiers.dingding_openapi.api import DingTalkApi
from scan_notify_plugin.notifiers.dingtalk_links import opened
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.titles import title_of
from scan_notify_plugin.records import Document

MAX_TITLE = 64


class Way(Notifier):
    """The rendering of a notifier, and the sending of one kind of part. :class:`DingTalkOpenApi` is the notifier."""

    channel = 'dingding_openapi'
    #: in WAYS, and as ``way`` in the contents of its parts
    name = ''
    dialect = DINGTALK
    task_list = 'all'

    def receivers(self, options: Mapping[str, object]) -> List[Document]:
        """Whom the parts are for: each gets the whole message, and its fields are in their contents."""
        raise NotImplementedError

    def compose(self, message: str, summary: Summary, target: Target, page: int) -> Document:
        title = title_of(message, summary, target.language, self.dialect, self.escape, MAX_TITLE)
        return {'title': title, 'text': DINGTALK.broken(message)}

    def pages_for(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        """The message, once for each of :meth:`receivers`."""
        pages = self.render(summary, target, templates)
        return [self.addressed(page, receiver) for receiver in self.receivers(target.options) for page in pages]

    def addressed(self, page: Page, receiver: Mapping[str, object]) -> Page:
        """A page for somebody."""
        return Page(*(dict(content, way=self.name, **receiver) for content in page))

    def leaving(self, part: Part, target: Target) -> Document:
        """What is sent of a part: its links open where LINKS says, if there is room for that."""
        content = opened(part.content, target.options)
        return content if self._holds(content, target) else part.content

    def post(self, part: Part, target: Target, api: DingTalkApi) -> Receipt:
        """Send one part; see :meth:`Notifier.send`."""
        raise NotImplementedError

    def outcome(self, part: Part, receipt: Receipt, target: Target, api: DingTalkApi) -> Receipt:
        """What came of it; see :meth:`Notifier.check`."""
        return receipt._replace(final=True)


def names(value: object) -> List[str]:
    """A list of ids, or one, as texts; each once."""
    given = value if isinstance(value, list) else [] if value in (None, '') else [value]
    return list(dict.fromkeys(str(one).strip() for one in given))


def batches(ids: Sequence[str], size: int) -> List[List[str]]:
    """``ids`` in pieces of at most ``size``."""
    return [list(ids[start : start + size]) for start in range(0, len(ids), size)]


def not_reached(people: Iterable[str], why: str) -> List[Fault]:
    """Who got nothing; none for nobody.

    :param why: the last word of ``openapi.why``
    """
    people = list(people)
    return [Fault('openapi.people', people=', '.join(people), why=why)] if people else []
