"""What a false alarm teaches the policy's file."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.policy import load_policy, parse_policy
from domain.errors import UsageError
from domain.findings import Accepted, Clause, Endorsement
from monitor.examples import POLICY, example
from monitor.teaching import as_toml, teach
from store.engine import Store

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PHRASE = Accepted("ask me about the winter workshop", Clause.SEPARATION, "Rory Quill", "Our wording", date(2026, 12, 1))
ITEM = Endorsement("Winter Workbook", None, date(2027, 2, 28))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "policy.toml"
    made.write_text(example(POLICY), encoding="utf-8")
    made.chmod(0o640)
    return made


@pytest.mark.parametrize("lesson", [PHRASE, ITEM])
def test_it_stands_in_the_policy_and_everything_else_stays(file: Path, sqlite_store: Store, lesson: object) -> None:
    before = load_policy(file)
    after = teach(file, sqlite_store, lesson, "user:2", NOW)
    assert load_policy(file) == after
    assert lesson in (*after.accepted, *after.register.endorsements)
    assert after.version != before.version
    assert file.read_text(encoding="utf-8").startswith(example(POLICY).rstrip())
    assert file.stat().st_mode & 0o777 == 0o640
    record = sqlite_store.audit.newest().record
    assert (record.event, record.actor) == ("policy.changed", "user:2")
    assert record.details["before"] == before.version
    assert record.details["after"] == after.version
    assert "Winter" not in str(record.details)
    assert "winter" not in str(record.details)


def test_the_same_is_not_added_twice(file: Path, sqlite_store: Store) -> None:
    teach(file, sqlite_store, PHRASE, "user:2", NOW)
    with pytest.raises(UsageError, match="already"):
        teach(file, sqlite_store, PHRASE, "user:2", NOW)


def test_a_policy_that_cannot_take_it_is_left_as_it_is(file: Path, sqlite_store: Store) -> None:
    text = example(POLICY).replace("[[register.endorsements]]", "[[other]]")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"policy\.toml by hand"):
        teach(file, sqlite_store, ITEM, "user:2", NOW)
    assert file.read_text(encoding="utf-8") == text
    assert sqlite_store.audit.newest() is None


def test_a_phrase_that_the_policy_refuses_is_told(file: Path, sqlite_store: Store) -> None:
    with pytest.raises(UsageError, match="by hand"):
        teach(file, sqlite_store, Accepted("...", Clause.SEPARATION, "Rory Quill", "No words"), "user:2", NOW)
    assert load_policy(file) == parse_policy(example(POLICY), "policy.toml")


def test_a_file_that_cannot_be_written_is_told(file: Path, sqlite_store: Store) -> None:
    (file.parent / "policy.toml.new").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        teach(file, sqlite_store, PHRASE, "user:2", NOW)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=50))
def test_whatever_is_typed_stays_one_value(typed: str) -> None:
    text = example(POLICY) + "\n" + as_toml(Endorsement(f"Book {typed} end"))
    items = [one.item for one in parse_policy(text, "policy.toml").register.endorsements]
    assert " ".join(f"Book {typed} end".split()) == " ".join(items[-1].split())
