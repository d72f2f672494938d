"""The console as an ASGI application: pages in, Starlette out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from console.hardening import Hardened
from console.registry import checked, pages
from console.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.desk import Desk
    from console.pages import Page


def make_app(desk: Desk, known: Sequence[Page] | None = None) -> Starlette:
    """The console around one desk. `known` are its pages, by default every one there is.

    Raises what `registry.pages` raises.
    """
    offered = checked(known) if known is not None else pages()
    by_path: dict[str, dict[str, Page]] = {}
    for page in offered:
        by_path.setdefault(page.path, {})[page.method] = page
    readable = frozenset(page.path for page in offered if page.method == "GET")
    # Fixed paths before those with a name in them, or /concerns/new would be a concern with the id "new".
    paths = sorted(by_path, key=lambda path: (path.count("{"), path))
    routes = [Route(path, Shell(desk, by_path[path], readable), name=path) for path in paths]
    everything_else = Route("/{rest:path}", Shell(desk, {}, readable), name="nothing")
    app = Starlette(routes=[*routes, everything_else], middleware=[Middleware(Hardened, desk=desk)])
    app.router.redirect_slashes = False
    return app
