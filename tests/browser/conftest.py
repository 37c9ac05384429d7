"""A real browser. Skipped, and said why, where Playwright or Chromium is not installed."""

import os
import shutil

import pytest

from tests.browser.office import TOKEN, Office

CHROMIUM = os.environ.get('SCAN_NOTIFY_TEST_CHROMIUM') or shutil.which('chromium') or shutil.which('chromium-browser')
ARGUMENTS = [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
]  # fmt: skip
SECONDS = 10


@pytest.fixture(scope='session')
def chromium():
    playwright = pytest.importorskip('playwright.sync_api', reason='no Playwright: pip install -e ".[browser]"')
    if not CHROMIUM:
        pytest.skip('no Chromium: install it, or name it in SCAN_NOTIFY_TEST_CHROMIUM')
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def office(tmp_path):
    """With its worker at work."""
    running = Office(tmp_path / 'arl')
    running.begin_work()
    yield running
    running.close()


class Desk:
    """A tab of a browser with the administrator's page, whose complaints fail the test."""

    def __init__(self, context, office):
        self.office = office
        self.page = context.new_page()
        self.page.set_default_timeout(SECONDS * 1000)
        self.complaints = []
        self.page.on('pageerror', lambda error: self.complaints.append(str(error)))
        self.page.on('console', self._heard)

    def _heard(self, message):
        if message.type == 'error' and 'Failed to load resource' not in message.text:
            self.complaints.append(message.text)

    def open(self, view=''):
        """Show a view; its heading."""
        self.page.goto(self.office.base_url + '/api/scan_notify/admin' + ('#/' + view if view else ''))
        if view:
            self.page.wait_for_selector('main:not([aria-busy]) h1')
        return self.page

    def said(self, text):
        """Wait for a notice with these words."""
        self.page.locator('.notice', has_text=text).wait_for()

    def confirm(self, name):
        """Press a button of the open dialog."""
        self.page.locator('dialog').get_by_role('button', name=name, exact=True).click()


@pytest.fixture
def new_desk(chromium):
    """new_desk(office, **options) is a tab; with ``logged_in`` the host's token is where its own page keeps it."""
    open_contexts, desks = [], []

    def new_desk(office, logged_in=True, **options):
        options.setdefault('viewport', {'width': 1280, 'height': 900})
        context = chromium.new_context(accept_downloads=True, locale='zh-CN', timezone_id='Asia/Shanghai', **options)
        open_contexts.append(context)
        if logged_in:
            context.add_init_script('localStorage.setItem("token", "{}")'.format(TOKEN))
        desks.append(Desk(context, office))
        return desks[-1]

    yield new_desk
    for context in open_contexts:
        context.close()
    assert [desk.complaints for desk in desks] == [[] for _ in desks]


@pytest.fixture
def desk(new_desk, office):
    return new_desk(office)
