"""What operators get of trouble, in every channel and every kind: it fits, says what it is about, and names no stranger
unescaped.
"""

import json
from datetime import datetime, timedelta, timezone

import pytest

from scan_notify_plugin.jobs import alerts
from scan_notify_plugin.jobs.alert_events import KINDS, NOTHING, added, new_event
from scan_notify_plugin.jobs.job import Kind
from scan_notify_plugin.jobs.making import begun
from scan_notify_plugin.notifiers.base import Notifier, Page, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.worker.alert_message import summarise, title

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=timezone.utc)
CARD = {'ways': ['card'], 'default_chat_id': 'cid==', 'card_template_id': 't', 'callback': 'http', 'operators': ['u1']}
#: By name: the channel, and a target's options.
CHANNELS = {
    'robot': ('dingding', {'access_token': Secret('5f2c'), 'keyword': '巡检', 'at': {'mobiles': ['13800000000']}}),
    'wecom': ('wxwork', {'webhook_url': Secret('https://x/?key=5f2c')}),
    'wecom, old clients': ('wxwork', {'webhook_url': Secret('https://x/?key=5f2c'), 'clients': 'old'}),
    'wecom, coloured': ('wxwork', {'webhook_url': Secret('https://x/?key=5f2c'), 'colours': True}),
    'wecom, as a card': (
        'wxwork',
        {'webhook_url': Secret('https://x/?key=5f2c'), 'form': 'card', 'card_url': 'https://arl'},
    ),
    'wecom, calling people': ('wxwork', {'webhook_url': Secret('https://x/?key=5f2c'), 'mentioned_list': ['@all']}),
    'work notification': ('dingding_openapi', {'ways': ['work'], 'users': ['u1'], 'agent_id': 1}),
    'group': ('dingding_openapi', {'ways': ['group'], 'default_chat_id': 'cid=='}),
    'one to one': ('dingding_openapi', {'ways': ['direct'], 'users': ['u1']}),
    'card': ('dingding_openapi', CARD),
}
FACTS = {
    'delivery': {'schedule': 'nightly', 'target': 'ops', 'state': 'error'},
    'report': {'schedule': 'nightly', 'format': 'excel'},
    'worker': {'seconds': 7200.0},
    'schedule': {'schedule': 'nightly', 'due_at': NOW},
    'plugin': {'plugin': 'mail', 'call': 'send', 'target': 'mailbox', 'seconds': 620.4},
    'document': {'collection': 'job', 'id': '65e2:42/complete/ops'},
    'broker': {'seconds': 90.0, 'waiting': 3},
    'database': {'seconds': 90.0},
    'clock': {'target': 'ops', 'seconds': -300.0},
    'stopped': {'target': 'ops'},
    'of a later release': {'schedule': 'nightly'},
}
NOTIFIERS = load(()).notifiers
TEMPLATES = Templates()


def job_of(kind, *facts, more=0):
    pending = NOTHING
    for number, one in enumerate(facts):
        pending = added(pending, kind, new_event(one, NOW + timedelta(minutes=10 * number)))
    what = alerts.told_in(kind, pending._replace(count=pending.count + more))
    identity = 'alert/{}/65e2a0c4c1a5dab8cb6205e9'.format(kind)
    return begun(identity, Kind.ALERT, (), 'core', 'l', ('duty',), NOW, timedelta(hours=1)).evolve(alert=what)


def target_of(name, language='zh', **more):
    channel, options = CHANNELS[name]
    return NOTIFIERS[channel], Target('duty', channel, options, Http('', []), language, **more)


def pages(name, job, language='zh', **more):
    notifier, target = target_of(name, language, **more)
    summary = summarise(job, target.language)
    return notifier, target, notifier.render(summary, target, TEMPLATES) + notifier.extras(summary, target)


def said(content):
    return json.dumps(content, ensure_ascii=False, default=str)


@pytest.mark.parametrize('language', ['zh', 'en'])
@pytest.mark.parametrize('kind', sorted(FACTS))
@pytest.mark.parametrize('name', sorted(CHANNELS))
def test_every_kind_is_a_message_of_every_channel(name, kind, language):
    _, _, made = pages(name, job_of(kind, FACTS[kind]), language)
    first = said(made[0].content)
    assert title(kind, language) in first and title(kind, 'en' if language == 'zh' else 'zh') not in first
    for fact in FACTS[kind].values():
        if fact in ('nightly', 'ops', 'mail', 'excel', 'send', 'mailbox', '65e2:42/complete/ops'):
            assert fact in first, fact
    assert 'None' not in first and '{' not in made[0].content['text']


def test_every_kind_has_a_title_in_both_languages():
    for language in ('zh', 'en'):
        assert len({title(kind, language) for kind in KINDS}) == len(KINDS)
    assert set(KINDS) < set(FACTS)


@pytest.mark.parametrize('oversize', ['cut', 'split'])
@pytest.mark.parametrize('name', sorted(CHANNELS))
def test_however_much_happened_every_part_fits_and_what_is_left_out_is_counted(name, oversize):
    many = [
        dict(FACTS['delivery'], schedule='{}{}'.format('名' * 90, number), target='目' * 90) for number in range(40)
    ]
    notifier, target, made = pages(name, job_of('delivery', *many), oversize=oversize)
    for page in made:
        for content in page:
            if notifier.max_bytes is not None:
                assert notifier.size(content, target) <= notifier.max_bytes
    assert '共 40 次' in said(made[0].content)
    text = ''.join(said(page.content) for page in made)
    if name != 'card':  # its one line of text is cut by whole lines
        assert '另有 20 次未逐一列出' in text or '因长度限制未列出' in text


@pytest.mark.parametrize('name', sorted(CHANNELS))
def test_a_name_is_no_markup_and_is_gone_where_moderation_refuses_it(name):
    evil = dict(FACTS['delivery'], schedule='[x](http://evil.example.com) **b** @all <b>', target='dtmd://t')
    _, _, made = pages(name, job_of('delivery', evil))
    for page in made:
        assert '](http' not in said(page.content) and '://' not in page.content['text']
        assert 'evil' not in said(page.withheld)
    assert title('delivery', 'zh') in said(made[0].withheld)


def test_a_card_has_no_buttons_and_leads_nowhere():
    _, _, (page,) = pages('card', job_of('delivery', FACTS['delivery']))
    params = page.content['params']
    assert (params['can_acknowledge'], params['can_resend'], params['has_link']) == ('false', 'false', 'false')
    assert params['status_text'] == '告警' and 'nightly' in params['summary']
    assert params['lastMessage'].count('消息未能送达') == 1


def test_people_who_are_called_are_called_to_an_alert():
    _, _, made = pages('wecom, calling people', job_of('worker', FACTS['worker']))
    assert made[1].content == {'type': 'text', 'text': '请查看告警消息', 'mentions': {'mentioned_list': ['@all']}}


def test_a_possible_repeat_says_so():
    _, _, (page,) = pages('robot', job_of('worker', FACTS['worker']).evolve(repeat=True))
    assert '可能是重复消息' in page.content['text']


def test_an_administrator_may_have_a_template_of_his_own(tmp_path):
    (tmp_path / 'alert.jinja').write_text('{{ alert.kind }}: {{ tasks[0].name }}', encoding='utf-8')
    notifier, target = target_of('group')
    (page,) = notifier.render(summarise(job_of('report', FACTS['report']), 'zh'), target, Templates(str(tmp_path)))
    assert page.content['text'] == 'report: nightly'


class OfItsOwn(Notifier):
    """A third party's, made before there were alerts: it writes its messages itself, and knows runs only."""

    channel = 'own'

    def render(self, summary, target, templates):
        words = {'finished': 'good', 'error': 'bad', 'running': 'going on'}[summary.status]
        lines = ['{}: {} ({})'.format(summary.schedule_name, words, summary.counts['total'])]
        lines += ['{} {} {} {}'.format(task.id, task.target, task.outcome, task.assets) for task in summary.tasks]
        content = {'text': '\n'.join(lines)}
        return [Page(content, content)]


def test_a_notifier_that_knows_runs_only_tells_the_title_and_the_names():
    target = Target('duty', 'own', {}, Http('', []), 'en')
    summary = summarise(job_of('delivery', FACTS['delivery'], FACTS['delivery']), 'en')
    (page,) = OfItsOwn().render(summary, target, TEMPLATES)
    assert page.content['text'] == 'Messages were not delivered: bad (0)\n ops error 2'
