"""The host's web application, seen from us: its REST API, its login, and who is logged in."""

import sys
from types import ModuleType
from typing import Any, Callable, Mapping, NamedTuple, Optional

#: What the host's routes are decorated with.
Decorator = Callable[[Callable[..., object]], Callable[..., object]]


class HostWeb(NamedTuple):
    """What its module ``app.main`` has made."""

    app: Any  # the flask.Flask
    api: Any  # its flask_restx.Api; None where there is none
    auth: Optional[Decorator]  # the decorator that its own routes have; None where it is not found


def find(main: ModuleType) -> HostWeb:
    """The web application in ``app.main``, right after its import. Imports nothing that the host has not."""
    restx = sys.modules.get('flask_restx')
    api = getattr(main, 'api', None)
    utils = sys.modules.get(main.__name__.rpartition('.')[0] + '.utils')
    auth = getattr(utils, 'auth', None)
    return HostWeb(
        app=main.arl_app,
        api=api if restx is not None and isinstance(api, restx.Api) else None,
        auth=auth if callable(auth) else None,
    )


def asks_for_login(sections: Mapping[str, object]) -> bool:
    """Whether the host's ``auth`` refuses anybody: it lets everybody pass while ``ARL.AUTH`` is false."""
    section = sections.get('ARL')
    return bool(isinstance(section, dict) and section.get('AUTH'))


def user_name(db: Any, token: str) -> str:
    """The name of whoever is logged in with this token; '' for the API key, which is nobody's."""
    if not token:
        return ''
    user = db['user'].find_one({'token': token}, {'username': 1})
    name = user.get('username') if user else ''
    return name if isinstance(name, str) else ''
