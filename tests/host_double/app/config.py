"""Settings, read once at import from the file beside this one; a bad file ends the process."""

import os
import sys

import yaml

basedir = os.path.abspath(os.path.dirname(__file__))
CONFIG_FILE = 'config.yaml'  # only: top aab wps p4r
CONFIG_FILE = 'arlconfig.yaml'  # only: xin

# attribute of Config: section and key, all of which may be absent
OPTIONAL = {
    'DINGDING_SECRET': ('DINGDING', 'SECRET'),
    'DINGDING_ACCESS_TOKEN': ('DINGDING', 'ACCESS_TOKEN'),
    'FEISHU_TOKEN': ('FEISHU', 'TOKEN'),  # only: p4r
    'FEISHU_WEBHOOK': ('FEISHU', 'WEBHOOK_URL'),  # only: top aab wps xin
    'FEISHU_SECRET': ('FEISHU', 'SECRET'),  # only: top aab wps xin
    'WX_WORK_WEBHOOK': ('WXWORK', 'WEBHOOK_URL'),  # only: top aab wps xin
    'EMAIL_HOST': ('EMAIL', 'HOST'),
    'EMAIL_PORT': ('EMAIL', 'PORT'),
    'EMAIL_USERNAME': ('EMAIL', 'USERNAME'),
    'EMAIL_PASSWORD': ('EMAIL', 'PASSWORD'),
    'EMAIL_TO': ('EMAIL', 'TO'),
    'WEB_HOOK_URL': ('WEBHOOK', 'URL'),
    'WEB_HOOK_TOKEN': ('WEBHOOK', 'TOKEN'),
    'PROXY_URL': ('PROXY', 'HTTP_URL'),
}


class Config(object):
    FORBIDDEN_DOMAINS = []


try:
    # no encoding, like the host: under a POSIX locale Python 3.6 ends here on a comment that is not ASCII
    with open(os.path.join(basedir, CONFIG_FILE)) as f:
        y = yaml.safe_load(f)
    Config.MONGO_URL, Config.MONGO_DB = y['MONGO']['URI'], y['MONGO']['DB']
    Config.CELERY_BROKER_URL = y['CELERY']['BROKER_URL']
    Config.FOFA_EMAIL, Config.FOFA_KEY = y['FOFA']['EMAIL'], y['FOFA']['KEY']
    Config.GEOIP_CITY, Config.GEOIP_ASN = y['GEOIP']['CITY'], y['GEOIP']['ASN']  # only: top aab wps p4r
    Config.AUTH, Config.API_KEY = y['ARL']['AUTH'], y['ARL']['API_KEY']
    Config.BLACK_IPS = y['ARL']['BLACK_IPS']
    for name, (section, key) in OPTIONAL.items():
        setattr(Config, name, (y.get(section) or {}).get(key) or '')
    if Config.EMAIL_PORT:
        Config.EMAIL_PORT = int(Config.EMAIL_PORT)
    if y['ARL'].get('FORBIDDEN_DOMAINS') is not None:
        if not isinstance(y['ARL']['FORBIDDEN_DOMAINS'], list):
            raise TypeError('FORBIDDEN_DOMAINS is not a list')
        Config.FORBIDDEN_DOMAINS = y['ARL']['FORBIDDEN_DOMAINS']
except Exception as e:
    print('cannot read {}: {}'.format(CONFIG_FILE, ascii(str(e))))
    sys.exit(-1)
