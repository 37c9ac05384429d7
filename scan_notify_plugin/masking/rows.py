"""The rule for every cell of every table."""

from typing import List, Tuple

from scan_notify_plugin.masking.nested import masked_cell
from scan_notify_plugin.masking.texts import telling

Row = Tuple[object, ...]

#: Between rows while they are looked at together.
_ROW = '\x1e'


def masked_rows(rows: List[Row]) -> List[Row]:
    """Rows in which no text shows a credential."""
    texts = [' '.join([cell for cell in row if isinstance(cell, str)]).replace(_ROW, ' ') for row in rows]
    small = _ROW.join(texts).lower()
    needles = telling(small)  # all rows at once: for nearly all that is the end of it
    if not needles:
        return rows
    result = list(rows)
    for number, text in enumerate(small.split(_ROW)):
        for needle in needles:
            if needle in text:
                result[number] = tuple([_masked(cell, needles) for cell in rows[number]])
                break
    return result


def _masked(cell: object, needles: List[str]) -> object:
    if isinstance(cell, str):
        small = cell.lower()
        for needle in needles:
            if needle in small:
                return masked_cell(cell)
    return cell
