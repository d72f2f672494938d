"""`section7 serve`: the console, for people with a browser."""

from __future__ import annotations

import threading

import structlog
import typer

from console.app import make_app
from monitor.app import politeness_of
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.identity import open_provider
from monitor.schedule import stop_on_signals
from monitor.serving import desk_of
from monitor.serving import serve as serve_until_stopped

log = structlog.get_logger(__name__)


def add_to(app: typer.Typer) -> None:
    """Put `serve` on the command line."""
    app.command("serve")(serve)


def serve(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Serve the console until SIGTERM or SIGINT; run it beside `section7 run`."""
    # The server raises the signal again once it has stopped; by then it must not end the process by force.
    stop_on_signals(threading.Event())
    with opened(config) as app, open_provider(app.config, politeness_of(app.config), app.clock) as identity:
        serve_until_stopped(make_app(desk_of(app, identity)), app.config)
    log.info("stopped")
