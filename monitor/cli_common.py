"""What the commands share: where the configuration is, and how the program is opened for one command."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.app import open_app
from monitor.clock import utc_now
from monitor.config import load_config
from monitor.logs import set_up_logs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.app import App

ConfigFile = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="SECTION7_CONFIG", help="The configuration file.", show_default=True),
]
DEFAULT_CONFIG = Path("config.toml")


@contextmanager
def opened(config: Path) -> Iterator[App]:
    """The wired program for one command, with logs set up."""
    loaded = load_config(config, os.environ)
    set_up_logs(loaded.logging)
    with open_app(loaded, utc_now) as app:
        yield app


def local_time(instant: datetime | None, app: App) -> str:
    """An instant for people, in the practice's time zone; a dash for none."""
    if instant is None:
        return "-"
    return instant.astimezone(app.config.practice.zone).strftime("%Y-%m-%d %H:%M")
