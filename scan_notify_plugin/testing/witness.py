"""Sees what is written while a test runs: by every logger at every level, to standard output and error, as a
warning.
"""

import base64
import json
import logging
import sys
import warnings
from contextlib import ExitStack
from typing import Any, Callable, Dict, Iterable, List, TextIO, Union
from unittest import mock
from urllib.parse import quote, quote_plus

_STREAMS = ('stdout', 'stderr', '__stdout__', '__stderr__')


class Witness:
    """For a ``with``. What is written is written all the same.

    A logger that is silent, disabled by its level, or hands nothing on is seen too: what a test does not print today, a
    worker with ``--loglevel DEBUG`` will.
    """

    def __init__(self) -> None:
        self._seen: Dict[str, List[str]] = {'log': [], 'warnings': []}
        self._patches = ExitStack()

    def __enter__(self) -> 'Witness':
        self._watch_logging()
        self._watch_warnings()
        for name in _STREAMS:
            if getattr(sys, name) is not None:
                seen = self._seen.setdefault(name, [])
                self._patches.enter_context(mock.patch.object(sys, name, _Tee(getattr(sys, name), seen)))
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._patches.close()

    def told(self, secrets: Iterable[str]) -> List[str]:
        """Where any of these was written, as it is or in a form from which it is read easily; empty if nowhere."""
        secrets = list(secrets)
        return sorted(place for place, pieces in self._seen.items() if holds(''.join(pieces), secrets))

    def _watch_logging(self) -> None:
        enabled, hand_on, seen = logging.Logger.isEnabledFor, logging.Logger.callHandlers, self._seen['log']

        def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
            seen.append(_words(record))
            if enabled(logger, record.levelno):
                hand_on(logger, record)

        patch = mock.patch.multiple(logging.Logger, isEnabledFor=lambda logger, level: True, callHandlers=call_handlers)
        self._patches.enter_context(patch)

    def _watch_warnings(self) -> None:
        show: Callable[..., None] = warnings.showwarning
        seen = self._seen['warnings']

        def showwarning(message: object, *args: object, **more: object) -> None:
            seen.append('{}\n'.format(message))
            show(message, *args, **more)

        self._patches.enter_context(mock.patch.object(warnings, 'showwarning', showwarning))


class _Tee:
    """A stream, and a list of what was written to it."""

    def __init__(self, stream: TextIO, seen: List[str]) -> None:
        self._stream, self._seen = stream, seen

    def write(self, data: Any) -> int:
        self._seen.append(data if isinstance(data, str) else bytes(data).decode('utf-8', 'replace'))
        return self._stream.write(data)

    def writelines(self, lines: Iterable[Union[str, bytes]]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        value = getattr(self._stream, name)
        return _Tee(value, self._seen) if name == 'buffer' else value


def holds(text: str, secrets: Iterable[str]) -> bool:
    """Whether a text has one of these in it."""
    return any(form in text for secret in secrets if secret for form in _forms(secret))


def _forms(secret: str) -> Iterable[str]:
    coded = base64.b64encode(secret.encode('utf-8')).decode('ascii').rstrip('=')
    return {secret, quote(secret, safe=''), quote_plus(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1], coded}


def _words(record: logging.LogRecord) -> str:
    """All that any formatter could make of a record."""
    try:
        message = record.getMessage()
    except Exception:  # logging prints such a record to standard error
        message = '{} {}'.format(record.msg, record.args)
    trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ''
    return '\n'.join([message, str(vars(record)), trace, ''])
