"""A test CA and what it has signed, for tests of TLS on loopback. ``sh tests/certificates/make.sh`` makes them."""

import os

_HERE = os.path.dirname(os.path.abspath(__file__))
#: What signed the servers' certificates, and what did not.
CA, OTHER_CA = (os.path.join(_HERE, name) for name in ('ca.pem', 'other.pem'))
#: A key and its certificate in each: good for localhost; good for another name; good until 2021.
SERVER, ELSEWHERE, EXPIRED = (os.path.join(_HERE, name) for name in ('server.pem', 'elsewhere.pem', 'expired.pem'))
