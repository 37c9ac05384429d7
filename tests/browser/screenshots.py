"""``python -m tests.browser.screenshots OUT``: every view, in both schemes and on a phone."""

import os
import sys
import tempfile

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.history import write
from tests.browser.office import TOKEN, Office

VIEWS = ('dashboard', 'runs', 'run', 'schedules', 'targets', 'plugins', 'reports', 'settings', 'audit')
FORMS = {
    'light': {'viewport': {'width': 1360, 'height': 900}, 'color_scheme': 'light'},
    'dark': {'viewport': {'width': 1360, 'height': 900}, 'color_scheme': 'dark'},
    'phone': {'viewport': {'width': 390, 'height': 844}, 'color_scheme': 'light', 'device_scale_factor': 2},
}


def main(folder):
    from playwright.sync_api import sync_playwright

    os.makedirs(folder, exist_ok=True)
    folder = os.path.abspath(folder)
    with tempfile.TemporaryDirectory() as checkout, sync_playwright() as playwright:
        office = Office(os.path.join(checkout, 'arl'))
        try:
            write(office)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for form, options in FORMS.items():
                _take(browser, office, form, options, folder)
            browser.close()
        finally:
            office.close()


def _take(browser, office, form, options, folder):
    context = browser.new_context(locale='zh-CN', timezone_id='Asia/Shanghai', **options)
    page = context.new_page()
    address = office.base_url + '/api/scan_notify/admin'
    page.goto(address)
    page.get_by_role('heading', name='请先登录').wait_for()
    page.screenshot(path=os.path.join(folder, '{}-login.png'.format(form)))
    page.evaluate('token => localStorage.setItem("token", token)', TOKEN)
    doubtful = office.db['task_schedule_run'].find_one({'push_status': 'uncertain'})['_id']
    for view in VIEWS:
        page.goto('{}#/{}'.format(address, 'run/' + doubtful.replace(':', '%3A') if view == 'run' else view))
        page.reload()
        page.wait_for_selector('main:not([aria-busy]) .panel')
        page.wait_for_timeout(200)  # the charts are drawn after their box has its size
        # The whole view: a window as high as it, since what sticks to the edge of a smaller one would be in the middle.
        height = page.evaluate('document.documentElement.scrollHeight')
        page.set_viewport_size(dict(options['viewport'], height=max(height, options['viewport']['height'])))
        page.screenshot(path=os.path.join(folder, '{}-{}.png'.format(form, view)))
        page.set_viewport_size(options['viewport'])
    context.close()


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
