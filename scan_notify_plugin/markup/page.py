"""A whole page: what it may do is nothing, and where that is said."""

import base64
import hashlib

from scan_notify_plugin.markup.elements import Html, joined, shown, tag

__all__ = ['document', 'head', 'policy']

#: A name or an address that a program takes for a telephone number is still no link.
_NO_DETECTION = 'telephone=no, date=no, address=no, email=no, url=no'


def policy(style: str) -> str:
    """The Content-Security-Policy of a page with this one style sheet: nothing is loaded, run or sent."""
    digest = base64.b64encode(hashlib.sha256(style.encode('utf-8')).digest()).decode('ascii')
    return "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'".format(digest)


def head(language: str, title: str, description: str, style: str, stands_alone: bool = False) -> Html:
    """Everything before the content.

    :param stands_alone: a file, to which no header says what it may do
    """
    about = [
        tag('meta', charset='utf-8'),
        tag('meta', http_equiv='Content-Security-Policy', content=policy(style)) if stands_alone else Html(''),
        tag('meta', name_='viewport', content='width=device-width, initial-scale=1'),
        tag('meta', name_='referrer', content='no-referrer'),
        tag('meta', name_='robots', content='noindex, nofollow, noarchive'),
        tag('meta', name_='format-detection', content=_NO_DETECTION),
        tag('meta', name_='description', content=shown(description)),
        tag('title', shown(title)),
        tag('style', Html(style)),
    ]
    tongue = joined([shown({'zh': 'zh-CN'}.get(language, language), 20)])
    return Html('<!DOCTYPE html>\n<html lang="{}"><head>{}</head><body>\n'.format(tongue, joined(about)))


def document(language: str, title: str, description: str, style: str, content: Html) -> Html:
    """A page as it is answered, with headers of its own."""
    return Html(head(language, title, description, style) + content + TAIL)


TAIL = Html('\n</body></html>\n')
