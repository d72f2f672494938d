"""What each page of the console costs by itself: processor time of this process and statements to the database.

`python -m benchmarks.console_pages [--findings N] [--rounds N] [--url postgresql://…]`. Processor time hardly changes
with what else the machine does, so this is the figure to compare before and after a change.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from sqlalchemy import event

from benchmarks.console_practice import fill
from benchmarks.console_server import bare, console_on
from migrations.upgrade import upgrade
from store.engine import Store, open_store
from vault.files import new_keyring, read_keyring, write_keyring

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from starlette.types import ASGIApp, Message

PAGES = (
    "/",
    "/queue",
    "/queue?show=overdue",
    "/queue/{item}",
    "/search?clause=5",
    "/clauses/5",
    "/findings/7",
    "/weeks",
    "/weeks/{week}",
    "/accounts",
    "/accounts/7",
    "/figures",
    "/critical",
    "/concerns",
    "/me",
)
_PORT = 8600


def main(arguments: Sequence[str] = ()) -> None:
    """Print a line a page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console_pages")
    parser.add_argument("--findings", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--url", default="", help="an empty PostgreSQL database instead of a SQLite file")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        store = _store(Path(folder), wanted.url)
        (cookie,) = fill(store, wanted.findings, 1)
        measure(store, cookie, wanted.rounds)
        store.close()


def measure(store: Store, cookie: str, rounds: int) -> None:
    """Print what every page costs."""
    counted = [0]

    @event.listens_for(store.database.engine, "after_cursor_execute")
    def _count(*_: Any) -> None:
        counted[0] += 1

    plain = _cost(bare(), "/", "", rounds)
    print(f"{'bare route':24} {plain:6.2f} ms")
    for path in PAGES:
        asked = path.format(item="{item}", week="2026-W45") if "{week}" in path else path
        app, numbers = console_on(store, _PORT), iter(range(11, 100_000))
        addresses = [asked.replace("{item}", str(next(numbers))) for _ in range(rounds + 3)]
        _cost(app, "", cookie, 0, addresses[:3])
        counted[0] = 0
        spent = _cost(app, "", cookie, 0, addresses[3:])
        print(f"{path:24} {spent:6.2f} ms, {counted[0] / rounds:4.1f} statements, {spent / plain:5.1f} times bare")


def _cost(app: ASGIApp, path: str, cookie: str, rounds: int, addresses: Sequence[str] = ()) -> float:
    """The median of the milliseconds of processor time that an answer takes."""

    async def ask_all() -> list[float]:
        taken = []
        for address in addresses or [path] * rounds:
            began = process_time()
            status = await _ask(app, address, cookie)
            taken.append((process_time() - began) * 1000)
            if status != 200:
                raise RuntimeError(f"{address} was answered {status}")
        return taken

    return median(asyncio.run(ask_all()))


async def _ask(app: ASGIApp, address: str, cookie: str) -> int:
    path, _, query = address.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", f"127.0.0.1:{_PORT}".encode()), (b"cookie", f"section7={cookie}".encode())],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", _PORT),
    }
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]


def _store(folder: Path, url: str) -> Store:
    url = url or f"sqlite:///{folder / 'bench.db'}"
    write_keyring(folder / "keyring", new_keyring())
    upgrade(url)
    return open_store(url, read_keyring(folder / "keyring"))


if __name__ == "__main__":
    main(sys.argv[1:])
