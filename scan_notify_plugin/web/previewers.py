"""Who fetches a link to show what is behind it, and is no person. Data: a piece of the ``User-Agent``, and who says so.

Browsers inside chats (``MicroMessenger``, ``wxwork``, ``DingTalk/``, ``Lark/``) are people and on no line here.
"""

from typing import Tuple

__all__ = ['PREVIEWERS']

_LISTS = 'https://github.com/monperrus/crawler-user-agents'

#: (what the header has in it, in small letters, where that is known from)
PREVIEWERS: Tuple[Tuple[str, str], ...] = (
    # DingTalk names its page in the header itself: (+https://open-doc.dingtalk.com/microapp/faquestions/ftpfeu).
    ('dingtalkbot', 'https://open-doc.dingtalk.com/microapp/faquestions/ftpfeu'),
    # WeChat's and WeCom's cards are made by an extension of the sender's phone; their checks of addresses on servers
    # of Tencent's call themselves browsers and cannot be told.
    ('wechatshareextension', 'https://github.com/opawg/user-agents-v2'),
    # Feishu and Lark document no name; this one is in logs of web servers.
    ('larkurl2png', ''),
    ('slackbot', 'https://api.slack.com/robots'),
    ('slack-imgproxy', 'https://api.slack.com/robots'),
    ('telegrambot', _LISTS),
    ('whatsapp/', _LISTS),
    ('twitterbot', 'https://developer.x.com/en/docs/x-for-websites/cards/guides/getting-started'),
    ('facebookexternalhit', 'https://developers.facebook.com/docs/sharing/webmasters/web-crawlers'),
    ('facebookcatalog', 'https://developers.facebook.com/docs/sharing/webmasters/web-crawlers'),
    ('meta-externalagent', 'https://developers.facebook.com/docs/sharing/webmasters/web-crawlers'),
    ('meta-externalfetcher', 'https://developers.facebook.com/docs/sharing/webmasters/web-crawlers'),
    ('facebot', _LISTS),
    ('discordbot', _LISTS),
    ('skypeuripreview', _LISTS),
    ('linkedinbot', _LISTS),
    ('redditbot', _LISTS),
    ('synapse', 'https://matrix-org.github.io/synapse/latest/development/url_previews.html'),
    ('iframely', _LISTS),
    ('embedly', _LISTS),
    ('bitlybot', _LISTS),
    ('googlebot', 'https://developers.google.com/search/docs/crawling-indexing/overview-google-crawlers'),
    ('google-inspectiontool', 'https://developers.google.com/search/docs/crawling-indexing/overview-google-crawlers'),
    ('googleother', 'https://developers.google.com/search/docs/crawling-indexing/overview-google-crawlers'),
    ('google-pagerenderer', _LISTS),
    ('apis-google', 'https://developers.google.com/search/docs/crawling-indexing/overview-google-crawlers'),
    ('bingbot', _LISTS),
    ('bingpreview', _LISTS),
    ('yandexbot', _LISTS),
    ('baiduspider', _LISTS),
    ('bytespider', _LISTS),
    ('applebot', 'https://support.apple.com/en-us/119829'),
)
