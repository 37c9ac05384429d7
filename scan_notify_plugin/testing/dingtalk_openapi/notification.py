"""One work notification, and whom it reached."""

from datetime import datetime
from typing import Dict, List, Set, Tuple

__all__ = ['WorkNotification']


class WorkNotification:
    """One accepted request, and whom it reached. Tests may add to ``read_by``."""

    def __init__(self, task_id: int, msg: Dict[str, object], sent_at: datetime, asks: int) -> None:
        self.task_id = task_id
        self.msgtype = str(msg['msgtype'])
        self.msg = msg
        self.sent_at = sent_at  # aware UTC
        self.asks_before_result = asks
        self.addressed: List[str] = []  # users, those of departments too
        self.reached: List[str] = []
        self.invalid: List[str] = []
        self.failed: List[str] = []
        self.forbidden: List[Tuple[str, str, int]] = []  # user, code, the limit
        self.invalid_departments: List[int] = []
        self.read_by: Set[str] = set()

    @property
    def content(self) -> Dict[str, object]:
        """What is in the object that msgtype names."""
        content = self.msg[self.msgtype]
        assert isinstance(content, dict), 'no other message is accepted'
        return content

    def is_ready(self) -> bool:
        """Whether its progress and result are there now; each question counts."""
        if self.asks_before_result:
            self.asks_before_result -= 1
            return False
        return True
