"""Which records go on which page: whole records, every page small enough, nothing lost without a word."""

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.pages import MAX_PAGES, Span, paginate


class Paper:
    """A page of ``room`` units: a head (the first page's may be larger), records, a line for the rest."""

    def __init__(self, sizes, room, head=0, first_head=0, note=0):
        self.sizes = sizes
        self.room = room
        self.head, self.first_head, self.note = head, first_head, note
        self.asked = 0
        self.measured = 0

    def size(self, start, end, omitted, page, pages):
        head = self.first_head if page == 1 else self.head
        return head + len(str(pages)) - 1 + sum(self.sizes[start:end]) + (self.note if omitted else 0)

    def __call__(self, start, end, omitted, page, pages):
        self.asked += 1
        self.measured += end - start
        return self.size(start, end, omitted, page, pages) <= self.room

    def spread(self, oversize):
        spans = paginate(len(self.sizes), self, oversize)
        for page, span in enumerate(spans, 1):
            assert self.size(span.start, span.end, span.omitted, page, len(spans)) <= self.room
        shown = sum(span.end - span.start for span in spans)
        assert shown + sum(span.omitted for span in spans) == len(self.sizes), 'something is lost without a word'
        assert all(one.end <= other.start for one, other in zip(spans, spans[1:]))
        return spans


#: (sentence, paper, spans when cut, spans when split)
PAPERS = [
    ('everything fits', Paper([10] * 3, 30), [Span(0, 3, 0)], [Span(0, 3, 0)]),
    ('there is nothing', Paper([], 30), [Span(0, 0, 0)], [Span(0, 0, 0)]),
    ('the page number needs room too', Paper([10] * 4, 31), [Span(0, 3, 1)], [Span(0, 3, 0), Span(3, 4, 0)]),
    ('one is too many', Paper([10] * 4, 35), [Span(0, 3, 1)], [Span(0, 3, 0), Span(3, 4, 0)]),
    (
        'the line for what is left out needs room too', Paper([10] * 4, 35, note=9),
        [Span(0, 2, 2)], [Span(0, 2, 0), Span(2, 4, 0)],
    ),
    (
        'the first page has a larger head', Paper([10] * 6, 35, head=1, first_head=20),
        [Span(0, 1, 5)], [Span(0, 1, 0), Span(1, 4, 0), Span(4, 6, 0)],
    ),
    (
        'a record that no page can hold is left out and counted', Paper([10, 10, 10, 99, 10], 35),
        [Span(0, 3, 2)], [Span(0, 3, 1), Span(4, 5, 0)],
    ),
    (
        'several such records', Paper([10, 10, 10, 99, 99, 10, 99], 35),
        [Span(0, 3, 4)], [Span(0, 3, 2), Span(5, 6, 1)],
    ),
    (
        'such a record is the first one', Paper([99, 10, 10], 35),
        [Span(0, 0, 3)], [Span(0, 0, 1), Span(1, 3, 0)],
    ),
    (
        'the first page holds its head and no record', Paper([20, 20], 35, head=5, first_head=30),
        [Span(0, 0, 2)], [Span(0, 0, 0), Span(0, 1, 0), Span(1, 2, 0)],
    ),
    ('no page can hold any record', Paper([99] * 3, 35), [Span(0, 0, 3)], [Span(0, 0, 3)]),
]  # fmt: skip


@pytest.mark.parametrize('sentence, paper, cut, split', PAPERS, ids=[row[0] for row in PAPERS])
def test_where_the_records_go_when(sentence, paper, cut, split):
    assert paper.spread('cut') == cut
    assert paper.spread('split') == split


def test_more_than_ten_pages_are_no_message():
    spans = Paper([10] * 100, 25).spread('split')
    assert len(spans) == MAX_PAGES == 10
    assert spans[-1] == Span(18, 20, 80)


def test_the_last_of_ten_pages_has_room_for_the_line_about_the_rest():
    spans = Paper([10] * 100, 31, note=9).spread('split')
    assert spans[-1] == Span(18, 20, 80)


@pytest.mark.parametrize('oversize', ['cut', 'split'])
def test_a_head_that_is_too_large_by_itself_cannot_be_sent(oversize):
    with pytest.raises(SendError, match='too long even without any record') as caught:
        Paper([10], 35, first_head=40).spread(oversize)
    assert caught.value.reason is Reason.TOO_LONG


@pytest.mark.parametrize('oversize, pages', [('cut', 1), ('split', 10)])
def test_the_work_depends_on_what_is_shown_and_hardly_on_what_is_left_out(oversize, pages):
    paper = Paper([10] * 100000, 1000)
    paper.spread(oversize)
    assert paper.asked <= 20 * pages
    assert paper.measured - 100000 <= 100 * 20 * pages  # once all of it, to see that it does not fit


@pytest.mark.parametrize('count', range(0, 40, 3))
@pytest.mark.parametrize('room', range(12, 60, 7))
def test_every_page_is_as_full_as_it_can_be(count, room):
    sizes = [1 + (index * 7) % 11 for index in range(count)]
    paper = Paper(sizes, room, head=3, first_head=6, note=2)
    spans = paper.spread('split')
    for page, span in enumerate(spans[:-1], 1):
        assert not paper(span.start, span.end + 1, count - span.end - 1, page, 99)
