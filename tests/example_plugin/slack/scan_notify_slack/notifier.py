"""Channel ``slack``: an incoming webhook, which answers in plain words.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from scan_notify_slack.dialect import Mrkdwn

from scan_notify_plugin.api import Notifier, Reason, Receipt, Secret, SendError, worded

#: What Slack says in the place of ``ok``, with HTTP 400, 403, 404 and 410. Anything else proves nothing.
REASONS = {
    'invalid_payload': Reason.CONFIG,
    'no_text': Reason.CONFIG,
    'user_not_found': Reason.CONFIG,
    'action_prohibited': Reason.CONFIG,
    'invalid_token': Reason.CONFIG,
    'posting_to_general_channel_denied': Reason.CONFIG,
    'team_disabled': Reason.CONFIG,
    'channel_not_found': Reason.CONFIG,
    'no_active_hooks': Reason.CONFIG,
    'no_service': Reason.CONFIG,
    'no_service_id': Reason.CONFIG,
    'no_team': Reason.CONFIG,
    'channel_is_archived': Reason.GONE,
}
SHOWN = 200


class SlackNotifier(Notifier):
    channel = 'slack'
    max_bytes = 4000  # the characters of a text that Slack advises; see size()
    marks_delivery = True
    pace = (1, 1.0)  # https://docs.slack.dev/apis/web-api/rate-limits
    cool_down = 30.0
    required = ('url',)
    secrets = ('url',)  # who has it can post
    dialect = Mrkdwn()
    template_folder = 'templates'

    def size(self, content, target):
        return len(content['text'])

    def problems(self, options):
        yield from super().problems(options)
        url = options.get('url')
        if url and not (isinstance(url, Secret) and str(url.reveal()).startswith(('https://', 'http://127.0.0.1:'))):
            yield worded(zh='URL 应以 https:// 开头', en='URL must begin with https://')

    def send(self, part, target):
        url = target.options['url'].reveal()
        reply = target.http.request('POST', url, {'text': part.text}, also=(400, 403, 404, 410))
        said = reply.text.strip()
        if reply.status == 200 and said == 'ok':
            return Receipt()
        unread = Reason.UNKNOWN if reply.status < 300 else Reason.REFUSED  # a portal answers with 200 as well
        raise SendError(REASONS.get(said, unread), reply.status, said[:SHOWN])
