"""Channel ``example``: a service that takes JSON."""

from scan_notify_example.buttons import ExampleButtons
from scan_notify_example.dialect import ExampleMarkup
from scan_notify_example.words import told

from scan_notify_plugin.api import Diagnosis, Notifier, Reason, Receipt, SendError

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
    optional = ('callback', 'operators')
    secrets = ('token',)  # printed as ***, and cut out of all that is written down
    section = 'EXAMPLE'  # of the host's configuration: what stands there is the target example
    callbacks = ExampleButtons()
    dialect = ExampleMarkup()

    def compose(self, message, summary, target, page):  # once, on page 1, and not on what operators hear of trouble
        acts = self.callbacks.way(target.options) and page == 1 and not summary.alert
        return {'text': message, 'buttons': ['acknowledge', 'resend'] if acts else []}

    def send(self, part, target):  # one request, one attempt: no loop, no sleep, no try
        headers = {'Authorization': 'Bearer ' + target.options['token'].reveal()}
        body = {'text': part.text, 'key': part.key, 'buttons': part.content.get('buttons', [])}
        answer = target.http.post(target.options['url'], body, headers=headers)
        code = answer.get('code')
        if code is None:
            raise SendError(Reason.UNKNOWN, words=told('no_code'))
        if code != 0:
            raise SendError(REASONS.get(code, Reason.REFUSED), code, str(answer.get('message', '')))
        return Receipt(str(answer.get('id', '')))

    def diagnose(self, targets, connected):  # what `scan-notify doctor` says of the targets beside their options
        for name, options in targets.items():
            if self.callbacks.way(options) and not options.get('operators'):
                yield Diagnosis('buttons', 'warn', told('nobody', target=name), told('name_people'))
