from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.audit import AuditRecord
from domain.errors import UsageError
from domain.heads import head_of
from monitor.heads import Signing, read_heads, sign_due
from vault.signing import new_signing_key

NOW = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def signing(store, tmp_path):
    return Signing(store, new_signing_key(), tmp_path / "archive.heads.jsonl")


def happened(store, number=1):
    return store.audit.record(AuditRecord(NOW, "command", "run.finished", f"run:{number}"))


def test_the_newest_line_is_signed_once_a_day(store, signing):
    assert sign_due(signing, NOW) is None
    entry = happened(store)
    head = sign_due(signing, NOW)
    assert (head.seq, head.hash, head.day.isoformat()) == (entry.seq, entry.hash, "2026-11-02")
    assert signing.key.public.verifies(head.signature, head.signed)
    happened(store, 2)
    assert sign_due(signing, NOW + timedelta(minutes=5)) is None
    assert sign_due(signing, NOW + timedelta(hours=1)).seq == 2
    assert [each.seq for each in store.heads.all()] == [1, 2]
    assert head_of(store.heads.newest().to_json()) == store.heads.newest()


def test_the_file_gets_each_head_once_and_what_it_missed(store, signing):
    happened(store)
    folder = signing.file.parent / "away"
    with pytest.raises(UsageError, match="cannot be written"):
        sign_due(Signing(store, signing.key, folder / "heads.jsonl"), NOW)
    sign_due(signing, NOW)
    sign_due(signing, NOW)
    sign_due(signing, NOW + DAY)
    assert read_heads(signing.file) == store.heads.all()
    assert len(signing.file.read_text().splitlines()) == 2


def test_a_line_that_is_no_head_is_named(store, signing):
    happened(store)
    sign_due(signing, NOW)
    signing.file.write_text(signing.file.read_text() + '{"day": ')
    with pytest.raises(UsageError, match="Line 2"):
        sign_due(signing, NOW + DAY)


def test_a_time_stamp_is_asked_for_until_it_comes_and_kept(store, signing):
    happened(store)
    answers = iter(["", "dG9rZW4="])
    asked = []

    def stamp(content: bytes) -> str:
        asked.append(content)
        return next(answers)

    tools = Signing(store, signing.key, signing.file, stamp)
    head = sign_due(tools, NOW)
    assert store.heads.newest().time_stamp == ""
    sign_due(tools, NOW)
    sign_due(tools, NOW)
    assert store.heads.newest().time_stamp == "dG9rZW4="
    assert asked == [head.stamped] * 2
    assert store.heads.newest().signature == head.signature


def test_two_processes_sign_one_head(store, signing):
    happened(store)
    other = Signing(store, new_signing_key(), signing.file)
    assert sign_due(signing, NOW) is not None
    assert sign_due(other, NOW) is None
    assert len(store.heads.all()) == 1
