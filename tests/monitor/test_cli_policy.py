"""What another policy would change, and the practice's own tests, as an administrator meets them."""

import json
import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from analyzers.score import DETECTOR_VERSION
from monitor.cli import main
from monitor.config import load_config
from store.engine import open_store
from tests.fakes.practice import GRAVE, HARMLESS, Practice
from vault.files import read_keyring

NOT_DONE = 1
WRONG_USAGE = 2
OFFER = "Obsessed w CalmPetalGummies, use my code TESS15, honestly the best sleep of my life #ad"
SPEAKS = "As a team we at Larkspur Bend believe homework is harmful."
ACCEPTED = f"""
[[accepted]]
phrase = "{OFFER}"
clause = "5"
by = "Imani Okafor"
reason = "Ours"
"""
CASE = f"""
[[cases]]
name = "gummies"
text = "{OFFER}"
expect = ["5"]
posted = 2026-03-10
reason = "A paid code"
"""


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Installed:
    """The command in this process, on an installation in `folder` that has read some posts."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    practice: Practice

    def __call__(self, *words: str) -> Done:
        self.capture.readouterr()
        code = main(words)
        said = self.capture.readouterr()
        return Done(code, said.out, said.err)

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)

    def other_policy(self, added: str = ACCEPTED) -> str:
        return self.write("new.toml", (self.folder / "policy.toml").read_text(encoding="utf-8") + added)

    def number(self, clause: str) -> str:
        return str(next(one.id for one in self.practice.store.findings.all() if one.clause == clause))

    def rows(self) -> list[str]:
        connection = sqlite3.connect(self.folder / "section7.db")
        try:
            return list(connection.iterdump())
        finally:
            connection.close()


@pytest.fixture
def section7(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installed]:
    monkeypatch.setenv("SECTION7_CONFIG", str(tmp_path / "config.toml"))
    assert main(["init"]) == 0
    config = tmp_path / "config.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace('model = "shipped"', 'model = "off"'), encoding="utf-8"
    )
    store = open_store(f"sqlite:///{tmp_path / 'section7.db'}", read_keyring(tmp_path / "section7.keyring"))
    practice = Practice(store, load_config(config, {}))
    practice.authorise()
    for name, words in (("grave", GRAVE), ("offer", OFFER), ("team", SPEAKS), ("fine", HARMLESS)):
        practice.publish(name, words)
    practice.collect()
    yield Installed(tmp_path, capsys, practice)
    store.close()


def test_a_dry_run_shows_what_would_change_and_writes_nothing(section7: Installed) -> None:
    # The first command of all tells the log which settings it found.
    section7("status")
    before = section7.rows()

    done = section7("rescore", "--policy", section7.other_policy(), "--dry-run")

    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert f"instead of {section7.practice.policy.version}, detector" in lines[0]
    assert DETECTOR_VERSION in lines[0]
    assert "5 Endorsements\t0\t0\t1\t0" in lines
    assert any(line.startswith("  would disappear, clause 5, S2: finding 2, tess, 2026-10-07: ") for line in lines)
    assert "Not judged again: 1 versions without a finding, whose words were never kept." in lines
    assert "Findings on record stay there, under the policy and detector that made them." in lines
    assert section7.rows() == before


def test_a_dry_run_under_the_present_policy_and_detector_changes_nothing(section7: Installed) -> None:
    done = section7("rescore", "--dry-run")

    assert done.returncode == 0, done.stderr
    assert "Dry run under the present policy" in done.stdout
    assert "would appear, clause" not in done.stdout
    assert "would disappear, clause" not in done.stdout


def test_a_dry_run_never_shows_client_detail(section7: Installed) -> None:
    policy = (section7.folder / "policy.toml").read_text(encoding="utf-8")
    start = policy.index('id = "2"')
    off = policy[:start] + policy[start:].replace("enabled = true", "enabled = false", 1)

    done = section7("rescore", "--policy", section7.write("new.toml", off), "--dry-run")

    assert "would disappear, clause 2, S4: finding 1, tess, 2026-10-07: [client detail masked]" in done.stdout
    assert not any(word in done.stdout + done.stderr for word in ("Dana", "Whitlock", "Elm", "Mercy", "bipolar"))


def test_another_policy_is_tried_and_never_written_under(section7: Installed) -> None:
    before = section7.rows()

    done = section7("rescore", "--policy", section7.other_policy())

    assert done.returncode == WRONG_USAGE
    assert "--dry-run" in done.stderr
    assert section7.rows() == before


def test_every_mistake_in_the_other_policy_is_said(section7: Installed) -> None:
    wrong = ACCEPTED.replace('clause = "5"', 'clause = "7"').replace('by = "Imani Okafor"', "")

    done = section7("rescore", "--policy", section7.other_policy(wrong), "--dry-run")

    assert done.returncode == WRONG_USAGE
    assert "accepted[0].clause" in done.stderr
    assert "accepted[0].by" in done.stderr


def test_rescoring_says_what_it_did(section7: Installed) -> None:
    by_name, by_old_name = section7("rescore"), section7("score")

    assert by_name.returncode == by_old_name.returncode == 0
    assert by_name.stdout == by_old_name.stdout
    assert "3 versions judged again, 0 new findings" in by_name.stdout


def test_the_practices_cases_are_run_and_those_that_fail_are_named(section7: Installed) -> None:
    section7.write("cases.toml", CASE + CASE.replace('"gummies"', '"again"').replace('["5"]', '"none"'))

    done = section7("policy", "test")

    assert done.returncode == NOT_DONE
    assert "2 run, 1 failed" in done.stdout
    assert done.stderr.strip() == "cases[1] again: expected none, found clause 5 (S2)."


def test_a_dry_run_runs_the_cases_under_the_other_policy_and_says_so(section7: Installed) -> None:
    section7.write("cases.toml", CASE)

    here = section7("rescore", "--dry-run")
    there = section7("rescore", "--dry-run", "--policy", section7.other_policy())

    assert (here.returncode, there.returncode) == (0, NOT_DONE)
    assert "1 run, 0 failed" in here.stdout
    assert "1 run, 1 failed" in there.stdout
    assert "expected clause 5, found none" in there.stderr


def test_a_dry_run_without_cases_says_so(section7: Installed) -> None:
    assert "No cases of your own were run" in section7("rescore", "--dry-run").stdout


def test_mistakes_in_the_cases_come_before_the_work(section7: Installed) -> None:
    section7.write("cases.toml", CASE.replace('["5"]', '["nine"]'))

    for words in (("rescore", "--dry-run"), ("policy", "test")):
        done = section7(*words)
        assert (done.returncode, done.stdout) == (WRONG_USAGE, "")
        assert "cases[0].expect" in done.stderr


def test_cases_elsewhere_and_another_policy_can_be_named(section7: Installed) -> None:
    cases = section7.write("others.toml", CASE)

    here = section7("policy", "test", "--cases", cases)
    there = section7("policy", "test", "--cases", cases, "--policy", section7.other_policy())

    assert (here.returncode, there.returncode) == (0, NOT_DONE)


def test_no_file_of_cases_is_wrong_usage(section7: Installed) -> None:
    for words in (("policy", "test"), ("rescore", "--dry-run", "--cases", "none.toml")):
        assert section7(*words).returncode == WRONG_USAGE


def test_a_dismissed_finding_becomes_a_case_that_holds_once_its_phrase_is_accepted(section7: Installed) -> None:
    added = section7(
        "policy", "add-case", "--finding", section7.number("5"), "--expect", "none", "--reason", "Our own code"
    )
    fails = section7("policy", "test")
    holds = section7("policy", "test", "--policy", section7.other_policy())

    assert added.returncode == 0, added.stderr
    assert "was added" in added.stdout
    assert (fails.returncode, holds.returncode) == (NOT_DONE, 0), holds.stderr
    assert section7(
        "policy", "add-case", "--finding", section7.number("5"), "--expect", "5", "--reason", "x"
    ).returncode


def test_a_finding_of_client_detail_is_refused_and_nothing_is_written(section7: Installed) -> None:
    done = section7("policy", "add-case", "--finding", section7.number("2"), "--expect", "none", "--reason", "No")

    assert done.returncode == WRONG_USAGE
    assert "client detail" in done.stderr
    assert not (section7.folder / "cases.toml").exists()


@pytest.mark.parametrize(
    ("expect", "reason", "named"),
    [("7", "Why", "--expect"), ("", "Why", "--expect"), ("5,none", "Why", "--expect"), ("none", " ", "--reason")],
)
def test_nonsense_about_a_case_is_refused(section7: Installed, expect: str, reason: str, named: str) -> None:
    done = section7("policy", "add-case", "--finding", "1", "--expect", expect, "--reason", reason)

    assert done.returncode == WRONG_USAGE
    assert named in done.stderr


def test_a_long_run_says_in_the_log_how_far_it_is_and_no_word_of_a_post(section7: Installed) -> None:
    for number in range(500):
        section7.practice.publish(f"more-{number}", f"{SPEAKS} {number}")
    section7.practice.clock.forward(hours=25)
    section7.practice.collect()

    done = section7("rescore", "--dry-run")

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line["versions"], line["of"]) for line in lines] == [("judged-again", 500, 503)]
    assert "Larkspur" not in done.stderr


def test_a_terminal_is_shown_how_far_it_is(section7: Installed) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "rescore", "--dry-run"],
        cwd=section7.folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "80", "TERM": "xterm"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    assert process.wait(timeout=60) == 0
    os.close(theirs)
    drawn = os.read(ours, 20_000).decode()
    os.close(ours)

    assert "Judging kept posts" in drawn
    assert "3/3" in drawn
