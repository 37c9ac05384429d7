"""What a click on a card does. The callers vouch for DingTalk; who clicked, and what they may do, is decided here.

https://open.dingtalk.com/document/development/event-callback-card
"""

import json
import logging
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple

from scan_notify_plugin.admin.clicks import Clicks
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.jobs.job import Job, Part
from scan_notify_plugin.jobs.news import news
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.dingding_openapi import cards, words

CHANNEL = 'dingding_openapi'
ACTIONS = (cards.ACKNOWLEDGE, cards.RESEND)

log = logging.getLogger('scan_notify')

Document = Dict[str, Any]


class Replayed(Exception):
    """A click that was told before, with another content by now: nothing is done, and nothing is said."""


def targets_with(desk: Desk, callback: str) -> Dict[str, Mapping[str, Any]]:
    """The options of the targets whose cards are answered in this way: ``http`` or ``stream``."""
    return {
        name: target.options
        for name, target in desk.settings.targets.items()
        if target.channel == CHANNEL and target.options.get('callback') == callback
    }


class CardActions:
    """Acts upon clicks.

    :param targets: those whose application the click is known to have come from
    """

    def __init__(self, desk: Desk, targets: Iterable[str]) -> None:
        self._desk = desk
        self._targets = frozenset(targets)

    def answer(self, payload: Mapping[str, Any], event: str) -> Document:
        """What DingTalk is answered: what the card shows now, and what only the person who clicked sees.

        :param event: the same for a click that is told again
        :raises Replayed: if the event was used for another click before
        """
        user, clicks = _word(payload.get('userId')), Clicks(self._desk.db, self._desk.clock)
        # Before anything is decided: the proof of a click that is refused must not be good for another one either.
        claim = clicks.claim(event, json.dumps(payload, sort_keys=True, default=str).encode('utf-8'))
        if not claim.same:
            raise Replayed()
        if not claim.mine:
            log.warning('a click of %s was told again', user)
        answer = claim.answer or self._decided(payload, user, claim.mine)
        if claim.mine:
            clicks.answered(event, answer)
        return answer

    def _decided(self, payload: Mapping[str, Any], user: str, act: bool) -> Document:
        """The answer to a click, which is acted upon if that is still to be done and its user may."""
        job, part = self._card(payload.get('outTrackId'))
        if job is None or part is None:
            log.warning('a click of %s on a card that is not known: %s', user, _word(payload.get('outTrackId')))
            return cards.clicked({}, {}, words.of(self._desk.settings.language)['not_known'])
        said = words.of(part.content['language'])
        user_id: Any = payload.get('userId')
        if user_id not in self._operators(job):
            log.warning('%s may not act on a card of run %s', user, job.run_ids[0])
            return cards.clicked(part.content, self._news(job, part), said['not_allowed'])
        refusal = self._act(_action(payload), job, user, said) if act else ''
        return cards.clicked(part.content, self._news(job, part), refusal)

    def _card(self, track: Any) -> Tuple[Optional[Job], Optional[Part]]:
        """The job and the part of a card, if it is of one of the targets."""
        job = self._desk.jobs.of_part(track) if track and isinstance(track, str) else None
        # An alert has no run, so there is nothing on its card that could be acted upon.
        if job is None or not job.run_ids or job.target not in self._targets:
            return None, None
        found = [part for part in job.parts if part.key == track and part.content.get('params')]
        return (job, found[0]) if found else (None, None)

    def _operators(self, job: Job) -> Iterable[str]:
        options = self._desk.settings.targets[job.target].options
        return [str(one) for one in options.get('operators') or ()]

    def _act(self, action: str, job: Job, user: str, said: Mapping[str, str]) -> str:
        """Do it; why not, or ''."""
        runs, run_id, by = Runs(self._desk), job.run_ids[0], 'dingtalk:' + user
        try:
            if action == cards.ACKNOWLEDGE:
                runs.acknowledge(run_id, by)
            elif action == cards.RESEND:
                runs.resend(run_id, by, targets=[job.subject])
            else:
                log.warning('%s clicked on what is no button of ours on a card of run %s', user, run_id)
                return said['not_now']
        except NotFound:
            return said['not_known']
        except (Conflict, Invalid) as error:
            log.info('%s could not %s run %s: %s', user, action, run_id, error)
            return said['refused'].format(error)
        return ''

    def _news(self, job: Job, part: Part) -> Document:
        run = self._desk.runs.get(job.run_ids[0])
        report_id = part.content.get('report_id')
        report = self._desk.reports.get(report_id) if report_id else None
        return news(job, part, run, report_id or '', report, self._desk.clock.now())


def _action(payload: Mapping[str, Any]) -> str:
    """The button: its id in the template, or its parameter ``action``; the documented content is JSON in a text."""
    content = payload.get('content')
    try:
        content = json.loads(content) if isinstance(content, str) else content
        told = content['cardPrivateData']  # type: ignore[index]  # what it is not, is caught
        params = told.get('params')
        named = list(told.get('actionIds') or ()) + [params.get('action') if isinstance(params, dict) else '']
        return next((one for one in named if one in ACTIONS), '')
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return ''


def _word(value: Any) -> str:
    """For the log."""
    return text.plain(value, 64) if isinstance(value, str) else ''
