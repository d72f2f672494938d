"""A console, or one bare route, on a port of this machine: what `benchmarks.console` asks. Run by it alone.

With more than one process each opens the store by itself, as `section7 serve --workers` does.
"""

from __future__ import annotations

import logging
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from uvicorn.supervisors import Multiprocess

from benchmarks.console_practice import NOW
from console.app import make_app
from console.desk import Desk, PracticeWords
from domain.findings import ClauseText
from store.engine import open_store
from vault.files import read_keyring

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from store.engine import Store

_BEGAN = monotonic()


def main(folder: str, port: int, workers: int = 1) -> None:
    """Serve until killed; an empty `folder` serves the bare route."""
    config = uvicorn.Config(
        partial(_application, folder, port),
        factory=True,
        workers=workers,
        host="127.0.0.1",
        port=port,
        http="h11",
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=600,
    )
    if workers == 1:
        uvicorn.Server(config).run()
    else:
        Multiprocess(config, [config.bind_socket()]).run()


def _application(folder: str, port: int) -> Starlette:
    # One line a request, as the console's own default of a daemon writes, but nowhere to read it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return _console(Path(folder), port) if folder else bare()


def _console(folder: Path, port: int) -> Starlette:
    return console_on(open_store(f"sqlite:///{folder / 'bench.db'}", read_keyring(folder / "keyring")), port)


def console_on(store: Store, port: int) -> Starlette:
    """The console of an invented practice on this store, asked at a port of this machine."""
    clauses = tuple(ClauseText(str(number), f"Section {number}", "What it says.") for number in range(1, 10))
    return make_app(
        Desk(
            store=store,
            clock=_clock,
            practice=PracticeWords("Larkspur Bend Counseling", "America/New_York", "privacy@x.example", clauses),
            key=b"k" * 32,
            base_url=f"http://127.0.0.1:{port}",
            mail=lambda _message: None,
            sender="section7@x.example",
        )
    )


def bare() -> Starlette:
    """One route that does nothing."""
    return Starlette(routes=[Route("/", _bare)])


def _clock() -> datetime:
    return NOW + timedelta(seconds=monotonic() - _BEGAN)


def _bare(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("well")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
