"""Every sealed text of the database, whatever its table: which key seals it, and sealing it anew with the current one.

Works in small transactions, row by row, and changes a text only if it still is what was read: so it can run beside the
rest of the program, be killed at any step, and be run again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, func, not_, select, type_coerce, update

from domain.errors import KeyLost, SealBroken
from store.columns import Sealed, SealedJson, keyring_of
from store.record_tables import users
from vault.keyring import SEALED_MARK, key_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Column, ColumnElement
    from sqlalchemy.engine import Connection

    from store.database import Database

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Resealed:
    """What a round did: texts sealed anew, and those that could not be opened, by what stands against it."""

    done: int = 0
    unopened: tuple[str, ...] = ()
    """One sentence for each different reason."""
    left: int = 0
    """How many texts could not be opened."""


@dataclass(frozen=True, slots=True)
class SealingStore:
    """Which keys seal how much, and the change from one key to another."""

    database: Database

    def by_key(self) -> dict[str, int]:
        """Name of a key -> how many texts it seals; "" for texts that are stored unsealed."""
        counts: dict[str, int] = {}
        with self.database.snapshot() as connection:
            for column in sealed_columns():
                for name, count in _by_key(connection, column):
                    counts[name] = counts.get(name, 0) + count
        return dict(sorted(counts.items()))

    def seal_stored(self) -> int:
        """Seal what was stored before there was a keyring; returns how many texts."""
        return self._each(lambda raw: and_(raw != "", not_(_is_sealed(raw)))).done

    def reseal(self, between: Callable[[], None] = lambda: None) -> Resealed:
        """Seal with the current key whatever another one seals. `between` is called after every batch.

        What cannot be opened, because its key is lost or it was damaged, stays as it is and is told.
        """
        current = keyring_of(self.database.engine.dialect).current
        mine = f"{SEALED_MARK}{current}:%"
        return self._each(lambda raw: and_(_is_sealed(raw), not_(raw.like(mine))), between)

    def _each(
        self, which: Callable[[ColumnElement[str]], ColumnElement[bool]], between: Callable[[], None] = lambda: None
    ) -> Resealed:
        done = left = 0
        reasons: dict[str, None] = {}
        for column in sealed_columns():
            last: Any = None
            while page := self._page(column, which, last):
                with self.database.writing() as connection:
                    for key, raw in page:
                        try:
                            done += _seal_anew(connection, column, key, raw)
                        except (KeyLost, SealBroken) as error:
                            left += 1
                            reasons[str(error)] = None
                last = page[-1][0]
                between()
        return Resealed(done, tuple(reasons), left)

    def _page(
        self, column: Column[Any], which: Callable[[ColumnElement[str]], ColumnElement[bool]], last: Any
    ) -> list[tuple[Any, str]]:
        raw, key = _raw(column), _key(column)
        query = select(key, raw).where(column.is_not(None), which(raw)).order_by(key).limit(_BATCH)
        if last is not None:
            query = query.where(key > last)
        with self.database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]


def sealed_columns() -> tuple[Column[Any], ...]:
    """Every column whose values are sealed, in the order of tables and columns."""
    return tuple(
        column
        for table in users.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed | SealedJson)
    )


def _seal_anew(connection: Connection, column: Column[Any], key: Any, raw: str) -> int:
    sealing = column.type
    assert isinstance(sealing, Sealed | SealedJson)
    value = sealing.process_result_value(raw, connection.dialect)
    same = (_key(column) == key, _raw(column) == raw)
    return connection.execute(update(column.table).where(*same).values({column.name: value})).rowcount


def _by_key(connection: Connection, column: Column[Any]) -> Iterator[tuple[str, int]]:
    """Counts of one column: take any text, count those of its key, and go on with the rest."""
    raw = _raw(column)
    rest: list[ColumnElement[bool]] = [column.is_not(None), raw != ""]
    while (one := connection.execute(select(raw).where(*rest).limit(1)).scalar()) is not None:
        name = _name(one)
        those = raw.like(f"{SEALED_MARK}{name}:%") if name else not_(_is_sealed(raw))
        yield name, connection.execute(select(func.count()).where(*rest, those)).scalar_one()
        rest.append(not_(those))


def _name(raw: str) -> str:
    if not raw.startswith(SEALED_MARK):
        return ""
    try:
        return key_name(raw)
    except SealBroken:
        # What is damaged still names the key that it was sealed with, unless the damage is there.
        return raw.removeprefix(SEALED_MARK).partition(":")[0]


def _is_sealed(raw: ColumnElement[str]) -> ColumnElement[bool]:
    return raw.like(f"{SEALED_MARK}%")


def _raw(column: Column[Any]) -> ColumnElement[str]:
    """The value as it is stored, unopened."""
    return type_coerce(column, Text)


def _key(column: Column[Any]) -> Column[Any]:
    (key,) = column.table.primary_key.columns
    return key
