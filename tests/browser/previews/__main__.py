"""``python -m tests.browser.previews OUT [CHANNEL...]``: a picture of every kind of message in every channel and
language, as a phone of 320 px shows it.
"""

import os
import sys
import time
from typing import Any, Iterator, Sequence, Tuple

from scan_notify_plugin.notifiers.base import Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.loading import load
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.previews.kinds import kinds
from tests.browser.previews.looks import look
from tests.browser.previews.phone import WIDTH, page
from tests.notifiers.goldens import CHANNELS, LANGUAGES, Pager


def pictures(wanted: Sequence[str] = (), languages: Sequence[str] = LANGUAGES) -> Iterator[Tuple[str, str]]:
    """(name of the picture, HTML); of all channels, or of those that are wanted."""
    notifiers, templates = dict(load(()).notifiers, pager=Pager()), Templates()
    for name, (channel, options) in CHANNELS.items():
        if wanted and name not in wanted:
            continue
        for language in languages:
            target = Target('duty', channel, options, Http('', []), language)
            for kind, summary in kinds(language).items():
                notifier = notifiers[channel]
                parts = notifier.render(summary, target, templates) + notifier.extras(summary, target)
                looks = tuple(look(channel, part.content) for part in parts)
                yield '{}-{}-{}'.format(name, kind, language), page(name, looks)


def main(folder: str, *wanted: str, browser: Any = None) -> None:
    """
    :param browser: one of Playwright's that runs already
    """
    from playwright.sync_api import sync_playwright

    os.makedirs(folder, exist_ok=True)
    if browser is not None:
        _take(browser, folder, wanted)
        return
    os.environ['TZ'] = 'CST-8'
    time.tzset()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        _take(running, folder, wanted)
        running.close()


def _take(browser: Any, folder: str, wanted: Sequence[str]) -> None:
    context = browser.new_context(viewport={'width': WIDTH, 'height': 400}, device_scale_factor=2, offline=True)
    tab = context.new_page()
    for name, document in pictures(wanted):
        tab.set_content(document)
        tab.screenshot(path=os.path.join(folder, name + '.png'), full_page=True)
    context.close()


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
