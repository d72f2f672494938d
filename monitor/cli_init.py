"""`section7 init`: from nothing to a working installation, and the same again after an upgrade."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from monitor.cli_common import DEFAULT_CONFIG, ConfigFile
from monitor.cli_text import say
from monitor.clock import utc_now
from monitor.installation import mistakes_in, set_up, write_files

if TYPE_CHECKING:
    from pathlib import Path


def add_to(app: typer.Typer) -> None:
    """Put `init` on the command line."""
    app.command("init")(init)


def init(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Write the example files where they are missing, make the key and the database, and check what can be reached.

    Safe to repeat: files are never overwritten, and a database of an older version is brought up to date.
    """
    _announce(write_files(config))
    mistakes = mistakes_in(config, os.environ)
    if mistakes is not None:
        raise mistakes
    checks = set_up(config, os.environ, utc_now())
    for check in checks:
        say(f"  {'ok    ' if check.well else 'FAILED'} {check.what}: {check.seen}", err=not check.well)
    if not all(check.well for check in checks):
        raise typer.Exit(1)
    say("\nNext: section7 staff add, then section7 accounts enroll.")


def _announce(written: tuple[Path, ...]) -> None:
    for file in written:
        say(f"Wrote {file}. It describes an invented practice: put your own words in before anybody enrols.")
