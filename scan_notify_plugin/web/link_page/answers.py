"""A page as an answer: kept by nobody, found by nobody, framed by nobody."""

from flask import Response

from scan_notify_plugin.markup import STYLE, Html, policy

__all__ = ['HEADERS', 'page']

HEADERS = {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy(STYLE) + "; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'X-Robots-Tag': 'noindex, nofollow, noarchive',
}


def page(status: int, html: Html) -> Response:
    response = Response(html.encode('utf-8'), status, content_type='text/html; charset=utf-8')
    response.headers.extend(HEADERS)
    return response
