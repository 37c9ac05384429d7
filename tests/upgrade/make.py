"""Makes a dump: the database of an installation of the code that this is run with, and what that code goes on to do
with it.

::

    python -m tests.upgrade.make [tests/upgrade/0.2.0.json]

Nobody writes a dump by hand. While its release is not out, it is made anew where what is written has changed;
afterwards never: it is what that release wrote.
"""

import os
import sys
import tempfile
from datetime import datetime, timezone

from scan_notify_plugin import __version__
from scan_notify_plugin.testing.loop import ManualClock
from tests.upgrade import dumps, story_of_0_2
from tests.upgrade.services import ALERTS, Services
from tests.upgrade.states import missing
from tests.upgrade.story import ENDED, LEFT, Story

STORY = ENDED + story_of_0_2.ENDED + story_of_0_2.BEGUN + LEFT + story_of_0_2.LEFT

#: Gone from the configuration by the time of the dump.
DROPPED = ['former']


def main(path=os.path.join(os.path.dirname(__file__), __version__ + '.json')):
    clock = ManualClock()
    clock.time = datetime(2026, 11, 18, 1, 0, tzinfo=timezone.utc)
    dumps.stamp(clock)
    with dumps.local_time():
        fields = told(clock)
        absent = missing(fields['collections'], __version__)
        if absent:
            sys.exit('the story has nothing for: {}'.format('; '.join(absent)))
        dumps.write(path, **fields)
        dumps.write(path, went_on=went_on(dumps.read(path)), **fields)


def told(clock):
    """The database, the files and what services remember when the story ends."""
    with tempfile.TemporaryDirectory() as folder, Services() as services:
        db = dumps.database()
        story = Story(db, clock, services, lambda storage: dumps.sections(services, storage, alerts=ALERTS), folder)
        for chapter in STORY:
            chapter(story)
        return {
            'release': __version__,
            'at': clock.now(),
            'dropped': DROPPED,
            'alerts': ALERTS,
            'defaults': dumps.defaults(),
            'links': {report.id: story.context.link(report) for report in story.context.reports.with_file()},
            'services': services.remembered(),
            'files': dumps.files(folder),
            'collections': dumps.documents(db),
        }


def went_on(dump):
    """What the release that made the dump goes on to do with it."""
    with tempfile.TemporaryDirectory() as folder, Services() as services:
        return dumps.Upgraded(dump, services, folder).go_on().outcome()


if __name__ == '__main__':
    main(*sys.argv[1:])
