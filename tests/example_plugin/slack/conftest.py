"""Being here, it lets pytest find the package, installed or not."""

import pytest

# So that a failure in a battery shows its values.
pytest.register_assert_rewrite(
    'scan_notify_plugin.testing.conformance', 'scan_notify_plugin.testing.exporter_conformance'
)
