"""Is this the name of a credential? ``db_password`` is, ``password_policy`` is not."""

import re
import unicodedata
from enum import Enum
from functools import lru_cache


class Meaning(Enum):
    """What a name says of its value."""

    ORDINARY = 'ordinary'
    #: a credential if it looks like one: ``key`` may be a word that was searched for
    PERHAPS = 'perhaps'
    CREDENTIAL = 'credential'


#: Ends of names, written together and in small letters.
_ENDS = (
    'password', 'passwords', 'passwd', 'passwds', 'passphrase', 'passcode', 'passwort', 'kennwort', 'pwd', 'pswd',
    'psw',
    'secret', 'secrets', 'token', 'apikey', 'apikeys', 'accesskey', 'accesskeyid', 'secretkey', 'secretid',
    'privatekey',
    'encryptionkey', 'encryptkey', 'signingkey', 'authkey', 'appkey', 'masterkey', 'sharedkey', 'accountkey',
    'storagekey', 'subscriptionkey', 'sessionkey', 'hmackey', 'aeskey', 'cryptokey', 'authorization', 'authorisation',
    'credential', 'credentials', 'cookie', 'cookies', 'cookie2', 'sessionid', 'sessid', 'jwt', 'otp', 'xauth',
    'passkey', 'pincode',
    'userpw', 'dbpw', 'psk', 'presharedkey', 'senha', 'contrasena', 'contraseña', 'motdepasse', 'пароль', 'パスワード',
    '비밀번호',
    '密码', '密碼', '口令', '密钥', '密鑰', '秘钥', '私钥', '令牌', '權杖', '授权码', '凭证', '凭据',
    'snmpcommunity', 'rocommunity', 'rwcommunity',
)  # fmt: skip
_WHOLE = frozenset(['pass', 'pw', 'mdp', 'passw', 'sk', 'requirepass', 'masterauth'])
_PERHAPS = frozenset(
    ['key', 'keys', 'sign', 'signature', 'sig', 'ticket', 'sid', 'session', 'auth', 'code', 'tokens', 'ak', 'webhook']
)
#: Keys that everybody may see, or that open nothing.
_OPEN_KEYS = frozenset(['public', 'pub', 'primary', 'foreign', 'cache', 'sort', 'partition', 'map', 'site'])
#: Ordinary words with such an end.
_NO_PASS = frozenset(
    ['bypass', 'compass', 'trespass', 'surpass', 'encompass', 'overpass', 'underpass', 'multipass', 'allpass']
)
#: What may follow the name of a credential and leave it one.
_AFTER = frozenset(
    'value val confirm confirmation confirmed repeat again retype verify verification new old current hash plain '
    'plaintext clear cleartext text txt str string enc encrypted encoded decrypted md5 sha1 sha256 base64 b64 hex raw '
    'input header data'.split()
)
_WORD = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+')
_BRACKETS = re.compile(r'(?i)%5[BD]')


def is_credential(name: object) -> bool:
    """Whether what stands under this name is one."""
    return meaning_of(str(name)) is Meaning.CREDENTIAL


@lru_cache(maxsize=4096)
def meaning_of(name: str) -> Meaning:
    """What the name of a field, parameter, header or option says."""
    name = unicodedata.normalize('NFKC', _BRACKETS.sub(' ', name[:200]))
    words = [word.lower() for word in _WORD.findall(name)]
    if ''.join(words[-2:]) == 'communitystring':
        return Meaning.CREDENTIAL
    while words and (words[-1].isdigit() or words[-1] in _AFTER) and len(words) > 1:
        words.pop()
    if not words:
        return Meaning.ORDINARY
    last, whole = words[-1], ''.join(words)
    if last in _WHOLE or whole.endswith(_ENDS) or _ends_in_pass(whole, last):
        return Meaning.CREDENTIAL
    return Meaning.PERHAPS if last in _PERHAPS and not _OPEN_KEYS.intersection(words) else Meaning.ORDINARY


def _ends_in_pass(whole: str, last: str) -> bool:
    return last.endswith('pass') and whole not in _NO_PASS and last not in _NO_PASS
