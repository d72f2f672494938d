"""Typed, tolerant access to JSON that somebody else wrote: a field of another type reads as if it were missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from collectors.html import is_login_page
from domain.errors import AccessRefused, Malformed, WrongContent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collectors.base import Response

Json: TypeAlias = "Mapping[str, object]"

_LONGEST_NUMBER = 64
_LOGIN_PATHS = ("/login", "/sign_in", "/signin", "/wp-login.php")


def decode(response: Response) -> object:
    """The JSON value of an answer, whatever media type it was sent as.

    Raises AccessRefused for a login page, WrongContent for anything else that is not JSON at first sight
    (some servers answer errors and challenges as a web page with status 200), Malformed for broken JSON.
    """
    body = response.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not body.startswith((b"{", b"[")):
        if _asks_for_login(response):
            raise AccessRefused("a login page came back instead of data")
        raise WrongContent(f"not JSON but {response.content_type or 'data of no stated type'}")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("the JSON is broken or nested too deeply") from error


def decode_object(response: Response) -> Json:
    """The JSON object of an answer; errors as in `decode`, and Malformed for another JSON value."""
    value = decode(response)
    if not isinstance(value, dict):
        raise Malformed("a JSON object was expected")
    return value


def decode_list(response: Response) -> list[object]:
    """The JSON list of an answer; errors as in `decode`, and Malformed for another JSON value."""
    value = decode(response)
    if not isinstance(value, list):
        raise Malformed("a JSON list was expected")
    return value


def as_object(value: object) -> Json:
    """The value itself when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(obj: Json, key: str) -> str:
    """The string under `key`, "" for any other type. NUL and lone surrogates, which no database takes, are removed."""
    value = obj.get(key)
    return _storable(value) if isinstance(value, str) else ""


def has_text(obj: Json, key: str) -> bool:
    """Whether a string stands under `key`, be it an empty one."""
    return isinstance(obj.get(key), str)


def identifier(obj: Json, key: str) -> str:
    """An id as text: strings as they are, whole numbers in decimal (Pixelfed and WordPress send those), else ""."""
    value = obj.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < _LONGEST_NUMBER:
        return str(value)
    return _storable(value).strip() if isinstance(value, str) else ""


def number(obj: Json, key: str) -> int | None:
    """The whole number under `key`; None for every other type, true and false included."""
    value = obj.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(obj: Json, key: str) -> bool:
    """Whether `key` is exactly true."""
    return obj.get(key) is True


def child(obj: Json, key: str) -> Json:
    """The object under `key`, an empty one for any other type."""
    return as_object(obj.get(key))


def children(obj: Json, key: str) -> tuple[Json, ...]:
    """The objects in the list under `key`; other members are passed over."""
    value = obj.get(key)
    return tuple(member for member in value if isinstance(member, dict)) if isinstance(value, list) else ()


def strings(obj: Json, key: str) -> tuple[str, ...]:
    """The strings in the list under `key`; other members are passed over."""
    value = obj.get(key)
    return tuple(_storable(member) for member in value if isinstance(member, str)) if isinstance(value, list) else ()


def address(obj: Json, key: str) -> str:
    """The web address under `key`, "" unless it is absolute http or https with a host."""
    value = text(obj, key).strip()
    return value if is_web_address(value) else ""


def is_web_address(value: str) -> bool:
    """Whether `value` is an absolute http or https URL with a host."""
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # urlsplit refuses some bracketed hosts: that is the answer
        return False


def _storable(value: str) -> str:
    return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _asks_for_login(response: Response) -> bool:
    path = urlsplit(response.url).path.rstrip("/")
    return path.endswith(_LOGIN_PATHS) or is_login_page(response.body.decode("utf-8", "replace"))
