"""A reader of pictures that knows a few by their bytes, and a source that serves them."""

from __future__ import annotations

from dataclasses import dataclass, field

from collectors.base import Http
from domain.errors import CollectError, Malformed
from tests.fakes.http import Answer, FakeHttp, answer

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class FakePictureReader:
    """`pages` maps a picture's bytes to its words; bytes that are not in it are damaged. `bug` is raised instead."""

    pages: dict[bytes, str] = field(default_factory=dict)
    bug: Exception | None = None
    read: list[bytes] = field(default_factory=list)

    def words(self, picture: bytes) -> str:
        self.read.append(picture)
        if self.bug is not None:
            raise self.bug
        if picture not in self.pages:
            raise Malformed("a damaged picture")
        return self.pages[picture]


@dataclass
class PictureSource:
    """Gives every account an `Http` that knows these pictures and nothing else."""

    pictures: dict[str, bytes | CollectError]
    given: list[FakeHttp] = field(default_factory=list)

    def for_account(self) -> Http:
        script: dict[str, Answer] = {
            url: answer(body) if isinstance(body, bytes) else body for url, body in self.pictures.items()
        }
        self.given.append(FakeHttp(script))
        return self.given[-1]
