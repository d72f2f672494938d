"""`section7 serve`: the console, for people with a browser."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from console.app import make_app
from monitor.app import politeness_of
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.identity import open_provider
from monitor.schedule import stop_on_signals
from monitor.serving import desk_of, serve_by, silence_server
from monitor.serving import serve as serve_until_stopped
from monitor.workers import end_with_parent, flood_at, shared_flood

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette

_MOST_WORKERS = 32
log = structlog.get_logger(__name__)


def add_to(app: typer.Typer) -> None:
    """Put `serve` on the command line."""
    app.command("serve")(serve)


def serve(
    config: ConfigFile = DEFAULT_CONFIG,
    workers: Annotated[int, typer.Option(min=1, max=_MOST_WORKERS, help="How many processes answer.")] = 1,
) -> None:
    """Serve the console until SIGTERM or SIGINT; run it beside `section7 run`."""
    # The server raises the signal again once it has stopped; by then it must not end the process by force.
    stop_on_signals(threading.Event())
    with ExitStack() as stack:
        app = stack.enter_context(opened(config))
        if workers == 1:
            identity = stack.enter_context(open_provider(app.config, politeness_of(app.config), app.clock))
            serve_until_stopped(make_app(desk_of(app, identity)), app.config)
        else:
            serve_by(workers, partial(application, config, shared_flood()), app.config)
    log.info("stopped")


def application(config: Path, flood: str) -> Starlette:
    """The console in one of several processes, open until that ends. The server there minds the signals by itself."""
    silence_server()
    end_with_parent()
    stack = ExitStack()
    Finalize(None, stack.close, exitpriority=0)
    app = stack.enter_context(opened(config))
    identity = stack.enter_context(open_provider(app.config, politeness_of(app.config), app.clock))
    return make_app(replace(desk_of(app, identity), flood=flood_at(flood)))
