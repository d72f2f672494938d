"""`section7 run`: the daemon. It ticks, and each tick does whatever the database says is due."""

from __future__ import annotations

import os
import threading

import structlog
import typer

from monitor import work
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.schedule import run_until_stopped, stop_on_signals
from monitor.systemd import notify

log = structlog.get_logger(__name__)


def add_to(app: typer.Typer) -> None:
    """Put `run` on the command line."""
    app.command("run")(run)


def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Run until SIGTERM or SIGINT; the work in hand is finished first. Says READY to systemd when it listens."""
    stop = threading.Event()
    stop_on_signals(stop)
    with opened(config) as app:

        def tick() -> None:
            work.tick(app, stop.is_set)
            notify("WATCHDOG=1", os.environ)

        log.info("running", every_seconds=app.config.schedule.tick_seconds, owner=app.owner)
        notify("READY=1", os.environ)
        run_until_stopped(tick, app.config.schedule.tick_seconds, stop)
        notify("STOPPING=1", os.environ)
    log.info("stopped")
