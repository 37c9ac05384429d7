"""The database of ``.ci``, started for one benchmark: fetched by Maven, run by Java, ended with the benchmark."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import Iterator

__all__ = ['Missing', 'ci_mongo']

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), '.ci', 'mongo')
#: The release that it announces; drivers refuse what is too old for them.
VERSION = '7.0'


class Missing(Exception):
    """It cannot be started here; the text says why."""


@contextmanager
def ci_mongo(folder: str) -> Iterator[str]:
    """Its URI.

    :param folder: for its jars
    :raises Missing: without Java or Maven, or where one of them fails
    """
    for command in ('java', 'mvn'):
        if shutil.which(command) is None:
            raise Missing('no {} to start a database with; name one with --mongo'.format(command))
    jars = os.path.join(folder, 'jars')
    fetch = ['mvn', '-B', '-q', '-f', os.path.join(HERE, 'pom.xml'), 'dependency:copy-dependencies',
             '-DoutputDirectory=' + jars]  # fmt: skip
    fetched = subprocess.run(fetch, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             universal_newlines=True, timeout=300)  # fmt: skip
    if fetched.returncode:
        raise Missing('mvn failed: ' + fetched.stdout[-500:])
    args = ['java', '-Xmx512m', '-Dslf4j.internal.verbosity=ERROR', '-cp', os.path.join(jars, '*'),
            os.path.join(HERE, 'MongoServer.java'), VERSION, '0']  # fmt: skip
    process = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, universal_newlines=True,
                               start_new_session=True)  # fmt: skip
    try:
        uri = process.stdout.readline().strip()
        if not uri.startswith('mongodb://'):
            raise Missing('java {} did not start'.format(args[-3]))
        yield uri
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
