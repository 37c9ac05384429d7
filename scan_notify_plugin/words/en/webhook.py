"""What there is to say of webhooks, in English. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {
    'webhook.userinfo': 'must hold no user and no password; send them as HEADERS: Authorization',
    'webhook.private': 'is an address of a private network; ALLOW_PRIVATE: true allows it',
    'webhook.one-of': 'must be one of {values}',
    'webhook.without-body': 'is the markup of a BODY, and there is none',
    'webhook.token': 'must be what a header can say: letters, digits and signs of ASCII',
    'webhook.secret': 'must be one or two secrets of Standard Webhooks: whsec_ and the base64 of 24 to 64 bytes',
    'webhook.expect': 'must name what the answer says, such as {{ok: true}}',
    'webhook.headers': 'must be at most {most} headers by name',
    'webhook.header.name': '{name} is no name of a header that can be set',
    'webhook.header.value': '{name} has a value that cannot be sent; letters, digits and signs of ASCII can',
    'webhook.header.twice': 'has the same header twice',
    'webhook.header.type': 'has a Content-Type, which a BODY alone can have',
    'webhook.body': 'cannot be used: {problem}',
    'webhook.body.line': 'line {line}: {cause}',
    'webhook.body.forbidden': 'has {what}, which a body cannot have',
    'webhook.body.steps': 'its loops take more than {most} steps',
    'webhook.body.time': 'it takes longer than {seconds} s',
    'webhook.body.size': 'it makes more than {most} bytes',
    'webhook.body.list': 'a list or a section is no text; write it with the filter json',
    'webhook.body.no-json': 'what it makes is not JSON, and its Content-Type says so',
    'webhook.accepted': 'HTTP {status}; what became of it there is not known',
    'webhook.unexpected': 'the answer does not say the {name} that EXPECT names: {text}',
    'webhook.clock': '{cause}; this machine\'s clock is {seconds} s from the receiver\'s, and what is signed holds the time',
    'webhook.target': '{target}: {cause}',
    'webhook.private.advice': 'set ALLOW_PRIVATE: true for {target} if it is meant to be there',
    'webhook.open': 'its address begins with http://: whoever is between reads the messages and the credentials',
    'webhook.open.advice': 'use https',
}
