"""The body of a form: read within limits, never kept beyond the request."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from starlette.requests import Request

LARGEST_BODY = 256 * 1024
"""Bytes. The longest form has one text of a few pages."""
MOST_FIELDS = 300
_FORM = "application/x-www-form-urlencoded"


class TooLong(Exception):  # noqa: N818 - reads as what it is
    """The body is longer than any form of ours."""


class NoForm(Exception):  # noqa: N818
    """The body is no form, or no UTF-8."""


class OtherKind(NoForm):
    """It does not even say that it is one."""


async def read_form(request: Request) -> tuple[tuple[str, str], ...]:
    """The fields in order. Raises TooLong, before more than that was read, NoForm and OtherKind."""
    if request.headers.get("content-length") == "0":
        return ()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise OtherKind
    return parsed(await _body(request))


def parsed(body: bytes) -> tuple[tuple[str, str], ...]:
    """The fields of a body. Line ends become one newline. Raises NoForm."""
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:  # UnicodeDecodeError is one
        raise NoForm from error
    return tuple((name, value.replace("\r\n", "\n").replace("\r", "\n")) for name, value in fields)


async def _body(request: Request) -> bytes:
    told = request.headers.get("content-length", "0")
    if not (told.isascii() and told.isdigit()) or len(told) > len(str(LARGEST_BODY)) or int(told) > LARGEST_BODY:
        raise TooLong
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLong
    return bytes(body)
