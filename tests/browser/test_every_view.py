"""What holds for every view: nothing that axe-core finds serious, no horizontal scrolling on a phone, few bytes."""

import json
import os
import re

import pytest
from bson import ObjectId

from scan_notify_plugin import words
from scan_notify_plugin.web.shell import FOLDER, files, words_files
from tests.admin.history import History
from tests.admin.toy_rounds import SCHEDULE, collected
from tests.browser.history import write
from tests.browser.office import Office
from tests.host_double import add_schedule

VIEWS = (
    'dashboard', 'runs', 'run', 'changes', 'schedules', 'schedule', 'targets', 'plugins', 'reports', 'settings',
    'audit',
)  # fmt: skip
MAX_BYTES = 200 * 1024
NO_AXE = 'no axe-core: pip install -e ".[browser]"'
#: What reaches over the right edge of the window, but for what scrolls in a box of its own.
WIDE = '''() => [...document.querySelectorAll('main *')]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.table-box, pre, .unseen, thead'))
    .map((e) => e.outerHTML.slice(0, 120))'''


@pytest.fixture(scope='module')
def full_office(tmp_path_factory, chromium):
    """With a history, and nobody at work: every test sees the same."""
    office = Office(tmp_path_factory.mktemp('office') / 'arl')
    write(office)
    with_rounds(office)
    yield office
    office.close()


def with_rounds(office):
    """A schedule of the toy scanner with two rounds that were compared."""
    add_schedule(office.db, _id=ObjectId(SCHEDULE), name='toy')
    office.rounds = [collected(History(office.db, office.clock.now()), number) for number in (1, 2)]


def show(desk, office, view):
    if view == 'run':
        doubtful = office.db['task_schedule_run'].find_one({'push_status': 'uncertain'})['_id']
        view = 'run/' + doubtful.replace(':', '%3A')
    if view == 'changes':
        view = 'changes/' + office.rounds[1].replace(':', '%3A')
    if view == 'schedule':
        view = 'schedule/' + SCHEDULE
    page = desk.open(view)
    page.wait_for_selector('main:not([aria-busy]) .panel')
    for details in page.locator('main details').all():
        details.evaluate('element => { element.open = true; }')
    return page


def check(page, where):
    axe = pytest.importorskip('axe_playwright_python.sync_playwright', reason=NO_AXE)
    found = axe.Axe().run(page).response['violations']
    serious = [one for one in found if one['impact'] in ('serious', 'critical')]
    told = [
        (one['id'], [(node['html'][:200], node['failureSummary'][:300]) for node in one['nodes'][:3]])
        for one in serious
    ]
    assert not serious, '{}: {}'.format(where, json.dumps(told, indent=1, ensure_ascii=False))


@pytest.mark.parametrize('view', VIEWS)
def test_axe_finds_nothing_serious(full_office, new_desk, view):
    page = show(new_desk(full_office), full_office, view)
    for scheme in ('light', 'dark'):
        page.emulate_media(color_scheme=scheme)
        check(page, view + ' ' + scheme)


@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_axe_finds_nothing_serious_in_dialogs_and_at_the_login(full_office, new_desk, scheme):
    desk = new_desk(full_office, color_scheme=scheme)
    page = show(desk, full_office, 'schedules')
    page.get_by_role('button', name='修改', exact=True).first.click()
    page.locator('dialog').get_by_label('通知目标').select_option('set')
    check(page, 'dialog')
    page.keyboard.press('Escape')
    page = show(desk, full_office, 'reports')
    page.get_by_role('button', name='删除').first.click()
    check(page, 'danger')
    page = new_desk(full_office, logged_in=False, color_scheme=scheme).open()
    page.get_by_role('heading', name='请先登录').wait_for()
    check(page, 'login')


@pytest.mark.parametrize('view', VIEWS)
def test_no_page_scrolls_sideways(full_office, new_desk, view):
    page = show(new_desk(full_office), full_office, view)
    for width in (1024, 820, 360):
        page.set_viewport_size({'width': width, 'height': 740})
        page.evaluate('() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
        wide = page.evaluate(WIDE)
        assert page.evaluate('document.documentElement.scrollWidth') <= width and not wide, (width, wide[:5])


def test_on_a_phone_the_menu_opens_with_the_keyboard(full_office, new_desk):
    page = show(new_desk(full_office, viewport={'width': 360, 'height': 740}), full_office, 'dashboard')
    assert page.locator('nav#side').is_hidden()
    page.get_by_role('button', name='导航').focus()
    page.keyboard.press('Enter')
    page.keyboard.press('Tab')
    page.keyboard.press('Enter')
    page.get_by_role('heading', name='运行记录').wait_for()
    assert page.evaluate('document.activeElement.tagName') == 'H1'


def test_without_a_mouse_one_gets_past_the_menu(full_office, new_desk):
    page = show(new_desk(full_office), full_office, 'runs')
    page.evaluate('document.activeElement.blur()')
    page.evaluate('window.getSelection().removeAllRanges()')
    page.locator('#skip').focus()
    page.keyboard.press('Enter')
    assert page.evaluate('document.activeElement.id') == 'main' and page.url.endswith('#/runs')


def test_the_charts_have_a_name_their_numbers_and_a_table(full_office, new_desk):
    page = show(new_desk(full_office), full_office, 'dashboard')
    charts = page.locator('svg[role=img]')
    assert charts.count() == 2
    for chart in charts.all():
        assert chart.locator('title').first.text_content() and re.search(r'\d', chart.locator('desc').text_content())
    rows = page.locator('details[data-key=table-runs] tbody tr')
    assert rows.count() == 14
    finished = page.locator('details[data-key=table-runs] td[data-label=完成]').all_inner_texts()
    assert sum(map(int, finished)) > 10


def test_everything_together_is_small_and_from_this_host_only(full_office, new_desk):
    desk = new_desk(full_office)
    asked = []
    desk.page.on('request', lambda request: asked.append(request.url))
    show(desk, full_office, 'dashboard')
    assert asked and all(url.startswith((full_office.base_url, 'data:')) for url in asked)
    everything = dict(files(), **words_files())
    assert sum(len(file.content) for file in everything.values()) < MAX_BYTES


def test_nothing_of_the_page_makes_markup_of_text():
    for name in os.listdir(FOLDER):
        with open(os.path.join(FOLDER, name), encoding='utf-8') as file:
            text = file.read()
        assert not re.search(r'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function', text), name
        assert not re.search(r'<[^>]+ (style|on\w+)=|<script>|<style>', text), name


def test_every_word_of_the_page_has_both_languages():
    used = set()
    for name in sorted(os.listdir(FOLDER)):
        with open(os.path.join(FOLDER, name), encoding='utf-8') as file:
            used.update(re.findall(r"\bt\('([^']+)'[,)]", file.read()))
    chinese, english = (words.family('page', language) for language in ('zh', 'en'))
    assert used and not used - set(chinese) - {'faults.apart'} and list(chinese) == list(english)
    for key in chinese:
        assert chinese[key] and english[key], key
        filled = [sorted(re.findall(r'{\w+}', text)) for text in (chinese[key], english[key])]
        assert filled[0] == filled[1], key


def test_a_runs_changes_are_shown_filtered_and_lead_back_to_the_run(full_office, new_desk):
    page = show(new_desk(full_office), full_office, 'changes')
    page.get_by_text('api.demo.example.com').first.wait_for()
    assert page.locator('tbody tr').count() > 5
    page.get_by_label('等级').select_option('critical')
    page.get_by_role('button', name='筛选').click()
    page.get_by_text('共 1 条').wait_for()
    assert page.locator('tbody tr').count() == 1 and 'severity=critical' in page.url
    page.get_by_role('link', name='返回运行').click()
    page.get_by_role('heading', name='结果与变化').wait_for()


def test_a_schedule_shows_its_rounds_and_forgets_what_it_knows_when_asked_twice(full_office, new_desk):
    page = show(new_desk(full_office), full_office, 'schedule')
    page.get_by_role('link', name='#2').wait_for()
    page.get_by_role('button', name='忘记已知结果').click()
    page.locator('dialog').get_by_role('button', name='忘记已知结果').click()
    page.get_by_text('下一轮是首次').wait_for()
    assert full_office.db['scan_notify_audit'].count_documents({'action': 'forget'}) == 1
