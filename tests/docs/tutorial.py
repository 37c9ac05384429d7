"""docs/writing-plugins.md: its files are included from tested ones, and all of it can be run.

``python -m tests.docs.tutorial`` includes the files again. With ``--script PACKAGE`` it prints the steps as one script
for bash, which follows them to the letter in the folder where it is started.
"""

import argparse
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, 'docs', 'writing-plugins.md')
#: What the page calls the package, and the folders of its files.
PACKAGE = '/opt/scan-notify-plugin'
FOLDERS = {
    'first': 'tests/tutorial',
    'scan-notify-example': 'tests/example_plugin',
    'scan-notify-slack': 'tests/example_plugin/slack',
}
BLOCK = re.compile(r'^```(\w+)\n(.*?)^```$', re.M | re.S)
FILE = re.compile(r'(?:# |\{# )([\w./-]+)(?: #\})?\n')
KINDS = ('python', 'ini', 'jinja')


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def source(path):
    """The tested file for one of the page."""
    folder, _, rest = path.partition('/')
    return read(os.path.join(ROOT, *(FOLDERS[folder] + '/' + rest).split('/')))


def renewed(page):
    """The page with its files as they are now."""

    def block(found):
        named = FILE.match(found.group(2)) if found.group(1) in KINDS else None
        return (
            '```{}\n{}{}```'.format(found.group(1), named.group(), source(named.group(1))) if named else found.group()
        )

    return BLOCK.sub(block, page)


def script(page, package):
    """All steps, in their order."""
    steps = ['set -euxo pipefail\nstart=$PWD\n']
    for kind, text in BLOCK.findall(page):
        if kind == 'bash':
            steps.append(text.replace(PACKAGE, package))
        elif kind in KINDS:
            named = FILE.match(text)
            place = '"$start/{}"'.format(named.group(1))
            steps.append(
                'mkdir -p "$(dirname {0})"\ncat >{0} <<\'END OF FILE\'\n{1}END OF FILE\n'.format(
                    place, text[named.end() :]
                )
            )
    return ''.join(steps)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--script', default='', metavar='PACKAGE', help='print the steps for this clone or wheel')
    args = parser.parse_args(argv)
    page = read(PAGE)
    if args.script:
        sys.stdout.buffer.write(script(page, args.script).encode('utf-8'))
    else:
        with open(PAGE, 'w', encoding='utf-8') as file:
            file.write(renewed(page))
    return 0


if __name__ == '__main__':
    sys.exit(main())
