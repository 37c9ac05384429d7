"""What the documents of the setting collection must look like, by the beginning of their names. Pure."""

from typing import Dict

from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.records import Document
from scan_notify_plugin.shapes import Check, anything, document_of, flag, listing, mapping, table, text, time, whole

_SET = document_of({'values': mapping}, {'rev': whole, 'by': text, 'at': time})
_SHAPES: Dict[str, Check] = {
    'schedule:': _SET,
    'options': _SET,
    'plugin:': document_of({'off': flag, 'by': text}),
    'stopped:': document_of({'stopped': flag}),
    'layout': document_of({'run_collection': text}),
    # An early version wrote no time.
    'rounds': document_of(
        {}, {'numbers': table(whole), 'missing': table(time), 'at': time, 'gone': table(time), 'since': time}
    ),
    'web': document_of({'marker': text}),
    'worker:': document_of({'at': time}, {'targets': listing(text), 'plugins': listing(anything), 'version': text}),
    'stream:': document_of({'at': time}, {'targets': listing(text), 'connected': anything}),
}


def check_document(document: Document) -> None:
    """
    :raises Misshapen: if a document is not as it must be, and somebody here reads it
    """
    if not isinstance(document['_id'], str):
        raise Misshapen('document.id')
    kind, colon, _ = document['_id'].partition(':')
    _SHAPES.get(kind + colon, anything)(document)
