"""`section7 reindex`: make the search index of the console anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_text import say

if TYPE_CHECKING:
    import typer


def add_to(app: typer.Typer) -> None:
    """Put `reindex` on the command line."""
    app.command("reindex")(reindex)


def reindex(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Make the search index anew: once for findings from before there was one, or after names or handles changed."""
    with opened(config) as app:
        say(f"{app.store.search.reindex()} findings can be found by their words.")
