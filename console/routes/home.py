"""The start page, by role; the style sheets; and whether the console is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.answers import NotHere, inline, page
from console.pages import Page
from console.rendering import STYLES
from domain.access import Permission

if TYPE_CHECKING:
    from console.answers import Answer
    from console.asked import Asked


def home(asked: Asked) -> Answer:
    """What this person may do here, in their words."""
    return page("home.html.j2", user=asked.user)


def style(asked: Asked) -> Answer:
    """A style sheet by its name."""
    if (file := STYLES.get(asked.path["name"])) is None:
        raise NotHere
    return inline(file.read_bytes(), "text/css; charset=utf-8")


def health(asked: Asked) -> Answer:
    """For a supervisor: "ok" while the database answers and fits; it says nothing else."""
    asked.desk.store.check_schema()
    return inline(b"ok\n", "text/plain; charset=utf-8")


ROUTES = (
    Page("/", "GET", Permission.OWN_SESSION, home, "home"),
    Page("/style/{name}", "GET", None, style, "style"),
    Page("/health", "GET", None, health, "health"),
    # Programs that watch whether a site is up ask without wanting the body.
    Page("/health", "HEAD", None, health, "health"),
)
