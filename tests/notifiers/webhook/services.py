"""Services that a webhook's BODY is written for, each as strict as its page says, on one server.

``live`` is what a reader could press, or be called by, in the messages that came: links, mentions, pictures, commands.
"""

import json
import re
from datetime import datetime, timezone
from html.parser import HTMLParser
from typing import NamedTuple

from scan_notify_plugin.testing.listener import Listener, Served
from scan_notify_plugin.testing.script import Answer, json_answer

ADDRESS = re.compile(r'https?://[^\s<>|"\')\]]+')
TEXT = (('Content-Type', 'text/plain; charset=utf-8'),)


class Wrong(Exception):
    """The service refuses it, with this answer."""


class Shown(NamedTuple):
    text: str
    live: frozenset


class Service:
    """One of them, at a path of its own."""

    def __init__(self):
        self.shown = []
        self.refused = []

    def post(self, request):
        try:
            if request.method != 'POST' or request.headers.get_content_type() != 'application/json':
                raise Wrong(self.no(400, 'form'))
            body = json.loads(request.body.decode('utf-8'))
            if not isinstance(body, dict):
                raise Wrong(self.no(400, 'no object'))
            self.shown.append(self.read(body, request))
        except ValueError:
            self.refused.append('not JSON')
            return self.no(400, 'not JSON')
        except Wrong as wrong:
            self.refused.append(wrong.args[0].body)
            return wrong.args[0]
        return self.yes()

    def only(self, body, names):
        if set(body) - set(names):
            raise Wrong(self.no(400, 'unknown: {}'.format(sorted(set(body) - set(names)))))


class Slack(Service):
    """https://api.slack.com/messaging/webhooks, https://api.slack.com/reference/surfaces/formatting; errors are words
    (https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks).
    """

    path = '/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'

    def no(self, status, why):
        return Answer(status, b'invalid_payload' if status == 400 else why.encode(), TEXT)

    def yes(self):
        return Answer(200, b'ok', TEXT)

    def read(self, body, request):
        self.only(body, ('text', 'blocks', 'attachments', 'unfurl_links', 'unfurl_media', 'mrkdwn', 'thread_ts'))
        text = body.get('text')
        if not isinstance(text, str) or not text or len(text) > 4000:  # it cuts at 40,000, and advises 4,000
            raise Wrong(self.no(400, 'text'))
        if re.search(r'&(?!amp;|lt;|gt;)', text) or '<' in re.sub(r'<[^<>\n]+>', '', text):
            raise Wrong(self.no(400, 'unescaped'))
        tokens = re.findall(r'<([^<>\n]+)>', text)
        bare = ADDRESS.findall(re.sub(r'<[^<>\n]+>', '', text))
        marked = re.findall(r'(?m)^```|`[^`\n]+`', text)
        return Shown(text, frozenset(token.partition('|')[0] for token in tokens) | frozenset(bare) | frozenset(marked))


class Discord(Service):
    """https://discord.com/developers/docs/resources/webhook#execute-webhook: 204 without ``wait``; ``allowed_mentions``
    says who is called (https://discord.com/developers/docs/resources/message#allowed-mentions-object).
    """

    path = '/api/webhooks/100000000000000000/' + 'x' * 68

    def no(self, status, why):
        return json_answer(status, {'code': 50035, 'message': 'Invalid Form Body', 'errors': {'content': why}})

    def yes(self):
        return Answer(204)

    def read(self, body, request):
        self.only(
            body, ('content', 'username', 'avatar_url', 'tts', 'embeds', 'allowed_mentions', 'flags', 'thread_name')
        )
        text = body.get('content')
        if not isinstance(text, str) or not 1 <= len(text.encode('utf-16-le')) // 2 <= 2000:
            raise Wrong(self.no(400, 'Must be 2000 or fewer in length.'))
        live = set(re.findall(r'!?\[[^\]]*\]\(([^)]+)\)', text)) | set(ADDRESS.findall(text))
        live |= set(re.findall(r'\|\||```|<[@#:a][^>]*>', text))
        if body.get('allowed_mentions') != {'parse': []}:
            live |= set(re.findall(r'@everyone|@here', text))
        return Shown(text, frozenset(live))


class _Tags(HTMLParser):
    """https://core.telegram.org/bots/api#html-style."""

    NAMES = ('b', 'strong', 'i', 'em', 'u', 'ins', 's', 'strike', 'del', 'code', 'pre', 'a', 'blockquote')

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.text, self.links, self.open = '', set(), []

    def handle_starttag(self, tag, attrs):
        if tag not in self.NAMES:
            raise ValueError('unsupported start tag ' + tag)
        self.open.append(tag)
        self.links |= {value for name, value in attrs if name == 'href'}

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise ValueError('unexpected end tag ' + tag)

    def handle_data(self, data):
        if '<' in data or '&' in data:
            raise ValueError('unescaped')
        self.text += data

    def handle_entityref(self, name):
        if name not in ('lt', 'gt', 'amp', 'quot'):
            raise ValueError('unknown entity ' + name)
        self.text += {'lt': '<', 'gt': '>', 'amp': '&', 'quot': '"'}[name]

    def handle_charref(self, name):
        self.text += chr(int(name[1:], 16) if name.startswith('x') else int(name))


class Telegram(Service):
    """https://core.telegram.org/bots/api#sendmessage, #making-requests."""

    path = '/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11/sendMessage'

    def no(self, status, why):
        return json_answer(status, {'ok': False, 'error_code': status, 'description': 'Bad Request: ' + why})

    def yes(self):
        return json_answer(200, {'ok': True, 'result': {'message_id': len(self.shown)}})

    def read(self, body, request):
        self.only(
            body, ('chat_id', 'text', 'parse_mode', 'link_preview_options', 'disable_notification', 'message_thread_id')
        )
        if not isinstance(body.get('chat_id'), (int, str)) or body.get('parse_mode') != 'HTML':
            raise Wrong(self.no(400, 'chat not found'))
        tags = _Tags()
        try:
            tags.feed(body['text'])
            tags.close()
        except ValueError as error:
            raise Wrong(self.no(400, 'can\'t parse entities: {}'.format(error)))
        if tags.open:
            raise Wrong(self.no(400, 'can\'t find end tag'))
        if not 1 <= len(tags.text.encode('utf-16-le')) // 2 <= 4096:
            raise Wrong(self.no(400, 'message is too long'))
        live = tags.links | set(ADDRESS.findall(tags.text)) | set(re.findall(r'(?:^|\s)([@#/]\w+)', tags.text))
        return Shown(tags.text, frozenset(live))


class Teams(Service):
    """The trigger "When a Teams webhook request is received" of Workflows: 202 without a body.

    https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: Adaptive Cards,
    at most 28 KB. https://adaptivecards.io/explorer/TextRun.html: no Markdown is read there; in a TextBlock it is.
    """

    path = '/workflows/0123456789abcdef/triggers/manual/paths/invoke'

    def no(self, status, why):
        return json_answer(status, {'error': {'code': 'BadRequest', 'message': why}})

    def yes(self):
        return Answer(202)

    def read(self, body, request):
        if len(request.body) > 28 * 1024:
            raise Wrong(self.no(413, 'too large'))
        (attachment,) = body['attachments'] if body.get('type') == 'message' else (None,)
        if not attachment or attachment.get('contentType') != 'application/vnd.microsoft.card.adaptive':
            raise Wrong(self.no(400, 'no card'))
        card = attachment['content']
        if card.get('type') != 'AdaptiveCard' or not re.fullmatch(r'1\.[0-6]', str(card.get('version'))):
            raise Wrong(self.no(400, 'no card'))
        texts, live = [], set()
        for element in card['body']:
            if element['type'] == 'RichTextBlock':
                texts += [run['text'] for run in element['inlines'] if run['type'] == 'TextRun']
            elif element['type'] == 'TextBlock':
                texts.append(element['text'])
                live |= set(re.findall(r'\[[^\]]*\]\(([^)]+)\)', element['text'])) | set(
                    re.findall('<at>', element['text'])
                )
            else:
                raise Wrong(self.no(400, 'no such element'))
        for action in card.get('actions', ()):
            if action['type'] != 'Action.OpenUrl' or not ADDRESS.fullmatch(action['url']) or not action['title']:
                raise Wrong(self.no(400, 'no such action'))
            live.add(action['url'])
        if not all(texts):
            raise Wrong(self.no(400, 'empty'))
        return Shown('\n'.join(texts), frozenset(live))


class ServerChan(Service):
    """https://sct.ftqq.com/sendkey, and for the answer https://doc2.ft07.com/en/serverchan3/server/sdk: 0 is success.
    A title has at most 32 characters, ``desp`` (Markdown) 32 KB.
    """

    path = '/SCT123456Tabcdefghijklmnopqrstuvwx.send'

    def no(self, status, why):
        return json_answer(200, {'code': 40001, 'message': why})

    def yes(self):
        return json_answer(200, {'code': 0, 'message': '', 'data': {'pushid': '1', 'error': 'SUCCESS', 'errno': 0}})

    def read(self, body, request):
        self.only(body, ('title', 'desp', 'short', 'noip', 'channel', 'openid'))
        title, text = body.get('title'), body.get('desp', '')
        if not isinstance(title, str) or not 1 <= len(title) <= 32 or '\n' in title:
            raise Wrong(self.no(400, 'title'))
        if len(text.encode('utf-8')) > 32 * 1024:
            raise Wrong(self.no(400, 'desp'))
        live = set(re.findall(r'!?\[[^\]]*\]\(([^)]+)\)', text)) | set(ADDRESS.findall(title + ' ' + text))
        live |= set(re.findall(r'<[a-zA-Z/][^>]*>|```', text))
        return Shown(title + '\n' + text, frozenset(live))


SERVICES = {'slack': Slack, 'discord': Discord, 'telegram': Telegram, 'teams': Teams, 'serverchan': ServerChan}


class Services(Served):
    """All of them."""

    def __init__(self):
        super().__init__(lambda: datetime.now(timezone.utc), 0.5)
        self.by_name = {name: make() for name, make in SERVICES.items()}

    def respond(self, request):
        for service in self.by_name.values():
            if request.path == service.path:
                return service.post(request)
        return Answer(404)

    def __enter__(self):
        self._listener = Listener(self, 0)
        self.base_url = 'http://127.0.0.1:{}'.format(self._listener.server_address[1])
        return self

    def __exit__(self, *exc_info):
        self.closing.set()
        self._listener.end()

    def url(self, name):
        return self.base_url + self.by_name[name].path
