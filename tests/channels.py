"""What our channels declare, as the files that processes without plugins read: ``python -m tests.channels``."""

import json
import os
import sys

import scan_notify_plugin
from scan_notify_plugin.plugins.declarations import declared_by
from scan_notify_plugin.plugins.loading import load

FOLDER = os.path.join(os.path.dirname(os.path.abspath(scan_notify_plugin.__file__)), 'notifiers')


def files():
    """(path, text) of each of our channels: in its folder, or beside its module."""
    ours = {notifier.channel: notifier for notifier in load().notifiers.values()}
    for _, notifier in sorted(ours.items()):
        package, _, rest = type(notifier).__module__.partition('.notifiers.')
        if package == 'scan_notify_plugin':
            home = rest.split('.')[0]
            inside = os.path.isdir(os.path.join(FOLDER, home))
            place = os.path.join(home, 'declared.json') if inside else home + '.declared.json'
            yield os.path.join(FOLDER, place), json.dumps(
                declared_by(notifier).document(), indent=2, sort_keys=True
            ) + '\n'


def main():
    for path, text in files():
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
    return 0


if __name__ == '__main__':
    sys.exit(main())
