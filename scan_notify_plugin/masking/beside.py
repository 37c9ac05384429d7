"""Values that stand beside a word with no sign between: "password 123456", "弱口令 admin/x", "admin/x weak password"."""

import re
from typing import Iterator, Match, Pattern, Tuple

from scan_notify_plugin.masking.values import Span, hidden
from scan_notify_plugin.masking.worth import is_known, is_nothing, is_speech, is_word
from scan_notify_plugin.secret import MASK

#: See texts.RULES.
NEEDLES = (
    'password',
    'passwd',
    'passphrase',
    'passcode',
    'credential',
    'creds',
    'weak login',
    'default login',
    'community',
    '密码',
    '密碼',
    '口令',
)

#: What looks like one, has quotes, or is a number that is no year.
_NUMBER = r'[0-9]{5,16}(?![\w.%/:-])'
_WORD = re.compile(
    r'(?i)(?<![A-Za-z])pass(?:word|wd|phrase|code)[ \t]{1,3}'
    r'(?:(?P<quote>["\'])(?P<quoted>[^"\'\s]+)(?P=quote)|'
    r'(?P<bare>(?=[^\s]{0,60}[0-9])(?=[^\s]{0,60}[a-z])[^\s"\',;]{5,}|' + _NUMBER + '))'
)
_CHINESE_WORD = re.compile(
    r'(?:密码|密碼|口令)[ \t\u3000]{0,3}'
    r'(?P<bare>(?=[!-~]{0,60}[0-9])(?=[!-~]{0,60}[a-z])[A-Za-z0-9][!-+\--:<-~]{4,}|' + _NUMBER + ')'
)

#: A user with a password. One in brackets does not have the last one.
_LOGIN = (
    r'(?P<user>[A-Za-z][A-Za-z0-9_.@-]{0,31})(?P<sign>[:/])'
    r'(?P<password>(?!/)(?:[^\s,;，。；"\'<>)）]|[)）](?=[!-~])(?![,;"\'<>)]))+)'
)
_WEAK_WORD = (
    r'(?:弱口令|弱密[码碼]|(?:默认|預設|缺省|初始)(?:口令|密[码碼])|'
    r'(?<![A-Za-z0-9_./:@-])(?:weak|default|guessable|common)[ -](?:passwords?|credentials?|creds|logins?)(?![A-Za-z]))'
)
_LOGIN_AFTER = re.compile(
    r'(?i)(?:(?P<weak>'
    + _WEAK_WORD
    + r'(?:漏洞)?|密码|密碼|口令)[ \t\u3000]{0,3}[-(（]?[ \t]{0,2}|(?:passwords?|credentials?|creds)[ \t]{1,3}\(?)'
    + _LOGIN
)
_LOGIN_BEFORE = re.compile(r'(?<![A-Za-z0-9_./:@-])' + _LOGIN + r'\Z')
_SERVICE = r'(?:ssh|s?ftp|telnet|rdp|smb|snmp|vnc|mysql|mssql|oracle|postgres(?:ql)?|redis|mongodb|web|后台)'
_WEAK = re.compile(
    r'(?i)(?:存在|使用|的|[)）])?[ \t\u3000]{0,3}(?:[-(（:：,，][ \t]{0,2})?'
    r'(?:(?<![A-Za-z0-9_./:@-])(?:'
    + _SERVICE
    + r'[ \t]{0,2}|(?:is|are|was|as|has|with)[ \t]|(?:an?|the)[ \t]){1,3})?'
    + _WEAK_WORD
)
#: How far before its word a user may begin.
_BACK = 100
#: Of these everybody knows; what is behind them is a password, unless it is a page or a port.
_USERS = frozenset('admin administrator root test user guest sa system manager tomcat'.split())
_PAGES = frozenset(
    'api app console dashboard dev edit home html index info list login logout page panel portal prod status text user '
    'users web'.split()
)
_FILE = re.compile(r'(?i)[\w-]*\.(?:php|jspx?|aspx?|do|action|html?|js|json|xml|ssh)(?:[?#].*)?|v?\d{1,2}|v\d+.*')
_PORTS = frozenset(
    '80 110 143 161 389 443 445 465 514 587 631 636 873 993 995 1080 1433 1521 1883 2049 2181 2375 3306 3389 5432 5601 '
    '5672 5900 5984 6379 7001 '
    '8000 8080 8081 8088 8443 8848 9000 9090 9092 9200 9300 9443 10000 11211 15672 27017 50000'.split()
)
_PORT = re.compile(r'(?!1234)\d{2,5}')
#: What stands there and is no user.
_LABELS = frozenset(
    'cve cvss cwe date host http https id ip level line port risk score severity status time title type url '
    'version'.split()
)
_LABEL = re.compile(r'(?i)(?:user|username|login|account)[:/]pass(?:word|wd)?')
_DIGIT = re.compile('[0-9]')

_COMMUNITY = re.compile(
    r'(?i)(?:\b(?P<set>snmp-server[ \t]{1,3}community|r[ow]community6?)[ \t]{1,3}|'
    r'\bcommunity(?P<string>[ \t]{1,3}(?:string|name)s?)?(?:[ \t]{0,3}(?P<said>[:=：＝]|\bis\b|[为是為])[ \t]{0,3}|'
    r'[ \t]{1,3}))'
    r'(?:(?P<quote>["\'])(?P<quoted>[^"\'\s]+)(?P=quote)|(?P<bare>[^\s,;，。；"\'<>()]+))'
)
#: Those that devices come with, as far as they are no words that could stand there all the same.
_COMMUNITIES = frozenset(['public', 'private', 'cisco'])


def masked(text: str) -> str:
    text = hidden(text, _logins_after(text))
    text = hidden(text, _logins_before(text))
    text = hidden(text, _words(text, _WORD))
    text = hidden(text, _words(text, _CHINESE_WORD))
    if 'community' in text.lower():
        text = hidden(text, _communities(text))
    return text


def _words(text: str, pattern: Pattern[str]) -> Iterator[Span]:
    for found in pattern.finditer(text):
        value, span = _quoted_or_bare(found)
        if not is_word(value) and MASK not in value and not is_known(value.rstrip('.,;:)')) and not _is_service(value):
            yield span


def _is_service(value: str) -> bool:
    name, _, port = value.replace('/', ':').partition(':')
    return name.isalpha() and port in _PORTS


def _quoted_or_bare(found: Match[str]) -> Tuple[str, Span]:
    which = 'quoted' if found.groupdict().get('quoted') else 'bare'
    return found.group(which), found.span(which)


def _logins_after(text: str) -> Iterator[Span]:
    for found in _LOGIN_AFTER.finditer(text):
        if _is_login(found, bool(found.group('weak'))):
            yield found.span('password')


def _logins_before(text: str) -> Iterator[Span]:
    for word in _WEAK.finditer(text):
        begin = max(0, word.start() - _BACK)
        found = _LOGIN_BEFORE.search(text[begin : word.start()])
        if found and _is_login(found, True):
            start, end = found.span('password')
            yield begin + start, begin + end


def _is_login(found: Match[str], any_user: bool) -> bool:
    """
    :param any_user: not only one of whom everybody knows, or whose password is the name
    """
    user, password = found.group('user'), found.group('password')
    if (
        password.lower().partition('/')[0] in _PAGES
        or is_known(password)
        or _FILE.fullmatch(password)
        or password in _PORTS
    ):
        return False
    if user.lower() in _LABELS or _LABEL.fullmatch(user + ':' + password):
        return False
    if password == user or (user.lower() if any_user else user) in _USERS:
        return True
    odd = '/' in password or found.group('sign') == ':' and _PORT.fullmatch(password)
    return any_user and not odd and len(password) >= 3 and bool(_DIGIT.search(password))


def _communities(text: str) -> Iterator[Span]:
    of_devices = 'snmp' in text.lower()
    for found in _COMMUNITY.finditer(text):
        value, span = _quoted_or_bare(found)
        if is_nothing(value) or is_known(value):
            continue
        signed = (
            found.group('set')
            or (of_devices or found.group('string'))
            and (found.group('said') or found.group('quoted'))
        )
        if not is_speech(value) if signed else of_devices and _is_a_communitys(value):
            yield span


def _is_a_communitys(value: str) -> bool:
    return value.lower() in _COMMUNITIES or len(value) >= 5 and bool(_DIGIT.search(value))
