"""The append-only log on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.audit import GENESIS, AuditRecord, LogFilter, line_hash
from store.audit import Trail, append, append_all

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
    # PostgreSQL's own message may quote a row, so the store names the refusal alone.
    with pytest.raises(Exception, match=r"append-only|RestrictViolation"), store.database.writing() as connection:
        connection.execute(text(statement))
    assert len(tuple(store.audit.entries())) == 1


def test_lines_of_one_transaction_are_appended_together_in_their_order(store):
    before = store.audit.record(record(1))
    with store.database.writing() as connection:
        added = append_all(connection, [record(2), record(3)])
        assert append_all(connection, []) == ()
    assert [entry.seq for entry in added] == [2, 3]
    assert (added[0].previous, added[1].previous) == (before.hash, added[0].hash)
    assert tuple(store.audit.entries())[1:] == added


def test_a_trail_is_written_once_and_in_order(store):
    trail = Trail(AT, "user:3")
    trail.note("finding.made", "finding:1", severity=4)
    trail.note("post.gone", "post:2")
    with store.database.writing() as connection:
        trail.write(connection)
        trail.write(connection)
    told = [(entry.record.actor, entry.record.event, entry.record.details) for entry in store.audit.entries()]
    assert told == [("user:3", "finding.made", {"severity": 4}), ("user:3", "post.gone", {})]


def test_the_log_is_read_newest_first_in_pages_and_narrowed(store):
    at = AT
    events = ("run.finished", "running.x", "r_n.x", "hold.placed", "run.finished")
    for number, event in enumerate(events):
        store.audit.record(AuditRecord(at + timedelta(days=number), f"user:{number % 2}", event, f"run:{number}"))

    def found(**wanted):
        return [entry.seq for entry in store.audit.page(LogFilter(**wanted)).entries]

    first = store.audit.page(LogFilter(), limit=3)
    rest = store.audit.page(LogFilter(), before=first.older, limit=3)
    assert [entry.seq for entry in (*first.entries, *rest.entries)] == [5, 4, 3, 2, 1]
    assert (first.older, rest.older) == (3, None)
    assert found(kind="run") == [5, 1]
    assert found(kind="r_n") == [3]
    assert found(kind="run", since=at + timedelta(days=1)) == [5]
    assert found(until=at + timedelta(days=1)) == [1]
    assert found(actor="user:1") == [4, 2]
    assert found(subject="run:3") == [4]
