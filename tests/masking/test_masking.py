"""What is hidden, what stays, and that neither takes longer than the text is long."""

import pytest

from scan_notify_plugin.masking import masked, masked_cell, masked_rows

#: A credential in each, which is S below.
SECRET = 's3cr3t'
ENCODED = 'dXNlcjpzM2NyM3Q'  # user:s3cr3t
HIDDEN = r"""
https://user:s3cr3t@host/x
https://user:s3cr3t@x@host/x
http:\/\/user:s3cr3t@host
ftp://s3cr3t@host
mysql://root:s3/cr3t-s3cr3t@db:3306/x
redis://:s3cr3t@cache:6379/0
u=http%3A%2F%2Fann%3As3cr3t%40host%2Fx
root:s3cr3t@tcp(10.0.0.1:3306)/db
Authorization: Basic dXNlcjpzM2NyM3Q=
authorization: bearer abcdefs3cr3t
AUTHORIZATION: s3cr3t
Proxy-Authorization: Basic dXNlcjpzM2NyM3Q=
Authorization: Digest username="a", response="s3cr3t"
curl -H 'Authorization: Basic dXNlcjpzM2NyM3Q=' http://x
curl -H "Cookie: a=s3cr3t; b=s3cr3t" http://x
curl -H'Cookie: a=s3cr3t' http://x
curl -H "X-Api-Key: s3cr3t" http://x
curl -b 'PHPSESSID=s3cr3t' http://x
curl --cookie "a=s3cr3t; c=d" http://x
curl -b a=s3cr3t http://x
curl -u admin:s3cr3t http://x
curl -uadmin:s3cr3t http://x
curl -u 'admin:s3cr3t' http://x
curl --user=admin:s3cr3t http://x
curl --user "admin:s3cr3t" http://x
curl --user admin:s3cr3t http://x
curl -sku admin:s3cr3t http://x
curl -X POST -d 'username=admin&password=s3cr3t' http://x
curl -X POST -d "username=admin&pwd=s3cr3t&go=1" http://x
curl --data-raw '{"user":"a","password":"s3cr3t"}' http://x
curl -d "{\"password\":\"s3cr3t\"}" x
curl --proxy http://u:s3cr3t@p:8080 x
curl --oauth2-bearer s3cr3t x
Set-Cookie: sid=s3cr3t; Path=/; HttpOnly
set-cookie: a=1; expires=Wed, 21 Oct 2026 07:28:00 GMT; b=s3cr3t
GET /?token=s3cr3t&page=2 HTTP/1.1
/login?user=a&password=s3cr3t#x
/x?access_token=s3cr3t
/x?access-key=s3cr3t
/x?apiKey=s3cr3t
/x?client_secret=s3cr3t
/x?user%5Bpassword%5D=s3cr3t
q=password%3Ds3cr3t%26a%3Db
user[password]=s3cr3t
password is s3cr3t
The password is: s3cr3t
The Password is 's3cr3t'.
password for admin is s3cr3t
your password was changed to s3cr3t
口令为s3cr3t
密码是 s3cr3t
密码：s3cr3t
密码:s3cr3t
用户名：admin 密码：s3cr3t
默认口令为"s3cr3t"，请修改
管理员密码为s3cr3t，请尽快修改
{"a":{"password":"s3cr3t"}}
{"a":"{\"password\":\"s3cr3t\"}"}
{\"password\":\"s3cr3t\"}
{"a": [{"pwd": "s3cr3t"}], 
{'password': 's3cr3t'}
{"headers":[{"name":"Cookie","value":"a=s3cr3t"}]}
{"headers":{"Authorization":"Basic s3cr3t"}}
["curl","-u","a:s3cr3t"]
password: s3cr3t
password : s3cr3t
  db_password: "s3cr3t"
DB_PASSWORD=s3cr3t
export AWS_SECRET_ACCESS_KEY=s3cr3t
spring.datasource.password=s3cr3t
passwd=s3cr3t
pwd = s3cr3t
secret=s3cr3t
PASSWORD=s3cr3t
'password' => 's3cr3t',
define('DB_PASSWORD', 's3cr3t');
<password>s3cr3t</password>
<Password type="x">s3cr3t</Password>
<ns:password>s3cr3t</ns:password>
<add key="password" value="s3cr3t"/>
<input type="password" name="pwd" value="s3cr3t">
<password><![CDATA[s3cr3t]]></password>
<key>password</key><string>s3cr3t</string>
&quot;password&quot;:&quot;s3cr3t&quot;
%22password%22%3A%22s3cr3t%22
user=a;password=s3cr3t;x=1
Server=db;User Id=sa;Password=s3cr3t;
jdbc:mysql://db/x?user=a&password=s3cr3t
machine h login u password s3cr3t
sshpass -p s3cr3t ssh root@h
mysql -u root -ps3cr3t db
redis-cli -h x -a s3cr3t
--password s3cr3t
--password=s3cr3t
-Password s3cr3t
CREATE USER a IDENTIFIED BY 's3cr3t'
{"user": "a", "pass": "s3cr3t"}
userPassword: s3cr3t
passphrase: "s3cr3t with words"
password="s3cr3t with \" quote s3cr3t"
token=s3cr3t
X-Auth-Token: s3cr3t
{"token":"s3cr3t"}
{"api_key":"s3cr3t"}
key: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.s3cr3tAAAAAAAAAAA
-----BEGIN RSA PRIVATE KEY-----\nMIIs3cr3t\n-----END RSA PRIVATE KEY-----
-----BEGIN OPENSSH PRIVATE KEY----- s3cr3t
log: login ok user=admin password=s3cr3t from 10.0.0.1
P@ss: password=a&s3cr3t!
pass:s3cr3t
user:admin,pass:s3cr3t
口令：s3cr3t
密码=s3cr3t
"密码":"s3cr3t"
Cookie: JSESSIONID=s3cr3t
cookie: s3cr3t=1; path=/
JSESSIONID=s3cr3t
{"Set-Cookie":["a=s3cr3t"]}
setPassword("s3cr3t")
https://x/?key=AIzaSyA1234567890s3cr3t
jenkins api token is s3cr3t
密码默认为s3cr3t
密码已重置为s3cr3t
账号密码：admin/s3cr3t
\r\nCookie: a=s3cr3t\r\n
Bearer abc-s3cr3t
Content-Disposition: form-data; name="password"\r\n\r\ns3cr3t\r\n
USER a\r\nPASS s3cr3t
http://user:p?s3cr3t@host/
https://user:p/x@s3cr3t@host/x
admin:s3cr3t@10.0.0.1
psk=s3cr3t
curl -F password=s3cr3t x
curl --data-urlencode 'password=s3cr3t' x
http -a user:s3cr3t example.com
GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic dXNlcjpzM2NyM3Q=\r\nX: y
X-Amz-Credential=s3cr3t&X=1
DefaultEndpointsProtocol=https;AccountName=a;AccountKey=s3cr3t==;EndpointSuffix=x
https://hooks.slack.com/services/T000/B000/s3cr3t
<user name="a" password="s3cr3t"/>
curl -H $'Cookie: a=s3cr3t' x
curl -H \"Cookie: a=s3cr3t\" x
{"cookies":{"a":"s3cr3t"}}
{"pass_word":"s3cr3t"}
{"passWord":"s3cr3t"}
{"Password":"s3cr3t"}
{"a":"Cookie: b=s3cr3t"}
{"n":{"accessKeySecret":"s3cr3t","AccessKeyId":"AKIAIOSFODNN7EXAMPLE"}}
password => s3cr3t
password := "s3cr3t"
password == 's3cr3t'
if (pwd === "s3cr3t")
user:'admin',password:'s3cr3t'
"password" : "s3cr3t"
password='s3cr3t
ADMIN_PASS=s3cr3t
mongodb+srv://u:s3cr3t@cluster/x
amqp://guest:s3cr3t@h:5672/
socks5://u:s3cr3t@p:1
https://u:s3cr3t@[::1]:8/
user: admin password: s3cr3t
password:s3cr3t,user:admin
Password:s3cr3t
PASSWORD IS s3cr3t
password -> s3cr3t
"password","s3cr3t"
auth_token=s3cr3t
curl --header 'Authorization: Bearer s3cr3t' http://x
curl --header "authorization: Basic dXNlcjpzM2NyM3Q=" http://x
curl -H Authorization:s3cr3t http://x
curl -H 'cookie:a=s3cr3t' x
curl -H "Cookie: a=s3cr3t" -H "X-A: b"
curl -H 'X-Auth: s3cr3t' x
curl -H 'Token: s3cr3t' x
curl --cookie-jar x -b 'a=s3cr3t' y
curl --cookie='a=s3cr3t' y
curl -bsess=s3cr3t y
curl -d'password=s3cr3t' y
curl --data password=s3cr3t y
curl --json '{"password": "s3cr3t"}' y
curl "http://h/?api_key=s3cr3t"
curl 'https://admin:s3cr3t@h/'
curl https://admin:s3cr3t@h
wget --http-password=s3cr3t --http-user=a x
wget --password s3cr3t x
curl -u "admin":"s3cr3t" x
curl -u admin:'s3cr3t' x
Cookie: a=b; c="s3cr3t"
Cookie: sessionid = s3cr3t
{"Cookie": "a=s3cr3t"}
{'Cookie': 'a=s3cr3t'}
{"auth": {"username": "x", "password": "s3cr3t"}}
{"data":"{\"a\":{\"token\":\"s3cr3t\"}}"}
{\\\"password\\\":\\\"s3cr3t\\\"}
{"message":"login failed for password=s3cr3t"}
{"password":"s3cr3t"
[{"password":"s3cr3t"},{"password":"s3cr3t"}]
data: {"password":"s3cr3t"}
POST /x {"pwd":"s3cr3t","a":1}
password="s3cr3t"
password = 's3cr3t';
$password = "s3cr3t";
var password="s3cr3t";
const apiKey = 's3cr3t'
  "accessKeySecret" : 's3cr3t'
<property name="password" value="s3cr3t"/>
<property name="password"><value>s3cr3t</value></property>
<connectionStrings><add connectionString="Server=x;User ID=a;Password=s3cr3t"/></connectionStrings>
<pwd>s3cr3t</pwd>
&lt;password&gt;s3cr3t&lt;/password&gt;
<Password>s3cr3t
password: |s3cr3t
passwd:s3cr3t
root_password: s3cr3t # comment
密码 : s3cr3t
密码 为 s3cr3t
密码为：s3cr3t
口令是：s3cr3t
登录密码是s3cr3t
口令为：“s3cr3t”
弱口令 root/s3cr3t
默认口令 admin:s3cr3t
存在弱口令test:s3cr3t，请修改
账号admin密码s3cr3t
口令 s3cr3t
口令：「s3cr3t」
密码是[s3cr3t]
弱口令：root/s3cr3t
用户名/密码：admin/s3cr3t
username/password: admin/s3cr3t
admin / password = s3cr3t
password (s3cr3t)
user=admin&pass=s3cr3t&submit=Login
user=admin&passwd=s3cr3t&submit=Login
user=admin&psw=s3cr3t
user=admin;pwd=s3cr3t;
log=admin&pwd=s3cr3t
j_username=a&j_password=s3cr3t
login[password]=s3cr3t
ssid=x&wpa_psk=s3cr3t
x?secretKey=s3cr3t
x?SecretId=AKIDs3cr3ts3cr3ts3cr3t
x#access_token=s3cr3t
x?jwt=s3cr3t
X-CSRF-Token: s3cr3t
X-Access-Token: s3cr3t
Api-Key: s3cr3t
api key: s3cr3t
API Key = s3cr3t
secret key: s3cr3t
access key is s3cr3t
Access Token: s3cr3t
private key: s3cr3t
Auth Token : s3cr3t
client secret: s3cr3t
The admin password is "s3cr3t"
default password is s3cr3t.
password is: s3cr3t.
password was s3cr3t
passwords are s3cr3t
with password s3cr3t
using password 's3cr3t'
password "s3cr3t"
login: admin, password s3cr3t
user admin with password s3cr3t was found
http://x/?u=http://a:s3cr3t@b/
HTTP://ADMIN:s3cr3t@HOST
https://admin:s3cr3t%21@h/
smb://dom;user:s3cr3t@h/
postgres://u:s3cr3t@/db?host=x
git clone https://oauth2:s3cr3t@gitlab/x.git
rtsp://admin:s3cr3t@10.0.0.1:554/
ldap://cn=admin:s3cr3t@h
Password＝s3cr3t
Basic dXNlcjpzM2NyM3Q=
basic dXNlcjpzM2NyM3Q
Authorization%3A%20Basic%20dXNlcjpzM2NyM3Q%3D
'Authorization': 'Basic dXNlcjpzM2NyM3Q='
Authorization=Basic dXNlcjpzM2NyM3Q=
{"Authorization":["Basic dXNlcjpzM2NyM3Q="]}
Proxy-Authorization:Basic dXNlcjpzM2NyM3Q=
X-Forwarded-Authorization: s3cr3t
""".strip('\n').split('\n')  # noqa: W291  # a space at the end is part of a case
#: Words that speak of credentials and hold none, and what only looks like one.
KEPT = r"""
弱口令 SSH/FTP
弱口令 http/https
密码 md5加密
口令 sha256
弱口令CVE-2020-1234
密码找回 v1.2
口令 http://x/1a
token bucket
forgot password page
Password reset
Password Reset - Example
Forgot your password?
Login - Enter your username and password
Secret Santa
keyboard layout
passenger list
bypass=1
compass: north
tokenizer: bert
token_type=bearer
password_policy=strict
Basic training
Basic Authentication required
Bearer of good news
Cookie Policy
Cookie: recipes for christmas
https://medium.com/@user/post
https://x.com/?email=a@b.com
https://x.com/search?key=shoes
contact:info@example.com
mailto:bob@example.com
http://host:80/@x
password is required
Password is too weak
The password is exposed
密码重置
密码找回页面
弱口令
口令为空
密码是否正确
密码：必填
忘记密码？
GitLab
https://h1.dept2.example.com/index.php?id=7
Redis key-value store
docker run -u 1000:1000 x
ls -u
curl -u admin http://x
curl -b cookies.txt http://x
curl http://h1.example.com
WWW-Authenticate: Basic realm="x"
password:
password=
Password: 
{"password": null}
{"password": ""}
token: ${TOKEN}
password={{ password }}
password=***
username=admin&page=2
key=value
session=1
code: 200
status code: 404
sign in: here
CN=example.com, O=Secret Garden Ltd
cve-2021-44228
/auth/login.php
/api/token/refresh
max_tokens=100
a@b.com
Apache Tomcat/9.0 - Error report
public key: RSA 2048
SSH key exchange algorithms
keywords: a, b
Passwort vergessen
monkey=1
hockey: 3
passed: 5
token
auth=none
author: bob
Design: a book
assigned: yes
id="password" name="x"
<title>Password</title>
<label>Password</label>
<input type="password" name="password" placeholder="Password">
curl --user-agent "a:b" x
{"publicKey":"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"}
password=$DB_PASSWORD
Digest username="a", x
Token Ring Network
Secret Garden
Key Management Service
KeyCloak - Sign In
Sign in to your account
Auth0
Authentication Required
Authorization Required
401 Authorization Required
Cookie Clicker
Cookies are disabled
Session expired
Ticket System - osTicket
Login: please enter password
User name: Password: Remember me
Passwordless login
Password Manager: Bitwarden
1Password
Basic Auth
OAuth 2.0 token endpoint
JWT Authentication Bypass
Default Password - Admin
Weak Password Vulnerability
Exposed AWS Secret Key
Apache Solr - Authentication Bypass
Jenkins: API Token disclosure
默认口令漏洞
密码管理系统
统一身份认证 - 密码登录
扫码登录 密码登录
找回密码
http://example.com/password/reset
https://example.com/token
https://example.com/auth?redirect=/home
https://example.com/?keyword=shoes&key=abc
https://example.com/?id=1&sign=up
https://example.com/login?next=/token/list
http://[2001:db8::1]:8080/
http://10.0.0.1:8080/
ssh key: 2048 bits
tls_key_exchange
CN=secret.example.com
*.token.example.com
http/1.1 200 OK
Set-Cookie without Secure flag
Cookie without HttpOnly flag set
Missing Authorization header
X-Powered-By: PHP
Server: nginx
admin@example.com
bob@example.com:22
registry.example.com:5000/app@sha256:abc
user@10.0.0.1
a:b
10.0.0.1:22
{"name":"token bucket","title":"Password reset"}
{"fields":["username","password","email"]}
{"key":"value","code":200}
{"session":"default"}
{"type":"password"}
{"token_count": 5, "passed": true}
{"auth":"basic"}
{"tokens": 10}
The password must be at least 8 characters
Your password has expired
password is not set
password is required.
The secret is out
Password is incorrect
Invalid username or password
username and password
Tokens and keys
Passwords are stored in plain text
Passwords are not encrypted
secret of success
-u option
curl -u
ls -a x
-p 80
mysql -P 3306
nmap -p 80
password: ********
Password:
密码：
密码为空
口令强度不足
密码错误
密码是必填项
""".strip('\n').split('\n')  # noqa: W291  # a space at the end is part of a case

#: Beginnings without an end, over and over.
ENDLESS = [
    'password="', 'password=\\"', 'a:b@', '://a:', 'password=', 'Cookie: a=b;', 'authorization: ', '-u ', '<password>',
    'name="password" ', 'password is ', '密码为', 'eyJ', 'eyJaaaaaaaaaa.', '{"password":', '%3A%2F%2Fa',
    '-----BEGIN RSA PRIVATE KEY-----', 'a.', 'password[', 'mysql -', "'password',", '"', "\\", 'password=&', 'basic ',
    'token ', '://', '"name":"password",', 'a=b;', 'form-data; name=password\r\n', '//a', 'password:\t', 'curl -b ',
    'sk-', 'password=;,', '[', '{', 'login a ', '[[password:', 'a@', 'x:', 'sshpass -p ', "password='\\", '-a', 'set',
    '<a>', '<', '[{"a":', 'identified ', 'password for a ',
]  # fmt: skip


@pytest.mark.parametrize('text', HIDDEN)
def test_a_credential_is_hidden(text):
    shown = masked_cell(text)
    assert SECRET not in shown and ENCODED not in shown and '***' in shown


@pytest.mark.parametrize('text', [text for text in HIDDEN if not text.startswith(('{', '['))])
def test_it_is_hidden_in_json_and_beside_other_words_too(text):
    for around in ('see: {} (found)', '{}\n', 'first line\n{}'):
        shown = masked_cell(around.format(text))
        assert SECRET not in shown and ENCODED not in shown
    assert SECRET not in str(masked({'request': [{'raw': text}]}))


@pytest.mark.parametrize('text', KEPT)
def test_ordinary_words_stay(text):
    assert masked_cell(text) == text


@pytest.mark.parametrize('text, shown', [
    ('<password>x</password>', '<password>***</password>'),
    ('password: x', 'password: ***'),
    ("-H'Cookie: a=b'", "-H'Cookie: ***'"),
    ('curl -ua:b', 'curl -ua:***'),
    ('curl -u b:a x', 'curl -u b:*** x'),
    ('--user=a:b', '--user=a:***'),
    ('a=1&password=x&b=2', 'a=1&password=***&b=2'),
    ('/login?token=x#there', '/login?token=***'),
    ('{"password":"login"}', '{"password":"***"}'),
    ('{"password":"admin","page":2}', '{"password":"***","page":2}'),
    ('password=admin', 'password=***'),
    ('password:admin', 'password:***'),
    ('Password: admin', 'Password: ***'),
    ('password=$ecret', 'password=***'),
    ("password=b'xyz'", "password=b'***'"),
    ('password: P&ssw0rd! rest', 'password: *** rest'),
    ('口令为X', '口令为***'),
    ('口令为 X', '口令为 ***'),
    ('密码：X', '密码：***'),
    ('密码是X', '密码是***'),
    ('用户名：a 密码：b，请修改', '用户名：a 密码：***，请修改'),
    ('password is X', 'password is ***'),
    ('http://a:b@c/d?e=f', 'http://***@c/d?e=f'),
    ('http://a:b/c@d/e@2x.png', 'http://***@d/e@2x.png'),
    ("curl -d 'user=a&password=' -H 'Accept: x'", "curl -d 'user=a&password=' -H 'Accept: x'"),
    (
        "curl -X 'POST' -d 'username=a&password=b' -H 'Accept: */*' -H 'Authorization: Basic YTpi' -H 'Cookie: c=d; "
        "e=f' 'http://h/'",
        "curl -X 'POST' -d 'username=a&password=***' -H 'Accept: */*' -H 'Authorization: Basic ***' -H 'Cookie: ***' "
        "'http://h/'",
    ),
])  # fmt: skip
def test_what_is_around_a_credential_stays(text, shown):
    assert masked_cell(text) == shown


@pytest.mark.parametrize('text, _', [(text, 0) for text in HIDDEN])
def test_what_was_hidden_once_stays_as_it_is(text, _):
    for around in ('{}', 'see: {} (found)', 'password=a; {}, "x"'):
        once = masked_cell(around.format(text))
        assert masked_cell(once) == once


@pytest.mark.parametrize('value, shown', [
    ({'password': 's'}, {'password': '***'}),
    ({'password': 5}, {'password': '***'}),
    ({'password': ['a', {'b': 'c'}]}, {'password': '***'}),
    ({'password': None, 'secret': '', 'token': True, 'cookie': {}},
     {'password': None, 'secret': '', 'token': True, 'cookie': {}}),
    ({'a': {'b': [{'DB_PASSWORD': 's'}]}}, {'a': {'b': [{'DB_PASSWORD': '***'}]}}),
    ({'headers': [{'name': 'Cookie', 'value': 'a'}]}, {'headers': [{'name': 'Cookie', 'value': '***'}]}),
    ([['Authorization', 'x'], ['Accept', '*/*']], [['Authorization', '***'], ['Accept', '*/*']]),
    (['curl', '-u', 'a:b'], ['curl', '-u', '***']),
    ({'password_policy': 'strict', 'token_type': 'bearer'}, {'password_policy': 'strict', 'token_type': 'bearer'}),
    ({'密码': 'x', '登录口令': 'y'}, {'密码': '***', '登录口令': '***'}),
    ({'log': 'password=x'}, {'log': 'password=***'}),
])  # fmt: skip
def test_nested_values_are_hidden_by_their_names(value, shown):
    assert masked(value) == shown


def test_rows_keep_what_is_no_text_and_the_given_ones_are_not_changed():
    rows = [('a', 1, None, True), ('password=x', 2.5, None, 'title')]
    assert masked_rows(rows) == [('a', 1, None, True), ('password=***', 2.5, None, 'title')]
    assert rows[1][0] == 'password=x'
    assert masked_rows(rows[:1]) == rows[:1]


@pytest.mark.parametrize('beginning', ENDLESS)
def test_no_text_takes_longer_than_it_is_long(beginning):
    """The time of all tests ends one that does."""
    assert masked_cell('token ' + beginning * (60000 // len(beginning)))
