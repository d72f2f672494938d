"""Every row of every table as plain JSON values, and back, on either database and from one to the other.

Sealed texts go as they are stored, sealed: a copy tells nobody more than the database does, and needs the keyring as
the database does. The numbers that were given last go along, so that no number is ever given twice.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, func, insert, inspect, select, text

from domain.binding import plain
from domain.errors import UsageError
from store.columns import Choice, Sealed, SealedJson, UtcDateTime
from store.record_tables import users

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy.engine import Connection

_BATCH = 500
_SCHEMA = users.metadata
"""All tables: those of the people's side stand in the same schema as the others."""
_PASSING = frozenset({"sessions", "links", "attempts", "leases", "hosts"})


def table_names() -> tuple[str, ...]:
    """Every table that lasts, those that others point to first; sign-ins, leases and turns end with the process."""
    return tuple(table.name for table in _SCHEMA.sorted_tables if table.name not in _PASSING)


def rows(connection: Connection, name: str) -> Iterator[dict[str, Any]]:
    """Every row of a table, by its key, in pages."""
    table = _raw(name)
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys).execution_options(yield_per=_BATCH)
    for row in connection.execute(query).mappings():
        yield {column: plain(value) for column, value in row.items()}


def load(connection: Connection, name: str, lines: Iterable[Mapping[str, Any]]) -> int:
    """Insert rows that `rows` gave; returns how many. Raises UsageError for a row that the table cannot hold."""
    table, count = _raw(name), 0
    batch: list[dict[str, Any]] = []
    for line in lines:
        batch.append(_row(table, line))
        count += 1
        if len(batch) == _BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)
    return count


def is_empty(connection: Connection) -> bool:
    """Whether none of our tables is here."""
    return not set(inspect(connection).get_table_names()) & set(_SCHEMA.tables)


def numbers(connection: Connection) -> dict[str, int]:
    """Table -> the highest number that was ever given to a row of it, also if that row is gone."""
    given = {}
    for table in _numbered():
        if connection.dialect.name == "sqlite":
            query = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
            last = connection.execute(query, {"name": table.name}).scalar()
        else:
            sequence = connection.execute(_SEQUENCE, {"name": table.name}).scalar_one()
            last = connection.execute(text(f"SELECT CASE WHEN is_called THEN last_value END FROM {sequence}")).scalar()  # noqa: S608 - the database's own name for it
        highest = connection.execute(select(func.max(table.c.id))).scalar()
        given[table.name] = max(last or 0, highest or 0)
    return given


def set_numbers(connection: Connection, given: Mapping[str, int]) -> None:
    """Go on counting after these numbers."""
    for table in _numbered():
        last = int(given.get(table.name, 0))
        if last == 0:
            continue
        if connection.dialect.name == "sqlite":
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            values = {"name": table.name, "last": last}
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)
        else:
            sequence = connection.execute(_SEQUENCE, {"name": table.name}).scalar_one()
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


_SEQUENCE = text("SELECT pg_get_serial_sequence(:name, 'id')")


def _numbered() -> list[Table]:
    """Tables whose ids the database gives."""
    return [
        table
        for table in _SCHEMA.sorted_tables
        if "id" in table.columns and isinstance(table.c.id.type, Integer) and table.c.id.primary_key
    ]


def _raw(name: str) -> Table:
    """The table with sealed columns as the texts that they are stored as."""
    table = _SCHEMA.tables[name]
    columns = (
        Column(
            each.name,
            Text() if isinstance(each.type, Sealed | SealedJson) else each.type,
            primary_key=each.primary_key,
            autoincrement=False,
        )
        for each in table.columns
    )
    return Table(name, MetaData(), *columns)


def _row(table: Table, line: Mapping[str, Any]) -> dict[str, Any]:
    if set(line) != set(table.columns.keys()):
        raise UsageError(f"A row of {table.name} has other columns than this program's: take the version that made it.")
    try:
        return {column.name: _value(column, line[column.name]) for column in table.columns}
    except (ValueError, TypeError) as error:
        raise UsageError(f"A row of {table.name} was damaged.") from error


def _value(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, Choice):
        return column.type.members(value)
    return value
