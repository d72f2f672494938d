from __future__ import annotations

import json
import stat
import zipfile
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from domain.audit import AuditRecord
from domain.errors import UsageError
from monitor.app import KEY_BYTES
from monitor.backup import CONTENTS, back_up
from monitor.config import load_config
from monitor.examples import CONFIG, POLICY, example
from monitor.heads import Signing, sign_due
from monitor.restoring import restore
from monitor.verifying import verify_store
from store.columns import give_keyring
from store.dump import numbers, table_names
from store.engine import open_store
from store.record_tables import metadata
from tests.fakes.keys import KEYRING
from tests.fakes.written import SECRET, write_record
from tests.store.records import DAY, START, active, flagged, post, visit
from vault.files import read_keyring, write_keyring
from vault.signing import make_signing_key, read_signing_key

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
WORDS = "five maples by the old mill"


@pytest.fixture
def installation(tmp_path):
    """A folder with everything that an installation has beside its database."""
    folder = tmp_path / "running"
    (folder / "archive" / "weeks").mkdir(parents=True)
    (folder / "archive" / "weeks" / "2026-W46.html").write_text("<p>A week</p>")
    (folder / "config.toml").write_text(example(CONFIG))
    (folder / "policy.toml").write_text(example(POLICY))
    (folder / "section7.key").write_text("ab" * KEY_BYTES)
    write_keyring(folder / "section7.keyring", KEYRING)
    make_signing_key(folder / "section7.signing")
    return load_config(folder / "config.toml", {})


@pytest.fixture
def running(store, installation):
    write_record(store)
    signing = read_signing_key(installation.signing_key_file)
    sign_due(Signing(store, signing, installation.heads_file), NOW)
    return store


@pytest.fixture
def made(running, installation, tmp_path):
    out = tmp_path / "backups" / "one.zip"
    back_up(installation, running, out, now=NOW, passphrase=WORDS)
    return out


def everything(store):
    """Every row of every table that lasts, as it is stored."""
    with store.database.reading() as connection:
        found = {}
        for name in table_names():
            table = metadata.tables[name]
            query = select(table).order_by(*table.primary_key.columns)
            found[name] = [tuple(row) for row in connection.execute(query)]
    return found


def given_numbers(store):
    with store.database.reading() as connection:
        return numbers(connection)


TARGETS = [pytest.param("empty_sqlite", id="to-sqlite"), pytest.param("empty_postgres", id="to-postgres")]


@pytest.fixture
def target(request, tmp_path):
    if request.param == "empty_sqlite":
        yield f"sqlite:///{tmp_path / 'other.db'}"
        return
    with request.getfixturevalue("cluster").database() as url:
        yield url


@pytest.mark.parametrize("target", TARGETS, indirect=True)
def test_what_is_restored_is_complete_on_either_database_from_either(running, made, target, tmp_path):
    before = everything(running)
    done = restore(made, tmp_path / "new", now=NOW, database=target, passphrase=WORDS)
    assert done.verdict.found.flaws == []
    assert done.missing == ()
    again = open_store(target, read_keyring(tmp_path / "new" / "section7.keyring"))
    try:
        after = everything(again)
        restored_line = after["audit"].pop()
        assert restored_line[3] == "backup.restored"
        assert after == before
        assert SECRET in repr(after["versions"])
        assert given_numbers(again) == given_numbers(running)
    finally:
        again.close()


@pytest.mark.parametrize("target", TARGETS, indirect=True)
def test_a_restored_installation_goes_on_and_gives_no_number_twice(running, made, target, tmp_path):
    given = {entry.record.subject for entry in running.audit.entries() if entry.record.event == "finding.made"}
    restore(made, tmp_path / "new", now=NOW, database=target, passphrase=WORDS)
    again = open_store(target, KEYRING)
    try:
        account = active(again, now=START + 9 * DAY)
        applied = visit(
            again,
            flagged(post("77", "Words of a later day.", published_at=START + 10 * DAY)),
            of=account,
            now=START + 10 * DAY,
        )
        assert applied.findings
        assert not {f"finding:{number}" for number in applied.findings} & given
        key = read_signing_key(tmp_path / "new" / "section7.signing")
        assert verify_store(again, key.public).found.flaws == []
        again.audit.record(AuditRecord(NOW, "command", "export.made"))
    finally:
        again.close()


def test_files_come_back_where_the_configuration_wants_them(made, installation, tmp_path):
    new = tmp_path / "new"
    restore(made, new, now=NOW, database=f"sqlite:///{tmp_path / 'o.db'}", passphrase=WORDS)
    for name in ("config.toml", "policy.toml", "section7.key", "section7.keyring", "section7.signing"):
        assert (new / name).read_text() == (installation.file.parent / name).read_text()
        assert stat.S_IMODE((new / name).stat().st_mode) == 0o600
    assert (new / "archive" / "weeks" / "2026-W46.html").read_text() == "<p>A week</p>"
    assert (new / "archive.heads.jsonl").read_text() == installation.heads_file.read_text()
    assert load_config(new / "config.toml", {}).keyring_file == new / "section7.keyring"


def test_a_backup_holds_no_words_and_no_keys_in_clear(made, running, installation):
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    with zipfile.ZipFile(made) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert SECRET.encode() not in content
    for secret in (
        installation.key_file.read_bytes(),
        installation.signing_key_file.read_bytes().splitlines()[1],
        installation.keyring_file.read_bytes().splitlines()[4],
    ):
        assert secret.strip() not in content


def test_without_keys_the_rest_is_restored_and_what_is_missing_is_said(running, installation, tmp_path):
    out = tmp_path / "bare.zip"
    assert back_up(installation, running, out, now=NOW).keys == ("k0001",)
    with pytest.raises(UsageError, match="made without its keys"):
        restore(out, tmp_path / "new", now=NOW, database=f"sqlite:///{tmp_path / 'o.db'}", passphrase=WORDS)
    done = restore(out, tmp_path / "new", now=NOW, database=f"sqlite:///{tmp_path / 'o.db'}")
    assert done.verdict.well
    assert done.verdict.found.unopened == 8
    assert "keys k0001" in done.missing[0]
    assert "signing key" in done.missing[2]
    assert not (tmp_path / "new" / "section7.keyring").exists()


def test_nothing_is_overwritten(running, installation, made, tmp_path, store):
    with pytest.raises(UsageError, match="nothing is overwritten"):
        back_up(installation, running, made, now=NOW)
    new = tmp_path / "full"
    new.mkdir()
    (new / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something already"):
        restore(made, new, now=NOW, database=f"sqlite:///{tmp_path / 'o.db'}", passphrase=WORDS)
    assert [each.name for each in new.iterdir()] == ["mine.txt"]
    rows, url = everything(running), running.database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(UsageError, match="holds something already"):
        restore(made, tmp_path / "new", now=NOW, database=url, passphrase=WORDS)
    assert everything(running) == rows
    assert not (tmp_path / "new").exists()


def test_a_damaged_or_strange_file_is_refused_and_nothing_is_left_behind(made, tmp_path):
    url = f"sqlite:///{tmp_path / 'o.db'}"
    raw = made.read_bytes()
    with zipfile.ZipFile(made) as archive:
        middle = archive.getinfo("tables/audit.jsonl").header_offset + 300
    for number, content in enumerate(
        (raw[:-200], b"no archive", raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :])
    ):
        broken = tmp_path / f"broken{number}.zip"
        broken.write_bytes(content)
        with pytest.raises(UsageError, match=r"damaged|not whole"):
            restore(broken, tmp_path / "new", now=NOW, database=url, passphrase=WORDS)
        assert not (tmp_path / "new").exists()
    with pytest.raises(UsageError, match="There is no backup"):
        restore(tmp_path / "none.zip", tmp_path / "new", now=NOW)
    with pytest.raises(UsageError, match="passphrase is another one"):
        restore(made, tmp_path / "new", now=NOW, database=url, passphrase="another passphrase")


def rewritten(file, out, **changed):
    """The same backup with other contents, its own list of digests kept as it says."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "x") as new:
        for name in old.namelist():
            content = json.loads(old.read(name)) | changed if name == CONTENTS else None
            new.writestr(name, json.dumps(content) if content is not None else old.read(name))


def test_a_backup_of_another_schema_is_left_to_its_own_version(made, tmp_path):
    rewritten(made, tmp_path / "old.zip", schema="0003", version="0.0.9")
    with pytest.raises(UsageError, match=r"Restore it with Section7 0\.0\.9"):
        restore(tmp_path / "old.zip", tmp_path / "new", now=NOW)


def test_a_backup_of_a_record_that_was_tampered_with_is_restored_and_called_broken(running, installation, tmp_path):
    with running.database.writing() as connection:
        connection.execute(text("UPDATE deliveries SET recipient = 'other@example.org' WHERE id = 1"))
    out = tmp_path / "two.zip"
    back_up(installation, running, out, now=NOW, passphrase=WORDS)
    url = f"sqlite:///{tmp_path / 'o.db'}"
    done = restore(out, tmp_path / "new", now=NOW, database=url, passphrase=WORDS)
    assert str(done.verdict.found.flaws[0]).startswith("delivery 1: it is not what the log was told")


def test_a_backup_that_cannot_be_loaded_leaves_an_empty_database(made, tmp_path, cluster):
    counts = json.loads(zipfile.ZipFile(made).read(CONTENTS))["tables"]
    rewritten(made, tmp_path / "lacking.zip", tables=counts | {"staff": 999})
    with cluster.database() as url:
        with pytest.raises(UsageError, match="lacks rows of staff"):
            restore(tmp_path / "lacking.zip", tmp_path / "new", now=NOW, database=url, passphrase=WORDS)
        assert not (tmp_path / "new").exists()
        restore(made, tmp_path / "new", now=NOW, database=url, passphrase=WORDS)


def test_words_open_again_once_the_keyring_is_back(running, installation, tmp_path):
    out, url = tmp_path / "bare.zip", f"sqlite:///{tmp_path / 'o.db'}"
    back_up(installation, running, out, now=NOW)
    restore(out, tmp_path / "new", now=NOW, database=url)
    again = open_store(url, KEYRING)
    give_keyring(again.database.engine.dialect, KEYRING)
    assert verify_store(again, read_signing_key(installation.signing_key_file).public).found.flaws == []
    again.close()
