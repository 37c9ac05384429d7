"""The plugins of the notify workers, and their switches."""

from scan_notify_plugin.web.fields import Field
from scan_notify_plugin.web.routes import Call, Listing, Route


def listing(call: Call) -> Listing:
    from scan_notify_plugin.admin.plugins import Plugins

    items = Plugins(call.desk).listing()
    return Listing(items, len(items))


def switch(call: Call) -> object:
    from scan_notify_plugin.admin.plugins import Plugins

    return Plugins(call.desk).switch(call.path['name'], call.values['on'], call.by)


ROUTES = (
    Route('GET', '/plugins', listing, 'The plugins of the newest live worker: state, hooks, who switched them off'),
    Route(
        'POST', '/plugins/<name>', switch, 'Switch a plugin on or off, in all workers and within seconds',
        (Field('on', 'boolean', 'whether it shall work', required=True),),
    ),
)  # fmt: skip
