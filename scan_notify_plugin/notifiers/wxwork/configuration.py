"""What a user of the library configures: the options of the channel, and what only a caller without a worker needs."""

from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.notifiers.wxwork.client import key_of
from scan_notify_plugin.notifiers.wxwork.retry import RetryConfig
from scan_notify_plugin.secret import Secret

PAGE = 'docs/notifier_module.md#configuration'
#: Options of the channel that a library user has too, and what only he has.
CHANNELS = ('webhook_url', 'mentioned_list', 'mentioned_mobile_list', 'mention', 'clients')
OWN = ('name', 'language', 'oversize', 'proxy', 'timeout', 'retry', 'fallback')


class Configuration(NamedTuple):
    """One robot and how it is used."""

    options: Dict[str, Any]  #: as a target of the channel has them
    url: Secret
    name: str
    language: str
    oversize: str
    timeout: float  #: seconds for everything together
    proxy: str
    retry: RetryConfig
    fallback: Any  #: the configuration of another robot, not looked at yet; None for none

    @property
    def robot(self) -> str:
        """What identifies the robot; a credential."""
        return key_of(self.url.reveal())

    @property
    def secrets(self) -> List[Secret]:
        """What is to be cut out of texts."""
        return [self.url, Secret(self.robot)]


def read(config: Mapping[str, Any]) -> Configuration:
    """A configuration; see docs/notifier_module.md. The names may be in any case; a value of None is as good as none.

    :raises ConfigError: naming the key that is wrong; the text never holds the webhook
    """
    values = {str(name).lower(): value for name, value in config.items() if value is not None}
    for name in values:
        if name not in CHANNELS + OWN:
            raise ConfigError(name, 'unknown; known are {}'.format(', '.join(CHANNELS + OWN)), PAGE)
    options = {name: value for name, value in values.items() if name in CHANNELS}
    url = options.get('webhook_url', '')
    options['webhook_url'] = url = url if isinstance(url, Secret) else Secret(str(url))
    return Configuration(
        options,
        url,
        str(values.get('name', 'wxwork')),
        _one_of(values, 'language', ('zh', 'en')),
        _one_of(values, 'oversize', ('split', 'cut')),
        _timeout(values),
        str(values.get('proxy', '')),
        _retry(values),
        values.get('fallback'),
    )


def _timeout(values: Mapping[str, Any]) -> float:
    timeout = values.get('timeout', 10.0)
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        raise ConfigError('timeout', 'expected seconds', PAGE)
    return timeout


def _retry(values: Mapping[str, Any]) -> RetryConfig:
    retry = values.get('retry', RetryConfig())
    if not isinstance(retry, RetryConfig):
        raise ConfigError('retry', 'expected a RetryConfig', PAGE)
    return retry


def _one_of(values: Mapping[str, Any], name: str, allowed: Sequence[str]) -> str:
    value = values.get(name, allowed[0])
    if value not in allowed:
        raise ConfigError(name, 'expected {}'.format(' or '.join(allowed)), PAGE)
    return str(value)
