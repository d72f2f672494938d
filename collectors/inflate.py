"""Response bodies under limits: bytes on the wire, bytes after decompression, and nothing but gzip."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import Malformed, TooLarge, WrongContent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_GZIP = 16 + zlib.MAX_WBITS
_MOST_MEMBERS = 16
"""A gzip file may be several in a row (RFC 1952 section 2.2); thousands of empty ones would only burn time."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Bytes of one answer. With `cut`, a decoded body that is too long is cut there instead of refused."""

    wire: int
    body: int
    cut: bool = False


def is_gzip(content_encoding: str) -> bool:
    """Whether the header names gzip, False for none or identity; WrongContent for any other coding or several."""
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if not codings:
        return False
    if codings not in (["gzip"], ["x-gzip"]):
        raise WrongContent(f"{len(codings)} content coding(s) other than gzip alone")
    return True


def read_body(chunks: Iterable[bytes], content_encoding: str, caps: Caps) -> bytes:
    """All of `chunks`, decompressed if `content_encoding` says gzip, never holding more than `caps` allow.

    Raises TooLarge over either cap, WrongContent for a coding that was not asked for, Malformed for damaged or
    truncated gzip.
    """
    raw = _counted(chunks, caps.wire)
    parts = _inflated(raw, caps.body) if is_gzip(content_encoding) else raw
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > caps.body:
            if caps.cut:
                return bytes(body[: caps.body])
            raise TooLarge(f"more than {caps.body} bytes")
    return bytes(body)


def _counted(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    seen = 0
    for chunk in chunks:
        seen += len(chunk)
        if seen > most:
            raise TooLarge(f"more than {most} bytes on the wire")
        yield chunk


def _inflated(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Decompressed pieces, each at most one byte longer than `most`: the caller stops at the first that is too long."""
    member, members = zlib.decompressobj(_GZIP), 1
    for chunk in chunks:
        waiting = chunk
        while waiting:
            if member.eof:
                member, members = zlib.decompressobj(_GZIP), members + 1
            if members > _MOST_MEMBERS:
                raise Malformed("too many gzip members")
            yield _decompress(member, waiting, most + 1)
            waiting = member.unused_data
    if not member.eof:
        raise Malformed("gzip ends early")


def _decompress(member: zlib._Decompress, data: bytes, most: int) -> bytes:
    try:
        return member.decompress(data, most)
    except zlib.error as error:
        raise Malformed("damaged gzip") from error
