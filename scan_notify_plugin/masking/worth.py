"""Is this value a credential, or a word where one could stand?"""

import base64
import binascii
import re

#: Values that say that there is none.
_NOTHING = frozenset(
    'null none nil undefined true false required optional string n/a empty unset not-set enabled disabled'.split()
)
#: What stands after "password: " or "password is" on pages and in messages without being one.
_WORDS = _NOTHING.union(
    'a an and any are as at auth authentication be been being bucket by can cannot changed confirm contains could '
    'default did do does enter error expired field for forgot forgotten found from has have here if in incorrect input '
    'invalid is it leaked length less log login may minimum missing mismatch must name no not of ok on only option or '
    'out '
    'page password please policy protected protection read remember reset same see sent set should shown sign stored '
    'strength strong '
    'submit that the this to too type unauthorized unknown use used user username valid value via was weak when which '
    'will with wrong yes you your'.split()
)
_SPEECH = re.compile(r'[a-z]{3,}(?:ed|ing|able|ible|ly)')
_CHINESE = ('找回', '重置', '忘记', '修改', '错误', '正确', '必填', '为空', '不能', '不正确', '不一致', '长度', '强度', '登录', '请输入', '泄露',
            '泄漏', '爆破', '策略', '过期', '明文', '未', '无', '空', '重設', '忘記', '錯誤', '正確', '為空', '不正確', '長度', '強度', '登入',
            '請輸入', '外洩', '過期', '無')  # fmt: skip
_PLACEHOLDER = re.compile(
    r'[{\[]\*{3}[}\]]{0,9}|[*•●.·…?_-]+|\$[A-Z_][A-Z0-9_]*|\{\w+\}|\$\{.*|\$\(.*|\{\{.*|%\(.*|<[^<>]*>?|%[sd]|\['
    r'(?i:redacted|masked|hidden|filtered)\]?',
    re.S,
)
_DIGIT, _LETTER = re.compile('[0-9]'), re.compile('[A-Za-z]')
_OPAQUE = re.compile(r'[\w+/=.~%:-]+')
#: Algorithms, protocols, advisories, versions, addresses, ports, dates and spans of time: they have digits, and no
#: credential is one.
_KNOWN = re.compile(
    r'(?i)(?:sha|md|base|utf|oauth|pbkdf|argon|bcrypt|rc|aes|ntlmv?|tlsv?|sslv?|smbv?|snmpv?|ipv|http/|rfc|iso|'
    r'kb)-?\d.{0,8}|'
    r'(?:cve|cnvd|cnnvd|cwe|ghsa|owasp|ws|ms\d\d)[-:][\w-]{1,24}|\d{4}-\d{4,7}|.*://.*|(?:.*@)?(?:[\w-]+\.)+[a-z]{2,}'
    r'(?::\d{1,5})?|'
    r'v?\d+\.\d[\w-]*(?:\.[\w-]+)*(?::\d{1,5})?|\d{1,5}/(?:tcp|udp)|[12]\d{3}-\d\d?-\d\d?(?:t[\d:.z+-]*)?|\d{1,2}:\d\d'
    r'(?::\d\d)?|'
    r'\d+-?(?:days?|weeks?|months?|years?|hours?|minutes?|seconds?|characters?|chars?|digits?|bits?|times?|hosts?)'
)
#: Longer than any of these words; and a value that counts under a name that is not only a credential's.
_LONG = 16
#: So many letters of a value tell whether it was made by a machine.
ENOUGH = 1024


def is_nothing(value: str) -> bool:
    """No value, a placeholder, or a mask."""
    stripped = value.strip()
    return not stripped or stripped[:_LONG].lower() in _NOTHING or bool(_PLACEHOLDER.fullmatch(stripped))


def is_word(value: str) -> bool:
    """Nothing, or a word of ordinary speech."""
    stripped = value.strip().rstrip('.,;:!?？')
    return is_nothing(stripped) or stripped[:_LONG].lower() in _WORDS or stripped.startswith(_CHINESE)


def is_speech(value: str) -> bool:
    """What goes on a sentence such as "password is ...": exposed, reusable, weakly."""
    return is_word(value) or bool(_SPEECH.fullmatch(value.rstrip('.,;:!')))


def is_known(value: str) -> bool:
    """Something with a digit in it that everybody knows: CVE-2021-44228, TLSv1.2, 9.0.31, 22/tcp, 2026-11-27."""
    return bool(_KNOWN.fullmatch(value))


def is_opaque(value: str) -> bool:
    """Long, without spaces, of letters and digits: made by a machine."""
    value = value[:ENOUGH]
    return len(value) >= _LONG and bool(_DIGIT.search(value) and _LETTER.search(value) and _OPAQUE.fullmatch(value))


def is_user_and_password(encoded: str) -> bool:
    """Whether base64 holds ``user:password``."""
    try:
        said = base64.b64decode(encoded + '=' * (-len(encoded) % 4), validate=True).decode('utf-8')
    except (binascii.Error, ValueError):
        return False
    return ':' in said and said.isprintable()
