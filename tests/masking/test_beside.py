"""Values without a sign before them: which are credentials, and which only look like one."""

import pytest

from scan_notify_plugin.masking import masked_cell

#: A credential in each, which is S3cr3t.
HIDDEN = r"""
admin/S3cr3t weak password
admin:S3cr3t weak password
ann/S3cr3t weak password
admin/S3cr3t - weak password
admin/S3cr3t is a weak password
root/S3cr3t SSH weak password
10.0.0.1:22 root/S3cr3t SSH weak password
root/S3cr3t has weak credentials
ftp anonymous/S3cr3t weak login
tomcat/S3cr3t default credentials
Default credentials (admin:S3cr3t) on Tomcat/9.0.31
10.0.0.1:22 SSH weak password root/S3cr3t
weak credentials test:S3cr3t
default login admin:S3cr3t
admin/S3cr3t 弱口令
admin/S3cr3t存在弱口令
admin/S3cr3t(弱口令)
admin/S3cr3t（弱口令）
tomcat/S3cr3t 默认口令
root/S3cr3t SSH弱口令
存在弱口令(admin/S3cr3t)
存在弱口令（admin/S3cr3t），请修改
弱口令漏洞 admin/S3cr3t
MySQL弱密码 root:S3cr3t
弱密碼 root:S3cr3t
預設密碼 admin/S3cr3t
默认密码 admin/S3cr3t
admin:S3cr3t@123 weak password
ann/S3cr3t@123 弱口令
admin/p)S3cr3t weak password
password S3cr3t
password S3cr3t@123
passwd S3cr3t
passphrase "S3cr3t"
password is S3cr3t
密码 S3cr3t
密碼 S3cr3t
密碼：S3cr3t
密碼為S3cr3t
密碼是S3cr3t
登入密碼已重設為S3cr3t
密鑰：S3cr3t
權杖=S3cr3t
snmp-server community S3cr3t RO
SNMP community S3cr3t
SNMP community: S3cr3t
SNMP default community "S3cr3t"
SNMP community string: S3cr3t
SNMP community string is 'S3cr3t'
community string: S3cr3t
rocommunity S3cr3t 10.0.0.0/8
rwcommunity S3cr3t
community_string=S3cr3t
snmp_community=S3cr3t
snmp.community.string: S3cr3t
{"snmp_community":"S3cr3t"}
{"communityString":"S3cr3t"}
password: |\n  S3cr3t
""".strip('\n').split('\n') + [
    'password: |\n  S3cr3t',
    'password: >-\n  a S3cr3t\n  of lines\n\n  and S3cr3t\nnext: x',
    'a:\n  private_key: |2\r\n    first\r\n    S3cr3t\r\n  b: c',
    'api_key=' + 'a' * 3000 + 'S3cr3t',
    'password ' + 'a1' * 3000 + 'S3cr3t',
    '弱口令 admin/' + 'a' * 3000 + 'S3cr3t',
    'snmp-server community ' + 'a' * 3000 + 'S3cr3t',
]  # fmt: skip
#: What everybody knows: words, software with its version, addresses, ports, dates, advisories, pages.
KEPT = r"""
password policy
Password Policy v2.1
Tomcat/9.0.31 default credentials page
Tomcat/9 default credentials
tomcat/9.0.31 default credentials
tomcat/8.5 默认密码
Tomcat/9.0.31 弱口令
Apache Tomcat/9.0.31 weak password
Apache/2.4.41 default credentials
nginx/1.18.0 weak password policy
Jetty/9.4.z default password
OpenSSH/8.2p1 weak password
IIS/10.0 weak credentials
PHP/7.4.3 weak password
HTTP/2 weak password
HTTP/1.1 200 weak password
Nacos/2.0.3 默认口令
Redis/6.0 弱口令
default credentials for Tomcat/9.0.31
default credentials Tomcat/9.0.31
http://10.0.0.1/admin weak password
https://host/admin/login default credentials
http://10.0.0.1:8080/manager/html 弱口令
10.0.0.1:8080 weak password
10.0.0.1:22 弱口令
host:22 weak password
host:3306 default credentials
example.com:6379 弱口令
admin:8080 weak password
tomcat:8080 weak password
test:8080 弱口令
system:1433 weak password
TCP/22 弱口令
SSH/22 弱口令
弱口令 22/tcp
弱口令 mysql:3306
弱口令 redis/6379
weak password 22/tcp
creds test/api
default credentials on admin:8080
admin/portal weak password
admin/console/x weak password
admin/index.php weak password
manager/html default credentials
/admin/console default credentials
wp-admin/install.php weak password
root/.ssh default credentials
user/1 weak password
api/v2 weak password
v1/users default credentials
user/password weak password
username/password default credentials
username/password 弱口令
2026/11/27 weak password
11/27 weak password
CI/CD default credentials
TCP/IP weak password
and/or default credentials
admin: weak password
Admin: default password
id:1234567 weak password
time:09:35 weak password
status:200 weak password
score:9.8 weak password
CVE:2020-1234 弱口令
ID:CVE-2020-1234 弱口令
弱口令 CVE-2020-1234
弱口令 2026-11-27
password 2026
password 2026-11-27
password since 2026-11-27T09:35:13Z
password 2026-11-27T09:35:13Z
password 200
password 8 characters
password 8-16 characters
password 90days
password 90-day
password 10.0.0.1
password 10.0.0.1:8080
password v1.2.3
password 443/tcp
password CVE-2021-44228
password CNVD-2021-30167
password MS17-010
password OWASP-A07
password RFC2617
password ISO27001
password SHA256
password TLSv1.2
password bcrypt2
password HTTP/1.1 200 OK
password http://x/1a
password test1@example.com
password node1.example.com
password test:8080
密码 2026-11-27
密码 8-16位
密码 10.0.0.1
口令 TLS1.2
口令 SMBv1
口令 MS17-010
默认密码 v2.0
密碼管理
忘記密碼
密碼錯誤
密碼為空
密碼強度不足
admin 弱口令
后台/登录 弱口令
管理后台 / 弱口令
弱口令漏洞
community
Community Edition v2.1
GitLab Community Edition
MySQL Community Server 5.7.33
mysql community 8.0.31
Community: join us
community is great
community=public
a community of users
SNMP community
SNMP community string
SNMP Agent Default Community Names
SNMP community name guessable
SNMP community string disclosure
SNMP community strings are sent in clear text
SNMP community is guessable
SNMP community: see below
snmp community v2c
snmp community SNMPv2
snmp community CVE-2002-0013
snmp community 2026-11-27
snmp community 10.0.0.1:161
password: see line 12
description: |\n  of several lines
""".strip('\n').split('\n') + ['title: |\n  one\n  two']

#: What begins like one, over and over.
ENDLESS = [
    'weak password ', '弱口令', '弱口令(', 'admin/x ssh ', 'admin/', 'a/b 弱口令', 'password abc ', 'password a1b', 'admin/)',
    'community ', 'community: ', 'snmp community string ', '密码 abc', 'password: |\n ', 'key: |\n ', 'password: |\n \n',
    'key=', 'key:', 'sk=', 'a.', 'password a.', 'password v1.',
]  # fmt: skip


@pytest.mark.parametrize('text', HIDDEN)
def test_a_credential_beside_its_word_is_hidden(text):
    for around in ('{}', 'first line\n{}', 'see {}'):
        shown = masked_cell(around.format(text))
        assert 'S3cr3t' not in shown and '***' in shown
        assert masked_cell(shown) == shown


@pytest.mark.parametrize('text', KEPT)
def test_what_only_looks_like_one_stays(text):
    for around in ('{}', 'found: {}', '{}\nnext line'):
        assert masked_cell(around.format(text)) == around.format(text)


@pytest.mark.parametrize('text, shown', [
    ('10.0.0.1:22 root/toor SSH weak password, change it', '10.0.0.1:22 root/*** SSH weak password, change it'),
    ('存在弱口令(admin/admin888)，请修改', '存在弱口令(admin/***)，请修改'),
    ('snmp-server community abc RO 10', 'snmp-server community *** RO 10'),
    ('rocommunity abc 10.0.0.0/8', 'rocommunity *** 10.0.0.0/8'),
    ('a:\n  password: |\n    one\n\n    two\n  b: c', 'a:\n  password: |\n    ***\n  b: c'),
    ('password: |\\n  one\\n  two\\nb: c', 'password: |\\n  ***\\nb: c'),
])  # fmt: skip
def test_what_is_around_it_stays(text, shown):
    assert masked_cell(text) == shown


@pytest.mark.parametrize('beginning', ENDLESS)
@pytest.mark.parametrize('first', ['', 'password=%41 ', 'snmp community weak password '])
def test_no_text_takes_longer_than_it_is_long(beginning, first):
    """The time of all tests ends one that does."""
    assert masked_cell(first + beginning * (60000 // len(beginning)))
