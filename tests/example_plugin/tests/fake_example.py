"""The service, on loopback. ``python tests/fake_example.py`` starts it and shows what it receives."""

import hashlib
import hmac
import json
import sys

from scan_notify_plugin.testing.robot_server import Answer, Mentions, Message, Refused, Robot, RobotServer

TOKEN = '0123456789abcdef'


def signed_click(body, time):
    """What the service posts when somebody has pressed a button: (headers, bytes)."""
    data = json.dumps(body).encode('ascii')
    signature = hmac.new(TOKEN.encode('ascii'), str(time).encode('ascii') + b'.' + data, hashlib.sha256).hexdigest()
    return {'x-example-time': str(time), 'x-example-signature': signature}, data


class ExampleRobot(Robot):
    """Keeps the service's rules, and misbehaves when a test asks for it."""

    WORDS = {401: 'no such token', 413: 'too long', 422: 'no text', 429: 'too fast', 503: 'busy'}

    def __init__(self, server):
        super().__init__(server, 'example')
        self._seen = set()

    @property
    def url(self):
        return self.server.base_url + '/send'

    def admit(self, request):
        if request.headers.get('Authorization') != 'Bearer ' + TOKEN:
            raise Refused(401)

    def accept(self, request):
        body = json.loads(request.body.decode('utf-8'))
        if not body['text']:
            raise Refused(422)
        if len(body['text'].encode('utf-8')) > 4096:
            raise Refused(413)
        if body['key'] in self._seen:
            return 'duplicate'
        self._seen.add(body['key'])
        now, size = self.server.now(), len(request.body)
        self.messages.append(Message('example', 'text', '', body['text'], Mentions(), body['key'], size, now, body))
        return 'accepted'

    def answer(self, code, words):
        body = {'code': code, 'message': words, 'id': str(len(self.messages))}
        return Answer(200, json.dumps(body).encode('ascii'), (('Content-Type', 'application/json'),))


class ExampleServer(RobotServer):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.robot = ExampleRobot(self)

    def respond(self, request):
        if (request.method, request.path) != ('POST', '/send'):
            return self.stray(request, 404, Answer(404))
        return self.robot.handle(request)


def main():
    with ExampleServer() as server:
        print('--channel example --option url={} --option token={}'.format(server.robot.url, TOKEN), flush=True)
        count = 0
        while True:
            for message in server.robot.wait_for(count + 1, timeout=86400)[count:]:
                sys.stdout.buffer.write(message.text.encode('utf-8') + b'\n')
                sys.stdout.flush()
                count += 1


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
