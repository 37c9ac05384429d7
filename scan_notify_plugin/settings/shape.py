"""What the documents of the setting collection must look like, by the beginning of their names. Pure."""

from typing import Dict

from scan_notify_plugin.mongo import Document
from scan_notify_plugin.shapes import Check, anything, fields, flag, listing, mapping, table, text, time, whole

_SET = fields({'values': mapping}, {'rev': whole, 'by': text, 'at': time})
_SHAPES: Dict[str, Check] = {
    'schedule:': _SET,
    'options': _SET,
    'plugin:': fields({'off': flag, 'by': text}),
    'layout': fields({'run_collection': text}),
    # An early version wrote no time.
    'rounds': fields(
        {}, {'numbers': table(whole), 'missing': table(time), 'at': time, 'gone': table(time), 'since': time}
    ),
    'web': fields({'marker': text}),
    'worker:': fields({'at': time}, {'targets': listing(text), 'plugins': listing(anything), 'version': text}),
    'stream:': fields({'at': time}, {'targets': listing(text), 'connected': anything}),
}


def problem_of(document: Document) -> str:
    """What is wrong with a document; '' if nothing is, or if nobody here reads it."""
    if not isinstance(document['_id'], str):
        return 'its id is no text'
    kind, colon, _ = document['_id'].partition(':')
    return _SHAPES.get(kind + colon, anything)(document)
