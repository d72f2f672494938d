"""The configuration as the console shows it: every key and value, and nothing that is a secret or leads to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, SecretStr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.config import Config

_POINTERS = ("_env", "_file")
"""Keys that end so say where a secret lies; that is nobody's to read in a browser."""


def shown_settings(config: Config) -> tuple[tuple[str, str], ...]:
    """(key, value), in the order of the configuration file's tables."""
    return tuple(
        line
        for name, value in config
        if isinstance(value, BaseModel) and not isinstance(value, SecretStr)
        for line in _lines(name, value)
    )


def _lines(prefix: str, table: BaseModel) -> Iterator[tuple[str, str]]:
    for name, value in table:
        key = f"{prefix}.{name}"
        if isinstance(value, BaseModel):
            yield from _lines(key, value)
        elif not name.endswith(_POINTERS) and not isinstance(value, SecretStr):
            yield key, _told(value)


def _told(value: object) -> str:
    match value:
        case None | "" | [] | ():
            return "-"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(_told(one) for one in value)
    text = str(value)
    # An address may carry a name and a password in front of its host.
    return "(not shown)" if "://" in text and "@" in text else text
