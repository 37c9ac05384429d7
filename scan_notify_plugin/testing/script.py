"""What a fake service answers instead of what is right: any code, any answer, or none; once, often, or from now on.

One mechanism for all fakes: a :class:`Script` holds what is to come, and takes from it one :class:`Step` for each
request.
"""

import json
from collections import deque
from typing import Callable, Deque, Dict, NamedTuple, Optional, Tuple, Union

__all__ = ['FAULTS', 'Answer', 'Script', 'Step', 'errcode_answer', 'fault', 'json_answer']


class Answer(NamedTuple):
    """An HTTP answer; with status 0 a cut connection, held before that if ``hold``. Nothing of it has to be right.

    A Content-Length among the headers takes the place of the true one.
    """

    status: int
    body: bytes = b''
    headers: Tuple[Tuple[str, str], ...] = ()
    hold: bool = False
    drip: float = 0.0  #: real seconds before each byte, those of the head too


_HTML = (('Content-Type', 'text/html; charset=utf-8'),)
_JSON = (('Content-Type', 'application/json; charset=utf-8'),)

#: Answers with a name, for :meth:`Script.add`.
FAULTS = {
    'timeout': Answer(0, hold=True),
    'cut': Answer(0),
    'http_502': Answer(502, b'<html><h1>502 Bad Gateway</h1></html>', _HTML),
    'http_503': Answer(503, b'<html><h1>503 Service Unavailable</h1></html>', _HTML),
    'http_429': Answer(429, b'', (('Retry-After', '7'),)),
    # What DingTalk says to a banned address comes as JSON or as a page, and without an error code:
    # https://open.dingtalk.com/document/development/how-to-process-api-throttling-on-the-dingtalk-server
    'html': Answer(200, b'<html>{"status":1111,"wait":5,"punish":"deny"}</html>', _HTML),
    'json_ban': Answer(200, b'{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0"}', _JSON),
    'portal': Answer(200, b'<html><form action="/login">Welcome to the guest network</form></html>', _HTML),
    'empty': Answer(200),
    # It starts like a success, for clients that look for one instead of parsing.
    'not_json': Answer(200, b'{"errcode":0,"errmsg":"ok', _JSON),
    'redirect': Answer(302, b'', (('Location', '/elsewhere'),)),
}


def json_answer(status: int, body: object) -> Answer:
    """An answer with a body in JSON."""
    return Answer(status, json.dumps(body, ensure_ascii=False).encode('utf-8'), _JSON)


def errcode_answer(code: int, words: str, **more: object) -> Answer:
    """The envelope of DingTalk's robots and of WeCom: HTTP 200 whatever the code."""
    return json_answer(200, dict(more, errcode=code, errmsg=words))


class Step(NamedTuple):
    """What becomes of one request."""

    name: Union[int, str] = 0  #: as it was asked for; 0: nothing is wrong
    refusal: Union[int, str] = 0  #: the error code to refuse with
    answer: Optional[Answer] = None
    lost: bool = False  #: whether the request is never read
    path: str = ''  #: '' = any
    for_good: bool = False


class Script:
    """The misbehaviour that is still to come, in order."""

    def __init__(self) -> None:
        self._steps: Deque[Step] = deque()

    def add(self, step: Step, times: Optional[int] = 1) -> None:
        """Queue a step for so many requests, after those already queued; None: from then on for all."""
        self._steps.extend([step] * times if times is not None else [step._replace(for_good=True)])

    def clear(self) -> None:
        """Behave from now on."""
        self._steps.clear()

    def next(self, path: str, fits: Callable[[Step], bool] = lambda step: True) -> Step:
        """The step for a request to ``path``."""
        for index, step in enumerate(self._steps):
            if step.path in ('', path) and fits(step):
                if not step.for_good:
                    del self._steps[index]
                return step
        return Step()


def step_of(
    how: Union[int, str, Answer], after: bool, faults: Dict[str, Answer], is_code: Callable[[Union[int, str]], bool]
) -> Step:
    """The step that somebody asks for: an error code, the name of a fault with ``_before`` or ``_after``, or any
    answer.

    :param after: of an :class:`Answer`: whether the request is taken before it
    :param is_code: tells codes from names
    """
    if isinstance(how, Answer):
        return Step('HTTP {}'.format(how.status), answer=how, lost=not after)
    if is_code(how):
        return Step(how, refusal=how)
    answer, lost = fault(str(how), faults)
    return Step(how, answer=answer, lost=lost)


def fault(how: str, faults: Dict[str, Answer] = FAULTS) -> Tuple[Answer, bool]:
    """What a misbehaviour answers, and whether the request is never read."""
    name, _, when = how.rpartition('_')
    if when not in ('before', 'after'):
        name = how
    if name not in faults:
        raise ValueError(
            'no misbehaviour {!r}: expected an error code or one of {}, with _before '
            'or _after'.format(how, ', '.join(sorted(faults)))
        )
    return faults[name], when != 'after'
