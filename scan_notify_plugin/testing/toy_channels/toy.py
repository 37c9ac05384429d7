"""One service of the demo, as the demo sees it."""

from datetime import datetime
from typing import Dict, List, Mapping, NamedTuple, Tuple

from scan_notify_plugin.testing.robot_server import Message

#: What stands under ``TARGETS``.
Targets = Dict[str, Dict[str, object]]


class Shown(NamedTuple):
    """One message as people see it."""

    channel: str
    target: str
    msgtype: str
    bytes: int  #: as the service's limit counts them
    limit: int  #: 0 is none
    text: str
    received_at: datetime  # aware UTC


class Toy:
    """A service on loopback, and the targets that an administrator would configure for it."""

    channel = ''
    #: How many messages of a kind must arrive for one run, by target and kind.
    expected: Mapping[Tuple[str, str], int] = {}

    @property
    def base_url(self) -> str:
        """Where it listens."""
        raise NotImplementedError

    def targets(self) -> Targets:
        """What an administrator would write for it."""
        raise NotImplementedError

    def messages(self) -> List[Shown]:
        """All that arrived, the oldest first."""
        raise NotImplementedError

    def close(self) -> None:
        """End it."""
        raise NotImplementedError


def shown(toy: Toy, target: str, message: Message, limit: int, size: int = 0) -> Shown:
    """A message of a robot.

    :param size: bytes, where not all of the request counts
    """
    return Shown(toy.channel, target, message.msgtype, size or message.size, limit, message.text, message.received_at)
