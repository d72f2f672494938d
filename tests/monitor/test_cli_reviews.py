"""`section7 reviews`: where reviews stand, and no word of what they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.review import Outcome, Step
from monitor.cli import main
from monitor.cli_common import opened
from tests.store import people

WRONG_USAGE = 2


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with one dismissed and one waiting review."""
    monkeypatch.setenv("SECTION7_CONFIG", str(tmp_path / "config.toml"))
    assert main(("init",)) == 0
    with opened(tmp_path / "config.toml") as app:
        first, _ = (people.opened(app.store, number=number)[0] for number in (1, 2))
        imani = people.user(app.store)
        words = {"outcome": Outcome.FALSE_POSITIVE, "note": "Quotes the beagle."}
        people.go(app.store, first, imani, Step.DISMISS, **words)
    capsys.readouterr()
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> str:
    assert main(command) == code
    both = capsys.readouterr()
    return both.out + both.err


def test_what_waits_is_listed_and_with_a_word_what_is_closed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waiting = said(capsys, "reviews", "list").splitlines()[1:]
    everything = said(capsys, "reviews", "list", "--closed").splitlines()[1:]

    assert [line.split("\t")[:5] for line in waiting] == [["2", "4", "S2", "detected", "-"]]
    assert everything[0].split("\t")[:5] == ["1", "4", "S2", "closed", "false-positive"]


def test_the_steps_of_a_review_are_told_without_a_word_or_a_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "reviews", "show", "1")

    assert "dismiss" in told
    assert "user 1" in told
    for word in ("beagle", "Imani", "Maren", "mocks", "maples"):
        assert word not in told


def test_a_review_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no review 9." in said(capsys, "reviews", "show", "9", code=WRONG_USAGE)
