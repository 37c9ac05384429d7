"""A chat on a phone, 320 px wide: who speaks, and what of a message stands in the bubble. Pure."""

import html
from typing import NamedTuple, Tuple

WIDTH = 320

_STYLE = '''
* { box-sizing: border-box }
body { margin: 0; width: 320px; background: #edeef0; color: #1f2329; font: 14px/1.5 "Noto Sans CJK SC", sans-serif }
.list { padding: 8px 10px; background: #fff; border-bottom: 1px solid #dcdfe3 }
.list b, .list span { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.list span { color: #8a8f99; font-size: 12px }
.bubble { margin: 10px 8px; padding: 8px 10px; background: #fff; border-radius: 8px; overflow: hidden;
          overflow-wrap: anywhere }
.bubble.file { font-size: 13px; color: #50565f }
.head { margin: -8px -10px 8px; padding: 8px 10px; color: #fff; font-weight: 600 }
p, ul, ol, blockquote, table, h1, h2, h3, h4 { margin: 0 0 6px }
h1, h2, h3, h4 { font-size: 15px; line-height: 1.4 }
ul, ol { padding-left: 18px }
blockquote { padding-left: 8px; border-left: 3px solid #c9cdd4; color: #6b717c }
table { border-collapse: collapse; font-size: 12px; width: 100%; table-layout: auto }
td, th { border: 1px solid #dcdfe3; padding: 2px 4px; vertical-align: top }
th:not([align]):not([style]) { text-align: left }
a, .at { color: #2468d6; text-decoration: none }
code, pre { font-size: 12px; white-space: pre-wrap }
.button { display: block; margin: 6px 0 0; padding: 6px; border: 1px solid #c9cdd4; border-radius: 6px; color: #2468d6;
          text-align: center }
.button.first { background: #2468d6; color: #fff; border-color: #2468d6 }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 8px; margin: 0 0 6px; font-size: 13px }
dt { color: #8a8f99 } dd { margin: 0 }
'''


class Look(NamedTuple):
    """One message as people see it."""

    title: str  #: in the list of conversations and on a lock screen; '' where the service shows none
    body: str  #: HTML
    head: str = ''  #: of a card
    colour: str = '#2468d6'  #: of its head
    buttons: Tuple[str, ...] = ()
    kind: str = ''  #: 'file', or '' for a message


def page(service: str, looks: Tuple[Look, ...]) -> str:
    """A document of all parts of a message."""
    newest = next((look.title for look in reversed(looks) if look.title), '')
    return (
        '<!doctype html><meta charset="utf-8"><style>{}</style><div class="list"><b>{}</b><span>{}</span></div>{}'
    ).format(_STYLE, html.escape(service), html.escape(newest), ''.join(map(_bubble, looks)))


def _bubble(look: Look) -> str:
    head = '<div class="head" style="background:{}">{}</div>'.format(look.colour, html.escape(look.head))
    buttons = ''.join(
        '<span class="button{}">{}</span>'.format(' first' * (not number), html.escape(label))
        for number, label in enumerate(look.buttons)
    )
    return '<div class="bubble {}">{}{}{}</div>'.format(look.kind, head if look.head else '', look.body, buttons)
