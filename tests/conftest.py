"""How the suite is shared out where pytest-xdist runs it in several processes (`.ci/run` does)."""

import os

import pytest

INTEGRATION = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'integration', '')


def pytest_collection_modifyitems(config, items):
    """The tests around the real services one after the other, and first, as they take longest; any other file anywhere."""
    if not config.pluginmanager.hasplugin('xdist'):
        return
    items.sort(key=lambda item: not str(item.fspath).startswith(INTEGRATION))
    for item in items:
        path = str(item.fspath)
        item.add_marker(pytest.mark.xdist_group('integration' if path.startswith(INTEGRATION) else path))
