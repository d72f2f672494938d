"""Column types that mean the same on SQLite and PostgreSQL, and refuse what would not."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, CheckConstraint, DateTime, String, Text, type_coerce
from sqlalchemy.types import TypeDecorator

from domain.errors import KeyLost, StoreError
from vault.keyring import Keyring, Purpose, is_sealed

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

    from sqlalchemy import Column, ColumnElement, Row
    from sqlalchemy.engine import Dialect

# PostgreSQL's text holds neither NUL nor lone surrogates, and neither is a character anybody reads. The replacement
# is one code point wide, so that offsets into the text stay right.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "�"
_SALT_BYTES = 16
LOST_WORDS = "(These words cannot be read: the key that sealed them is not on the keyring.)"
"""What is shown in place of an excerpt whose key is lost."""

AnyRow: TypeAlias = "Row[*tuple[Any, ...]]"
"""A row of any query; its columns are attributes."""

_Read: TypeAlias = "Callable[[Any], Any]"
_E = TypeVar("_E", bound="StrEnum")

# An engine has one dialect object of its own, so that two stores in one process keep their keys apart.
_KEYRINGS: WeakKeyDictionary[Dialect, Keyring] = WeakKeyDictionary()


def _instant(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored).replace(tzinfo=UTC)


def storable(text: str) -> str:
    """`text` with every character that a database refuses replaced by U+FFFD; offsets stay the same."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def new_salt() -> str:
    """A salt for what the log is about to bind: 128 random bits in hex."""
    return secrets.token_hex(_SALT_BYTES)


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

    def result_processor(self, dialect: Dialect, coltype: Any) -> _Read | None:
        """On SQLite the text itself is read: a list of fifty holds hundreds of instants, and two calls each were half.

        Elsewhere as `process_result_value` says.
        """
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _instant


class Words(TypeDecorator[str]):
    """Text that came from outside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Characters that PostgreSQL refuses become U+FFFD."""
        return None if value is None else storable(value)


class Sealed(TypeDecorator[str]):
    """Text that is encrypted before it reaches the database and opened when it comes back; needs the engine's keyring.

    A text that was stored before there was a keyring is given back as it is. "" stays "": it hides nothing, and is what
    erased words leave behind. Sealed texts cannot be compared in a query.
    """

    impl = Text
    cache_ok = True

    def __init__(self, purpose: Purpose) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Raises StoreError when the store was opened without a keyring."""
        return keyring_of(dialect).seal(storable(value), self.purpose) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Raises KeyLost or SealBroken."""
        if value is None or not is_sealed(value):
            return value
        return keyring_of(dialect).open(value, self.purpose)


class _Readable(Sealed):
    """A sealed text for people to read, where a lost key must not stop everything else."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        try:
            return super().process_result_value(value, dialect)
        except KeyLost:
            return LOST_WORDS


def readable(column: Column[Any]) -> ColumnElement[Any]:
    """A sealed column for a query whose rows are only shown: what a lost key seals comes as `LOST_WORDS`.

    Never for rows that are written, bound or judged again. A broken seal raises SealBroken all the same.
    """
    assert isinstance(column.type, Sealed)
    return type_coerce(column, _Readable(column.type.purpose)).label(column.name)


class SealedJson(TypeDecorator[Any]):
    """A JSON value, sealed as a text."""

    impl = Text
    cache_ok = True

    def __init__(self, purpose: Purpose) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """None is NULL."""
        return None if value is None else keyring_of(dialect).seal(json.dumps(_cleaned(value)), self.purpose)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any | None:
        """Raises KeyLost or SealBroken."""
        if value is None:
            return None
        return json.loads(keyring_of(dialect).open(value, self.purpose) if is_sealed(value) else value)


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
        self._by_value = {member.value: member for member in members}
        self._stored: dict[str | None, _E | None] = {None: None}
        self._stored.update(self._by_value)

    def process_bind_param(self, value: _E | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Raises ValueError for anything that is not a member."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> _E | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The member itself."""
        return None if value is None else self._by_value[value]

    def result_processor(self, dialect: Dialect, coltype: Any) -> _Read:  # noqa: ARG002 - SQLAlchemy's signature
        """As `process_result_value`, in one call for each value of a list instead of two."""
        return self._stored.__getitem__


def one_of(column: str, members: type[StrEnum]) -> CheckConstraint:
    """The database's own hold on a `Choice` column."""
    values = ", ".join(f"'{member.value}'" for member in members)
    return CheckConstraint(f"{column} IN ({values})", name=column)


def give_keyring(dialect: Dialect, keyring: Keyring) -> None:
    """Let the sealed columns of an engine with this dialect use `keyring`."""
    _KEYRINGS[dialect] = keyring


def keyring_of(dialect: Dialect) -> Keyring:
    """The keyring that was given for this engine. Raises StoreError when there is none."""
    if (keyring := _KEYRINGS.get(dialect)) is None:
        raise StoreError("The store was opened without its keyring, so that sealed words can be neither read nor kept.")
    return keyring


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(inner) for inner in value]
    return value
