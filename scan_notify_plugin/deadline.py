"""Runs a call that may hang, and stops waiting for it after a time."""

import threading
from typing import Any, Callable, Dict


class Overstayed(Exception):
    """The call did not come back in time. It goes on in its thread; its result is dropped."""


def within(seconds: float, call: Callable[[], Any]) -> Any:
    """What ``call`` returns or raises.

    :raises Overstayed: after ``seconds``. A thread cannot be killed: the caller must be able to live with the effect.
    """
    result = {}  # type: Dict[str, Any]

    def run() -> None:
        try:
            result['value'] = call()
        except BaseException as error:  # handed to the caller, whatever it is
            result['error'] = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise Overstayed('no answer within {:g} s'.format(seconds))
    if 'error' in result:
        raise result['error']
    return result['value']
