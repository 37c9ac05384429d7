"""What users of the library give and get. Dataclasses, as the module's specification names them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Dict, List, Mapping, Optional, Union


@dataclass
class WechatMessage:
    """One message to a robot.

    :param markdown: what stands below ``msgtype`` in the request, whatever the type: ``{'content': ...}`` for text,
        markdown and markdown_v2, the card for template_card, ``{'media_id': ...}`` for file
    :param mentioned_list: user ids, or ``@all``; a message that is no text is followed by a short one that mentions
    :param mentioned_mobile_list: mobile numbers, or ``@all``
    """

    msgtype: str = 'markdown'
    markdown: Dict[str, object] = field(default_factory=dict)
    mentioned_list: List[str] = field(default_factory=list)
    mentioned_mobile_list: List[str] = field(default_factory=list)


@dataclass
class PushResult:
    """What came of a message or a report."""

    success: bool
    #: the robot gives none; kept for the specification
    message_id: Optional[str] = None
    #: what went wrong, without the key; also if the message arrived and its mention did not
    error_message: Optional[str] = None
    #: posts after the first
    retry_count: int = 0
    #: when it was known, aware UTC
    timestamp: Optional[datetime] = None
    #: it is not known whether it arrived: there was no answer, or none that can be read
    uncertain: bool = False


#: A record of what went wrong: a text, which may have several lines, or a row of a table by column.
Detail = Union[str, Mapping[str, object]]


@dataclass
class MonitorReport:
    """One round of a monitor.

    :param timestamp: printed as it is given, so choose the time zone
    :param error_details: texts, of which those with several lines become code blocks, and mappings, which become rows
        of a table; its columns are the keys of the first
    :param stats_details: names and values, a table
    :param success_rate: percent; computed if it is not given
    """

    timestamp: datetime
    total_count: int = 0
    success_count: int = 0
    failure_count: int = 0
    error_details: List[Detail] = field(default_factory=list)
    stats_details: Mapping[str, object] = field(default_factory=dict)
    success_rate: Optional[float] = None

    @property
    def percent(self) -> float:
        """The success rate; 100 where nothing was to be done."""
        if self.success_rate is not None:
            return self.success_rate
        return 100.0 * self.success_count / self.total_count if self.total_count else 100.0
