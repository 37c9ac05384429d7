"""By which certificates a server is believed, and what is said of one that is not."""

import os
import ssl
from typing import Iterator, Optional

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from scan_notify_plugin.faults import Fault

#: What OpenSSL says of a certificate (https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/): 2, 18 to 21 are
#: ends of a chain that nobody here knows, 9 and 10 dates, 62 and 64 a name or an address that is not in it.
_MEANINGS = {
    2: 'tls.unknown',
    18: 'tls.unknown',
    19: 'tls.unknown',
    20: 'tls.unknown',
    21: 'tls.unknown',
    9: 'tls.date',
    10: 'tls.date',
    62: 'tls.name',
    64: 'tls.name',
}
#: Errors in errors; requests wraps what urllib3 wraps.
_MOST = 12


def bundle_problem(path: str) -> Optional[Fault]:
    """What is wrong with a file of certificates; None if it can be used, or if there is none to be used.

    :param path: as a ``CA_BUNDLE`` has it; '' is none
    """
    if not path:
        return None
    try:
        if not os.path.isfile(path):  # nor a pipe, which would be waited for
            return Fault('ca.missing', path=path)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return Fault('ca.none', path=path)
    except (OSError, ValueError) as error:
        return Fault('ca.unread', path=path, detail=getattr(error, 'strerror', None) or type(error).__name__)
    return None


def context(ca_bundle: str = '') -> ssl.SSLContext:
    """How a server is verified, its name included, for a transport of one's own.

    :param ca_bundle: :attr:`Target.ca_bundle <scan_notify_plugin.api.Target>`; '': the certificates of Python's certifi
    :raises OSError: if it cannot be used; :func:`bundle_problem` says why
    """
    return ssl.create_default_context(cafile=ca_bundle or DEFAULT_CA_BUNDLE_PATH)


def untrusted(error: BaseException) -> Optional[Fault]:
    """What is wrong with a server's certificate; None if the error is about something else.

    Before Python 3.7 OpenSSL's number is not told, so of names alone it is known what is wrong.
    """
    for one in _within(error):
        if type(one).__name__ == 'CertificateError':  # of Python or urllib3: the name
            return Fault('tls.name', detail=str(one)[:200])
        if isinstance(one, ssl.SSLError) and one.reason == 'CERTIFICATE_VERIFY_FAILED':
            code = _MEANINGS.get(getattr(one, 'verify_code', 0), 'tls.unverified')
            return Fault.of(code, {'detail': str(getattr(one, 'verify_message', '') or one)[:200]})
    return None


def _within(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps."""
    todo, seen = [error], 0
    while todo and seen < _MOST:
        one = todo.pop(0)
        seen += 1
        yield one
        wrapped = (*one.args, getattr(one, 'reason', None), one.__cause__, one.__context__)
        todo.extend(inner for inner in wrapped if isinstance(inner, BaseException))
