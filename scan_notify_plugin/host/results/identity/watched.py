"""The tables whose records have states, and the cells whose change is told."""

from typing import Mapping, NamedTuple, Tuple

__all__ = ['TABLES', 'WATCHED', 'Watched']

#: Those on which others hang come first.
TABLES = (
    'ip', 'service', 'domain', 'site', 'cert', 'npoc_service', 'url', 'fileleak', 'wih', 'nuclei_result', 'vuln',
    'xray_result', 'unauth',
)  # fmt: skip


#: An option that no scan has: such a cell is for people and never compared.
_NEVER = 'unwatched'


class Watched(NamedTuple):
    """A cell that is compared with that of the round before."""

    #: a code of our words
    column: str
    #: the pseudo table of the option that fills it; '' if every scan does
    option: str = ''


_CELLS = {
    'site': (
        Watched('column.title'),
        Watched('column.status_code'),
        Watched('column.fingerprints', 'site_identify'),
    ),
    'service': (
        Watched('column.product', 'service_detection'),
        Watched('column.version', 'service_detection'),
    ),
    'domain': (Watched('column.cname'), Watched('column.addresses')),
    'cert': (Watched('column.serial_number'), Watched('column.valid_until')),
    # The name of what the template finds, which is the template's affair.
    'nuclei_result': (Watched('column.vulnerability', _NEVER),),
}

#: By table, all of :data:`TABLES`: its watched cells, in their order in a record.
WATCHED: Mapping[str, Tuple[Watched, ...]] = {table: _CELLS.get(table, ()) for table in TABLES}
