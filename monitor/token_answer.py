"""What a person brings when a token is stored: the token alone, or the whole answer that it came in. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from domain.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST = 4096
_LONGEST_LIFE = timedelta(days=3660)
_SEPARATORS = re.compile(r"[\s,]+")
_SCOPE_KEYS = ("scope", "scopes", "permissions")


@dataclass(frozen=True, slots=True)
class Brought:
    """The token and what came with it. `scopes` is None where nothing was said of them."""

    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    scopes: frozenset[str] | None = None
    expires_at: datetime | None = None


def brought_in(text: str, now: datetime) -> Brought:
    """Read a token, or the JSON answer of a token endpoint (RFC 6749 section 5.1) that came just now.

    Raises UsageError, without repeating anything, when it is neither.
    """
    said = text.strip()
    if not said.startswith(("{", "[")):
        return Brought(_secret(said, "the token"))
    answer = _answer(said)
    refresh = answer.get("refresh_token")
    return Brought(
        _secret(answer.get("access_token"), "access_token"),
        _secret(refresh, "refresh_token") if refresh else "",
        _scopes(answer),
        _ends_at(answer.get("expires_in"), now),
    )


def secret_in(text: str, what: str) -> str:
    """A secret from a file or a stream, without the blanks around it. Raises UsageError, which names it and no more."""
    return _secret(text.strip(), what)


def _answer(said: str) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        # Not chained: the parser's message quotes what it read.
        raise UsageError("What was given is no token and no JSON answer of a token endpoint.") from None
    inner = answer.get("data") if isinstance(answer, dict) and "access_token" not in answer else answer
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    if not isinstance(inner, dict) or "access_token" not in inner:
        raise UsageError("The JSON that was given holds no access_token.")
    return inner


def _secret(value: object, what: str) -> str:
    whole = isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isascii() and value.isprintable()
    if not isinstance(value, str) or not whole or " " in value:
        raise UsageError(f"What was given as {what} is not one word of visible ASCII characters.")
    return value


def _ends_at(seconds: object, now: datetime) -> datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    return now + timedelta(seconds=seconds) if 0 < seconds <= _LONGEST_LIFE.total_seconds() else None


def _scopes(answer: dict[str, Any]) -> frozenset[str] | None:
    for key in _SCOPE_KEYS:
        said = answer.get(key)
        if isinstance(said, str):
            return frozenset(_SEPARATORS.split(said.strip())) - {""}
        if isinstance(said, list) and all(isinstance(one, str) for one in said):
            return frozenset(said)
    return None
