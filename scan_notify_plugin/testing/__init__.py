"""For plugin authors and our own tests: robots on loopback that keep their vendors' rules.

Import from the modules, for example ``scan_notify_plugin.testing.dingtalk_robot``.
"""
