from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.errors import ConfigError
from monitor.settings import tell_detector, tell_file

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
KEY = b"k" * 32
FIRST = """
[practice]
name = "Larkspur Bend Counseling"
[[speakers]]
name = "Imani Okafor"
topics = ["opening hours"]
"""


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text(FIRST)
    return file


def told(store):
    return [entry.record for entry in store.audit.entries()]


def test_a_file_is_told_once_and_again_when_it_changes_by_the_names_of_its_keys(store, file):
    assert tell_file(store.audit, "policy", file, KEY, NOW)
    assert not tell_file(store.audit, "policy", file, KEY, NOW)
    file.write_text(FIRST.replace("opening hours", "fees") + '[[speakers]]\nname = "Tess Arroway"\n')
    assert tell_file(store.audit, "policy", file, KEY, NOW)
    first, second = told(store)
    assert (first.event, first.details["old"], first.details["changed"]) == ("policy.changed", "", [])
    assert second.details["old"] == first.details["new"]
    assert second.details["changed"] == ["speakers[0].topics", "speakers[1].name"]


def test_no_value_is_told(store, file):
    tell_file(store.audit, "policy", file, KEY, NOW)
    file.write_text(FIRST.replace("Imani Okafor", "Tess Arroway"))
    tell_file(store.audit, "policy", file, KEY, NOW)
    said = repr(told(store))
    for value in ("Okafor", "Arroway", "Larkspur", "opening hours"):
        assert value not in said
    assert told(store)[1].details["changed"] == ["speakers[0].name"]


def test_a_comment_changes_the_file_and_no_key(store, file):
    tell_file(store.audit, "config", file, KEY, NOW)
    file.write_text(f"# Reviewed.\n{FIRST}")
    assert tell_file(store.audit, "config", file, KEY, NOW)
    assert told(store)[1].details["changed"] == []


def test_a_file_that_cannot_be_read_is_an_error(store, file):
    file.write_text("[practice")
    with pytest.raises(ConfigError, match="readable TOML"):
        tell_file(store.audit, "config", file, KEY, NOW)


def test_another_detector_is_told(store):
    assert tell_detector(store.audit, "aaaa", NOW)
    assert not tell_detector(store.audit, "aaaa", NOW)
    assert tell_detector(store.audit, "bbbb", NOW)
    assert [record.details for record in told(store)] == [{"old": "", "new": "aaaa"}, {"old": "aaaa", "new": "bbbb"}]
