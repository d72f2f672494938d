"""The configuration, to read. It is changed in its file, by whoever may write there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.answers import Answer, page
from console.pages import Page
from domain.access import Permission

if TYPE_CHECKING:
    from console.asked import Asked


def settings(asked: Asked) -> Answer:
    """Every key and its value; no secret among them."""
    return page("settings.html.j2", settings=asked.desk.shown_settings)


ROUTES = (Page("/settings", "GET", Permission.CONFIGURE, settings, "settings"),)
