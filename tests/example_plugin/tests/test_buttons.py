"""A click is what the service has signed, and nothing else. Who may click, and what it does, is the core's."""

import json

import pytest
from fake_example import TOKEN, signed_click
from scan_notify_example.buttons import ExampleButtons
from scan_notify_example.notifier import ExampleNotifier
from scan_notify_example.words import WORDS, told

from scan_notify_plugin.api import BadCallback, Clicked, Request, Secret

OPTIONS = {'token': Secret(TOKEN), 'callback': 'http', 'operators': ['ann']}
CLICK = {'id': 'e1', 'key': 'k1', 'button': 'acknowledge', 'user': 'ann'}


def heard(body=None, **changed):
    headers, data = signed_click(CLICK if body is None else body, time=1000.5)
    return ExampleButtons().heard(Request(dict(headers, **changed), data, {}), OPTIONS)


def test_a_signed_click_is_read():
    click = heard()
    assert click[:4] == ('k1', 'acknowledge', 'ann', 'e1') and (click.payload, click.at) == (CLICK, 1000.5)


@pytest.mark.parametrize(
    'changed',
    [
        {'x-example-signature': ''},
        {'x-example-signature': '\u00e9'},
        {'x-example-time': '1000.6'},
        {'x-example-time': ''},
    ],
)
def test_what_the_service_has_not_signed_is_no_click(changed):
    assert heard(**changed) is None


@pytest.mark.parametrize('body', [[], {}, 'click', {'key': 'k1'}])
def test_what_is_signed_and_no_click_is_refused(body):
    with pytest.raises(BadCallback) as caught:
        heard(body)
    assert (str(caught.value), caught.value.describe('zh')) == ('expected a click', '应为一次点击')


def test_the_answer_says_who_has_acknowledged_or_why_nothing_was_done():
    buttons, news = ExampleButtons(), {'acknowledged': {'by': 'example:ann', 'at': None, 'note': ''}}
    assert buttons.answered(Clicked({}, news, '', '', 'en')) == {'shown': 'acknowledged by ann', 'private': ''}
    assert buttons.answered(Clicked({}, {}, 'refused', 'too late', 'en'))['private'] == 'not done: too late'
    assert buttons.answered(Clicked({}, {}, 'refused', '太晚', 'zh'))['private'] == '未能执行：太晚'
    assert json.dumps(buttons.answered(Clicked({}, {}, 'not_known', '', 'en')))


def test_the_doctor_hears_of_buttons_that_nobody_may_press():
    (found,) = ExampleNotifier().diagnose({'oncall': dict(OPTIONS, operators=[]), 'other': OPTIONS}, ())
    assert (found.state, found.detail) == ('warn', told('nobody', target='oncall'))


def test_every_word_is_in_each_language():
    assert set(WORDS) == {'zh', 'en'} and set(WORDS['zh']) == set(WORDS['en'])
