"""Every record that a message can hold, and every block, is on the page with all of its fields."""

import typing

import pytest

from scan_notify_plugin.changes import Progress
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers import blocks
from scan_notify_plugin.notifiers.dialects import Dialect
from scan_notify_plugin.notifiers.summary import Summary
from tests.docs import messages, tables


def records_in(kind, found):
    """The records that a type is made of."""
    if hasattr(kind, '_fields') and kind not in found:
        found.append(kind)
        for field in typing.get_type_hints(kind).values():
            records_in(field, found)
    for one in getattr(kind, '__args__', None) or ():
        records_in(one, found)
    return found


def test_every_record_that_a_summary_can_hold_has_a_table():
    assert set(records_in(Summary, [])) - {Fault} == set(messages.RECORDS)


def test_every_block_is_in_the_table_and_so_is_each_method_of_a_dialect():
    documented = {kind.__name__ for kind in messages.BLOCKS + messages.VALUES}
    assert documented == set(blocks.__all__) - {'apart'}
    drawn = {kind.__name__ for kind in blocks.Block.__args__}
    assert drawn <= documented and all(callable(getattr(Dialect, name.lower())) for name in drawn)


class Half(typing.NamedTuple):
    """A record."""

    #: the first, above
    first: int
    second: typing.Optional[Progress] = None  # the second, behind
    third: typing.Tuple[typing.Tuple[str, int], ...] = ()


def test_a_field_without_a_meaning_is_an_error():
    with pytest.raises(AssertionError, match='Half.third has no comment'):
        list(messages._fields(Half))


def test_a_meaning_stands_above_a_field_or_behind_it():
    assert messages.comments(Half) == {'first': 'the first, above', 'second': 'the second, behind', 'third': ''}
    assert messages.in_words(typing.get_type_hints(Half)['second']) == '`Progress` or `None`'
    assert messages.in_words(typing.get_type_hints(Half)['third']) == 'list of tuples of text, whole number'


def test_the_tables_have_a_line_for_each_field():
    page = messages.records(tables.table)
    for record in messages.RECORDS:
        section = page.partition('#### {}\n'.format(record.__name__))[2].partition('####')[0]
        assert all('| `{}` |'.format(name) in section for name in record._fields)
