"""Generated feeds on loopback, one port a host, with validators: `python -m benchmarks.feeds_server HOSTS FEEDS`.

Prints the ports as a line of JSON and serves until its standard input ends; then it prints what each port was asked.
It answers byte strings that were made before, so that it takes little of the machine it shares.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

ITEMS = 10
NEWEST = datetime(2026, 10, 7, 9, tzinfo=UTC)
_SAID = (
    "A worry window is a quarter of an hour, every day at the same time, in which worries may come and are noted. "
    "Whatever comes up before is put off until then. It sounds small, and after two weeks most people notice that half "
    "of what they had put off has lost its weight. The other half can be looked at one by one, with a pencil. "
)


def feed(number: int) -> bytes:
    """RSS 2.0 with ten items of about six hundred characters, unlike those of every other feed."""
    items = "".join(_item(number, place) for place in range(ITEMS))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Notes {number}</title><link>https://notes-{number}.example/</link>"
        f"<description>On sleep, worry and weather.</description>{items}</channel></rss>"
    ).encode()


def _item(number: int, place: int) -> str:
    date = format_datetime(NEWEST - timedelta(hours=12 * place, minutes=number % 600))
    words = f"Week {place} of notebook {number}. {_SAID * 2}"
    return (
        f"<item><title>Note {place} of {number}</title><link>https://notes-{number}.example/{place}</link>"
        f'<guid isPermaLink="false">note-{number}-{place}</guid><pubDate>{date}</pubDate>'
        f"<description>&lt;p&gt;{words}&lt;/p&gt;</description></item>"
    )


class _Server:
    """Every path /N.xml is feed N, on every port."""

    def __init__(self, feeds: int) -> None:
        self._answers = {f"/{number}.xml".encode(): _answers(number) for number in range(feeds)}
        self.asked: dict[int, list[float]] = {}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept until the other side closes it."""
        port = writer.get_extra_info("sockname")[1]
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.asked[port].append(time.monotonic())
                known = self._answers.get(head.split(b" ", 2)[1].partition(b"?")[0])
                if known is None:
                    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                else:
                    writer.write(known[b"if-none-match" in head.lower()])
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def _answers(number: int) -> tuple[bytes, bytes]:
    body = feed(number)
    tag = f'ETag: "feed-{number}"\r\n'
    whole = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n{tag}Content-Length: {len(body)}\r\n\r\n"
    return whole.encode() + body, f"HTTP/1.1 304 Not Modified\r\n{tag}\r\n".encode()


async def serve(hosts: int, feeds: int) -> None:
    """Serve until told to end."""
    server = _Server(feeds)
    listening = [await asyncio.start_server(server.answer, "127.0.0.1", 0, backlog=512) for _ in range(hosts)]
    ports = [each.sockets[0].getsockname()[1] for each in listening]
    server.asked = {port: [] for port in ports}
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for each in listening:
        each.close()
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(server.asked) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
