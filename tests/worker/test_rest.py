"""What a notifier says is left of a part that some of its people have."""

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Notifier, Receipt
from tests.loop import Loop


class Point:
    """An entry point."""

    def __init__(self, plugin):
        self.name = 'pager'
        self.load = lambda: plugin


class Pager(Notifier):
    """Takes so many people at once."""

    channel = 'pager'
    rest = {'left': ['bob']}

    def __init__(self):
        self.asked = []

    def send(self, part, target):
        self.asked.append(part.content.get('left', 'all'))
        if len(self.asked) == 1:
            error = SendError(Reason.BUSY, 452, 'only ann')
            error.rest = self.rest
            raise error
        return Receipt('ok')


def job_with(rest):
    pager = Pager()
    pager.rest = rest
    section = {'TARGETS': {'ops': {'CHANNEL': 'pager'}},
               'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}}  # fmt: skip
    loop = Loop({'SCAN_NOTIFY': section}, [Point(pager)])
    run_id = loop.finished_run()
    loop.run_through(4, 60)
    (job,) = loop.jobs(run_id)
    return pager, job


def test_it_replaces_what_was_there_and_is_sent_again():
    pager, job = job_with({'left': ['bob']})
    assert (pager.asked, job['state']) == (['all', ['bob']], 'success')


def test_what_cannot_be_stored_is_a_doubt_since_nobody_can_say_who_has_it():
    for odd in ({'left': object()}, 7, {3: 'x'}, {'left': 'x' * (2 << 20)}):
        pager, job = job_with(odd)
        assert (pager.asked, job['state']) == (['all'], 'uncertain'), odd if not isinstance(odd, dict) else odd.keys()


def test_nothing_left_is_as_if_nothing_had_been_said():
    pager, job = job_with({})
    assert (pager.asked, job['state']) == (['all', 'all'], 'success')
