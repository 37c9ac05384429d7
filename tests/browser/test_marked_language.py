"""The page in a language whose every word is between marks: what stands outside of them is quoted."""

import os
import re

import pytest

from scan_notify_plugin import words
from scan_notify_plugin.admin.plugins import Plugins
from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.admin.results import RunResults
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.settings.schema import SCHEDULE_KEYS, SECTION_KEYS
from scan_notify_plugin.web.shell import FOLDER
from tests.browser.history import HOSTILE, SITES, write
from tests.browser.office import WORKER, Office
from tests.browser.test_every_view import VIEWS, show, with_rounds
from tests.marks import as_words, marked, unmarked

#: All that a person can read or hear on the page.
TEXTS = '''() => [document.title, ...[...document.querySelectorAll('body *')].flatMap((e) => [
    ...[...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE && !e.closest('pre, code, noscript, #language'))
        .map((n) => n.textContent),
    ...['aria-label', 'title', 'placeholder', 'data-label'].filter((n) => e.hasAttribute(n) && e.tagName !== 'TIME')
        .map((n) => e.getAttribute(n))])]'''
#: Names, of channels, formats, targets, schedules, hooks, settings and people, and what somebody else said.
NAMES = as_words("""
    scan-notify core toy nightly ops team old-group dingding dingding_openapi wxwork wecom feishu email webhook apprise
    excel csv html xlsx http
    on_schedule_fired on_run_complete on_task_done make_notifier make_exporter web:admin cli:root schedule: plugin:
    target: scan-notify-test
    每日资产巡检 周末深度扫描 官网与邮箱监控 钉钉群已解散，等待新群 400101 access_token不存在
    ConnectionError: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))
    """).union(
    {'KB', 'MB', 'B', '秒钟前', '分钟前', '小时前'},
    as_words(' '.join(SITES + [WORKER, HOSTILE] + [key.name for key in SECTION_KEYS + SCHEDULE_KEYS])),
)
#: Ids, and names of files, which are made of those of schedules.
IDS = re.compile(r'[0-9a-f]{24}|[\w-]+\.xlsx')


def by_hand(office):
    """One of each change that leaves its words in the audit trail."""
    desk = office.desk()
    for on in (False, True):
        Plugins(desk).switch('csv', on, 'web:admin')
    desk.audit.note('web:admin', 'settle', '7', before='uncertain', after={'delivered': True})
    report = Reports(desk).listing()['items'][0]['id']
    Reports(desk).new_link(report, 'web:admin', 2)
    failed = desk.db['task_schedule_run'].find_one({'push_status': 'error'})['_id']
    Runs(desk).resend(failed, 'web:admin')
    Targets(desk).test('ops', 'web:admin')


@pytest.fixture(scope='module')
def marked_office(tmp_path_factory, chromium):
    with pytest.MonkeyPatch.context() as patch:
        sentences = {code: marked(sentence) for code, sentence in words.LANGUAGES['en'].items()}
        patch.setitem(words.LANGUAGES, 'zh', sentences)
        office = Office(tmp_path_factory.mktemp('marked') / 'arl')
        write(office)
        by_hand(office)
        with_rounds(office)
        yield office
        office.close()


def found_names(office):
    """What strangers wrote, among the changes of a run."""
    changes = RunResults(office.desk()).changes(office.rounds[1], size=200)['items']
    cells = [text for change in changes for cell in change['cells'] for text in (cell['old'], cell['new'])]
    return as_words(' '.join([change[name] for change in changes for name in ('target', 'name')] + cells))


@pytest.mark.parametrize('view', VIEWS)
def test_every_word_of_a_view_comes_from_the_words(marked_office, new_desk, view):
    page = show(new_desk(marked_office), marked_office, view)
    texts = page.evaluate(TEXTS)
    assert sum('\u27e6' in text for text in texts) > 10
    # Of a setting it is said what one can write.
    known = NAMES | (as_words([key.choices for key in SECTION_KEYS + SCHEDULE_KEYS]) if view == 'settings' else set())
    if view == 'changes':  # what was scanned
        known |= found_names(marked_office)
    found = {text.strip(): unmarked(IDS.sub('', text)) - known for text in texts}
    assert {text: rest for text, rest in found.items() if rest} == {}


def test_the_files_of_the_page_have_no_chinese_but_the_name_of_the_language():
    for name in sorted(os.listdir(FOLDER)):
        with open(os.path.join(FOLDER, name), encoding='utf-8') as file:
            found = set(re.findall('[\u4e00-\u9fff]+', file.read()))
        assert found <= {'中文', '跳到内容', '需要'}, name
