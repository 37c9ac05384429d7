"""Our own English words about what went wrong, taken apart again, so that a page can say them in another language.
Pure.

They are stored as text, by earlier releases too, and some come from hosts and services: what is not known here stays as
it is.
"""

import re
from typing import List, Optional, Tuple

from scan_notify_plugin.faults import Fault, quoted

_FORMS = [
    (code, re.compile(pattern))
    for code, pattern in (
        # runs.rules
        ('tasks.error', r'(?P<count>\d+) of (?P<total>\d+) scan tasks failed'),
        ('tasks.stop', r'(?P<count>\d+) of (?P<total>\d+) scan tasks stopped'),
        ('tasks.missing', r'(?P<count>\d+) of (?P<total>\d+) scan tasks deleted'),
        ('tasks.unqueued', r'(?P<count>\d+) of (?P<total>\d+) scan tasks never reached the queue'),
        ('tasks.dead', r'(?P<count>\d+) of (?P<total>\d+) scan tasks lost when their scan worker died'),
        ('tasks.overdue', r'(?P<count>\d+) of (?P<total>\d+) scan tasks still unfinished at the deadline'),
        ('tasks.none', r'no scan task was created'),
        ('submission.failed', r'submission failed after (?P<count>\d+) scan tasks: (?P<detail>.+)'),
        ('submission.unreported', r'the scheduler never recorded the end of this submission; '
                                  r'(?P<count>\d+) scan tasks of it were found'),
        ('submission.too_many', r'the submission made (?P<count>\d+) scan tasks, more than can be followed; '
                                r'none of them is in this run'),
        ('submission.doubtful', r'the scheduler never recorded the end of this submission; (?P<count>\d+) scan tasks '
                                r'could not be told apart from those of other schedules'),
        ('submission.unrecorded', r'round (?P<round>[\d-]+) was fired, but not recorded: the scheduler ran '
                                  r'without scan-notify or died at that moment'),
        ('note.again', r'task (?P<task>\w+) is (?P<now>\w+) again after (?P<was>\w+)'),
        ('note.woke', r'task (?P<task>\w+) was (?P<was>[a-z ]+), now it is (?P<now>\w+); the run stays closed'),
        # jobs and the worker
        ('job.cancelled', r'cancelled by (?P<by>\S+)'),
        ('job.not-delivered', r'settled as not delivered by (?P<by>\S+)'),
        ('job.uncertain', r'it is not known whether part (?P<part>\d+) arrived'),
        ('job.uncertain-at', r'(?P<target>\S+): it is not known whether part (?P<part>\d+) arrived'),
        ('job.told-on', r'told to (?P<target>\S+) as a possible repeat'),
        ('job.again', r'sent again as a possible repeat'),
        ('job.unanswered', r'the service never said what came of part (?P<part>\d+)'),
        ('job.died', r'worker died (?P<count>\d+) times'),
        ('job.sender-died', r'the worker died while it sent'),
        ('job.run-removed', r'its run was removed'),
        ('plugin.off', r'plugin (?P<plugin>[\w.-]+) was switched off by (?P<by>\S+)'),
        ('plugin.none', r'no plugin speaks "(?P<channel>[^"]+)"'),
        ('plugin.no-target', r'target (?P<target>\S+) is no longer in the configuration'),
        ('plugin.none-to', r'no plugin speaks to (?P<target>\S+)(?: any more)?'),
        ('plugin.declined', r'plugin (?P<plugin>[\w.-]+) declined to tell (?P<target>.+)'),
        ('plugin.skipped', r'plugin (?P<plugin>[\w.-]+) skipped (?P<target>[^:]+): (?P<detail>.+)'),
        ('plugin.declined-format', r'plugin (?P<plugin>[\w.-]+) declined to make "(?P<format>[^"]+)"'),
        ('plugin.hangs', r'(?P<call>[\w.-]+) has not come back since (?P<since>[\d: -]+ UTC)'),
        ('plugin.no-format', r'no plugin makes "(?P<format>[^"]+)"'),
        # notifiers
        ('option.missing', r'(?P<option>[A-Z_]+) is missing'),
        ('option.unknown', r'(?P<option>[A-Z_]+) is not an option of (?P<channel>[\w-]+)'),
    )
]  # fmt: skip


def faults_in(*texts: Optional[str]) -> Tuple[Fault, ...]:
    """The faults of each of the texts; what is not ours is quoted."""
    found: List[Fault] = []
    for text in filter(None, texts):
        whole = _fault(text)
        # Only where it says something of ours: an error of a service keeps its own punctuation.
        single = [_fault(part) for part in text.split('; ')]
        found += [whole] if whole.code != 'quote' or not any(one.code != 'quote' for one in single) else single
    return tuple(found)


def _fault(text: str) -> Fault:
    for code, form in _FORMS:
        match = form.fullmatch(text)
        if match and code == 'job.uncertain-at':
            return Fault('at', target=match.group('target'), cause=Fault('job.uncertain', part=match.group('part')))
        if match:
            return Fault(code, **match.groupdict())
    return quoted(text)
