"""Turns the findings of a schema validator into mistakes that an administrator can act on.

Takes the plain error dictionaries of pydantic's `ValidationError.errors()` (type, loc, msg, input, ctx), so that
every file of the project reports its mistakes in one voice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_EXPECTED = {
    "missing": "a value",
    "extra_forbidden": "no such key",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list in square brackets",
    "tuple_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "time_type": "a time such as 07:00:00",
    "time_parsing": "a time such as 07:00:00",
    "date_type": "a day such as 2026-03-31, without quotes",
    "date_parsing": "a day such as 2026-03-31",
    "date_from_datetime_parsing": "a day such as 2026-03-31",
    "date_from_datetime_inexact": "a day without a time of day",
    "string_too_short": "text that is not empty",
    "too_short": "at least one entry",
}
_SECRETS = ("password", "secret", "token", "url")
_LONGEST_SEEN = 60


def mistakes_from(
    errors: Iterable[Mapping[str, Any]], file: str, aliases: Mapping[str, str] | None = None
) -> tuple[Mistake, ...]:
    """One Mistake an error, in the validator's order. `aliases` renames keys to what the file calls them."""
    return tuple(_mistake(error, file, aliases or {}) for error in errors)


def dotted(location: Iterable[str | int], aliases: Mapping[str, str] | None = None) -> str:
    """A key as an administrator writes it: ("a", 2, "from") -> "a[2].from"."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        else:
            name = (aliases or {}).get(part, part)
            key = f"{key}.{name}" if key else name
    return key


def _mistake(error: Mapping[str, Any], file: str, aliases: Mapping[str, str]) -> Mistake:
    key = dotted(error["loc"], aliases) or "(file)"
    return Mistake(file=file, key=key, seen=_seen(error, key), expected=_expected(error))


def _seen(error: Mapping[str, Any], key: str) -> str:
    if error["type"] == "missing":
        return "nothing"
    if error["type"] == "extra_forbidden":
        # What was put under a name that nobody expects may be a secret.
        return "a key that is not known"
    value = error["input"]
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else f"a list of {len(value)}"
    if key.rpartition(".")[2] in _SECRETS:
        return "a value that is not repeated here"
    shown = repr(value)
    return shown if len(shown) <= _LONGEST_SEEN else f"{shown[:_LONGEST_SEEN]}…"


def _expected(error: Mapping[str, Any]) -> str:
    context = error.get("ctx") or {}
    if error["type"] in ("literal_error", "enum"):
        return f"one of {context['expected']}"
    if error["type"] in ("value_error", "assertion_error"):
        return str(context.get("error", error["msg"]))
    if error["type"] in _EXPECTED:
        return _EXPECTED[error["type"]]
    bounds = [
        f"{words} {context[name]}"
        for name, words in (
            ("ge", "at least"),
            ("gt", "more than"),
            ("le", "at most"),
            ("lt", "less than"),
            ("min_length", "a length of at least"),
            ("max_length", "a length of at most"),
        )
        if name in context
    ]
    return " and ".join(bounds) or str(error["msg"])
