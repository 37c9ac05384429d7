"""What a user of the library configures: the options of the channel, and what only a caller without a worker needs."""

from typing import Dict, List, Mapping, NamedTuple

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.wxwork.client import key_of
from scan_notify_plugin.notifiers.wxwork.retry import RetryConfig
from scan_notify_plugin.secret import Secret

PAGE = 'docs/notifier_module.md#configuration'
#: Options of the channel that a library user has too, and what only he has.
CHANNELS = ('webhook_url', 'mentioned_list', 'mentioned_mobile_list', 'mention', 'clients')
OWN = ('name', 'language', 'oversize', 'proxy', 'timeout', 'retry', 'fallback')


class Configuration(NamedTuple):
    """One robot and how it is used."""

    options: Dict[str, object]  #: as a target of the channel has them
    url: Secret
    name: str
    language: str
    oversize: str
    timeout: float  #: seconds for everything together
    proxy: str
    retry: RetryConfig
    fallback: object  #: the configuration of another robot, not looked at yet; None for none

    @property
    def robot(self) -> str:
        """What identifies the robot; a credential."""
        return key_of(self.url.reveal())

    @property
    def secrets(self) -> List[Secret]:
        """What is to be cut out of texts."""
        return [self.url, Secret(self.robot)]


def read(config: Mapping[str, object]) -> Configuration:
    """A configuration; see docs/notifier_module.md. The names may be in any case; a value of None is as good as none.

    :raises ConfigError: naming the key that is wrong; the text never holds the webhook
    """
    values = {str(name).lower(): value for name, value in config.items() if value is not None}
    for name in values:
        if name not in CHANNELS + OWN:
            raise ConfigError(name, Fault('library.unknown', known=', '.join(CHANNELS + OWN)), PAGE)
    options = {name: value for name, value in values.items() if name in CHANNELS}
    url = options.get('webhook_url', '')
    options['webhook_url'] = url = url if isinstance(url, Secret) else Secret(str(url))
    return Configuration(
        options,
        url,
        str(values.get('name', 'wxwork')),
        _either(values, 'language', 'zh', 'en'),
        _either(values, 'oversize', 'split', 'cut'),
        _timeout(values),
        str(values.get('proxy', '')),
        _retry(values),
        values.get('fallback'),
    )


def _timeout(values: Mapping[str, object]) -> float:
    timeout = values.get('timeout', 10.0)
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        raise ConfigError('timeout', Fault('library.seconds'), PAGE)
    return timeout


def _retry(values: Mapping[str, object]) -> RetryConfig:
    retry = values.get('retry', RetryConfig())
    if not isinstance(retry, RetryConfig):
        raise ConfigError('retry', Fault('library.retry'), PAGE)
    return retry


def _either(values: Mapping[str, object], name: str, first: str, second: str) -> str:
    value = values.get(name, first)
    if value not in (first, second):
        raise ConfigError(name, Fault('library.either', first=first, second=second), PAGE)
    return str(value)
