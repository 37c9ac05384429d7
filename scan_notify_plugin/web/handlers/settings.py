"""The settings that are no secret, the audit trail, and who is asking."""

from typing import Dict, List

from scan_notify_plugin import __version__
from scan_notify_plugin.records import Document
from scan_notify_plugin.web.fields import PAGING, Field, paging
from scan_notify_plugin.web.routes import Call, Listing, Route


def listing(call: Call) -> object:
    from scan_notify_plugin.admin.options import Options

    return _items(Options(call.desk).listing())


def change(call: Call) -> object:
    from scan_notify_plugin.admin.options import Options

    return _items(Options(call.desk).change(call.values['values'], call.by, call.values.get('rev')))


def _items(items: List[Document]) -> Dict[str, object]:
    """One number counts the changes of all of them."""
    return {'items': items, 'rev': items[0]['rev']}


def audit(call: Call) -> Listing:
    page, size = paging(dict(call.values), size=50)
    items, total = call.desk.audit.listing(page, size)
    return Listing(items, total, page, size)


def me(call: Call) -> object:
    return {
        'by': call.by,
        'name': call.by.partition(':')[2],
        'version': __version__,
        'language': call.desk.settings.language,
    }


ROUTES = (
    Route('GET', '/settings', listing, 'The settings with their values, and who says so'),
    Route(
        'POST', '/settings', change, 'Change settings, effective without a restart',
        (
            Field('values', 'object', 'by name', required=True),
            Field('rev', 'integer', 'of the settings as they were read; another one by now is a conflict'),
        ),
    ),
    Route('GET', '/audit', audit, 'Who changed what, the newest first', PAGING),
    Route('GET', '/me', me, 'Who is asking, as the audit trail will name them'),
)  # fmt: skip
