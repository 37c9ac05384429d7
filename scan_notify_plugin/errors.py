"""The errors and failure reasons that people and plugins meet."""

from enum import Enum
from typing import Mapping, Optional, Union

from scan_notify_plugin.faults import ENGLISH, Fault, quoted, say


class ScanNotifyError(Exception):
    """Base of the errors we raise on purpose, written for a person.

    :param message: a fault, which every language has words for; or somebody else's words. ``str()`` is English
    """

    def __init__(self, message: Union[str, Fault] = '') -> None:
        self.fault = quoted(message)
        super().__init__(say(self.fault, ENGLISH))

    def describe(self, language: str) -> str:
        """What it says, in a language."""
        return say(self.fault, language)


class ConfigError(ScanNotifyError):
    """The configuration is wrong. It names the key, what was expected and the page to read.

    :param key: its name; a fault, if it is said in words
    :param problem: a fault; or somebody else's words
    """

    def __init__(self, key: Union[str, Fault], problem: Union[str, Fault], page: str = 'docs/configuration.md') -> None:
        self.cause = quoted(problem)
        super().__init__(Fault('wrong', name=key, cause=self.cause, page=page))
        self.key = say(quoted(key), ENGLISH)
        self.problem = say(self.cause, ENGLISH)


def in_words(error: BaseException) -> str:
    """What foreign code raised: its kind, and what it says, if it can say that."""
    try:
        return '{}: {}'.format(type(error).__name__, error)
    except Exception:
        return type(error).__name__


class Reason(Enum):
    """Why a send failed. Closed: whether and when to try again is a table over these, in ``jobs.settling``."""

    UNREACHABLE = 'unreachable'  # certainly not sent: no address, no connection, no TLS
    UNKNOWN = 'unknown'  # perhaps sent: no answer, a cut connection, a 5xx but 503, an unreadable answer
    BUSY = 'busy'  # refused for now: the service says that it is busy
    THROTTLED = 'throttled'  # refused for now: we send too fast
    QUOTA = 'quota'  # refused: the period's allowance is used up
    CONFIG = (
        'config'  # refused until somebody changes something: credential, robot, permission, clock, form of the request
    )
    CONTENT = (
        'content'  # refused: the service's moderation, or a file it will not take; what replaces it is sent instead
    )
    TOO_LONG = 'too_long'  # refused: over the channel's size
    REFUSED = 'refused'  # refused with a code that is in no table
    GONE = 'gone'  # refused: the service wants no more from this target, which is stopped until a person starts it


class SendError(ScanNotifyError):
    """A notifier's word that one request failed.

    :param reason: one of :class:`Reason`
    :param code: the service's own error code, where it gave one
    :param words: the service's own words, redacted and cut before they are stored; or a fault
    :param retry_after: seconds that the service asks to wait, where it says so
    """

    def __init__(
        self,
        reason: Reason,
        code: Union[int, str, None] = None,
        words: Union[str, Fault] = '',
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(words)
        self.words = say(self.fault, ENGLISH) if isinstance(words, Fault) or not isinstance(words, str) else str(words)
        self.args = ('{}{}: {}'.format(reason.value, '' if code is None else ' %s' % code, self.words),)
        self.reason = reason
        self.code = code
        self.retry_after = retry_after
        #: what came with it, where that was an HTTP answer: up to 4096 characters, without known credentials; never
        #: stored
        self.body = ''
        #: what of the part's content is another by now, because some have it: these fields replace its own, and the
        #: same part is sent again with them. Empty: some have it, and nothing changes. None: nobody has it
        self.rest: Optional[Mapping[str, object]] = None
