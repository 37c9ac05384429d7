"""Where a message goes when its target cannot have it: once more as a possible repeat, to the next target, or to people. Pure.

Whatever may be there is never told as an error: a job with a ``doubt`` of any of its targets ends in ``uncertain`` unless
somebody has the message for certain.
"""

from datetime import datetime, timedelta
from typing import Any, Dict, Iterable, Mapping, Optional

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.jobs.outcomes import Outcome, Policy, bad_end, logged
from scan_notify_plugin.jobs.waiting import due, in_doubt

#: States of a part that has not come to its end.
GOING_ON = frozenset(['ready', 'posting', 'posted'])


def uncertain(
    job: Mapping[str, Any], index: int, now: datetime, policy: Policy, words: str = ''
) -> Dict[str, Any]:
    """The change when nobody will ever say whether part ``index`` arrived."""
    words = words or 'it is not known whether part {} arrived'.format(index + 1)
    others = [part for at, part in enumerate(job['parts']) if at != index]
    if policy.independent and any(part['state'] in GOING_ON for part in others):
        part = 'parts.{}.'.format(index)
        return {'tries': 0, 'starts': 0, part + 'state': 'uncertain', part + 'failure': words, **due(now)}
    return _doubted(job, now, policy, '; '.join(_failures(others) + [words]))


def ended(
    job: Mapping[str, Any], parts: Iterable[Mapping[str, Any]], now: datetime, policy: Policy
) -> Dict[str, Any]:
    """The end of a job of which no part goes on: success, unless one of ``parts`` did not arrive, or perhaps not."""
    parts = list(parts)
    words = '; '.join(_failures(parts))
    if any(part['state'] == 'uncertain' for part in parts):
        return _doubted(job, now, policy, words)
    if words:
        return next_target(dict(job, parts=parts), now, policy, words)
    return {'state': 'success', 'error': ''}


def give_up(
    job: Mapping[str, Any], index: Optional[int], now: datetime, policy: Policy, words: str
) -> Dict[str, Any]:
    """Final here: in doubt, or on to the next target of the route, or an error that people see."""
    if index is not None and job['parts'][index]['doubt_at'] is not None:
        return uncertain(job, index, now, policy)
    return next_target(job, now, policy, words)


def unspoken(job: Mapping[str, Any], now: datetime, policy: Policy, words: str) -> Dict[str, Any]:
    """Nobody speaks to the target any more: on to the next, as a possible repeat if a part may be there."""
    for index, part in enumerate(job['parts']):
        if part['state'] == 'posted' or in_doubt(part):
            return uncertain(job, index, now, policy._replace(independent=False))
    return next_target(job, now, policy, words)


def next_target(job: Mapping[str, Any], now: datetime, policy: Policy, words: str) -> Dict[str, Any]:
    """The change that sends the job to the next name on its route, or ends it.

    :param words: why
    """
    return _onward(job, now, policy, words, any(in_doubt(part) for part in job['parts']))


def _doubted(job: Mapping[str, Any], now: datetime, policy: Policy, words: str) -> Dict[str, Any]:
    if policy.resend_uncertain and not job['repeat']:
        # Rendered anew, with a new key and the words that this may be a repeat.
        return {'parts': [], 'tries': 0, 'starts': 0, **due(now), **_as_repeat(job, now, words, job['route'][job['at']])}
    return _onward(job, now, policy, words, True)


def _onward(job: Mapping[str, Any], now: datetime, policy: Policy, words: str, doubt: bool) -> Dict[str, Any]:
    at = job['at'] + 1
    if at >= len(job['route']):
        return _final(job, now, words, doubt)
    fields = {
        'at': at,
        'lane': policy.lanes[at] if at < len(policy.lanes) else '',
        'parts': [],
        'tries': 0,
        'starts': 0,
        **due(now),
        'give_up_at': now + timedelta(seconds=job['give_up_after']),
        'error': _here(job, words),
    }
    return {**fields, **_as_repeat(job, now, words, job['route'][at])} if doubt else fields


def _as_repeat(job: Mapping[str, Any], now: datetime, words: str, target: str) -> Dict[str, Any]:
    """From here on each message says that it may be a repeat, and the history says why."""
    said = '{}; told to {} as a possible repeat'.format(words, target)
    lines = logged(job, 0, None, Outcome(reason=Reason.UNKNOWN, words=said), now)
    return {'repeat': True, 'doubts': list(job.get('doubts', ())) + [_here(job, words)], 'attempts': lines}


def _final(job: Mapping[str, Any], now: datetime, words: str, doubt: bool) -> Dict[str, Any]:
    earlier = list(job.get('doubts', ()))
    if earlier:
        words = '; '.join(dict.fromkeys(earlier + [_here(job, words)]))
    return bad_end(now, words, 'uncertain' if doubt or earlier else 'error')


def _here(job: Mapping[str, Any], words: str) -> str:
    return '{}: {}'.format(job['route'][job['at']], words)


def _failures(parts: Iterable[Mapping[str, Any]]) -> list:
    return [part['failure'] for part in parts if part['state'] in ('failed', 'uncertain')]
