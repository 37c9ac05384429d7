"""What an administrator does in the page, in a real browser against the host double, and what comes of it."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
import requests

from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.channels import SHIPPED
from tests.browser.history import HOSTILE
from tests.browser.office import PASSWORD, TOKEN, USER

expect = pytest.importorskip('playwright.sync_api', reason='no Playwright: pip install -e ".[browser]"').expect


def test_without_a_login_it_says_where_and_with_the_hosts_token_it_opens(new_desk, office):
    desk = new_desk(office, logged_in=False)
    page = desk.open()
    page.get_by_role('heading', name='请先登录').wait_for()
    assert page.get_by_role('link', name='前往登录').get_attribute('href') == '/login'
    assert page.locator('nav#side').is_hidden()
    page.evaluate(
        '''([username, password]) => fetch('/api/user/login', {
            method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({username, password}),
        }).then((response) => response.json()).then((answer) => localStorage.setItem('token', answer.data.token))''',
        [USER, PASSWORD],
    )
    page.reload()
    page.get_by_role('heading', name='总览').wait_for()
    assert page.locator('#who').inner_text() == USER


def test_a_typed_token_is_kept_for_the_tab_and_a_wrong_one_is_refused(new_desk, office):
    desk = new_desk(office, logged_in=False)
    page = desk.open('runs')
    page.get_by_label('或者输入令牌').fill('wrong')
    page.get_by_role('button', name='使用此令牌').click()
    page.get_by_text('令牌无效或已过期').wait_for()
    page.get_by_label('或者输入令牌').fill(TOKEN)
    page.get_by_role('button', name='使用此令牌').click()
    page.get_by_role('heading', name='运行记录').wait_for()
    assert page.evaluate('localStorage.getItem("token")') is None
    page.get_by_role('button', name='清除令牌').click()
    page.get_by_role('heading', name='请先登录').wait_for()
    assert page.evaluate('sessionStorage.length') == 0


def test_a_login_that_ends_meanwhile_leaves_nothing_on_the_page(desk, office):
    office.fire(office.loop.schedule('nightly'))
    page = desk.open('runs')
    page.get_by_role('link', name='nightly #1').wait_for()
    office.db['user'].update_one({}, {'$set': {'token': None}})
    page.get_by_label('搜索').fill('x')
    page.get_by_role('button', name='筛选').click()
    page.get_by_role('heading', name='请先登录').wait_for()
    assert 'nightly' not in page.content()


def test_a_plugin_that_is_switched_off_delivers_no_more_until_it_is_on_again(desk, office):
    schedule_id = office.loop.schedule('nightly')
    page = desk.open('plugins')
    switch = page.get_by_role('switch', name='dingding', exact=True)
    switch.click()
    desk.confirm('关闭插件')
    desk.said('已关闭 dingding')
    page.get_by_text('web:admin').wait_for()
    assert switch.get_attribute('aria-checked') == 'false'
    assert switch.evaluate('element => element === document.activeElement')
    run = office.until(office.fire(schedule_id))
    assert run['push_status'] != 'success' and not office.robot.messages
    switch.click()
    desk.said('已开启 dingding')
    assert office.until(office.fire(schedule_id))['push_status'] == 'success'
    assert len(office.robot.messages) == 1


def test_a_target_whose_plugin_is_switched_off_says_why_and_is_usable_once_it_is_on(desk, office):
    office.loop.context.stored.switch_plugin('dingding', True, 'web:ann')
    page = desk.open('targets')
    card = page.get_by_role('region', name='ops', exact=True)
    card.get_by_text('插件 dingding 已被 web:ann 关闭').wait_for()
    office.close()  # no worker says anything new: who reads knows the switch
    assert [one['usable'] for one in Targets(office.desk()).listing()][0] is False
    office.loop.context.stored.switch_plugin('dingding', False, 'web:ann')
    ops, *_ = Targets(office.desk()).listing()
    assert (ops['usable'], ops['problems']) == (True, [])


def test_a_channel_that_nobody_configured_is_last_and_no_error(desk):
    page = desk.open('targets')
    names = page.locator('main section h2').all_inner_texts()
    unused = {channel.name for channel in SHIPPED.values() if channel.section}
    assert sorted(names[:3]) == ['old-group', 'ops', 'team'] and set(names[3:]) == unused
    idle = page.get_by_role('region', name='wxwork', exact=True)
    assert '未配置' in idle.inner_text() and idle.locator('.problem, .badge.bad, button').count() == 0


def test_the_time_line_speaks_chinese(desk, office):
    run_id = office.fire(office.loop.schedule('nightly'), status='error')
    office.until(run_id)
    (report,) = office.db['scan_notify_report'].find({})
    Reports(office.desk()).new_link(report['_id'], 'web:ann')
    Runs(office.desk()).acknowledge(run_id, 'web:ann', 'seen')
    page = desk.open('run/' + run_id.replace(':', '%3A'))
    said = page.locator('.timeline').inner_text()
    for words in (
        '2 个扫描任务',
        '生成报表 已生成 excel',
        '报表任务结束 成功 excel',
        '发送尝试 已接收 ops',
        '有效至',
        '2 个扫描任务中 2 个失败',
    ):
        assert words in re.sub(r'\s+', ' ', said), said
    for words in ('scan tasks', 'until', 'accepted', 'success', 'T0', '+00:00', 'failed'):
        assert words not in said, said
    assert page.locator('.banner.bad').inner_text() == '2 个扫描任务中 2 个失败'
    page.get_by_role('button', name='English').click()
    page.locator('.banner.bad', has_text='2 of 2 scan tasks failed').wait_for()


def test_the_dashboards_numbers_lead_to_the_runs_of_its_days(desk, office):
    office.fire(office.loop.schedule('nightly'))
    page = desk.open('dashboard?days=7')
    for name, status in (('运行完成', 'status'), ('消息送达', 'push_status')):
        href = page.get_by_role('link', name=name).get_attribute('href')
        since = (office.clock.now().astimezone() - timedelta(days=6)).strftime('%Y-%m-%d')
        assert href.startswith('#/runs?' + status) and href.endswith('&since=' + since)
    page.get_by_role('link', name='运行完成').click()
    page.get_by_role('link', name='nightly #1').wait_for()
    assert page.get_by_label('开始日期').input_value() == since


def test_a_value_in_force_is_named_in_chinese(desk, office):
    office.loop.schedule('nightly')
    page = desk.open('schedules')
    page.get_by_role('button', name='修改', exact=True).click()
    page.locator('dialog').get_by_text('当前：总是（默认值）').wait_for()
    page.locator('dialog').get_by_text('当前：开启').first.wait_for()


def test_a_schedule_is_changed_and_its_next_run_follows(desk, office):
    schedule_id = office.loop.schedule('nightly')
    page = desk.open('schedules')
    page.get_by_role('button', name='修改', exact=True).click()
    page.locator('dialog').get_by_label('通知目标').select_option('set')
    page.locator('dialog').get_by_label('team').check()
    page.locator('dialog').get_by_label('生成报表').select_option('false')
    desk.confirm('保存')
    desk.said('已保存')
    page.get_by_role('cell', name='team').wait_for()
    run = office.until(office.fire(schedule_id))
    assert (run['push_status'], run['export_status']) == ('success', 'skip')
    assert len(office.second.messages) == 1 and not office.robot.messages
    (line,) = office.db['scan_notify_audit'].find({})
    assert line['by'] == 'web:admin' and line['after'] == {'notify_channel': ['team'], 'export_enable': False}


def test_of_two_administrators_the_second_sees_what_the_first_set(desk, office):
    schedule_id = office.loop.schedule('nightly')
    page = desk.open('schedules')
    page.get_by_role('button', name='修改', exact=True).click()
    office.loop.context.stored.set_schedule(schedule_id, {'notify_on': 'failed'}, 'web:somebody')
    page.locator('dialog').get_by_label('何时通知').select_option('finished')
    desk.confirm('保存')
    desk.said('web:somebody')
    desk.said('何时通知 = 异常时')
    page.get_by_role('cell', name='异常时').wait_for()
    assert office.loop.context.stored.read().schedule(schedule_id) == {'notify_on': 'failed'}


def test_all_schedules_are_changed_at_once(desk, office):
    ids = [office.loop.schedule(name) for name in ('one', 'two')]
    page = desk.open('schedules')
    page.get_by_role('button', name='修改全部').click()
    page.locator('dialog').get_by_label('通知', exact=True).select_option('false')
    desk.confirm('保存')
    desk.said('已保存')
    stored = office.loop.context.stored.read()
    assert [stored.schedule(one) for one in ids] == [{'notify_enable': False}] * 2


def test_a_bad_value_is_told_in_the_dialog_and_what_was_typed_stays(desk, office):
    office.loop.schedule('nightly')
    page = desk.open('schedules')
    page.get_by_role('button', name='修改', exact=True).click()
    page.locator('dialog').get_by_label('报表格式').select_option('set')
    page.locator('dialog').get_by_label('excel').evaluate('box => { box.value = "papyrus"; box.checked = true; }')
    desk.confirm('保存')
    page.locator('dialog .problem').wait_for()
    assert 'papyrus' in page.locator('dialog .problem').inner_text()
    assert page.locator('dialog').get_by_label('报表格式').input_value() == 'set'


def test_a_test_message_goes_the_whole_way_and_its_result_is_told(desk, office):
    page = desk.open('targets')
    card = page.get_by_role('region', name='ops', exact=True)
    card.get_by_role('button', name='发送测试消息').click()
    desk.confirm('发送测试消息')
    card.get_by_text('测试消息已送达').wait_for()
    (message,) = office.robot.wait_for(1)
    assert '测试' in message.text
    card = page.get_by_role('region', name='old-group')
    card.get_by_role('button', name='发送测试消息').click()
    desk.confirm('发送测试消息')
    card.get_by_text('测试消息未送达').wait_for()
    assert '400101' in card.inner_text() and 'f0rgotten' not in page.content()


def test_a_target_is_stopped_with_a_reason_and_started(desk, office):
    page = desk.open('targets')
    card = page.get_by_role('region', name='ops', exact=True)
    card.get_by_role('button', name='停用').click()
    page.locator('dialog').get_by_label('原因').fill('<b>群已迁移</b>')
    desk.confirm('停用')
    desk.said('ops 已停用')
    card.get_by_text('停用：<b>群已迁移</b>').wait_for()
    assert '已停用' in card.locator('.badge').first.inner_text() and '已由 web:admin 于' in card.inner_text()
    assert card.get_by_role('button', name='发送测试消息').count() == 0
    run_id = office.fire(office.loop.schedule('nightly'))
    assert office.until(run_id)['push_status'] == 'error' and not office.robot.calls
    page = desk.open('targets')
    card = page.get_by_role('region', name='ops', exact=True)
    card.get_by_role('button', name='恢复').click()
    desk.confirm('恢复')
    desk.said('ops 已恢复')
    assert office.until(office.fire(office.loop.schedule('weekly')))['push_status'] == 'success'


def test_a_run_is_opened_and_its_failed_delivery_sent_again(desk, office):
    office.robot.misbehave(310000)
    run_id = office.fire(office.loop.schedule('nightly'))
    assert office.until(run_id)['push_status'] == 'error'
    page = desk.open('runs?push_status=error')
    page.get_by_role('link', name='nightly #1').click()
    page.get_by_role('heading', name='nightly #1').wait_for()
    assert page.locator('.timeline li').count() > 4
    page.get_by_role('button', name='重新发送').click()
    desk.confirm('重新发送')
    desk.said('已安排重新发送')
    (message,) = office.robot.wait_for(1)
    assert 'nightly' in message.text
    page.get_by_role('article').locator('.badge', has_text='成功').last.wait_for()


def test_a_run_is_sent_to_another_target(desk, office):
    run_id = office.fire(office.loop.schedule('nightly'))
    office.until(run_id)
    page = desk.open('run/' + run_id.replace(':', '%3A'))
    page.get_by_role('button', name='重新发送').click()
    page.locator('dialog').get_by_label('发送给').select_option('some')
    page.locator('dialog').get_by_label('ops').uncheck()
    desk.confirm('重新发送')
    page.locator('dialog').get_by_text('请至少选择一个目标').wait_for()
    page.locator('dialog').get_by_label('team').check()
    desk.confirm('重新发送')
    office.second.wait_for(1)
    assert len(office.robot.messages) == 1


def test_runs_are_found_by_their_name_and_back_leads_to_the_filter(desk, office):
    for name in ('nightly', 'weekly'):
        office.fire(office.loop.schedule(name))
    page = desk.open('runs')
    page.get_by_role('link', name='nightly #1').wait_for()
    page.get_by_label('搜索').fill('week')
    page.get_by_label('结束日期').fill('2000-01-01')
    page.get_by_role('button', name='筛选').click()
    page.get_by_text('没有运行记录').wait_for()
    page.get_by_label('结束日期').fill('')
    page.get_by_role('button', name='筛选').click()
    page.get_by_role('link', name='weekly #1').click()
    page.get_by_role('heading', name='weekly #1').wait_for()
    page.go_back()
    page.get_by_role('link', name='weekly #1').wait_for()
    assert page.get_by_label('搜索').input_value() == 'week'
    assert page.get_by_role('link', name='nightly #1').count() == 0


def test_before_anything_is_recorded_the_page_says_so(desk, office):
    office.db['scan_notify_setting'].delete_many({})
    for view in ('dashboard', 'runs'):
        desk.open(view).get_by_text('没有运行记录').wait_for()


def test_a_delivery_in_doubt_is_settled_by_a_person(desk, office):
    office.robot.misbehave('cut_after')
    run_id = office.fire(office.loop.schedule('nightly', export_enable=False))
    while not office.robot.calls:
        office.clock.move(seconds=1)
    office.clock.move(minutes=11)
    assert office.until(run_id)['push_status'] == 'uncertain'
    page = desk.open('run/' + run_id.replace(':', '%3A'))
    page.get_by_role('button', name='已收到').click()
    desk.confirm('已收到')
    desk.said('已确认')
    page.locator('.facts .badge', has_text='已送达').wait_for()
    assert office.loop.run(run_id)['push_status'] == 'success' and len(office.robot.calls) == 1


def test_what_is_open_is_held_released_and_cancelled(desk, office):
    office.robot.misbehave(130101, times=20)
    run_id = office.fire(office.loop.schedule('nightly', export_enable=False))
    page = desk.open('run/' + run_id.replace(':', '%3A'))
    for button, word in [('暂停', '已暂停'), ('继续', '进行中'), ('取消发送', '已取消')]:
        page.get_by_role('button', name=button, exact=True).first.click()
        desk.confirm(button)
        page.get_by_role('article').locator('.badge', has_text=word).wait_for()
    assert [job['state'] for job in office.loop.jobs(run_id)] == ['cancelled']


def test_a_report_is_downloaded_linked_and_its_links_revoked(desk, office):
    run_id = office.fire(office.loop.schedule('nightly'))
    office.until(run_id)
    page = desk.open('reports')
    with page.expect_download() as started:
        page.get_by_role('button', name='下载', exact=True).click()
    with open(started.value.path(), 'rb') as file:
        names = zipfile.ZipFile(io.BytesIO(file.read())).namelist()
    assert started.value.suggested_filename.endswith('.xlsx') and 'xl/workbook.xml' in names
    page.get_by_role('button', name='新链接').click()
    page.locator('dialog').get_by_label('有效小时数').fill('2')
    desk.confirm('生成')
    link = page.locator('dialog').get_by_label('链接', exact=True).input_value()
    assert requests.get(link, timeout=10).status_code == 200
    desk.confirm('关闭')
    page.get_by_role('button', name='撤销链接').click()
    desk.confirm('撤销链接')
    desk.said('链接已撤销')
    assert requests.get(link, timeout=10).status_code == 410
    page.locator('main .badge', has_text='已撤销').wait_for()
    assert page.get_by_role('button', name='撤销链接').count() == 0
    desk.open('run/' + run_id.replace(':', '%3A')).locator('td .badge', has_text='已撤销').wait_for()
    page.get_by_role('button', name='重新发送').click()
    desk.confirm('重新发送')
    desk.said('已安排重新发送')
    office.robot.wait_for(2)
    page.get_by_role('button', name='撤销链接').wait_for()  # the message has a link that works
    desk.open('reports').get_by_role('button', name='删除').click()
    desk.confirm('删除')
    desk.said('报表已删除')
    assert office.db['scan_notify_report'].find_one({})['state'] == 'deleted'


def test_what_an_attacker_wrote_is_text(desk, office):
    schedule_id = office.loop.schedule(HOSTILE)
    run_id = office.fire(schedule_id, targets=['<svg onload=alert(1)>'])
    office.until(run_id)
    for view in ('runs', 'run/' + run_id.replace(':', '%3A'), 'schedules', 'reports', 'dashboard'):
        page = desk.open(view)
        page.reload()
        page.wait_for_selector('main:not([aria-busy]) .panel')
        assert page.locator('main img, main script, main svg[onload]').count() == 0
        assert page.title() != 'owned'
        if view != 'reports':
            assert HOSTILE.replace('\u202e', '\ufffd') in page.locator('main').inner_text()


def test_a_setting_is_changed_and_an_emptied_one_goes_back(desk, office):
    page = desk.open('settings')
    page.get_by_label('链接有效期（小时）').fill('5')
    page.get_by_label('消息语言').select_option('en')
    page.get_by_role('button', name='保存').click()
    desk.said('已保存')
    options = office.loop.context.stored.read().options
    assert options == {'link_hours': 5, 'language': 'en'}
    page.get_by_label('链接有效期（小时）').fill('-5')
    page.get_by_role('button', name='保存').click()
    page.locator('main .problem:not([hidden])').wait_for()
    page.get_by_label('链接有效期（小时）').fill('')
    page.get_by_role('button', name='保存').click()
    expect(page.get_by_label('链接有效期（小时）')).to_have_value('72')
    desk.open('audit')
    page.get_by_role('cell', name='link_hours').first.wait_for()


def test_english_is_chosen_and_remembered(desk):
    page = desk.open('dashboard')
    page.get_by_role('button', name='English').click()
    page.get_by_role('heading', name='Dashboard').wait_for()
    page.reload()
    page.get_by_role('heading', name='Dashboard').wait_for()
    assert page.evaluate('document.documentElement.lang') == 'en-GB'
    for view, heading in [('runs', 'Runs'), ('settings', 'Settings'), ('audit', 'Audit')]:
        desk.open(view).get_by_role('heading', name=heading, exact=True).wait_for()
