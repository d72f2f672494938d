from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from domain.errors import SchemaTooNew, SchemaTooOld, StoreError
from migrations.upgrade import head
from store import tables
from store.database import open_database
from store.engine import REVISION, open_store, store_on
from tests.fakes.keys import KEYRING
from tests.store.records import START, person

ROOT = Path(__file__).parents[2]
ROW = {"kind": "x", "owner": "x", "started_at": START, "counts": {}, "problem": "x" * 5000}


def test_a_migrated_database_fits_this_program(store):
    store.check_schema()


def test_the_program_and_its_migrations_name_the_same_schema():
    assert head() == REVISION


def test_an_empty_database_asks_for_init(empty_url):
    opened = open_store(empty_url, KEYRING)
    with pytest.raises(SchemaTooOld, match="section7 init"):
        opened.check_schema()
    opened.close()


@pytest.mark.parametrize(("revision", "error"), [("0000", SchemaTooOld), ("9999", SchemaTooNew)])
def test_another_schema_is_told_apart_from_ours(store, revision, error):
    with store.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    with pytest.raises(error, match=revision):
        store.check_schema()


def test_a_new_file_is_its_owners_alone(tmp_path):
    old = os.umask(0)
    try:
        opened = open_store(f"sqlite:///{tmp_path}/new.db", KEYRING)
        with opened.database.writing() as connection:
            connection.execute(text("CREATE TABLE t (x)"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        opened.close()
    finally:
        os.umask(old)
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(StoreError, match=f"folder {tmp_path}/nowhere of the database does not exist"):
        open_store(f"sqlite:///{tmp_path}/nowhere/a.db", KEYRING)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("not a url", "cannot be read"),
        ("postgresql://u:geheim@host:port/db", "cannot be read"),
        ("postgresql+nowhere://u:geheim@host/db", "is not installed"),
        ("mysql://u:geheim@host/db", "not supported"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
    ],
)
def test_an_impossible_url_is_explained_without_its_password(url, words):
    with pytest.raises(StoreError, match=words) as caught:
        open_store(url, KEYRING)
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_unreachable_server_is_explained_without_its_password():
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        open_store("postgresql://u:geheim@127.0.0.1:1/db", KEYRING)
    assert "geheim" not in repr(caught.value)
    assert "postgresql://127.0.0.1/db" in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://127.0.0.1:1/db?user=u&password=geheim", "postgresql://u:ge@heim@127.0.0.1:1/db"]
)
def test_a_password_in_an_odd_place_is_not_repeated_either(url):
    with pytest.raises(StoreError) as caught:
        open_store(url, KEYRING)
    assert "heim" not in str(caught.value)


@pytest.mark.postgres
def test_a_missing_database_is_explained(cluster):
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(cluster.url("nowhere"))


@pytest.mark.postgres
def test_a_connection_that_was_cut_is_explained_and_the_next_one_works(postgres_store, cluster):
    with pytest.raises(StoreError, match="cannot be used"), postgres_store.database.writing() as connection:  # noqa: PT012 - a transaction is several statements
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        connection.execute(text("SELECT 1"))
    postgres_store.check_schema()


@pytest.mark.postgres
def test_a_read_only_server_is_explained(postgres_store):
    with pytest.raises(StoreError, match="read-only"), postgres_store.database.writing() as connection:  # noqa: PT012 - a transaction is several statements
        connection.execute(text("SET TRANSACTION READ ONLY"))
        connection.execute(insert(tables.runs).values(**ROW))


def test_a_file_that_is_no_database_is_explained(tmp_path):
    file = tmp_path / "a.db"
    file.write_bytes(b"These are the minutes of our last meeting. " * 100)
    with pytest.raises(StoreError, match="not a SQLite database"):
        open_store(f"sqlite:///{file}", KEYRING)


def test_a_locked_file_is_explained(sqlite_url):
    opened = store_on(open_database(sqlite_url, KEYRING, busy_timeout_ms=10))
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process"):
            opened.runs.start("collect", "w", START)
        assert opened.staff.all() == ()
    opened.close()


def test_a_full_disk_is_explained_and_leaves_nothing(sqlite_url):
    database = open_database(sqlite_url, KEYRING)
    with pytest.raises(StoreError, match="disk is full"), database.writing() as connection:  # noqa: PT012 - a transaction is several statements
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        connection.execute(insert(tables.runs), [ROW] * 20)
    with database.reading() as connection:
        assert connection.execute(tables.runs.select()).first() is None
    database.close()


def test_a_read_only_file_is_explained(sqlite_url):
    file = sqlite_url.removeprefix("sqlite:///")
    database = open_database(f"sqlite:///file:{file}?mode=ro&uri=true", KEYRING)
    with pytest.raises(StoreError, match="read-only"):
        store_on(database).runs.start("collect", "w", START)
    database.close()


def test_a_damaged_file_is_explained(sqlite_url, tmp_path):
    file = tmp_path / "section7.db"
    damaged = bytearray(file.read_bytes())
    damaged[100:8192] = b"\x7f" * (8192 - 100)
    file.write_bytes(damaged)
    with pytest.raises(StoreError, match="damaged"):
        open_store(sqlite_url, KEYRING).check_schema()


def test_wrong_sql_stays_the_bug_it_is(store):
    with pytest.raises((OperationalError, ProgrammingError)), store.database.reading() as connection:
        connection.execute(text("SELECT * FROM no_such_table"))


def test_a_refused_row_is_never_quoted(store):
    words = "Words of a client"
    with pytest.raises(StoreError, match="refused a row") as caught, store.database.writing() as connection:
        connection.execute(insert(tables.findings).values(version_id=7, clause="1", severity=9, reason=words))
    assert words not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_exception_rolls_everything_back(store):
    with pytest.raises(KeyError), store.database.writing() as connection:  # noqa: PT012 - a transaction is several statements
        connection.execute(insert(tables.runs).values(**ROW))
        raise KeyError
    with store.database.reading() as connection:
        assert connection.execute(tables.runs.select()).first() is None


def test_a_killed_process_leaves_nothing(store, database_url):
    script = (
        "import os, sys\n"
        "from sqlalchemy import insert\n"
        "from store import tables\n"
        "from store.database import open_database\n"
        "from tests.store.test_engine import ROW\n"
        "with open_database(sys.argv[1]).writing() as connection:\n"
        "    connection.execute(insert(tables.runs).values(**ROW))\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, database_url], check=False, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == -9
    assert store.runs.start("collect", "w", START) > 0
    with store.database.reading() as connection:
        assert len(connection.execute(tables.runs.select()).all()) == 1


def test_an_open_store_is_described_without_its_password(cluster):
    url = cluster.url("postgres").replace("section7@", "section7:geheim@")
    opened = open_store(url, KEYRING)
    assert "geheim" not in repr(opened)
    opened.close()


def test_sqlite_runs_as_it_must(sqlite_store):
    with sqlite_store.database.reading() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous", "secure_delete")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "synchronous": 1,
        "secure_delete": 1,
    }


def test_a_reader_does_not_wait_for_a_writer(sqlite_store):
    with sqlite_store.database.writing() as connection:
        connection.execute(insert(tables.runs).values(**ROW))
        assert person_count(sqlite_store) == 0
    person(sqlite_store)
    assert person_count(sqlite_store) == 1


def person_count(store):
    return len(store.staff.all())
