"""What the template of a body may be made of, and how much it may do.

It is the operator's own, so it is a second wall. The sandbox of an old Jinja2 has holes (CVE-2024-56326,
CVE-2025-27516), which all need a call or the filter ``attr``. Here nothing is called, nothing is multiplied, every loop
is counted, also that of a filter, and so is what stands in a list: ``[a, a]`` a few times over is one that nobody can
compare, sort or add up.
"""

import time
from typing import Any, Iterable, Iterator, List, Mapping

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault

#: Bytes of a body, steps of all its loops together, and seconds.
MOST_BYTES, MOST_STEPS, MOST_SECONDS = 256 * 1024, 10000, 3.0
#: Values that are printed or written as JSON.
_MOST_VALUES = 100000
#: Filters that no template can name: one counts the steps of a loop, one what a filter goes through, one what stands in
#: a list; one puts texts together, one says that a text is the template's own.
STEPS, COUNTED, MEASURED, JOINED, OURS = 'the steps', 'the values', 'the list', 'all of it', 'of ours'
HIDDEN = frozenset([STEPS, COUNTED, MEASURED, JOINED, OURS])
#: Filters that go through what they are given.
LOOPS = frozenset([
    'list', 'map', 'max', 'min', 'reject', 'rejectattr', 'select', 'selectattr', 'sort', 'sum', 'unique',
])  # fmt: skip
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.Slice, nodes.Filter, nodes.Test, nodes.If, nodes.CondExpr, nodes.For, nodes.Assign, nodes.List,
    nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Add, nodes.Sub, nodes.Neg, nodes.Concat,
)  # fmt: skip


class Overgrown(ScanNotifyError):
    """A body takes more than it may."""


class NotAllowed(ScanNotifyError):
    """A template has what it may not have.

    :param line: of it
    """

    def __init__(self, line: int, fault: Fault) -> None:
        super().__init__(fault)
        self.line = line


class _Bounded(NodeTransformer):
    """Counts loops, puts texts together in a way that is measured, and knows the template's own."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, STEPS, [], [], None, None, lineno=node.lineno)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        self.generic_visit(node)
        if node.name in LOOPS:
            node.node = nodes.Filter(node.node, COUNTED, [], [], None, None, lineno=node.lineno)
        return node

    def _measured(self, node: nodes.Expr) -> nodes.Node:
        self.generic_visit(node)
        return nodes.Filter(node, MEASURED, [], [], None, None, lineno=node.lineno)

    visit_List = visit_Dict = _measured

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        return self._measured(node) if node.ctx == 'load' else node  # else it is names that something is given to

    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        return nodes.Filter(node, OURS, [], [], None, None, lineno=node.lineno) if isinstance(node.value, str) else node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        items = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(items, JOINED, [], [], None, None, lineno=node.lineno)


def bounded(tree: nodes.Template) -> nodes.Template:
    """The same template, in bounds.

    :raises NotAllowed: if it holds what it may not
    """
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.For) and node.recursive):
            kind = type(node).__name__.lower()
            raise NotAllowed(node.lineno, Fault('webhook.body.forbidden', what=kind))
    made = _Bounded().visit(tree)
    assert isinstance(made, nodes.Template)
    return made


class Allowance:
    """What one rendering has left."""

    def __init__(self) -> None:
        self._bytes, self._steps, self._values = 0, 0, 0
        self._until = time.monotonic() + MOST_SECONDS

    def steps(self, items: Iterable[Any]) -> Iterator[Any]:
        """The items of a loop.

        :raises Overgrown: if there are too many, or it takes too long
        """
        for item in items:
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise Overgrown(Fault('webhook.body.steps', most=MOST_STEPS))
            self._in_time()
            yield item

    def value(self) -> None:
        """One more is looked at.

        :raises Overgrown: if there are too many
        """
        self._values += 1
        if self._values > _MOST_VALUES:
            raise Overgrown(Fault('webhook.body.size', most=MOST_BYTES))
        self._in_time()

    def values(self, items: Iterable[Any]) -> Iterator[Any]:
        """What a filter goes through.

        :raises Overgrown: if it is too much, or takes too long
        """
        for item in items:
            self.value()
            yield item

    def measured(self, made: Any) -> Any:
        """A list, tuple or mapping that the template has put together.

        :raises Overgrown: if there is too much in it, or in what is in it
        """
        todo = [made]
        while todo:
            one = todo.pop()
            self.value()
            if isinstance(one, (list, tuple)):
                todo.extend(one)
            elif isinstance(one, Mapping):
                todo.extend(one.values())
        return made

    def text(self, piece: str) -> str:
        """A piece of the body, which counts.

        :raises Overgrown: if there is too much of it
        """
        self._bytes += len(piece.encode('utf-8', 'replace'))
        if self._bytes > MOST_BYTES:
            raise Overgrown(Fault('webhook.body.size', most=MOST_BYTES))
        return piece

    def _in_time(self) -> None:
        if time.monotonic() > self._until:
            raise Overgrown(Fault('webhook.body.time', seconds='{:g}'.format(MOST_SECONDS)))


def joined(pieces: Iterable[str]) -> str:
    """Texts in one, which is no longer than a body may be.

    :raises Overgrown: if it would be
    """
    kept: List[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_BYTES:
            raise Overgrown(Fault('webhook.body.size', most=MOST_BYTES))
        kept.append(piece)
    return ''.join(kept)
