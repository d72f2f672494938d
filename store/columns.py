"""Column types that mean the same on SQLite and PostgreSQL, and refuse what would not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sqlalchemy import JSON, CheckConstraint, DateTime, String, Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from enum import StrEnum

    from sqlalchemy import Row
    from sqlalchemy.engine import Dialect

# PostgreSQL's text holds neither NUL nor lone surrogates, and neither is a character anybody reads. The replacement
# is one code point wide, so that offsets into the text stay right.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "�"

AnyRow: TypeAlias = "Row[*tuple[Any, ...]]"
"""A row of any query; its columns are attributes."""

_E = TypeVar("_E", bound="StrEnum")


def storable(text: str) -> str:
    """`text` with every character that a database refuses replaced by U+FFFD; offsets stay the same."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only and always gives back aware UTC, to the microsecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Raises ValueError for a datetime without an offset: nobody knows which instant that is."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a datetime without an offset cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """SQLite gives back what was stored, without its offset; it was UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text that came from outside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Characters that PostgreSQL refuses become U+FFFD."""
        return None if value is None else storable(value)


class Json(TypeDecorator[Any]):
    """A JSON value; texts in it as in `Words`. None is NULL, not the JSON null."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> Any | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Cleans every text in the value, at any depth."""
        return _cleaned(value)


class Choice(TypeDecorator[_E]):
    """A member of an enum, stored by its value; `one_of` makes the CHECK constraint that goes with it."""

    impl = String(16)
    cache_ok = True

    def __init__(self, members: type[_E]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: _E | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Raises ValueError for anything that is not a member."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> _E | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The member itself."""
        return None if value is None else self.members(value)


def one_of(column: str, members: type[StrEnum]) -> CheckConstraint:
    """The database's own hold on a `Choice` column."""
    values = ", ".join(f"'{member.value}'" for member in members)
    return CheckConstraint(f"{column} IN ({values})", name=column)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(inner) for inner in value]
    return value
