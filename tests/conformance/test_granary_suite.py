"""The conformance run itself: that it counts what is there and fails on what is lost."""

from __future__ import annotations

import json

import pytest

from tests.conformance.granary_suite import main

RECORD = {"$type": "app.bsky.feed.post", "text": "Sleep well.", "createdAt": "2026-11-20T10:00:00Z"}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "granary" / "tests" / "testdata"
    made.mkdir(parents=True)
    return made


def test_what_is_read_is_counted(folder, tmp_path, capsys):
    (folder / "note.bsky.json").write_text(json.dumps(RECORD))
    assert main(tmp_path) == 0
    assert "1 files, 1 items, 1 texts compared, 0 faults" in capsys.readouterr().out


def test_a_text_that_is_lost_is_a_fault(folder, tmp_path, capsys):
    (folder / "note.bsky.json").write_text(json.dumps(RECORD | {"$type": "app.bsky.feed.other"}))
    assert main(tmp_path) == 1
    assert "note.bsky.json: lost 'Sleep well.'" in capsys.readouterr().out


def test_an_empty_folder_proves_nothing(folder, tmp_path):
    assert main(tmp_path) == 1
