"""What a click on a message does. The channel vouches for the click; who may act, and what is done, is decided here."""

import json
import logging
from typing import Iterable, List, Optional, Tuple

from scan_notify_plugin.admin.clicks import Clicks
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.jobs.job import Job, Part
from scan_notify_plugin.jobs.news import news
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.callbacks import (
    ACKNOWLEDGE,
    NOT_ALLOWED,
    NOT_KNOWN,
    NOT_NOW,
    REFUSED,
    RESEND,
    Callbacks,
    Click,
    Clicked,
)
from scan_notify_plugin.records import Document
from scan_notify_plugin.settings.section import Settings

log = logging.getLogger('scan_notify')


class Replayed(Exception):
    """An event that was told before, with another content by now: nothing is done, and nothing is said."""


def targets_with(settings: Settings, notifier: Notifier, way: str) -> List[str]:
    """The names of a notifier's targets whose clicks come in this way: ``HTTP`` or ``LISTEN``."""
    callbacks = notifier.callbacks
    if callbacks is None:
        return []
    channels = (notifier.channel,) + tuple(notifier.aliases)
    return [
        name
        for name, target in settings.targets.items()
        if target.channel in channels and callbacks.way(target.options) == way
    ]


class Buttons:
    """Acts upon clicks.

    :param notifier: of the channel that the clicks come from; it has ``callbacks``
    :param targets: those that the click is known to have come from
    """

    def __init__(self, desk: Desk, notifier: Notifier, targets: Iterable[str]) -> None:
        self._desk = desk
        self._channel = notifier.channel
        self._callbacks = notifier.callbacks or Callbacks()  # which knows no click
        self._targets = frozenset(targets)

    def answer(self, click: Click) -> Document:
        """What the service is answered.

        :raises Replayed: if the event was used for another click before
        """
        event = '{}|{}'.format(self._channel, click.event)
        user, clicks = _word(click.user), Clicks(self._desk.db, self._desk.clock)
        # Before anything is decided: the proof of a click that is refused must not be good for another one either.
        claim = clicks.claim(event, _body(click))
        if not claim.same:
            raise Replayed()
        if not claim.mine:
            log.warning('a click of %s was told again', user)
        answer = claim.answer or self._callbacks.answered(self._decided(click, user, claim.mine))
        if claim.mine:
            clicks.answered(event, answer)
        return answer

    def _decided(self, click: Click, user: str, act: bool) -> Clicked:
        """What a click comes to. It is acted upon if that is still to be done and its user may."""
        job, part = self._clicked_part(click.key)
        if job is None or part is None:
            log.warning('a click of %s on a card that is not known: %s', user, _word(click.key))
            return Clicked({}, {}, NOT_KNOWN, '', self._desk.settings.language)
        if not click.user or click.user not in self._operators(job):
            log.warning('%s may not act on a card of run %s', user, job.run_ids[0])
            refusal, detail = NOT_ALLOWED, ''
        else:
            # A message stays in its language, whatever the target's is by now.
            language = str(part.content.get('language', self._desk.settings.targets[job.target].language))
            refusal, detail = self._act(click.action, job, user, language) if act else ('', '')
        return Clicked(dict(part.content), self._news(job, part), refusal, detail, self._desk.settings.language)

    def _clicked_part(self, key: str) -> Tuple[Optional[Job], Optional[Part]]:
        """The job and the part of a message, if it is of one of the targets."""
        job = self._desk.jobs.of_part(key) if key and isinstance(key, str) else None
        # An alert has no run, so there is nothing on its card that could be acted upon.
        if job is None or not job.run_ids or job.target not in self._targets:
            return None, None
        part = next((part for part in job.parts if part.key == key), None)
        known = part is not None and self._callbacks.has_button(dict(part.content))
        return (job, part) if known else (None, None)

    def _operators(self, job: Job) -> Iterable[str]:
        return list(self._callbacks.operators(self._desk.settings.targets[job.target].options))

    def _act(self, action: str, job: Job, user: str, language: str) -> Tuple[str, str]:
        """Do it; why not, and more of it, or ('', '')."""
        runs, run_id = Runs(self._desk), job.run_ids[0]
        by = '{}:{}'.format(self._callbacks.people or self._channel, user)
        try:
            if action == ACKNOWLEDGE:
                runs.acknowledge(run_id, by)
            elif action == RESEND:
                runs.resend(run_id, by, targets=[job.subject])
            else:
                log.warning('%s clicked on what is no button of ours on a card of run %s', user, run_id)
                return NOT_NOW, ''
        except NotFound:
            return NOT_KNOWN, ''
        except (Conflict, Invalid) as error:
            log.info('%s could not %s run %s: %s', user, action, run_id, error)
            return REFUSED, error.describe(language)
        return '', ''

    def _news(self, job: Job, part: Part) -> Document:
        run = self._desk.runs.get(job.run_ids[0])
        report_id = str(part.content.get('report_id') or '')
        report = self._desk.reports.get(report_id) if report_id else None
        return news(job, part, run, report_id, report, self._desk.clock.now())


def _body(click: Click) -> bytes:
    """What a click that is told again must be the same in."""
    payload = click.payload if click.payload is not None else [click.key, click.action, click.user]
    return json.dumps(payload, sort_keys=True, default=str).encode('utf-8')


def _word(value: object) -> str:
    """For the log."""
    return text.plain(value, 64) if isinstance(value, str) else ''
