"""Which pages there are: every module in console/routes, found by looking. One file adds a topic."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from console import routes as shipped
from console.pages import Page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

PUBLIC = frozenset(
    {
        "/sign-in",
        "/sign-in/code",
        "/sign-in/provider",
        "/sign-in/provider/back",
        "/invitation/{token}",
        "/recovery",
        "/recovery/{token}",
        "/concerns/new",
        "/concerns/follow",
        "/health",
        "/style/{name}",
    }
)
"""What may be opened without being signed in; a page elsewhere must name the permission it needs."""


@cache
def pages(package: ModuleType = shipped) -> tuple[Page, ...]:
    """Every page, by path and verb.

    A module that cannot be imported or offers no ROUTES, and what `checked` refuses, are errors that name the fault
    (ImportError, TypeError or ValueError).
    """
    modules = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    return checked(page for module in modules for page in _pages_of(importlib.import_module(module.name)))


def checked(offered: Iterable[Page]) -> tuple[Page, ...]:
    """The same pages in order. Raises ValueError for two that answer alike, and for one that nobody guards."""
    found: dict[tuple[str, str], Page] = {}
    for page in offered:
        if (page.path, page.method) in found:
            raise ValueError(f"two pages answer {page.method} {page.path}: {page.name} and another")
        if page.needs is None and page.path not in PUBLIC:
            raise ValueError(f"{page.method} {page.path} names no permission and is not on the public list")
        found[page.path, page.method] = page
    return tuple(found[key] for key in sorted(found))


def _pages_of(module: ModuleType) -> tuple[Page, ...]:
    offered = getattr(module, "ROUTES", None)
    if not isinstance(offered, tuple) or not all(isinstance(page, Page) for page in offered):
        raise TypeError(f"{module.__name__} offers no ROUTES, a tuple of pages")
    return offered
