"""The channel ``example`` as ``scan-notify new-plugin`` wrote it before channels could have buttons: it goes on as it
is.
"""

from scan_notify_plugin.api import Notifier, Reason, Receipt, SendError, defanged

#: What the service's codes mean for the worker; any other is tried for half an hour, and then an error in its own
#: words.
REASONS = {
    401: Reason.CONFIG,
    413: Reason.TOO_LONG,
    422: Reason.CONTENT,  # it moderates: once more without what strangers wrote
    429: Reason.THROTTLED,
    503: Reason.BUSY,
}


class ExampleNotifier(Notifier):
    channel = 'example'
    max_bytes = 4096
    idempotent = True  # the service drops a repeated key
    marks_delivery = True  # each of its requests that is no delivery says so
    pace = (10, 60.0)  # at most ten requests a minute
    required = ('url', 'token')
    secrets = ('token',)  # printed as ***, and cut out of all that is written down

    def escape(self, value):  # strangers wrote it: no links, mentions or markup
        return defanged(value)

    def send(self, part, target):  # one request, one attempt: no loop, no sleep, no try
        headers = {'Authorization': 'Bearer ' + target.options['token'].reveal()}
        body = {'text': part.text, 'key': part.key}
        answer = target.http.post(target.options['url'], body, headers=headers)
        code = answer.get('code')
        if code is None:
            raise SendError(Reason.UNKNOWN, words='the answer has no code')
        if code != 0:
            raise SendError(REASONS.get(code, Reason.REFUSED), code, str(answer.get('message', '')))
        return Receipt(str(answer.get('id', '')))
