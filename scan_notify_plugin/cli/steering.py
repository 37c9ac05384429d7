"""What the commands that steer jobs print."""

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.session import person
from scan_notify_plugin.cli.terminal import Terminal, print_json
from scan_notify_plugin.records import Document


def cancel(desk: Desk, identity: str, as_json: bool, terminal: Terminal) -> int:
    """``scan-notify cancel``; ``scan-notify runs --cancel`` was its name in 0.1.0."""
    return print_steered('cancelled', Runs(desk).cancel(identity, person()), as_json, terminal)


def print_steered(done: str, result: Document, as_json: bool, terminal: Terminal) -> int:
    """What :meth:`scan_notify_plugin.admin.runs.Runs.cancel` and the like came to; 1 if something was refused.

    :param done: cancelled, held or released
    """
    if as_json:
        print_json(result)
    else:
        for job_id in result['changed']:
            terminal.say('steered', done=done, job=job_id)
        for fault in result['faults']:
            terminal.say('steered.not', done=done, job=fault['facts']['id'], cause=fault['facts']['cause'])
    return 1 if result['refused'] else 0
