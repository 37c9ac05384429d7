"""``scan-notify enable``"""

import argparse
import os

from scan_notify_plugin.cli import site_file
from scan_notify_plugin.cli.session import read_settings, say
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.host.config import find_host

HELP = 'let the host\'s processes load scan-notify, by one small file in this Python\'s site-packages'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        HELP + '. Run it in the host\'s folder with the host\'s Python. The host\'s files stay as they are.'
    )


def run(args: argparse.Namespace) -> int:
    app = find_host('.')  # refuses a host that is not supported
    site_file.write()
    say('written: {}'.format(site_file.path()))
    if app is None:
        say(
            'note: {} is no ARL; the file acts only in Python processes started in the folder of one'.format(
                os.getcwd()
            )
        )
        return 0
    try:
        settings = read_settings()[1]
    except ConfigError as error:
        say('the configuration is not ready yet, so everything stays off: {}'.format(error))
        return 0
    if settings.enable:
        say(
            'restart the host\'s scheduler, to record its fires, and its web process, for report links, the page and '
            'the API; start "scan-notify worker"'
        )
    else:
        say(
            'still off: add a section SCAN_NOTIFY with ENABLE: true to the host\'s config.yaml (see '
            'docs/configuration.md)'
        )
    return 0
