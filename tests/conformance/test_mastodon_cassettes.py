"""The conformance run itself: that it counts what is there and fails on what is lost."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.conformance.mastodon_cassettes import main

ACCOUNT = {"id": "1", "username": "dana", "acct": "dana", "note": "<p>Counselor</p>", "fields": []}
STATUS = {
    "id": "5",
    "created_at": "2026-11-20T10:00:00.000Z",
    "visibility": "public",
    "content": "<p>Two words</p>",
    "url": "https://social.example/@dana/5",
    "account": ACCOUNT,
}


def run(tmp_path, *values):
    folder = tmp_path / "tests" / "cassettes"
    folder.mkdir(parents=True)
    interactions = [{"response": {"body": {"string": json.dumps(value)}}} for value in values]
    (folder / "one.yaml").write_text(yaml.safe_dump({"interactions": interactions}))
    return main([str(tmp_path)])


def test_statuses_are_found_wherever_they_lie_and_counted(tmp_path, capsys):
    context = {"ancestors": [STATUS], "descendants": [STATUS | {"visibility": "private"}]}
    assert run(tmp_path, context, {"deep": [{"status": STATUS}]}) == 0
    said = capsys.readouterr().out
    assert "3 status" in said
    assert "1 context" in said
    assert "2 list of statuses" in said
    assert "1 skipped not-public" in said
    assert "0 violations" in said


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ({"id": None}, "without an id"),
        ({"created_at": "yesterday"}, "its date is lost"),
        ({"content": None}, "skipped for malformed"),
        ({"url": "not an address"}, "its address is lost"),
        ({"content": "<p>Seen <noscript>hidden</noscript></p>"}, "words lost: ['hidden']"),
    ],
)
def test_what_is_lost_fails_the_run(tmp_path, capsys, damage, said):
    assert run(tmp_path, STATUS | damage) == 1
    assert said in capsys.readouterr().out


def test_a_run_that_found_nothing_fails(tmp_path):
    assert run(tmp_path, {"hello": "world"}) == 1
