"""A record as people are told of it. Pure, and total: any identity and any cells have an answer."""

from typing import Callable, Dict, Sequence, Tuple

from scan_notify_plugin.host.results.identity.relations import UNIT
from scan_notify_plugin.host.results.identity.texts import short
from scan_notify_plugin.masking import masked_text

__all__ = ['described']

Parts = Sequence[str]
_MOST_PARTS = 4


def described(table: str, identity: str, cells: Sequence[str] = ()) -> Tuple[str, str]:
    """(where it is, what it is), both masked and short; what it is may be ''.

    :param cells: the watched ones, as far as they are known
    """
    parts = identity.split(UNIT, _MOST_PARTS - 1)
    parts += [''] * (_MOST_PARTS - len(parts))
    target, name = _WORDS.get(table, _plain)(parts, cells)
    return short(masked_text(target.replace(UNIT, ' '))), short(masked_text(name.replace(UNIT, ' ')))


def _plain(parts: Parts, cells: Sequence[str]) -> Tuple[str, str]:
    return parts[0], ''


def _site(parts: Parts, cells: Sequence[str]) -> Tuple[str, str]:
    return parts[0], cells[0] if cells else ''


def _service(parts: Parts, cells: Sequence[str]) -> Tuple[str, str]:
    return _with_port(parts), ' '.join(filter(None, cells[:2]))


def _certificate(parts: Parts, cells: Sequence[str]) -> Tuple[str, str]:
    return _with_port(parts), parts[2]


def _hunted(parts: Parts, cells: Sequence[str]) -> Tuple[str, str]:
    # What was found is nobody's to read; with the beginning of its digest two of them are two.
    return parts[0], ' #'.join(filter(None, (parts[1], parts[2][:6])))


def _vulnerability(parts: Parts, cells: Sequence[str]) -> Tuple[str, str]:
    name = parts[2] or parts[1]
    return parts[0], '{} ({})'.format(name, parts[3]) if parts[3] else name


def _template(parts: Parts, cells: Sequence[str]) -> Tuple[str, str]:
    name = cells[0] if cells else ''
    both = name and parts[0] and name.lower() != parts[0].lower()
    return parts[1], '{} ({})'.format(name, parts[0]) if both else name or parts[0]


def _of_plugin(parts: Parts, cells: Sequence[str]) -> Tuple[str, str]:
    return parts[1], parts[0]


def _with_port(parts: Parts) -> str:
    host = '[{}]'.format(parts[0]) if ':' in parts[0] else parts[0]
    return '{}:{}'.format(host, parts[1]) if parts[1] else host


_WORDS: Dict[str, Callable[[Parts, Sequence[str]], Tuple[str, str]]] = {
    'site': _site,
    'service': _service,
    'cert': _certificate,
    'npoc_service': _certificate,
    'wih': _hunted,
    'vuln': _vulnerability,
    'nuclei_result': _template,
    'xray_result': _of_plugin,
}
