"""Standard Webhooks 1.0.0: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.

A secret is ``whsec_`` and the base64 of 24 to 64 bytes; what is signed is ``{id}.{timestamp}.{body}`` with HMAC-SHA256.
While a secret is rotated both sign, and a receiver takes either.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Dict, List, Sequence

PREFIX = 'whsec_'
#: Bytes of a key.
SHORTEST, LONGEST = 24, 64
#: As many at once: the new one and the old one.
MOST = 2


def keys_of(secret: str) -> List[bytes]:
    """The keys in an option's text, one or two with a space between.

    :raises ValueError: if that is no such text; it is not repeated
    """
    words = secret.split()
    if not 1 <= len(words) <= MOST:
        raise ValueError('expected one or two secrets')
    return [_key(word) for word in words]


def _key(word: str) -> bytes:
    if not word.startswith(PREFIX):
        raise ValueError('a secret begins with ' + PREFIX)
    try:
        key = base64.b64decode(word[len(PREFIX) :].encode('ascii'), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError('a secret is base64') from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError('a secret has {} to {} bytes'.format(SHORTEST, LONGEST))
    return key


def headers(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> Dict[str, str]:
    """What proves a request.

    :param message_id: the same for every try of the message
    :param timestamp: seconds, of this try
    """
    signed = '{}.{}.'.format(message_id, timestamp).encode('ascii') + body
    digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    signature = ' '.join('v1,' + base64.b64encode(digest).decode('ascii') for digest in digests)
    return {'webhook-id': message_id, 'webhook-timestamp': str(timestamp), 'webhook-signature': signature}
