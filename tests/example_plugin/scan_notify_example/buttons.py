"""The buttons of channel ``example``: the service tells of a click in a request that it signs with the target's
token.
"""

import hashlib
import hmac
import json

from scan_notify_example.words import say, told

from scan_notify_plugin.api import BadCallback, Callbacks, Click


class ExampleButtons(Callbacks):
    proofs = ('token',)  # the host's web server reads it at the first click, and no other credential

    def way(self, options):  # 'http': to the host's web server; '': there are no buttons
        return 'http' if options.get('callback') == 'http' else ''

    def heard(self, request, options):  # anybody can have sent it
        time, signature = (request.headers.get(name, '') for name in ('x-example-time', 'x-example-signature'))
        right = sign(options['token'].reveal(), time, request.body)
        if not hmac.compare_digest(right.encode('ascii'), signature.encode('utf-8', 'replace')):
            return None
        try:
            click = json.loads(request.body.decode('utf-8'))
            return Click(click['key'], click['button'], click['user'], click['id'], click, float(time))
        except (KeyError, TypeError, ValueError):
            raise BadCallback(told('no_click'))

    def answered(self, clicked):  # what the service shows from now on
        seen, language = clicked.news.get('acknowledged'), clicked.language
        return {
            'shown': say('shown', language, by=seen['by'].partition(':')[2]) if seen else '',
            'private': say(clicked.refusal, language, detail=clicked.detail) if clicked.refusal else '',
        }


def sign(token, time, body):
    """As the service signs."""
    return hmac.new(token.encode('utf-8'), time.encode('utf-8', 'replace') + b'.' + body, hashlib.sha256).hexdigest()
