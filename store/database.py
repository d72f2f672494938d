"""One database, two kinds of transaction: reading and writing.

SQLite: writers take the lock at once (BEGIN IMMEDIATE), because a read that turns into a write fails with "database is
locked" without waiting, and because Python's own deferred transactions lose updates (sqlite.org/lang_transaction.html,
sqlite.org/rescode.html#busy_snapshot). Readers are deferred and, in WAL mode, wait for nobody.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from domain.errors import StoreError
from store.columns import give_keyring
from store.faults import faults_as_store_errors

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.sql.dml import ReturningInsert

    from vault.keyring import Keyring

BUSY_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_S = 10
_BEGIN = "section7_begin"
"""Execution option: the statement that opens a transaction on SQLite, None for no transaction at all."""
_IMMEDIATE = "BEGIN IMMEDIATE"
_POSTGRESQL_OPTIONS = "-c timezone=UTC -c lock_timeout=30s -c idle_in_transaction_session_timeout=10min"


@dataclass(frozen=True, slots=True)
class Database:
    """A pool of connections. Every failure of the database itself leaves here as a StoreError in plain words."""

    engine: Engine
    where: str
    """The address for messages, without the password."""

    @property
    def on_sqlite(self) -> bool:
        """Whether it is a file on this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look, rolled back at the end."""
        with faults_as_store_errors(self.where), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Like `reading`, and every query sees the same instant, however long it takes, on PostgreSQL too."""
        engine = self.engine
        if not self.on_sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with faults_as_store_errors(self.where), engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed when the block ends well, rolled back whole when anything is raised."""
        with (
            faults_as_store_errors(self.where),
            self.engine.connect() as connection,
            # The option is the connection's: an engine with options is another engine, made anew each time.
            connection.execution_options(**{_BEGIN: _IMMEDIATE}).begin(),
        ):
            yield connection

    @contextmanager
    def for_migrations(self) -> Iterator[Connection]:
        """One connection whose transactions are writing ones, begun and ended by the caller."""
        engine = self.engine.execution_options(**{_BEGIN: _IMMEDIATE})
        with engine.connect() as connection:
            yield connection

    def scrub(self) -> bool:
        """Empty SQLite's write-ahead log, which still holds what was just erased. Waits for readers as a writer does.

        False when a reader did not let go in time; the next call empties it. PostgreSQL overwrites dead rows when it
        vacuums; nothing here can hurry that.
        """
        if not self.on_sqlite:
            return True
        # A checkpoint cannot run inside a transaction.
        engine = self.engine.execution_options(**{_BEGIN: None})
        with faults_as_store_errors(self.where), engine.connect() as connection:
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return not busy

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_database(
    url: str, keyring: Keyring | None = None, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS, foreign_keys: bool = True
) -> Database:
    """The database at `url`, reached once to be sure.

    A SQLite file that is not there yet is made, readable by its owner only. Without `keyring`, sealed words can be
    neither read nor written. Raises StoreError.
    """
    parsed = _parsed(url)
    where = _place(parsed)
    if parsed.get_backend_name() == "sqlite":
        _make_file(parsed, where)
        engine = create_engine(parsed, hide_parameters=True)
        _tame_sqlite(engine, busy_timeout_ms, foreign_keys=foreign_keys)
    else:
        engine = _postgresql(parsed)
    if keyring is not None:
        give_keyring(engine.dialect, keyring)
    database = Database(engine, where)
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    return database


def sqlite_file(url: str) -> Path | None:
    """The file behind a SQLite URL, None for another database."""
    parsed = _parsed(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def backup_of(file: Path) -> Path:
    """Where the copy goes that is made before a migration: one file, replaced by the next."""
    return file.with_name(f"{file.name}.backup")


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Not chained: SQLAlchemy's message repeats the address, and with it the password.
        raise StoreError("The database URL cannot be read; expected sqlite:///path or postgresql://…") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"The database {parsed.get_backend_name()!r} is not supported; use sqlite or postgresql.")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("The database must be a file: a database in memory would forget every authorisation.")
    return parsed


def _place(parsed: URL) -> str:
    """The address for messages: nothing of it but where the database is, since a password can stand anywhere else."""
    if parsed.get_backend_name() == "sqlite":
        return f"sqlite:///{parsed.database}"
    host = (parsed.host or "").rpartition("@")[2] or "(local)"
    return f"postgresql://{host}/{parsed.database or ''}"


def _make_file(parsed: URL, where: str) -> None:
    file = Path(str(parsed.database))
    if str(parsed.database).startswith("file:"):
        return
    if not file.parent.is_dir():
        raise StoreError(f"The folder {file.parent} of the database does not exist.")
    try:
        # The write-ahead log and its index inherit this mode.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"The database {where} cannot be made: {error.strerror}.") from error


def _postgresql(parsed: URL) -> Engine:
    arguments = {"connect_timeout": CONNECT_TIMEOUT_S, "options": _POSTGRESQL_OPTIONS}
    try:
        # hide_parameters: what is being written belongs in no error message.
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
    except (ImportError, NoSuchModuleError):
        raise StoreError(
            f"The driver of {parsed.drivername} is not installed; install section7[postgres] and use postgresql://…"
        ) from None


def _tame_sqlite(engine: Engine, busy_timeout_ms: int, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        # None: the module begins nothing on its own; `on_begin` does.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms:d}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA foreign_keys = {foreign_keys:d}")
        # KiB: an index of the queue of fifty thousand items stays in memory, which halves the time to count them.
        connection.execute("PRAGMA cache_size = -8192")
        # Erased means erased: freed pages are overwritten.
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
        if statement is not None:
            connection.exec_driver_sql(statement)


def insert_if_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> Any | None:
    """Insert a row and return its key; None, and no change, when a unique constraint says that it is there already.

    One statement, so that two processes cannot both find it missing.
    """
    return connection.execute(_insert_if_new(table, connection.dialect.name), dict(values)).scalar()


@cache
def _insert_if_new(table: Table, dialect: str) -> ReturningInsert[Any]:
    """Made once a table: it is asked for every version and finding, and making it takes longer than asking it."""
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    return insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
