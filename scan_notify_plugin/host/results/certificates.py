"""The table of certificates."""

from typing import List, Sequence

from scan_notify_plugin.host.results.addresses import ip_key, port_key
from scan_notify_plugin.host.results.definition import Definition, Field
from scan_notify_plugin.host.results.kinds import INTEGER, OPTIONAL, TEXT, Cell, Kind, derived
from scan_notify_plugin.records import Document
from scan_notify_plugin.words import say

__all__ = ['certificates']


def certificates(language: str) -> Definition:
    """
    :param language: of the cells that say whether a certificate has expired
    """
    yes, no = say('cell.yes', language), say('cell.no', language)

    def expired(cert: Document) -> str:
        return yes if cert['validity']['expired'] else no

    return Definition(
        'cert',
        'table.cert',
        (
            Field('column.ip', 22, TEXT, ('ip',)),
            Field('column.port', 10, INTEGER, ('port',)),
            Field('column.subject', 40, _entry('subject_dn'), ('cert',)),
            Field('column.issuer', 40, _entry('issuer_dn'), ('cert',)),
            Field('column.valid_from', 20, _entry('validity', 'start'), ('cert',)),
            Field('column.valid_until', 20, _entry('validity', 'end'), ('cert',)),
            Field('column.expired', 10, derived(expired), ('cert',)),
            Field('column.serial_number', 40, _entry('serial_number'), ('cert',)),
            Field('column.sha256', 66, _entry('fingerprint', 'sha256'), ('cert',)),
        ),
        _certificate_keys,
        paths=('ip', 'port', 'cert.subject_dn', 'cert.issuer_dn', 'cert.validity', 'cert.serial_number',
               'cert.fingerprint.sha256'),
        times=(4, 5),
    )  # fmt: skip


def _certificate_keys(columns: Sequence[Sequence[Cell]], _: Sequence[Document]) -> List[bytes]:
    return [
        (
            ip_key(ip) + port_key(port) + '{}:{}'.format(str(serial), str(sha256)).encode('utf-8', 'backslashreplace')
            if ip or serial or sha256
            else b''
        )
        for ip, port, serial, sha256 in zip(columns[0], columns[1], columns[7], columns[8])
    ]


def _entry(*path: str) -> Kind:
    """Of nested dicts: a text, or '' where it is absent."""

    def convert(value: Document) -> Cell:
        for name in path[:-1]:
            value = value[name]
        return OPTIONAL.convert(value.get(path[-1], ''))

    return derived(convert)
