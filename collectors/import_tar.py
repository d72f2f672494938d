"""Tar files, packed with gzip or not, read once from front to back within a budget."""

from __future__ import annotations

import gzip
import tarfile
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from collectors.import_format import Members
from domain.errors import ImportRefused

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 65_536
_LONGEST_READ = 1_000_000
"""More than any honest header; the library reads a header that claims to be longer in one go."""
_SLACK = 64_000_000
_MOST_UNPACKED = 4_000_000_000


class Budget(NamedTuple):
    """Bytes of a member that is kept and of all of them, members in all, and bytes that one packed byte may become."""

    member: int
    in_all: int
    members: int
    ratio: int


class _Bounded:
    """A file for `tarfile` that gives up when it is asked for too much."""

    def __init__(self, inner: BinaryIO, packed: BinaryIO, ratio: int) -> None:
        self._inner, self._packed, self._ratio = inner, packed, ratio

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LONGEST_READ:
            raise ImportRefused("a header in the archive is too long")
        piece = self._inner.read(size)
        self._check()
        return piece

    def seek(self, place: int, whence: int = 0) -> int:
        while whence == 0 and self._inner.tell() < place:
            if not self._inner.read(min(_CHUNK, place - self._inner.tell())):
                break
            self._check()
        return self._inner.seek(place, whence) if self._inner.tell() != place else place

    def tell(self) -> int:
        return self._inner.tell()

    def _check(self) -> None:
        unpacked = self._inner.tell()
        if unpacked > _MOST_UNPACKED or unpacked > _SLACK + self._ratio * self._packed.tell():
            raise ImportRefused("the archive grows out of proportion when it is unpacked")


def tar_members(file: BinaryIO, wanted: Callable[[str], bool], *, budget: Budget, packed: bool) -> Members:
    """The wanted members, kept in memory. Links, devices and folders are none.

    Raises ImportRefused, and what tarfile and zlib raise for damage.
    """
    inner: BinaryIO = gzip.GzipFile(fileobj=file, mode="rb") if packed else file  # type: ignore[assignment]
    kept: dict[str, bytes] = {}
    bounded = _Bounded(inner, file, budget.ratio)
    with tarfile.open(fileobj=bounded, mode="r:", errorlevel=1) as archive:  # type: ignore[call-overload]
        for _ in range(budget.members):
            info = archive.next()
            # The library remembers every header it has read; a long list of them would fill the memory.
            archive.members = []
            if info is None:
                _to_the_end(bounded)
                return Members(frozenset(kept), kept.__getitem__)
            name = _plain_name(info.name)
            if not info.isreg() or not wanted(name):
                continue
            if name in kept:
                raise ImportRefused(f"two members of the archive are named {name}")
            left = budget.in_all - sum(map(len, kept.values()))
            kept[name] = _content(archive, info, min(budget.member, left))
    raise ImportRefused(f"more than {budget.members} members in the archive")


def _to_the_end(bounded: _Bounded) -> None:
    """The packed file's check sum stands at its end."""
    while bounded.read(_CHUNK):
        pass


def _plain_name(name: str) -> str:
    """As archives are packed: "./outbox.json" is "outbox.json"."""
    return name.removeprefix("./")


def _content(archive: tarfile.TarFile, info: tarfile.TarInfo, most: int) -> bytes:
    if info.size > most:
        raise ImportRefused(f"{info.name} is longer than {most} bytes")
    member = archive.extractfile(info)
    body = bytearray()
    while member is not None and (piece := member.read(_CHUNK)):
        body += piece
    if len(body) != info.size:
        raise ImportRefused(f"{info.name} is cut off in the archive")
    return bytes(body)
