"""What there is to say of targets that were stopped, in English. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {
    'stop.silent': 'stopped by {by} since {since}',
    'stop.because': 'stopped by {by} since {since}: {cause}',
    'stop.service': 'its service has wanted no more messages since {since}: {cause}',
    'target.stopped': 'nothing is sent to {target}: {cause}; "scan-notify start {target}" starts it again',
    'stop.done': 'stopped: {target}; what waits for it goes to its FALLBACK',
    'stop.already': '{target} is stopped already: {cause}',
    'start.done': 'started: {target}',
    'start.not': '{target} is not stopped',
    'help.command.stop': 'let nothing be sent to a target until it is started; what waits for it goes to its FALLBACK',
    'help.command.start': 'let messages be sent to a stopped target again',
    'help.stop.why': 'the reason, for whoever sees that it is stopped',
    'cli.usable.stopped': 'stopped',
    'cli.action.stop': 'stop',
    'cli.action.start': 'start',
    'doctor.advice.target.start': 'mend it or its service, then: scan-notify start {target} (see docs/targets.md#stopped-targets)',
    'page.audit.stop': 'stop target',
    'page.audit.start': 'start target',
    'page.target.stopped': 'stopped',
    'page.target.stop': 'Stop',
    'page.target.start': 'Start',
    'page.target.stop.ask': 'Stop {name}?',
    'page.target.stop.words': 'Nothing is sent to it until somebody starts it. What waits for it goes to its fallback target, or fails if there is none.',
    'page.target.stop.why': 'Reason',
    'page.target.stop.done': '{name} is stopped',
    'page.target.start.ask': 'Start {name}?',
    'page.target.start.words': 'Messages are sent to it again. What was passed on meanwhile does not come back.',
    'page.target.start.done': '{name} is started',
}
