"""Where a request comes from, whether a person has asked, and what they can read."""

import pytest

from scan_notify_plugin.web import caller
from scan_notify_plugin.web.previewers import PREVIEWERS

ADDRESSES = [
    ('127.0.0.1', '198.51.100.7', '198.51.100.7'),
    ('127.8.9.1', ' 198.51.100.7 ', '198.51.100.7'),
    ('::1', '2001:db8::7', '2001:db8::7'),
    ('::ffff:127.0.0.1', '2001:DB8:0::7', '2001:db8::7'),
    ('127.0.0.1', None, '127.0.0.1'),
    ('127.0.0.1', '', '127.0.0.1'),
    ('127.0.0.1', '198.51.100.7, 10.0.0.1', '127.0.0.1'),
    ('127.0.0.1', 'unknown', '127.0.0.1'),
    ('127.0.0.1', '198.51.100.7:80', '127.0.0.1'),
    ('127.0.0.1', 'fe80::1%eth0', '127.0.0.1'),
    ('127.0.0.1', '<script>', '127.0.0.1'),
    ('127.0.0.1', '3325256711', '127.0.0.1'),
    ('127.0.0.1', 'x' * 10000, '127.0.0.1'),
    # From another machine, anybody can say anything.
    ('203.0.113.9', '198.51.100.7', '203.0.113.9'),
    ('10.0.0.1', '198.51.100.7', '10.0.0.1'),
    ('', '198.51.100.7', ''),
    ('unix:', '198.51.100.7', 'unix:'),
]  # fmt: skip


@pytest.mark.parametrize('peer, told, expected', ADDRESSES)
def test_only_the_proxy_on_this_machine_is_believed(peer, told, expected):
    assert caller.address(peer, {} if told is None else {'X-Real-IP': told}) == expected


@pytest.mark.parametrize('headers, expected', [
    ({'Sec-Purpose': 'prefetch'}, True), ({'Sec-Purpose': 'prefetch;prerender'}, True), ({'Purpose': 'prefetch'}, True),
    ({'Purpose': 'Preview'}, True), ({'X-Moz': 'prefetch'}, True), ({'X-Purpose': 'preview'}, True), ({}, False),
    ({'Sec-Purpose': ''}, False),
])  # fmt: skip
def test_a_browser_that_fetches_ahead_is_known(headers, expected):
    assert caller.is_prefetch(headers) is expected


PROGRAMS = [
    'DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com/microapp/faquestions/ftpfeu)',
    'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 WeChatShareExtensionNew/8.0.40.33',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/91.0 Safari/537.36 LarkUrl2Png/1.0',
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'TelegramBot (like TwitterBot)', 'WhatsApp/2.23.20.0',
    'Twitterbot/1.0', 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)', 'SkypeUriPreview Preview/0.5',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'GOOGLEBOT',
]  # fmt: skip
PEOPLE = [
    '', 'curl/8.5.0', 'python-requests/2.31',
    'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 MicroMessenger/8.0.44',
    'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 wxwork/4.1.16 MicroMessenger/7.0.1',
    'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 AliApp(DingTalk/7.5.0) com.laiwang.DingTalk',
    'Mozilla/5.0 (Macintosh) AppleWebKit/537.36 Lark/7.10.5 Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Slack/4.35.131 Electron/27.0',
    'Mozilla/5.0 (Linux; Android 14) Mobile Mattermost Mobile/2.11',
]  # fmt: skip


def test_programs_that_show_a_link_are_told_from_people_who_open_it():
    assert [agent for agent in PROGRAMS if not caller.is_previewer({'User-Agent': agent})] == []
    assert [agent for agent in PEOPLE if caller.is_previewer({'User-Agent': agent})] == []


def test_the_list_of_programs_is_well_kept():
    marks = [mark for mark, _ in PREVIEWERS]
    assert len(set(marks)) == len(marks) and all(mark == mark.lower() and len(mark) > 5 for mark in marks)
    assert [mark for mark, source in PREVIEWERS if not source.startswith('https://')] == ['larkurl2png']


@pytest.mark.parametrize('accept, expected', [
    ('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', True), ('TEXT/HTML', True),
    ('application/json, text/html;q=0.1', True), ('text/html;q=0', False), ('text/html; q=0.0, */*', False),
    ('*/*', False), ('', False), (None, False), ('application/json', False), ('text/htmlx', False), (',;,', False),
])  # fmt: skip
def test_a_page_is_for_those_who_name_it(accept, expected):
    assert caller.reads_pages({} if accept is None else {'Accept': accept}) is expected
