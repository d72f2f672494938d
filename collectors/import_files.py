"""Opens the file of an export: zip, tar, tar.gz, or no archive at all. Nothing is ever written to disk.

Files come from outside and may be made to do harm, so that everything about them is bounded: how long the list of
members is, how large a member may grow and how much it may grow by, how much is read in all. Sources: APPNOTE.TXT
6.3.10 (zip), POSIX.1-2001 pax (tar), RFC 1952 (gzip).
"""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from collectors.import_format import PLAIN, Members
from collectors.import_tar import Budget, tar_members
from domain.errors import ImportRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_BYTES = 100_000_000
"""Longest member that is read, and longest file that is no archive."""
MOST_IN_ALL = 300_000_000
MOST_MEMBERS = 300_000
MOST_DIRECTORY = 64_000_000
MOST_RATIO = 200
"""Bytes that may come out of one byte; JSON that repeats itself reaches some sixty."""
_RATIO_FROM = 1_000_000
"""A member may grow to this size at any ratio."""
_CHUNK = 65_536
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_LONGEST_COMMENT = 65_535
_ENCRYPTED = 0x1
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_TAR_MARK = (257, b"ustar")
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


def open_members(file: BinaryIO, wanted: Callable[[str], bool]) -> Members:
    """The members of the export in `file`, which must stay open while they are read.

    `wanted` says of a name whether any format asks for it: no other member of a tar is kept. Raises ImportRefused.
    """
    head = file.read(512)
    file.seek(0)
    if head.startswith(_ZIP):
        return _guarded(lambda: _zip_members(file, wanted))
    if head.startswith(_GZIP) or head[_TAR_MARK[0] :].startswith(_TAR_MARK[1]):
        packed = head.startswith(_GZIP)
        budget = Budget(MOST_BYTES, MOST_IN_ALL, MOST_MEMBERS, MOST_RATIO)
        return _guarded(lambda: tar_members(file, wanted, budget=budget, packed=packed))
    return Members(frozenset({PLAIN}), lambda _: _plain(file))


def _plain(file: BinaryIO) -> bytes:
    file.seek(0)
    body = file.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise ImportRefused(f"the file is longer than {MOST_BYTES} bytes")
    return body


def _guarded(opening: Callable[[], Members]) -> Members:
    try:
        return opening()
    except _BROKEN:
        raise ImportRefused("the archive is damaged or of a kind that is not read") from None


def _zip_members(file: BinaryIO, wanted: Callable[[str], bool]) -> Members:
    _check_directory(file)
    archive = zipfile.ZipFile(file)
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise ImportRefused(f"more than {MOST_MEMBERS} members in the archive")
    chosen = _chosen(infos, wanted)
    left = [MOST_IN_ALL]

    def read(name: str) -> bytes:
        try:
            return _unpacked(archive, chosen[name], name, left)
        except _BROKEN:
            raise ImportRefused(f"{name} is damaged in the archive") from None

    return Members(frozenset(chosen), read)


def _check_directory(file: BinaryIO) -> None:
    """Refuse a directory that is too long before the library reads all of it at once."""
    size = file.seek(0, 2)
    start = max(0, size - _LONGEST_COMMENT - _END.size - _LOCATOR_64.size)
    file.seek(start)
    tail = file.read()
    file.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + _END.size > len(tail):
        raise ImportRefused("the archive is not complete; fetch it again")
    length = _END.unpack_from(tail, place)[5]
    if place >= _LOCATOR_64.size and tail[place - _LOCATOR_64.size :].startswith(b"PK\x06\x07"):
        # The library finds the larger record right before its locator, wherever that says it is.
        file.seek(max(0, start + place - _LOCATOR_64.size - _END_64.size))
        length = max(length if length < 2**32 - 1 else 0, _END_64.unpack(file.read(_END_64.size))[8])
        file.seek(0)
    if length > MOST_DIRECTORY:
        raise ImportRefused("the archive's list of members is too long")


def _chosen(infos: Iterable[zipfile.ZipInfo], wanted: Callable[[str], bool]) -> dict[str, zipfile.ZipInfo]:
    files = [info for info in infos if not info.is_dir()]
    found = any(wanted(info.filename) for info in files)
    top = "" if found else top_folder(info.filename for info in files)
    chosen: dict[str, zipfile.ZipInfo] = {}
    for info in files:
        name = info.filename.removeprefix(top)
        if not wanted(name):
            continue
        if name in chosen:
            raise ImportRefused(f"two members of the archive are named {name}")
        chosen[name] = info
    return chosen


def top_folder(names: Iterable[str]) -> str:
    """The folder that everything is in, with its "/", as some programs pack it; "" when there is none.

    What macOS adds beside it does not count. A step up (".." in a name) is no folder.
    """
    tops = {name.partition("/")[0] if "/" in name else "" for name in names if not name.startswith("__MACOSX/")}
    only = tops.pop() if len(tops) == 1 else ""
    return f"{only}/" if only not in ("", ".", "..") else ""


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, left: list[int]) -> bytes:
    if info.flag_bits & _ENCRYPTED:
        raise ImportRefused("the archive is locked with a password")
    if info.compress_type not in _READABLE:
        raise ImportRefused(f"{name} is packed in a way that is not read")
    body = bytearray()
    with archive.open(info) as member:
        while piece := member.read(_CHUNK):
            body += piece
            left[0] -= len(piece)
            if len(body) > MOST_BYTES or left[0] < 0:
                raise ImportRefused(f"{name} is longer than {MOST_BYTES} bytes, or all of it too long together")
            if len(body) > max(_RATIO_FROM, MOST_RATIO * info.compress_size):
                raise ImportRefused(f"{name} grows out of proportion when it is unpacked")
    return bytes(body)
