from __future__ import annotations

import pytest
from sqlalchemy import Text, func, select, text, type_coerce

from domain.audit import AuditRecord
from domain.errors import KeyLost
from domain.findings import Severity
from store.adoption import open_log
from store.columns import LOST_WORDS, give_keyring
from store.engine import open_store
from store.sealing import sealed_columns
from store.tables import findings, versions
from tests.fakes.keys import KEYRING
from tests.fakes.written import SECRET, write_record
from tests.store.records import DAY, START, active, flagged, post, visit
from vault.files import with_new_key
from vault.keyring import Keyring

NEW = with_new_key(KEYRING)
OTHER = Keyring({"k0009": b"9" * 32}, "k0009")


def raw_texts(store):
    with store.database.reading() as connection:
        return [
            value
            for column in sealed_columns()
            for value in connection.execute(select(type_coerce(column, Text)).where(column.is_not(None))).scalars()
        ]


def use(store, keyring):
    give_keyring(store.database.engine.dialect, keyring)


def test_every_sealed_column_is_found():
    named = {f"{column.table.name}.{column.name}" for column in sealed_columns()}
    assert {"versions.kept_text", "versions.kept_alts", "findings.excerpt", "review_events.note"} <= named
    assert {"reporters.name", "concerns.text", "users.totp_secret", "concern_messages.text"} <= named


def test_texts_are_counted_by_their_key_and_moved_to_the_new_one(store):
    write_record(store)
    before = store.sealing.by_key()
    assert set(before) == {"k0001"}
    use(store, NEW)
    visit(store, flagged(post("9", "Newer words.")), now=START + 3 * DAY)
    assert set(store.sealing.by_key()) == {"k0001", "k0002"}
    done = store.sealing.reseal()
    assert (done.done, done.left, done.unopened) == (before["k0001"], 0, ())
    assert set(store.sealing.by_key()) == {"k0002"}
    with store.database.reading() as connection:
        kept = connection.execute(select(versions.c.kept_text).where(versions.c.kept_text.is_not(None))).scalars().all()
    assert f"{SECRET}." in kept
    assert store.sealing.reseal().done == 0


def test_a_text_that_changed_meanwhile_is_left_to_who_changed_it(store):
    write_record(store)
    use(store, NEW)

    def meddle() -> None:
        with store.database.writing() as connection:
            connection.execute(findings.update().values(excerpt="Changed meanwhile."))

    store.sealing.reseal(between=meddle)
    with store.database.reading() as connection:
        assert set(connection.execute(select(findings.c.excerpt)).scalars()) == {"Changed meanwhile."}
    assert set(store.sealing.by_key()) == {"k0002"}


def test_what_was_stored_before_there_was_a_keyring_is_sealed(store):
    write_record(store)
    with store.database.writing() as connection:
        connection.execute(
            text("UPDATE versions SET kept_text = 'Plain words', kept_alts = '[\"A garden\"]' WHERE id = 2")
        )
        connection.execute(text("UPDATE findings SET excerpt = 'Plain excerpt' WHERE id = 1"))
    assert store.sealing.by_key()[""] == 3
    assert store.sealing.seal_stored() == 3
    assert "" not in store.sealing.by_key()
    assert not any("Plain" in raw or "garden" in raw for raw in raw_texts(store))
    with store.database.reading() as connection:
        row = connection.execute(select(versions.c["kept_text", "kept_alts"]).where(versions.c.id == 2)).one()
        assert (row.kept_text, row.kept_alts) == ("Plain words", ["A garden"])
    assert store.sealing.seal_stored() == 0


def test_a_lost_key_is_named_and_what_it_sealed_is_left_as_it_is(store):
    write_record(store)
    use(store, OTHER)
    before = raw_texts(store)
    done = store.sealing.reseal()
    assert done.done == 0
    assert done.left == len([raw for raw in before if raw])
    assert done.unopened == (str(KeyLost("k0001")),)
    assert "Put back the keyring file from its own backup" in done.unopened[0]
    assert raw_texts(store) == before


def test_with_a_lost_key_posts_are_still_read_and_findings_reported(store):
    account = active(store)
    visit(store, flagged(post("1", "Old words.")))
    use(store, OTHER)
    applied = visit(store, flagged(post("2", "New words.")), now=START + DAY)
    assert len(applied.findings) == 1
    excerpts = [finding.excerpt for finding in store.findings.all()]
    assert excerpts == [LOST_WORDS, "The ▒▒▒ have turned red."]
    assert len(store.findings.seen_between(START, START + 2 * DAY)) == 2
    with pytest.raises(KeyLost, match="k0001"):
        list(store.findings.kept_for_rescore())
    use(store, KEYRING)
    assert LOST_WORDS not in [finding.excerpt for finding in store.findings.all()][:1]
    assert store.accounts.withdraw(account.id, "Maren Okafor", START + 3 * DAY).findings == 2
    assert not store.findings.open_before(START + 9 * DAY, Severity.S1)


def test_words_are_never_bound_while_they_cannot_be_read(store):
    write_record(store)
    use(store, OTHER)
    with store.record.snapshot() as record:
        excerpts = list(record.records("excerpt"))
    assert excerpts
    assert all(each.facts is None and "k0001" in each.problem for each in excerpts)


def test_what_is_older_than_the_log_is_bound_once(database_url):
    store = open_store(database_url, KEYRING)
    try:
        write_record(store)
        with store.database.writing() as connection:
            if store.database.on_sqlite:
                for name in ("no_update", "no_delete", "no_replace"):
                    connection.execute(text(f"DROP TRIGGER tr_audit_{name}"))
            else:
                connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text("DELETE FROM audit"))
            for table in ("versions", "findings", "digests", "deliveries"):
                connection.execute(text(f"UPDATE {table} SET salt = NULL"))
        count = open_log(store.database, START + DAY)
        events = [entry.record.event for entry in store.audit.entries()]
        assert count > 0
        assert events == ["record.opened", "record.adopted"]
        with store.database.reading() as connection:
            unsalted = select(func.count()).select_from(findings).where(findings.c.salt.is_(None))
            assert connection.execute(unsalted).scalar_one() == 0
        store.audit.record(AuditRecord(START, "command", "export.made"))
        assert open_log(store.database, START + DAY) == 0
    finally:
        store.close()
