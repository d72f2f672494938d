"""The console's check of the record: the same as `section7 verify`, one at a time, and bounded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.audit import AuditRecord
from domain.errors import UsageError
from monitor.checking import Checker
from monitor.heads import Signing, sign_due
from store.engine import Store
from tests.fakes.written import write_record
from vault.signing import make_signing_key, read_signing_key

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def checker(store: Store, tmp_path: Path) -> Checker:
    file, heads = tmp_path / "section7.signing", tmp_path / "archive.heads.jsonl"
    make_signing_key(file)
    write_record(store)
    sign_due(Signing(store, read_signing_key(file), heads), NOW)
    return Checker(store, file, heads)


def test_a_whole_record_is_found_whole_as_often_as_it_is_checked(checker: Checker) -> None:
    for _ in range(2):
        verdict = checker()
        assert verdict.well
        assert verdict.found.lines == verdict.seq > 0
        assert verdict.found.heads == 1


def test_a_record_that_lost_something_is_found_broken(checker: Checker) -> None:
    with checker.store.database.writing() as connection:
        connection.execute(text("DELETE FROM audit_heads"))

    assert [flaw.what for flaw in checker().found.flaws] == [
        "the database has another head for this day, or none any more"
    ]


def test_a_log_too_long_is_left_to_the_command_line(checker: Checker) -> None:
    checker.store.audit.record(AuditRecord(NOW, "section7", "run.finished", "run:9"))

    with pytest.raises(UsageError, match="section7 verify"):
        replace(checker, most=1)()


def test_two_checks_at_once_do_not_run(checker: Checker) -> None:
    class Waiting:
        """A log whose newest line is asked for while another check already runs."""

        def newest(self) -> None:
            assert checker._busy.acquire(blocking=False)

    busy = replace(checker, store=replace(checker.store, audit=Waiting()))

    with pytest.raises(UsageError, match="just now"):
        busy()
    checker._busy.release()
    assert checker().well


def test_without_the_public_key_it_says_what_to_do(checker: Checker) -> None:
    with pytest.raises(UsageError, match="section7 init"):
        replace(checker, signing_key=checker.signing_key.with_name("other"))()
