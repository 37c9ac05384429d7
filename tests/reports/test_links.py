"""A link opens one report until it expires, is revoked, or was used often enough; and only one that we made."""

import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

from scan_notify_plugin import words
from scan_notify_plugin.faults import say
from scan_notify_plugin.reports import links
from scan_notify_plugin.reports.links import Claim, Refusal
from scan_notify_plugin.reports.report import State
from tests.reports.shelf import report_of

KEY = 'k' * 43
REPORT = '65e22a04c1a5dab8cb620586'
UNTIL = datetime(2026, 3, 5, 3, 0, 4, 999000, tzinfo=timezone.utc)
SECONDS = int(UNTIL.timestamp())


def test_a_token_says_which_report_and_until_when():
    assert links.read(KEY, links.sign(KEY, REPORT, 3, UNTIL)) == Claim(REPORT, 3, SECONDS)


def test_a_token_needs_no_quoting_and_holds_no_key():
    token = links.sign(KEY, REPORT, 1, UNTIL)
    assert re.fullmatch(r'[\w.-]+', token, re.ASCII) and len(token) < 120
    assert KEY not in token and links.sign('x' * 43, REPORT, 1, UNTIL) != token


def test_the_same_link_is_made_for_the_same_report():
    """A message that is sent again says the same."""
    assert links.sign(KEY, REPORT, 1, UNTIL) == links.sign(KEY, REPORT, 1, UNTIL)


def test_no_character_of_a_token_can_be_changed_removed_or_added():
    token = links.sign(KEY, REPORT, 1, UNTIL)
    for place, char in enumerate(token):
        other = 'A' if char != 'A' else 'E'
        changed = token[:place] + other + token[place + 1 :]
        if place == len(token) - 1:  # its last bits say nothing in base64; the claim is the same or there is none
            assert links.read(KEY, changed) in (None, Claim(REPORT, 1, SECONDS))
        else:
            assert links.read(KEY, changed) is None, place
        assert links.read(KEY, token[:place] + token[place + 1 :]) is None, place
        assert links.read(KEY, token[:place] + 'A' + token[place:]) is None, place


@pytest.mark.parametrize('token', [
    '', '.', 'x', REPORT, '..', '../../etc/passwd', '%2e%2e', 'a.b.c', '\x00', '二', '=' * 10, '.' * 200, 'A' * 5000,
])  # fmt: skip
def test_what_is_no_token_says_nothing(token):
    assert links.read(KEY, token) is None


@pytest.mark.parametrize('payload', [None, 1, 'x', [], [REPORT], [REPORT, 1], [REPORT, 1, 2, 3], {'a': 1}])
def test_what_we_signed_for_another_purpose_is_no_link(payload):
    assert links.read(KEY, URLSafeSerializer(KEY, salt='scan-notify-report').dumps(payload)) is None


@pytest.mark.parametrize('odd', [
    [REPORT, 1, 'x'], [REPORT, 1, 10**30], [REPORT, 1, float('inf')], [REPORT, 1, None], [REPORT, 1, True],
    [REPORT, '1', SECONDS], [None, 1, SECONDS], [{'$gt': ''}, 1, SECONDS],
])  # fmt: skip
@pytest.mark.parametrize('salt', ['scan-notify-page', 'scan-notify-report'])
def test_what_has_our_signature_and_another_shape_is_no_link(odd, salt):
    assert links.read(KEY, URLSafeSerializer(KEY, salt=salt).dumps(odd)) is None


def test_another_key_another_salt_and_another_signer_make_no_link():
    payload = [REPORT, 1, SECONDS]
    assert links.read(KEY, links.sign('K' * 43, REPORT, 1, UNTIL)) is None
    assert links.read(KEY, URLSafeSerializer(KEY).dumps(payload)) is None
    assert links.read(KEY, URLSafeTimedSerializer(KEY, salt='scan-notify-report').dumps(payload)) is None
    assert links.read(KEY, json.dumps(payload)) is None


BEFORE, AFTER = UNTIL - timedelta(seconds=2), UNTIL + timedelta(seconds=1)
CHECKS = [
    ('a good link', {}, BEFORE, None),
    ('in its last moment', {}, datetime.fromtimestamp(SECONDS, timezone.utc) - timedelta(milliseconds=1), None),
    ('at its end', {}, datetime.fromtimestamp(SECONDS, timezone.utc), Refusal.EXPIRED),
    ('after its end', {}, AFTER, Refusal.EXPIRED),
    ('the file was removed by retention', {'state': State.EXPIRED}, BEFORE, Refusal.EXPIRED),
    ('the report was deleted', {'state': State.DELETED}, BEFORE, Refusal.UNKNOWN),
    ('its serial went on', {'serial': 2}, BEFORE, Refusal.REVOKED),
    ('its serial went on, and it is over', {'serial': 2}, AFTER, Refusal.EXPIRED),
    ('one download is left', {'limit': 3, 'downloads': 2}, BEFORE, None),
    ('none is left', {'limit': 3, 'downloads': 3}, BEFORE, Refusal.USED_UP),
    ('the limit was lowered', {'limit': 1, 'downloads': 7}, BEFORE, Refusal.USED_UP),
    ('without a limit', {'limit': 0, 'downloads': 9999}, BEFORE, None),
    ('used up and revoked', {'serial': 2, 'limit': 1, 'downloads': 1}, BEFORE, Refusal.REVOKED),
]  # fmt: skip


@pytest.mark.parametrize('fields, now, refusal', [row[1:] for row in CHECKS], ids=[row[0] for row in CHECKS])
def test_a_genuine_link(fields, now, refusal):
    assert links.check(Claim(REPORT, 1, SECONDS), report_of(**fields), now) is refusal


def test_a_link_to_nothing_is_unknown_even_when_it_is_over():
    assert links.check(Claim(REPORT, 1, SECONDS), None, AFTER) is Refusal.UNKNOWN


def test_no_claim_is_a_damaged_link_whatever_it_asks_for():
    assert links.check(None, report_of(), BEFORE) is Refusal.TAMPERED
    assert links.check(None, None, BEFORE) is Refusal.TAMPERED


def test_each_refusal_has_its_own_words_and_a_status_of_its_kind():
    for language in words.LANGUAGES:
        assert len({say(refusal.fault, language) for refusal in Refusal}) == len(Refusal)
    assert Refusal.EXPIRED.message == 'this link has expired; ask for a new one'
    assert {refusal: refusal.status for refusal in Refusal} == {
        Refusal.TAMPERED: 403, Refusal.UNKNOWN: 404, Refusal.EXPIRED: 410, Refusal.REVOKED: 410, Refusal.USED_UP: 410,
    }  # fmt: skip


@pytest.mark.parametrize('base', ['https://arl.example.com', 'https://arl.example.com/'])
def test_the_address_is_below_the_hosts_api(base):
    assert links.url(base, 'tok.en') == 'https://arl.example.com/api/scan_notify/reports/tok.en'


def test_a_scanner_below_a_path_keeps_it():
    assert links.url('https://example.com/arl', 't') == 'https://example.com/arl/api/scan_notify/reports/t'
