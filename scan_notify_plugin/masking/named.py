"""A name with a value behind it: queries, forms, logs, JSON, YAML, INI, PHP, XML, and sentences of two languages."""

import re
from typing import Iterator, Match, Pattern

from scan_notify_plugin.masking.names import Meaning, is_credential, meaning_of
from scan_notify_plugin.masking.values import QUOTE, Span, Values, hidden
from scan_notify_plugin.masking.worth import ENOUGH, is_nothing, is_opaque, is_speech, is_word

#: See texts.RULES. Parts of the names that names.py knows.
NEEDLES = (
    'pass', 'pwd', 'psw', 'pw', 'secret', 'token', 'key', 'auth', 'cookie', 'cred', 'sess', 'sid', 'sig', 'ticket',
    'otp', 'jwt',
    'code', 'webhook', 'psk', 'mdp', 'senha', 'contrase', 'kennwort', 'motdepasse', 'ak=', 'ak:', 'ak"', "ak'", 'sk=',
    'sk:', 'sk"',
    "sk'", '密码', '密碼', '口令', '密钥', '密鑰', '秘钥', '私钥', '令牌', '權杖', '授权码', '凭证', '凭据', 'пароль', 'パスワード', '비밀번호',
    'community',
)  # fmt: skip
_SIGNS = re.compile('[=:：＝,]|->|%3[AaDd]')
_VERBS = re.compile(r'(?i)\s(?:is|was|are|were|equals|to)\b|[^\x00-\x7f]|set\w|val')

_PAIR = re.compile(
    r'(?:(?<![A-Za-z0-9_.\-\[\]])|(?<=%[0-9A-Fa-f]{2}))(?P<name>(?:[A-Za-z0-9_.\-\[\]]|%5[BDbd]){1,200})(?P<close>'
    + QUOTE
    + r'?[\])]?)[ \t\u3000]{0,4}'
    r'(?P<sign>=>|->|:=|={1,3}|[:：＝](?!//|\\/|:)|%3[DdAa]|,(?=[ \t]{0,4}["\']))[ \t\u3000]{0,4}'
)
#: Names in other letters, which need no boundary before them.
_CHINESE = re.compile(
    r'(?P<name>密码|密碼|口令|密钥|密鑰|秘钥|私钥|令牌|權杖|授权码|凭证|凭据|пароль|パスワード|비밀번호)["\'”’」)）]?\s{0,3}'
    r'(?:(?P<sign>[:：=＝]|=>)|(?:默认|預設|就|仍|都|均)?[为為是]|(?:已|已经|已經)?被?(?:设|設|设置|設定|改|修改|更改|变更|變更|重置|'
    r'重設)[为為成])\s{0,3}[:：]?\s{0,3}', re.I
)  # fmt: skip
_SENTENCE = re.compile(
    r'(?i)(?<![A-Za-z])(?:pass(?:word|wd|phrase|code)|pwd|secret|token|(?:api|access|private|secret)[ _-]?key|'
    r'credential)s?'
    r'(?:\s{1,3}(?:for|of)\s{1,3}\S{1,64})?\s{1,3}'
    r'(?:(?:has been |was |is )?(?:set|changed|reset) to|is|was|are|were|equals)(?:\s{0,3}[:：]|\s)\s{0,3}(?:(?:now|'
    r'just|still|simply)\s{1,3})?'
)
_ELEMENT = re.compile(
    r'(?:<|&lt;)(?:[\w-]{1,30}:)?(?P<name>[\w.-]{1,64})(?:\s[^<>]{0,400})?(?:>|&gt;)\s{0,40}(?:<!\[CDATA\[)?'
    r'(?P<value>(?:(?!&lt;)[^<\]]){1,4096})(?=\]\]>|<|&lt;|\Z)'
)
_PLIST = re.compile(r'<key>(?P<name>[^<]{1,64})</key>\s{0,40}<(?:string|data)>(?P<value>[^<]{1,4096})')
_ATTRIBUTE = re.compile(
    r'\b(?:name|key|id|property)\s{0,2}=\s{0,2}["\']'
    r'(?P<name>[\w.\-\[\]]{1,64})["\'][^<>]{0,300}?\bvalue\s{0,2}=\s{0,2}["\'](?P<value>[^"\']{1,4096})'
)
_PROPERTY = re.compile(
    r'\b(?:name|key)\s{0,2}=\s{0,2}["\'](?P<name>[\w.\-\[\]]{1,64})["\'][^<>]{0,300}>\s{0,40}<value>'
    r'(?P<value>[^<]{1,4096})'
)
#: Names of two words.
_FIRST_WORD = re.compile(r'(?i)(?<![a-z])(?:api|access|secret|private|auth|master|app|encryption|signing) {1,2}\Z')
_ENTRY = re.compile(
    r'["\'](?:name|key|field|header)["\']\s{0,4}:\s{0,4}["\'](?P<name>[\w.\-]{1,64})["\']\s{0,4},\s{0,4}["\'](?:value|'
    r'val)["\']\s{0,4}:\s{0,4}'
)
_FORM_DATA = re.compile(
    r'\bname=\\?["\']?(?P<name>[\w.\-\[\]]{1,64})\\?["\']?(?:(?:\r?\n|\\r\\n)[^\r\n\\]{1,200}){0,2}(?:\r?\n\r?\n|'
    r'\\r\\n\\r\\n)'
    r'(?P<value>[^\r\n\\]{1,4096})'
)
_FTP = re.compile(r'(?:^|[\r\n>]|\\n)[ \t]{0,3}PASS[ \t]{1,3}(?P<value>[^\s\\]{1,200})')
_SETTER = re.compile(r'(?i)\bset\w{0,30}(?:password|passwd|pwd|secret|token|apikey)\(\s{0,4}(?=["\'])')
#: Headers without quotes: see headers.py, which knows where they end.
_HEADERS = ('authorization', 'cookie', 'cookie2')


def masked(text: str) -> str:
    if _SIGNS.search(text):
        text = hidden(text, _pairs(text))
    if _VERBS.search(text):
        text = hidden(text, _sentences(text))
    if 'form-data' in text:
        text = hidden(text, _spans(_FORM_DATA, text))
    if 'PASS ' in text and 'USER ' in text:
        text = hidden(text, (found.span('value') for found in _FTP.finditer(text)))
    if '<' in text or '&lt;' in text:
        for pattern in (_ELEMENT, _PLIST, _ATTRIBUTE, _PROPERTY):
            text = hidden(text, _spans(pattern, text))
    return text


def _pairs(text: str) -> Iterator[Span]:
    values, at = Values(text), 0
    while True:
        found = _PAIR.search(text, at)
        if not found:
            return
        at = found.end()
        meaning = meaning_of(found.group('name'))
        if meaning is Meaning.PERHAPS and _FIRST_WORD.search(text[max(0, found.start() - 12) : found.start()]):
            meaning = Meaning.CREDENTIAL
        if meaning is Meaning.ORDINARY:
            continue
        sign = found.group('sign')
        if sign == ',' and not found.group('close'):
            continue
        block = values.block(found.end()) if sign == ':' and meaning is Meaning.CREDENTIAL else None
        if block:
            yield block
            at = max(at, block[1])
            continue
        (start, end), quoted = values.at(found.end(), sign.startswith('%'))
        if not quoted and found.group('name').lower().endswith(_HEADERS):
            continue
        value = text[start : end if meaning is Meaning.CREDENTIAL else min(end, start + ENOUGH)]
        # "password: reset" on a page is speech, "password=reset" and {"password": "reset"} are not.
        spoken = not quoted and sign in (':', '：') and text[found.end() - 1] in ' \t\u3000：'
        if meaning is Meaning.PERHAPS and not is_opaque(value) or (is_word(value) if spoken else is_nothing(value)):
            continue
        yield start, end
        at = max(at, end)


def _sentences(text: str) -> Iterator[Span]:
    values = Values(text)
    found = [(one, True) for one in _SENTENCE.finditer(text)]
    found += [(one, False) for pattern in (_CHINESE, _SETTER) for one in pattern.finditer(text)]
    spans = [_spoken(text, values, one, english) for one, english in found]
    spans += [_entry(text, values, one) for one in _ENTRY.finditer(text)]
    return iter(sorted(span for span in spans if span[0] < span[1]))


def _spoken(text: str, values: Values, found: Match[str], english: bool) -> Span:
    if english or found.groupdict().get('sign'):
        (start, end), quoted = values.at(found.end())
    else:
        span = values.quoted(found.end())
        (start, end), quoted = (span, True) if span else (values.ascii(found.end()), False)
    if quoted:
        return (start, start) if is_nothing(text[start:end]) else (start, end)
    said = text[start:end]
    return (start, start) if (is_speech(said) if english else is_word(said)) else (start, end)


def _entry(text: str, values: Values, found: Match[str]) -> Span:
    (start, end), _ = values.at(found.end())
    credential = is_credential(found.group('name')) and not is_nothing(text[start:end])
    return (start, end) if credential else (start, start)


def _spans(pattern: Pattern[str], text: str) -> Iterator[Span]:
    for found in pattern.finditer(text):
        if is_credential(found.group('name')) and not is_nothing(found.group('value')):
            yield found.span('value')
