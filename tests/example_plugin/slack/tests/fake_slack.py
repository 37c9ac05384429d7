"""Slack's incoming webhooks, on loopback, as its pages describe them:

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and, of long texts,
https://docs.slack.dev/changelog/2018-truncating-really-long-messages
"""

import html
import json
import re

from scan_notify_plugin.testing.robot_server import Answer, Mentions, Message, Refused, Robot, RobotServer

PATH = '/services/T00000000/B00000000/'
TOKEN = 'XXXXXXXXXXXXXXXXXXXXXXXX'
PAUSE = 30


class SlackWebhook(Robot):
    """Takes JSON with a text, of which it shows 40,000 characters, and answers in words."""

    WORDS = {
        0: 'ok',
        400: 'invalid_payload',
        403: 'action_prohibited',
        404: 'no_service',
        410: 'channel_is_archived',
        429: 'rate_limited',
    }

    def __init__(self, server):
        super().__init__(server, 'slack')

    @property
    def url(self):
        return self.server.base_url + PATH + TOKEN

    def accept(self, request):
        try:
            body = json.loads(request.body.decode('utf-8'))
        except ValueError:
            raise Refused(400)
        if not request.headers.get('Content-Type', '').startswith('application/json') or not isinstance(body, dict):
            raise Refused(400)
        if not isinstance(body.get('text'), str) or not body['text']:
            raise Refused(400, 'no_text')
        text, size, now = body['text'][:40000], len(request.body), self.server.now()
        self.messages.append(Message('slack', 'text', '', seen(text), mentioned(text), None, size, now, body))
        return 'accepted'

    def answer(self, code, words):
        pause = (('Retry-After', str(PAUSE)),) if code == 429 else ()
        return Answer(code or 200, words.encode('utf-8'), (('Content-Type', 'text/html'),) + pause)


def mentioned(text):
    """Who is called: <@U012AB3CD>, and <!here>, <!channel> or <!everyone>."""
    everybody = re.search('<!(here|channel|everyone)[|>]', text)
    return Mentions(user_ids=tuple(re.findall('<@([UW][A-Z0-9]+)[|>]', text)), all=bool(everybody))


def seen(text):
    """What people read: links as (label, address), and characters in the place of &amp;, &lt; and &gt;."""
    return html.unescape(re.sub(r'<(https?://[^|>]+)\|([^>]*)>', r'\2 (\1)', text))


class SlackServer(RobotServer):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.webhook = SlackWebhook(self)

    def respond(self, request):
        if request.method != 'POST':
            return self.stray(request, 405, Answer(405))
        if request.path != PATH + TOKEN:
            return self.stray(request, 404, self.webhook.answer(404, 'no_service'))
        return self.webhook.handle(request)
