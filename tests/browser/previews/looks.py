"""From what a channel sends to what a phone shows of it."""

import html
import json
import re
from typing import Callable, Dict, Mapping

from scan_notify_plugin.notifiers.feishu.card import card
from scan_notify_plugin.records import Document
from tests.browser.previews.markup import MARKUPS, plain, slack, telegram
from tests.browser.previews.phone import Look


def _dingding(content: Document) -> Look:
    return Look(content['title'], MARKUPS['dingtalk'].html(content['text']))


def _wxwork(content: Document) -> Look:
    kind = content['type']
    if kind == 'template_card':
        return _wxwork_card(content['card'])
    if kind in ('markdown', 'markdown_v2'):
        markup = MARKUPS['wecom' if kind == 'markdown' else 'wecom-v2']
        return Look(content['text'].split('\n')[0].lstrip('# '), markup.html(content['text']))
    people = ' '.join('@' + name for names in content.get('mentions', {}).values() for name in names)
    return Look(
        content['text'], plain(' '.join(filter(None, [content['text'], people]))), kind='file' * (kind == 'file')
    )


def _wxwork_card(card: Document) -> Look:
    rows = ''.join(
        '<dt>{}</dt><dd>{}</dd>'.format(html.escape(row['keyname']), html.escape(row['value']))
        for row in card['horizontal_content_list']
    )
    body = plain(card['main_title']['desc']) + plain(card['sub_title_text']) + '<dl>{}</dl>'.format(rows)
    return Look(card['main_title']['title'], '<h3>{}</h3>'.format(html.escape(card['main_title']['title'])) + body)


def _openapi(content: Document) -> Look:
    if 'params' in content:
        return _card(content['params'])
    title = content.get('title') or content['text'].split('\n')[0].lstrip('# ')
    body = MARKUPS['dingtalk'].html(content['text'])
    buttons = (content['button'],) if isinstance(content.get('button'), str) else ()
    return Look(title, body, buttons=buttons, kind='file' if content.get('report') else '')


def _card(params: Mapping[str, str]) -> Look:
    buttons = [params['link_text']] * (params['has_link'] == 'true')
    buttons += [params['acknowledge_text']] * (params['can_acknowledge'] == 'true')
    buttons += [params['resend_text']] * (params['can_resend'] == 'true')
    colour = {'error': '#d83931', 'finished': '#2ea121'}.get(params['status'], '#2468d6')
    body = MARKUPS['dingtalk-card'].html(params['summary'])
    return Look(params.get('lastMessage', ''), body, head=params['title'], colour=colour, buttons=tuple(buttons))


def _feishu(content: Document) -> Look:
    made = card(content)
    texts = [one['content'] for one in made['body']['elements'] if one['tag'] == 'markdown']  # type: ignore[index]
    colours = {'green': '#2ea121', 'red': '#d83931', 'orange': '#de7802', 'blue': '#2468d6', 'grey': '#8f959e'}
    labels = tuple(label for label, _ in content['buttons'])
    body = ''.join(map(MARKUPS['feishu'].html, texts))
    return Look(content['title'], body, head=content['heading'], colour=colours[content['colour']], buttons=labels)


def _email(content: Document) -> Look:
    return Look(content['subject'], content['html'])


def _apprise(content: Document) -> Look:
    return Look(content['title'] or content['text'].split('\n')[0], plain(content['text']))


def _webhook(content: Document) -> Look:
    """Data as whoever looks at it sees it; a body by the field in which its service wants the text."""
    body = json.loads(content['text'])
    if 'data' in body:
        return Look(
            body['data']['title'], '<pre>{}</pre>'.format(html.escape(json.dumps(body, ensure_ascii=False, indent=1)))
        )
    title = re.sub(r'<[^>]*>|^\W*[#*] *|\*', '', next(iter(body.values())).split('\n')[0])
    if 'html' in body:
        return Look(title, telegram(body['html']))
    return Look(title, MARKUPS['discord'].html(body['content']) if 'content' in body else slack(body['text']))


#: By channel.
LOOKS: Dict[str, Callable[[Document], Look]] = {
    'dingding': _dingding,
    'wxwork': _wxwork,
    'dingding_openapi': _openapi,
    'email': _email,
    'feishu': _feishu,
    'apprise': _apprise,
    'webhook': _webhook,
    'pager': lambda content: Look('', plain(content['text'])),
}


def look(channel: str, content: Document) -> Look:
    """What people see of one part; of a channel that nobody has drawn, all that is sent."""
    drawn = LOOKS.get(channel)
    return drawn(content) if drawn else Look('', plain(json.dumps(content, ensure_ascii=False, indent=1)))
