"""The configured destinations and their health."""

from scan_notify_plugin.web.fields import Field
from scan_notify_plugin.web.routes import Call, Listing, Route


def listing(call: Call) -> Listing:
    from scan_notify_plugin.admin.targets import Targets

    items = Targets(call.desk).listing()
    return Listing(items, len(items))


def test(call: Call) -> object:
    from scan_notify_plugin.admin.targets import Targets

    return {'run_id': Targets(call.desk).test(call.path['name'], call.by, **call.values)}


def stop(call: Call) -> object:
    from scan_notify_plugin.admin.stopping import Stopping

    return Stopping(call.desk).stop(call.path['name'], call.by, **call.values)


def start(call: Call) -> object:
    from scan_notify_plugin.admin.stopping import Stopping

    return Stopping(call.desk).start(call.path['name'], call.by)


ROUTES = (
    Route('GET', '/targets', listing, 'The targets, without their credentials: usable or not, stopped by whom, '
        'last success, last error'),
    Route(
        'POST', '/targets/<name>/test', test, 'Send a test message the whole way; answers with the id of its run',
        (Field('language', 'text', 'of the message; the target\'s own if not given', choices=('zh', 'en')),),
    ),
    Route(
        'POST', '/targets/<name>/stop', stop, 'Let nothing be asked of a target until it is started; what waits for it '
        'goes to its fallback',
        (Field('why', 'text', 'the reason, for people'),),
    ),
    Route('POST', '/targets/<name>/start', start, 'Let a stopped target be asked again'),
)  # fmt: skip
