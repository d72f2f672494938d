"""Reviewers at work on 50,000 findings: so many requests a second, each timed from when it was due.

`python -m benchmarks.console [--findings N] [--rate R] [--seconds S] [--workers W]`. Prints the times beside those of
one bare Starlette route, asked at the same rate by the same client in turn with it, and counts every decision
afterwards: it fails when one was lost or doubled, or an answer was wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from benchmarks.console_practice import fill
from domain.review import Step
from migrations.upgrade import upgrade
from store.engine import open_store
from store.record_tables import review_events
from vault.files import new_keyring, read_keyring, write_keyring

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

REVIEWERS = 20
CHANCE = random.Random(7)  # noqa: S311 - which item a reviewer opens
_FORM = re.compile(r'name="form-token" value="([^"]+)"')
_REVISION = re.compile(r'name="revision" value="(\d+)"')
_ITEM = re.compile(r'href="/queue/(\d+)')
_SEE_OTHER = 303
_WELL = (200, 303, 404, 409)
"""404 and 409: somebody else had the item first, which the page says."""


@dataclass
class Reviewer:
    """One person's browser: a kept connection, a cookie, and what the last page showed."""

    port: int
    cookie: str = ""
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    items: list[str] = field(default_factory=list)
    page: str = ""
    decided: int = 0
    turn: int = 0

    async def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """One request on the kept connection (HTTP/1.1)."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        kind = "content-type: application/x-www-form-urlencoded\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\ncookie: section7={self.cookie}\r\n"
        self.writer.write(f"{head}{kind}content-length: {len(body)}\r\n\r\n{body}".encode())
        top = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", top, re.IGNORECASE)
        content = await self.reader.readexactly(int(length.group(1))) if length else b""
        return int(top.split(" ", 2)[1]), content.decode()


@dataclass
class Load:
    """What was measured: seconds from when each request was due to its last byte, and answers by status."""

    times: list[float] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)


async def bare_turn(one: Reviewer) -> int:
    """Ask the bare route."""
    status, _ = await one.ask("GET", "/")
    return status


async def console_turn(one: Reviewer) -> int:
    """The next request of a reviewer who lists, opens, dismisses, searches and looks at a week, in turn."""
    one.turn += 1
    match one.turn % 5:
        case 1:
            status, one.page = await one.ask("GET", "/queue")
            one.items = _ITEM.findall(one.page)
        case 2 if one.items:
            status, one.page = await one.ask("GET", f"/queue/{CHANCE.choice(one.items)}")
        case 3 if (token := _FORM.search(one.page)) and (revision := _REVISION.search(one.page)):
            status = await _dismiss(one, token.group(1), revision.group(1))
        case 4:
            status = await _search(one)
        case _:
            status, _ = await one.ask("GET", "/clauses/5")
    return status


async def _search(one: Reviewer) -> int:
    token = _FORM.search(one.page)
    if token is None:
        status, _ = await one.ask("GET", "/search?clause=5")
        return status
    status, _ = await one.ask("POST", "/search", f"form-token={token.group(1)}&words=ought+person+7")
    return status


async def _dismiss(one: Reviewer, token: str, revision: str) -> int:
    found = re.search(r'action="/queue/(\d+)/dismiss"', one.page)
    if found is None:
        status, _ = await one.ask("GET", "/queue?show=mine")
        return status
    body = (
        f"form-token={token}&revision={revision}&outcome-dismiss=false-positive&note-dismiss=The+words+do+not+say+that."
    )
    status, _ = await one.ask("POST", f"/queue/{found.group(1)}/dismiss", body)
    one.decided += status == _SEE_OTHER
    return status


async def press(
    people: Sequence[Reviewer], turn: Callable[[Reviewer], Awaitable[int]], rate: int, seconds: int
) -> Load:
    """Ask `rate` times a second for so long; a request that must wait for its reviewer counts from when it was due."""
    load = Load()
    free: asyncio.Queue[Reviewer] = asyncio.Queue()
    for one in people:
        free.put_nowait(one)

    async def once(due: float) -> None:
        one = await free.get()
        try:
            status = await turn(one)
        finally:
            free.put_nowait(one)
        load.times.append(time.perf_counter() - due)
        load.answers[status] = load.answers.get(status, 0) + 1

    began = time.perf_counter()
    waiting = set()
    for number in range(rate * seconds):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        waiting.add(asyncio.create_task(once(due)))
    await asyncio.gather(*waiting)
    return load


def main(arguments: Sequence[str] = ()) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console")
    parser.add_argument("--findings", type=int, default=50_000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--workers", type=int, default=1, help="processes that answer, of console and bare route alike")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        _run(Path(folder), wanted)


def _run(folder: Path, wanted: argparse.Namespace) -> None:
    url = f"sqlite:///{folder / 'bench.db'}"
    write_keyring(folder / "keyring", new_keyring())
    upgrade(url)
    store = open_store(url, read_keyring(folder / "keyring"))
    cookies = fill(store, wanted.findings, REVIEWERS)
    ports = _free_port(), _free_port()
    servers = [_serve(str(folder), ports[0], wanted.workers), _serve("", ports[1], wanted.workers)]
    try:
        people = [Reviewer(ports[0], cookie) for cookie in cookies]
        console, bare = asyncio.run(_both(people, ports[1], wanted.rate, wanted.seconds))
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    _tell("console", console)
    _tell("bare route", bare)
    print(f"p95 of the console: {_p95(console) / _p95(bare):.1f} times that of the bare route")
    counted = select(func.count(), func.count(review_events.c.review_id.distinct())).where(
        review_events.c.step == Step.DISMISS
    )
    with store.database.reading() as connection:
        written, distinct = connection.execute(counted).one()
    answered = sum(one.decided for one in people)
    print(f"decisions answered {answered}, on record {written}, on {distinct} reviews")
    store.close()
    wrong = sum(count for status, count in console.answers.items() if status not in _WELL)
    if wrong or not answered == written == distinct:
        raise SystemExit(f"{wrong} wrong answers, or a decision was lost or doubled")


async def _both(people: Sequence[Reviewer], bare_port: int, rate: int, seconds: int) -> tuple[Load, Load]:
    strangers = [Reviewer(bare_port) for _ in people]
    for port in (people[0].port, bare_port):
        await _listening(port)
    # Warm: the first requests compile templates and statements.
    await press(people, console_turn, 20, 3)
    bare = await press(strangers, bare_turn, rate, max(5, seconds // 10))
    console = await press(people, console_turn, rate, seconds)
    return console, bare


async def _listening(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError(f"nothing listens on port {port}")


def _serve(folder: str, port: int, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.console_server", folder, str(port), str(workers)]
    return subprocess.Popen(command)  # noqa: S603 - our own module, our own arguments


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _p95(load: Load) -> float:
    return quantiles(load.times, n=100)[94]


def _tell(name: str, load: Load) -> None:
    cuts = quantiles(load.times, n=100)
    wrong = sum(count for status, count in load.answers.items() if status not in _WELL)
    print(
        f"{name}: {len(load.times):,} answers, p50 {cuts[49] * 1000:.1f} ms, p95 {cuts[94] * 1000:.1f} ms, "
        f"p99 {cuts[98] * 1000:.1f} ms, by status {dict(sorted(load.answers.items()))}, {wrong} wrong"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
