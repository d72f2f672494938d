"""Bring a database to the schema of this program, from wherever it stands.

Safe to run at any time and by two processes at once: a lock file beside a SQLite database and an advisory lock in
PostgreSQL let one work while the other waits and then finds nothing to do.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from domain.errors import SchemaTooNew, StoreError
from store.database import backup_of, open_database, sqlite_file
from store.faults import faults_as_store_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

_HERE = Path(__file__).parent
_ONE_THREAD = threading.Lock()
# Any number does, as long as nobody else uses it: the first eight letters of the project's name as bytes.
_ADVISORY_LOCK = int.from_bytes(b"section7", "big") >> 1


def upgrade(url: str, *, versions: Path | None = None) -> str:
    """Migrate to the newest revision and return it. `versions` is another folder of migrations, for tests.

    A SQLite file with rows in it is copied to `<file>.backup` first, if anything is pending. Raises StoreError when
    the database cannot be used, SchemaTooNew when it was made by a newer program.
    """
    with _connected(url) as connection:
        config = _config(connection, versions)
        scripts = ScriptDirectory.from_config(config)
        wanted = _head_of(scripts)
        now_at = _current(connection)
        if now_at == wanted:
            return wanted
        _refuse_unknown(scripts, now_at)
        _back_up(url, connection)
        command.upgrade(config, wanted)
        return wanted


def downgrade(url: str, revision: str, *, versions: Path | None = None) -> None:
    """Go back to `revision` ("base" for an empty database). Rows of removed tables and columns are lost."""
    with _connected(url) as connection:
        command.downgrade(_config(connection, versions), revision)


def current(url: str) -> str | None:
    """The revision the database stands at, None for an empty one."""
    with _connected(url) as connection:
        return _current(connection)


def head() -> str:
    """The newest revision this program knows."""
    return _head_of(ScriptDirectory.from_config(_config(None, None)))


def revise(url: str, message: str, *, versions: Path | None = None) -> Path:
    """Write a new migration from the difference between `url` and `store.tables`, for a developer to review."""
    with _connected(url) as connection:
        config = _config(connection, versions)
        number = int(_head_of(ScriptDirectory.from_config(config))) + 1
        made = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
    assert made is not None
    assert not isinstance(made, list)
    return Path(made.path)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """One connection that holds the lock of all migrations, with foreign keys off on SQLite."""
    database = open_database(url, foreign_keys=False)
    try:
        # Alembic keeps what it works on in module globals: two threads would share it.
        with (
            _ONE_THREAD,
            _one_process(url),
            faults_as_store_errors(database.where),
            database.for_migrations() as connection,
        ):
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET lock_timeout = '10s'"))
                connection.execute(text("SET statement_timeout = '5min'"))
                connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _ADVISORY_LOCK})
                connection.commit()
            yield connection
            connection.rollback()
    finally:
        # Closing the session is what releases the advisory lock, also after a failure.
        database.close()


@contextmanager
def _one_process(url: str) -> Iterator[None]:
    """On SQLite, hold `<file>.migrating` locked: its own lock goes at every commit, and a migration commits midway.

    A file of its own, because closing the database's file would drop SQLite's locks (sqlite.org/howtocorrupt.html 2.2).
    It is removed at the end, still locked. After a crash it stays, unlocked, until the next migration.
    """
    file = sqlite_file(url)
    if file is None:
        yield
        return
    lock = file.with_name(f"{file.name}.migrating")
    with _locked(lock):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _locked(lock: Path) -> TextIO:
    """The lock file, locked, as it stands at its name: who waited for one that was removed takes the next."""
    while True:
        try:
            held = lock.open("a")
        except OSError as error:
            raise StoreError(f"The file {lock} cannot be written: {error.strerror}.") from error
        fcntl.flock(held, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(lock.stat(), os.fstat(held.fileno())):
                return held
        held.close()


def _config(connection: Connection | None, versions: Path | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(versions or _HERE / "versions").replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _head_of(scripts: ScriptDirectory) -> str:
    newest = scripts.get_current_head()
    assert newest is not None
    return newest


def _current(connection: Connection) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return revision


def _refuse_unknown(scripts: ScriptDirectory, revision: str | None) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaTooNew(
            f"The database is at schema {revision}, which this program does not know. Install a newer Section7."
        )


def _back_up(url: str, connection: Connection) -> None:
    file = sqlite_file(url)
    if file is None or not _has_rows(connection):
        return
    backup = backup_of(file)
    try:
        os.close(os.open(backup, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as target:
            source.backup(target)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"No backup could be written to {backup}, so nothing was migrated: {error}.") from error


def _has_rows(connection: Connection) -> bool:
    tables = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    quoted = [connection.dialect.identifier_preparer.quote(name) for name in tables]
    filled = any(connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() for name in quoted)  # noqa: S608 - names come from the database's own catalogue
    connection.rollback()
    return filled
