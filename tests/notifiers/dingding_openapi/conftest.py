"""An application on loopback, a target that uses it, and the whole loop around both."""

import pytest

from scan_notify_plugin.notifiers.base import Attachment, Part, Target
from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.target import Tokens
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from tests.loop import Loop
from tests.notifiers.samples import make_summary

KEY = 'k' * 32
CID, OTHER_CID = 'cidAbc+Q==', 'cidDef/8='
TEMPLATE = 'c0ffee.schema'


@pytest.fixture
def server():
    with DingTalkOpenApiServer() as server:
        yield server


@pytest.fixture
def app(server):
    people = {'u{}'.format(number): 'Person {}'.format(number) for number in range(1, 131)}
    return server.add_app(
        users=people, departments={7: ['u1', 'u2']}, conversations=[CID, OTHER_CID], templates=[TEMPLATE]
    )


@pytest.fixture
def options(server, app):
    """Options of a target, in the upper case of the configuration."""

    def make(**more):
        values = {'CHANNEL': 'dingding_openapi', 'APP_KEY': app.app_key, 'APP_SECRET': app.app_secret}
        return dict(dict(values, AGENT_ID=app.agent_id, API_BASE=server.base_url, LANGUAGE='en'), **more)

    return make


class Sent:
    """A notifier as the worker uses it, without the worker."""

    def __init__(self, target):
        self.target = target
        self.notifier = DingTalkOpenApi()

    def parts(self, summary=None, file=None):
        summary = summary or make_summary()
        pages = self.notifier.render(summary, self.target, Templates()) + self.notifier.extras(summary, self.target)
        keys = [KEY[:-2] + format(number, '02d') for number in range(len(pages))]
        return [Part(key, page.content.get('text', ''), page.content, file) for key, page in zip(keys, pages)]

    def send(self, part):
        return self.notifier.send(part, self.target)

    def check(self, part, receipt, times=10):
        for _ in range(times):
            if receipt.final:
                break
            receipt = self.notifier.check(part, receipt, self.target)
        return receipt


@pytest.fixture
def sent(options):
    """sent(WAYS=['work'], ...) sends with such a target."""

    def make(total=5.0, **more):
        settings = parse_settings({'SCAN_NOTIFY': {'ENABLE': True, 'TARGETS': {'ops': options(**more)}}})
        wanted = settings.targets['ops']
        assert DingTalkOpenApi().problems(wanted.options) == []
        secrets = [value for value in wanted.options.values() if isinstance(value, Secret)]
        http = Http('', secrets, total)
        return Sent(Target('ops', wanted.channel, wanted.options, http, wanted.language, wanted.oversize, Tokens()))

    return make


@pytest.fixture
def loop(options, tmp_path):
    """loop(WAYS=['work'], ...) is a worker that tells every run to such a target."""

    def make(section=None, **more):
        defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}
        given = dict(section or {})
        defaults.update(given.pop('DEFAULTS', {}))
        return Loop(
            {'SCAN_NOTIFY': dict(given, DEFAULTS=defaults, TARGETS={'ops': options(**more)})},
            folder=tmp_path / 'reports',
        )

    return make


def make_file(content=b'PK\x03\x04 rows', name='nightly-7.xlsx', pieces=3):
    step = max(1, len(content) // pieces)
    cut = [content[start : start + step] for start in range(0, len(content), step)]
    return Attachment(name, len(content), 'application/octet-stream', lambda: iter(cut))
