"""What the commands share: where the configuration is, how the program is opened for one command, and by whom."""

from __future__ import annotations

import os
import pwd
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.app import open_app
from monitor.clock import utc_now
from monitor.config import load_config
from monitor.installation import require_database
from monitor.logs import set_up_logs
from monitor.settings import tell_settings

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
    """The wired program for one command, with logs set up. Raises what `open_app` and `require_database` raise."""
    loaded = load_config(config, os.environ)
    set_up_logs(loaded.logging)
    require_database(loaded)
    with open_app(loaded, utc_now) as app:
        tell_settings(app)
        yield app


def operator() -> str:
    """The operating system's user whose process this is, for the ledger.

    Asked of the system: an environment variable says whatever the person who set it likes.
    """
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a container may run under a number that has no name
        return f"uid {number}"


def local_time(instant: datetime | None, app: App) -> str:
    """An instant for people, in the practice's time zone; a dash for none."""
    if instant is None:
        return "-"
    return instant.astimezone(app.config.practice.zone).strftime("%Y-%m-%d %H:%M")
