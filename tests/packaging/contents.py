"""``python tests/packaging/contents.py WHEEL SDIST``: both have what a clone has, and nothing else. Run in a clean
clone.
"""

import os
import sys
import tarfile
import zipfile

PACKAGES = ('hookspecs', 'scan_notify_plugin')
#: Of a clone, what the source distribution does not need.
LEFT_OUT = ('.git', '.gitignore')
#: What building adds to a clone.
BUILT = ('build', 'dist', '__pycache__')
#: What people would miss most; in case the comparison itself is wrong.
NEEDED = (
    'scan_notify_plugin/notifiers/templates/run.jinja',
    'scan_notify_plugin/web/page/index.html',
    'scan_notify_plugin/notifiers/dingding.declared.json',
    'scan_notify_plugin/cli/skeleton/setup.cfg.txt',
)


def tree(root):
    """Paths of all files below a folder."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in BUILT + LEFT_OUT and not name.endswith('.egg-info')]
        for name in names:
            if name not in LEFT_OUT:
                yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, '/')


def packaged(root):
    return {path for path in tree(root) if path.split('/')[0] in PACKAGES}


def in_wheel(path):
    """(files of the packages, names of the metadata)"""
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
    meta = {name for name in names if name.split('/')[0].endswith('.dist-info')}
    return names - meta, {name.split('/', 1)[1] for name in meta}


def in_sdist(path):
    with tarfile.open(path) as sdist:
        names = {name.partition('/')[2] for name in sdist.getnames() if sdist.getmember(name).isfile()}
    return {name for name in names if name != 'PKG-INFO' and '.egg-info/' not in name}


def problems(root, wheel, sdist):
    """Sentences."""
    files, meta = in_wheel(wheel)
    wanted = packaged(root)
    found = ['the wheel lacks ' + name for name in sorted((wanted | set(NEEDED)) - files)]
    found += ['the wheel has also ' + name for name in sorted(files - wanted)]
    if not any(name.split('/')[-1] == 'LICENSE' for name in meta):
        found.append('the wheel lacks LICENSE')
    source, clone = in_sdist(sdist), set(tree(root))
    found += ['the sdist lacks ' + name for name in sorted(clone - source)]
    found += ['the sdist has also ' + name for name in sorted(source - clone)]
    return found


def main(argv):
    found = problems(os.getcwd(), *argv)
    print('\n'.join(found) or 'wheel and sdist have what the clone has')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
