"""What an answer's Content-Encoding has packed, unpacked up to a bound. Pure.

Not by urllib3: before 2.6 it unpacks what has come as a whole, and two kilobytes that were packed twice become
gigabytes (CVE-2025-66418, CVE-2025-66471).
"""

import zlib

#: What a request says that may be used (https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1).
CODINGS = 'gzip, deflate'
#: One after the other. Nobody who means well packs twice.
_MOST = 2
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


def unpacked(data: bytes, codings: str, most: int) -> bytes:
    """At most ``most`` bytes of what was packed; the data itself, where it is packed in a way that nobody asked for.

    :param codings: the header Content-Encoding
    :raises ValueError: if it is not packed as the header says
    """
    names = [name.strip().lower() for name in codings[:200].split(',')]
    names = [name for name in names if name not in ('', 'identity')]
    if len(names) > _MOST or not all(name in ('gzip', 'x-gzip', 'deflate') for name in names):
        return data
    for name in reversed(names):
        data = _deflated(data, most) if name == 'deflate' else _inflated(data, _GZIP, most)
    return data


def _deflated(data: bytes, most: int) -> bytes:
    """With the frame that the coding has, or without, as some send it."""
    try:
        return _inflated(data, _ZLIB, most)
    except ValueError:
        return _inflated(data, _RAW, most)


def _inflated(data: bytes, form: int, most: int) -> bytes:
    made = b''
    while data and len(made) < most:
        machine = zlib.decompressobj(form)
        try:
            made += machine.decompress(data, most - len(made))
        except zlib.error as error:
            if made:  # something behind the end of a file is no part of it
                break
            raise ValueError('it is not packed as its header says: {}'.format(error)) from None
        data = machine.unused_data if form == _GZIP else b''  # a file of gzip may have several members
    return made
