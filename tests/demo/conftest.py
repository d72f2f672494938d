"""The world on its running servers, and a reader that knows only urllib."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPMessage
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest

from demo.servers import running
from demo.world import World, open_world

ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Seen:
    """One answer as a reader gets it."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


def get(url: str, method: str = "GET", **headers: str) -> Seen:
    request = Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()}, method=method)
    try:
        with urlopen(request, timeout=5) as answer:
            return Seen(answer.status, answer.headers, answer.read())
    except HTTPError as error:
        with error:
            return Seen(error.code, error.headers, error.read())


@pytest.fixture
def world() -> Iterator[World]:
    opened = open_world()
    with running(opened):
        yield opened


@pytest.fixture
def read(world: World) -> Callable[..., Seen]:
    """Read `path` of `host`."""

    def reader(host: str, path: str, method: str = "GET", **headers: str) -> Seen:
        return get(world.address(host) + path, method, **headers)

    return reader


@pytest.fixture
def at(world: World) -> Callable[..., None]:
    """Travel to a time on the practice's clock, such as at(9, 25, 12)."""

    def travel(month: int, day: int, hour: int = 12, minute: int = 0) -> None:
        world.travel(datetime(2026, month, day, hour, minute, tzinfo=ZONE))

    return travel
