from __future__ import annotations

import shutil
import sqlite3
import stat
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, delete, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

import migrations
from domain.errors import SchemaTooNew, StoreError
from domain.reporting import UNLOGGED, DeliveryKind
from migrations.rendering import ours_only
from migrations.upgrade import _one_process, current, downgrade, head, revise, upgrade
from store import tables
from store.database import open_database
from store.engine import open_store
from tests.fakes.keys import KEYRING
from tests.store.records import START, active, clean, flagged, post, visit

SHIPPED = Path(migrations.__file__).parent / "versions"
HEADER = "import sqlalchemy as sa\nfrom alembic import op\nfrom migrations.rebuild import altering\n"


def next_migration(folder, body, revision=None):
    """A folder with all shipped migrations and one more."""
    revision = revision or f"{int(head()) + 1:04d}"
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    (folder / f"{revision}_next.py").write_text(
        f"{HEADER}revision = {revision!r}\ndown_revision = {head()!r}\n"
        f"def upgrade():\n{lines}\ndef downgrade():\n    pass\n"
    )
    return folder


def filled(url):
    """A practice with rows in every table that hangs on accounts."""
    store = open_store(url, KEYRING)
    account = active(store)
    visit(store, clean(post("1")), flagged(post("2")))
    store.close()
    return account


def contents(url):
    """Every row of every table of ours."""
    database = open_database(url, KEYRING)
    with database.reading() as connection:
        found = {
            table.name: connection.execute(select(*table.c).order_by(*table.primary_key.columns)).all()
            for table in tables.metadata.sorted_tables
        }
    database.close()
    return found


def schema(url):
    """The schema as the database tells it: columns, constraints, indexes."""
    database = open_database(url, KEYRING)
    with database.reading() as connection:
        asked = inspect(connection)
        told = {name: facts(asked, name) for name in asked.get_table_names() if name != "alembic_version"}
    database.close()
    return told


def facts(asked, table):
    def by_name(rows):
        return sorted(([(key, told(value)) for key, value in sorted(row.items())] for row in rows), key=repr)

    def told(value):
        return {key: str(inner) for key, inner in value.items()} if isinstance(value, dict) else repr(value)

    return {
        "columns": {column["name"]: (str(column["type"]), column["nullable"]) for column in asked.get_columns(table)},
        "checks": by_name(asked.get_check_constraints(table)),
        "uniques": by_name(asked.get_unique_constraints(table)),
        "keys": by_name(asked.get_foreign_keys(table)),
        "indexes": by_name(asked.get_indexes(table)),
        "primary": sorted(asked.get_pk_constraint(table)["constrained_columns"]),
    }


def triggers(url):
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    if url.startswith("postgresql"):
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    database = open_database(url, KEYRING)
    with database.reading() as connection:
        names = connection.execute(text(query)).scalars().all()
    database.close()
    return names


def test_an_empty_database_is_brought_to_the_newest_schema_and_stays(empty_url):
    assert current(empty_url) is None
    assert upgrade(empty_url) == head() == current(empty_url)
    assert upgrade(empty_url) == head()
    store = open_store(empty_url, KEYRING)
    store.check_schema()
    store.close()


def test_down_and_up_again_leaves_the_same_schema(empty_url):
    upgrade(empty_url)
    first = schema(empty_url), triggers(empty_url)
    downgrade(empty_url, "base")
    assert current(empty_url) is None
    assert schema(empty_url) == {}
    assert triggers(empty_url) == []
    upgrade(empty_url)
    assert (schema(empty_url), triggers(empty_url)) == first


def test_the_migrations_and_the_tables_do_not_drift(empty_url):
    upgrade(empty_url)
    database = open_database(empty_url, KEYRING)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": ours_only})
        assert compare_metadata(context, tables.metadata) == []
    database.close()


def test_the_migrations_make_what_the_tables_say_down_to_checks_and_indexes(empty_url, tmp_path, request):
    """`compare_metadata` looks at no CHECK and no partial index: so build both and compare what the database says."""
    upgrade(empty_url)
    if empty_url.startswith("sqlite"):
        assert schema(empty_url) == created(f"sqlite:///{tmp_path}/created.db")
        return
    with request.getfixturevalue("cluster").database() as other:
        assert schema(empty_url) == created(other)


def created(url):
    database = open_database(url, KEYRING)
    with database.writing() as connection:
        tables.metadata.create_all(connection)
    database.close()
    return schema(url)


def test_mails_survive_the_step_that_allows_a_new_kind_and_the_way_back(database_url):
    store = open_store(database_url, KEYRING)
    for kind in DeliveryKind:
        store.deliveries.enqueue(kind, "k", "a@example.org", f"<{kind}>", START)
    store.close()
    mails = contents(database_url)["deliveries"]

    downgrade(database_url, "0002")
    upgrade(database_url)

    # What the log's digest is salted with came with a later step, and goes with it.
    back = [row[:-1] for row in contents(database_url)["deliveries"]]
    assert back == [row[:-1] for row in mails if row.kind not in UNLOGGED]
    assert len(mails) == len(DeliveryKind)


def test_turns_at_hosts_go_with_the_step_back_and_everything_else_stays(database_url):
    filled(database_url)
    store = open_store(database_url, KEYRING)
    store.hosts.hold("h" * 64, START + timedelta(days=1), START)
    store.close()
    rows = contents(database_url)
    assert rows["hosts"]

    downgrade(database_url, "0005")
    upgrade(database_url)

    assert contents(database_url) == rows | {"hosts": []}


def test_no_step_back_shows_to_others_what_only_the_author_may_see(database_url):
    filled(database_url)
    database = open_database(database_url, KEYRING)
    with database.writing() as connection:
        connection.execute(insert(tables.author_only).values(platform="mastodon"))
    with pytest.raises(StoreError, match="only their author"):
        downgrade(database_url, "0005")
    # As far back as nothing is shown: programs of that schema know what to hide.
    assert current(database_url) == "0006"
    with database.writing() as connection:
        connection.execute(delete(tables.findings))
    database.close()
    downgrade(database_url, "0005")
    assert current(database_url) == "0005"


def test_tables_of_others_are_left_alone(empty_url):
    upgrade(empty_url)
    database = open_database(empty_url, KEYRING)
    with database.writing() as connection:
        Table("procrastinate_jobs", MetaData(), Column("id", Integer)).create(connection)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours_only})
        assert compare_metadata(context, tables.metadata) == []
    database.close()


REBUILDS = [
    """with altering('accounts') as batch:
    batch.add_column(sa.Column('note', sa.Text()))
    batch.alter_column('handle', type_=sa.String(900))""",
    """with altering('ledger') as batch:
    batch.add_column(sa.Column('note', sa.Text()))
    batch.alter_column('actor', type_=sa.String(900))""",
    """with altering('posts') as batch:
    batch.alter_column('url', type_=sa.String(900))""",
]


@pytest.mark.parametrize("body", REBUILDS, ids=["accounts", "ledger", "posts"])
def test_altering_a_parent_table_keeps_rows_triggers_and_constraints(database_url, tmp_path, body):
    filled(database_url)
    rows, shape, guards = contents(database_url), schema(database_url), triggers(database_url)
    assert all(rows[name] for name in ("ledger", "posts", "versions", "findings", "checks"))
    assert upgrade(database_url, versions=next_migration(tmp_path / "versions", body)) == f"{int(head()) + 1:04d}"
    assert contents(database_url) == rows
    assert triggers(database_url) == guards
    after = schema(database_url)
    for name, told in shape.items():
        assert {key: value for key, value in after[name].items() if key != "columns"} == {
            key: value for key, value in told.items() if key != "columns"
        }


def test_a_rebuilt_table_still_never_gives_a_number_twice(sqlite_url, tmp_path):
    account = filled(sqlite_url)
    upgrade(sqlite_url, versions=next_migration(tmp_path / "versions", REBUILDS[0]))
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        (made_by,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'accounts'").fetchone()
        (last,) = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'accounts'").fetchone()
    assert "AUTOINCREMENT" in made_by
    assert last == account.id


def test_the_ledger_still_refuses_change_after_it_was_rebuilt(database_url, tmp_path):
    filled(database_url)
    upgrade(database_url, versions=next_migration(tmp_path / "versions", REBUILDS[1]))
    database = open_database(database_url, KEYRING)
    with pytest.raises(StoreError), database.writing() as connection:
        connection.execute(text("DELETE FROM ledger"))
    database.close()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("op.execute('DELETE FROM no_such_table')", DBAPIError),
        ("raise RuntimeError('in the middle')", RuntimeError),
    ],
)
def test_a_migration_that_fails_leaves_what_was(database_url, tmp_path, body, error):
    filled(database_url)
    rows, shape = contents(database_url), schema(database_url)
    folder = next_migration(tmp_path / "versions", f"op.execute('CREATE TABLE half (x INTEGER)')\n{body}")
    with pytest.raises(error):
        upgrade(database_url, versions=folder)
    assert (contents(database_url), schema(database_url)) == (rows, shape)
    assert current(database_url) == head()


def test_a_migration_that_loses_the_ledgers_triggers_is_undone(sqlite_url, tmp_path):
    filled(sqlite_url)
    guards = triggers(sqlite_url)
    body = "with op.batch_alter_table('ledger') as batch:\n    batch.alter_column('actor', type_=sa.String(900))"
    with pytest.raises(StoreError, match=r"append-only\. Undone"):
        upgrade(sqlite_url, versions=next_migration(tmp_path / "versions", body))
    assert triggers(sqlite_url) == guards
    assert current(sqlite_url) == head()


@pytest.mark.postgres
def test_a_migration_that_drops_the_ledgers_triggers_is_undone_on_postgresql(postgres_url, tmp_path):
    body = "op.execute('DROP TRIGGER tr_ledger_no_change ON ledger')"
    with pytest.raises(StoreError, match=r"append-only\. Undone"):
        upgrade(postgres_url, versions=next_migration(tmp_path / "versions", body))
    assert len(triggers(postgres_url)) == 4


def test_a_migration_that_leaves_orphans_is_undone(sqlite_url, tmp_path):
    filled(sqlite_url)
    rows = contents(sqlite_url)
    with pytest.raises(StoreError, match="point nowhere, in: versions"):
        upgrade(sqlite_url, versions=next_migration(tmp_path / "versions", "op.execute('DELETE FROM posts')"))
    assert contents(sqlite_url) == rows


def test_four_upgrades_at_once_are_one(empty_url):
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(upgrade, [empty_url] * 4)) == {head()}
    assert current(empty_url) == head()


def test_four_processes_that_upgrade_at_once_are_one(empty_url):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert set(pool.map(upgrade, [empty_url] * 4)) == {head()}
    assert current(empty_url) == head()


@pytest.mark.parametrize("body", ["pass", "raise RuntimeError('half way')"])
def test_no_lock_file_stays_whether_it_went_well_or_not(sqlite_url, tmp_path, body):
    (tmp_path / "section7.db.migrating").touch()  # a process died here once
    filled(sqlite_url)
    with suppress(RuntimeError):
        upgrade(sqlite_url, versions=next_migration(tmp_path / "versions", body))
    assert not list(tmp_path.glob("*.migrating"))


def test_who_waits_for_a_lock_that_is_removed_waits_for_the_next(sqlite_url, tmp_path):
    """The first holder removes the file while the second waits for it; a third makes a new one: never two at once."""
    lock = tmp_path / "section7.db.migrating"
    inside, most = [], []

    def hold(number):
        with _one_process(sqlite_url):
            inside.append(number)
            most.append(len(inside))
            assert lock.exists()
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hold, range(200)))
    assert set(most) == {1}
    assert len(most) == 200
    assert not lock.exists()


def test_a_newer_database_is_left_alone(database_url):
    database = open_database(database_url, KEYRING)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(SchemaTooNew, match="9999"):
        upgrade(database_url)


def test_a_file_with_rows_is_copied_first(sqlite_url, tmp_path):
    filled(sqlite_url)
    rows = contents(sqlite_url)
    upgrade(sqlite_url, versions=next_migration(tmp_path / "versions", "op.execute('DELETE FROM checks')"))
    backup = tmp_path / "section7.db.backup"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert contents(sqlite_url)["checks"] == []
    assert contents(f"sqlite:///{backup}") == rows
    assert current(f"sqlite:///{backup}") == head()


def test_nothing_is_copied_when_nothing_is_pending_or_nothing_is_there(sqlite_url, tmp_path):
    upgrade(sqlite_url, versions=next_migration(tmp_path / "versions", "pass"))
    filled(sqlite_url)
    upgrade(sqlite_url, versions=tmp_path / "versions")
    assert not list(tmp_path.glob("*.backup"))


def test_without_room_for_a_backup_nothing_is_migrated(sqlite_url, tmp_path):
    filled(sqlite_url)
    (tmp_path / "section7.db.backup").mkdir()
    with pytest.raises(StoreError, match="nothing was migrated"):
        upgrade(sqlite_url, versions=next_migration(tmp_path / "versions", "pass"))
    assert current(sqlite_url) == head()


def test_a_new_migration_starts_with_the_rules(sqlite_url, tmp_path):
    versions = tmp_path / "versions"
    shutil.copytree(SHIPPED, versions, ignore=shutil.ignore_patterns("__pycache__"))
    database = open_database(sqlite_url, KEYRING)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE staff DROP COLUMN created_at"))
    database.close()
    made = revise(sqlite_url, "give staff their date back", versions=versions)
    written = made.read_text()
    assert made.name == f"{int(head()) + 1:04d}_give_staff_their_date_back.py"
    assert "migrations.rebuild.altering" in written
    assert "sa.DateTime(timezone=True)" in written
    compile(written, made.name, "exec")


def test_every_shipped_migration_is_numbered_in_order():
    names = sorted(path.name[:4] for path in SHIPPED.glob("*.py"))
    assert names == [f"{number:04d}" for number in range(1, len(names) + 1)]
    assert names[-1] == head()
