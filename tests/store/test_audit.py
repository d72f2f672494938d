"""The append-only log on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from domain.audit import GENESIS, AuditRecord, line_hash
from domain.errors import StoreError
from store.audit import append

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)


def record(number: int) -> AuditRecord:
    return AuditRecord(
        AT, "command", "run.finished", f"run:{number}", {"read": number, "words": "caf\u00e9 \x00 \ud800"}
    )


def test_each_line_names_the_hash_of_the_one_before(store):
    first, second = store.audit.record(record(1)), store.audit.record(record(2))
    assert (first.previous, second.previous) == (GENESIS, first.hash)
    assert tuple(store.audit.entries()) == (first, second)
    assert store.audit.newest() == second
    for entry in store.audit.entries():
        assert line_hash(entry.seq, entry.record, entry.previous) == entry.hash


def test_a_line_that_is_not_committed_leaves_no_gap(store):
    def fail(entry) -> None:
        raise LookupError(entry.seq)

    with pytest.raises(LookupError), store.database.writing() as connection:
        fail(append(connection, record(1)))
    assert store.audit.record(record(2)).seq == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "UPDATE audit SET seq = 7"],
)
def test_no_line_can_be_changed_or_removed(store, statement):
    store.audit.record(record(1))
    with pytest.raises(Exception, match="append-only") as raised, store.database.writing() as connection:
        connection.execute(text(statement))
    assert isinstance(raised.value, StoreError) or "append-only" in str(raised.value)
    assert len(tuple(store.audit.entries())) == 1
