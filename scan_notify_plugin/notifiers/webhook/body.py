"""``BODY``: the operator's own template of a request's body, in Jinja2.

What it prints is escaped twice without being asked: a stranger's text for the target's markup, and every text for the
media type of the body - within the quotes of JSON, for a form, for XML. A text that is derived from another, such as a
slice, counts as a stranger's.
"""

import json
from functools import lru_cache
from html import escape as xml
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional
from urllib.parse import quote_plus

import jinja2
from jinja2.filters import do_round
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.notifiers.summary import Text
from scan_notify_plugin.notifiers.webhook.bounds import (  # fmt: skip
    COUNTED,
    HIDDEN,
    JOINED,
    LOOPS,
    MEASURED,
    MOST_BYTES,
    OURS,
    STEPS,
    Allowance,
    NotAllowed,
    Overgrown,
    bounded,
    joined,
)

JSON, FORM, XML, OTHER = 'json', 'form', 'xml', 'other'
#: Filters of Jinja2 whose result is no larger than what they are given.
_FILTERS = (
    'abs', 'd', 'default', 'first', 'float', 'int', 'last', 'length', 'list', 'lower', 'map', 'max', 'min', 'reject',
    'rejectattr', 'reverse', 'select', 'selectattr', 'sort', 'sum', 'trim', 'unique', 'upper',
)  # fmt: skip
#: Digits behind the point.
_MOST_DIGITS = 15
#: The name under which a rendering is found; no template can write it.
_HERE = 'this rendering'


class BadBody(ScanNotifyError):
    """A template that cannot be used, or a body that is not what it says it is."""

    #: whether there was only too much of it
    overgrown = False
    #: whether it took too long, which it will do again
    late = False


class _Done(str):
    """Escaped for its place already."""


class _Raw(NamedTuple):
    """A value that is meant for a machine: nothing in it is escaped for a markup."""

    value: object


class _Rendering(NamedTuple):
    """One rendering of a template."""

    form: str
    escape: Callable[[str], str]
    allowance: Allowance

    def printed(self, value: object) -> str:
        """What stands in the body for a value that no filter has made ready."""
        if isinstance(value, _Done):
            return value
        plain = self.harmless(value)
        if isinstance(plain, str):
            return _IN[self.form](plain)
        return self.dumped(_Raw(plain)) if self.form == JSON or isinstance(plain, (dict, list)) else _words(plain)

    def dumped(self, value: object) -> _Done:
        """A value in JSON, as the filter ``json`` makes it."""
        written = joined(_JSON.iterencode(self.harmless(value)))
        return _Done(written if self.form in (JSON, OTHER) else _IN[self.form](written))

    def harmless(self, value: object) -> object:
        """A value whose texts are escaped for the markup."""
        self.allowance.value()
        if isinstance(value, _Raw):
            return value.value
        if isinstance(value, jinja2.Undefined):
            str(value)
        if isinstance(value, Text):
            return str(value)
        if isinstance(value, str):
            return self.escape(value)
        if isinstance(value, Mapping):
            return {str(name): self.harmless(one) for name, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.harmless(one) for one in value]
        return value if value is None or isinstance(value, (bool, int, float)) else self.escape(str(value))

    def put_together(self, value: object) -> object:
        """A list or a mapping that the template writes; the names in this are printed as they are, so a stranger's is
        escaped now.
        """
        self.allowance.measured(value)
        if isinstance(value, Mapping):
            return {self.harmless(name) if isinstance(name, str) else name: one for name, one in value.items()}
        return value

    def joined(self, pieces: Iterable[object], between: str = '') -> Text:
        """Texts in one, which is nobody's but ours any more."""
        texts: List[str] = []
        for piece in pieces:
            texts += [between] * bool(texts) + [_words(self.harmless(piece))]
        return Text(joined(texts))


def _words(value: object) -> str:
    if isinstance(value, (dict, list)):
        raise BadBody(Fault('webhook.body.list'))
    return '' if value is None else str(value)


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(',', ':'))
#: How a text stands in a body of each form.
_IN: Dict[str, Callable[[str], str]] = {
    JSON: lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    FORM: quote_plus,
    XML: xml,
    OTHER: str,
}


def form_of(media_type: str) -> str:
    """In which way texts must be escaped in a body of this type."""
    kind = media_type.partition(';')[0].strip().lower()
    if kind.endswith('json'):
        return JSON
    if kind == 'application/x-www-form-urlencoded':
        return FORM
    return XML if kind.endswith(('xml', 'html')) else OTHER


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(['+'])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not all(isinstance(one, (int, float)) for one in (left, right)):
            raise SecurityError('+ adds numbers; ~ puts texts together')
        return left + right

    def call_filter(self, name: str, value: Any, *given: Any, **more: Any) -> Any:
        """By its name, as ``map`` does."""
        if name in HIDDEN:
            raise SecurityError('there is no filter of this name')
        context = more.get('context')
        if name in LOOPS and context is not None:
            value = context[_HERE].allowance.values(value)
        return super().call_filter(name, value, *given, **more)


def _rounded(value: Any, precision: Any = 0, method: str = 'common') -> Any:
    """Jinja2's filter takes 10 to the power of what it is given."""
    if not isinstance(precision, int) or abs(precision) > _MOST_DIGITS or not isinstance(value, (int, float)):
        raise SecurityError('round takes a number, and at most {} digits'.format(_MOST_DIGITS))
    return do_round(value, precision, method)  # type: ignore[arg-type]  # it checks the method


def _environment() -> jinja2.Environment:
    environment = _Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        keep_trailing_newline=False,
        finalize=jinja2.pass_context(lambda context, value: context[_HERE].printed(value)),
    )
    kept = dict({name: environment.filters[name] for name in _FILTERS}, round=_rounded)
    environment.filters.clear()
    environment.filters.update(kept)
    environment.filters.update(
        {
            'json': jinja2.pass_context(lambda context, value: context[_HERE].dumped(value)),
            'raw': _Raw,
            OURS: Text,
            'join': jinja2.pass_context(lambda context, value, d='': context[_HERE].joined(value, d)),
            'string': jinja2.pass_context(lambda context, value: context[_HERE].joined([value])),
            COUNTED: jinja2.pass_context(lambda context, value: context[_HERE].allowance.values(value)),
            MEASURED: jinja2.pass_context(lambda context, value: context[_HERE].put_together(value)),
            STEPS: jinja2.pass_context(lambda context, value: context[_HERE].allowance.steps(value)),
            JOINED: jinja2.pass_context(lambda context, value: context[_HERE].joined(value)),
        }
    )
    environment.globals.clear()
    return environment


_ENVIRONMENT = _environment()


@lru_cache(maxsize=64)
def _compiled(source: str) -> jinja2.Template:
    if len(source) > MOST_BYTES:
        raise Overgrown(Fault('webhook.body.size', most=MOST_BYTES))
    tree = bounded(_ENVIRONMENT.parse(source))
    return jinja2.Template.from_code(_ENVIRONMENT, _ENVIRONMENT.compile(tree), {})


def check(source: str) -> Optional[Fault]:
    """What is wrong with a template, before anything is known that it could print."""
    try:
        _compiled(source)
    except Exception as error:  # a template is a program
        return _fault(error)
    return None


def rendered(source: str, values: Mapping[str, object], media_type: str, escape: Callable[[str], str]) -> str:
    """A body.

    :param values: by name; texts of ours are ``Text``
    :param escape: for the markup of the message
    :raises BadBody: if it cannot be made, takes too much, or is not what its media type says
    """
    here = _Rendering(form_of(media_type), escape, Allowance())
    try:
        pieces = _compiled(source).generate(dict(values, **{_HERE: here}))
        body = ''.join(map(here.allowance.text, pieces))
    except Exception as error:
        bad = BadBody(_fault(error))
        bad.late = bad.fault.code == 'webhook.body.time'
        bad.overgrown = isinstance(error, Overgrown) and not bad.late
        raise bad from None
    if here.form == JSON:
        _check_json(body)
    return body


def _check_json(body: str) -> None:
    try:
        json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadBody(Fault('webhook.body.no-json')) from None


def _no_number(word: str) -> object:
    raise ValueError(word)


def _fault(error: BaseException) -> Fault:
    """What is wrong and in which line; of the template's own text as little as can be, since it may hold a key."""
    if isinstance(error, NotAllowed):
        return Fault('webhook.body.line', line=error.line, cause=error.fault)
    if isinstance(error, (Overgrown, BadBody)):
        return error.fault
    if isinstance(error, jinja2.TemplateSyntaxError):
        return Fault('webhook.body.line', line=error.lineno, cause=quoted((error.message or '')[:120]))
    words = error.message if isinstance(error, jinja2.TemplateError) else ''
    return quoted('{}: {}'.format(type(error).__name__, (words or str(error))[:120]))
