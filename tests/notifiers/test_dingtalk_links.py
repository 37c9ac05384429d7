"""LINKS: links of DingTalk's messages that open in the browser."""

from urllib.parse import parse_qs, urlsplit

import pytest

from scan_notify_plugin.notifiers import dingtalk_links
from scan_notify_plugin.notifiers.base import Part, Target
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.summary import ReportLine
from scan_notify_plugin.notifiers.target import Tokens
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.testing import subject
from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.worker.linking import fill, placeholder
from tests.notifiers.samples import START, make_summary, make_tasks

KEY = 'k' * 32
LINK = 'https://arl.example.com:8443/sub/api/scan_notify/reports/WyI2NWUz.a-b_c'
REPORT_ID = '65e3a1b4c1a5dab8cb6205f1'
REPORT = ReportLine(REPORT_ID, 'nightly-7.xlsx', 123456, 12, START, placeholder(REPORT_ID, LINK), START, '')
BROWSER = {'links': 'browser'}


@pytest.fixture(scope='module')
def robots():
    with DingTalkRobotServer(hold_seconds=5) as server:
        yield server


@pytest.fixture(scope='module')
def server():
    with DingTalkOpenApiServer(hold_seconds=5) as server:
        yield server


def sent(notifier, options, summary, link=LINK):
    """The stored contents that were sent, each filled with the link before."""
    target = Target('ops', notifier.channel, options, Http('', [], 5.0), 'en', 'cut', Tokens())
    assert notifier.problems(options) == []
    parts = []
    for number, page in enumerate(notifier.render(summary, target, Templates())):
        content = fill(page.content, lambda report_id: link)
        parts.append(Part(KEY[:-1] + str(number), content['text'], content))
        notifier.send(parts[-1], target)
    return parts


def robot_options(robots, **more):
    robot = robots.add_robot()
    return robot, dict(more, access_token=Secret(robot.token), api_base=robots.base_url)


def app_options(server, **more):
    app = server.add_app(users={'u1': 'One'}, conversations=['cid1'], templates=['t.schema'])
    given = dict(app_key=app.app_key, app_secret=Secret(app.app_secret), agent_id=app.agent_id, send_file=False)
    return app, dict(given, api_base=server.base_url, **more)


def address_in(wrapped):
    """Where a link leads in the end."""
    parts = urlsplit(wrapped)
    assert '=https%3A%2F%2F' in wrapped
    assert (parts.scheme, parts.netloc, parts.path) == ('dingtalk', 'dingtalkclient', '/page/link')
    query = parse_qs(parts.query)
    assert query['pc_slide'] == ['false']
    return query['url'][0]


def test_links_of_the_robot_open_in_the_browser(robots):
    robot, options = robot_options(robots, **BROWSER)
    sent(DingTalkRobot(), options, make_summary(reports=(REPORT,)))
    text = robot.messages[0].text
    (wrapped,) = [one.split(')')[0] for one in text.split('](')[1:]]
    assert address_in(wrapped) == LINK and '](http' not in text


@pytest.mark.parametrize('links', [{}, {'links': 'app'}])
def test_by_default_they_open_in_dingtalk(robots, links):
    robot, options = robot_options(robots, **links)
    sent(DingTalkRobot(), options, make_summary(reports=(REPORT,)))
    assert '](' + LINK in robot.messages[0].text and 'dingtalk://' not in robot.messages[0].text


def test_so_do_those_of_the_application_and_its_button(server):
    app, options = app_options(server, ways=['work', 'group'], users=['u1'], default_chat_id='cid1', **BROWSER)
    sent(DingTalkOpenApi(), options, make_summary(make_tasks(1), reports=(REPORT,)))
    (work,), (group,) = app.work_notifications.values(), app.group_messages
    assert 'dingtalk://dingtalkclient/page/link?url=https%3A%2F%2Farl' in work.msg['markdown']['text']
    assert group.msg_key == 'sampleActionCard' and address_in(group.param['singleURL']) == LINK
    assert 'dingtalk://' in group.param['text'] and '](http' not in group.param['text']


def test_the_link_of_a_card_opens_in_the_browser_as_it_is(server):
    app, options = app_options(server, ways=['card'], default_chat_id='cid1', card_template_id='t.schema', **BROWSER)
    sent(DingTalkOpenApi(), options, make_summary(reports=(REPORT,)))
    (card,) = app.cards.values()
    assert card.data['link'] == LINK


def test_a_message_that_is_full_fits_with_its_links(robots):
    robot, options = robot_options(robots, **BROWSER)
    sent(DingTalkRobot(), options, make_summary(make_tasks(900, outcome='error'), reports=(REPORT,) * 3))
    (message,) = robot.messages
    assert message.text.count('dingtalk://') == 3 and message.size > 19500


def test_a_link_that_grows_over_the_limit_stays_as_it_is(robots):
    robot, options = robot_options(robots, **BROWSER)
    link = 'https://arl.example.com/' + '/' * 12000
    sent(DingTalkRobot(), options, make_summary(reports=(REPORT,)), link)
    assert '](' + link in robot.messages[0].text


def test_a_link_that_is_gone_and_links_of_other_kinds_stay_as_they_are():
    content = {'text': '[a]() [b](dingtalk://x) [c](mailto:x@y) (https://a.example/)', 'button': {'link': ''}}
    assert dingtalk_links.opened(content, BROWSER) == content


@pytest.mark.parametrize('notifier', [DingTalkRobot(), DingTalkOpenApi()])
def test_another_value_is_named(notifier):
    words = subject.problems(notifier, {'links': 'sidebar'})
    assert any('LINKS' in one and 'app' in one and 'browser' in one for one in words)
