"""`section7 verify`, `export record`, `keys`, `backup` and `restore` as an administrator types them, end to end."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.findings import Clause
from monitor import work
from monitor.cli import main
from monitor.cli_common import opened
from monitor.clock import utc_now
from tests.store.records import HOUR, active, finding, flagged, post, visit

NOT_WELL, WRONG_USAGE = 1, 2
SECRET_WORDS = "Elowen told me so."
PASSPHRASE = "larkspur bend heron 9"


@dataclass
class Shell:
    """Commands on one installation. `said` is what the last one printed, on either channel."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    said: str = ""

    @property
    def database(self) -> Path:
        return self.folder / "section7.db"

    def __call__(self, *words: str) -> int:
        self.capture.readouterr()
        code = main(words)
        both = self.capture.readouterr()
        self.said = both.out + both.err
        return code

    def tamper(self, statement: str) -> None:
        with sqlite3.connect(self.database) as connection:
            for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f'DROP TRIGGER "{trigger}"')
            connection.execute(statement)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """An installation with one finding, whose log's head is signed."""
    monkeypatch.setenv("SECTION7_CONFIG", str(tmp_path / "home" / "config.toml"))
    monkeypatch.setenv("SECTION7_BACKUP_PASSPHRASE", PASSPHRASE)
    (tmp_path / "home").mkdir()
    made = Shell(tmp_path / "home", capsys)
    assert made("init", "--config", str(made.folder / "config.toml")) == 0
    with opened(made.folder / "config.toml") as app:
        now = utc_now() - 2 * HOUR
        account = active(app.store, now=now)
        leak = finding(Clause.CONFIDENTIALITY)
        visit(app.store, flagged(post("1", SECRET_WORDS, published_at=now + HOUR), leak), now=now + HOUR)
        assert account.id
        assert work.sign(app) is not None
    return made


def test_an_untouched_record_is_well_and_a_changed_one_is_not(shell: Shell) -> None:
    assert shell("verify") == 0
    shell.tamper("UPDATE findings SET severity = 1")
    assert shell("verify") == NOT_WELL
    assert "finding" in shell.said
    assert "Elowen" not in shell.said


def test_a_line_taken_off_the_end_of_the_log_is_missed(shell: Shell) -> None:
    shell.tamper("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    assert shell("verify") == NOT_WELL


def test_the_record_is_exported_once_and_checked_without_the_installation(shell: Shell, tmp_path: Path) -> None:
    bundle = tmp_path / "record.zip"
    assert shell("export", "record", "--out", str(bundle)) == 0
    key = re.search(r"Key ([^\s.]+)", shell.said)
    assert key
    assert b"Elowen" not in bundle.read_bytes()
    assert shell("verify", "--export", str(bundle), "--key", key[1]) == 0
    assert shell("verify", "--export", str(bundle), "--key", "0" * len(key[1])) == NOT_WELL
    assert shell("export", "record", "--out", str(bundle)) == WRONG_USAGE
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(bundle.read_bytes()[:-40])
    assert shell("verify", "--export", str(damaged)) != 0


def test_words_are_exported_only_where_they_are_asked_for(shell: Shell, tmp_path: Path) -> None:
    assert shell("export", "record", "--with-words", "--out", str(tmp_path / "words")) == 0
    assert "as you keep a client's file" in shell.said
    assert any(SECRET_WORDS.encode() in file.read_bytes() for file in (tmp_path / "words").rglob("*") if file.is_file())


def test_keys_are_named_turned_and_never_shown(shell: Shell) -> None:
    assert shell("keys", "show") == 0
    ring = json.dumps((shell.folder / "section7.keyring").read_text(encoding="utf-8"))
    first = shell.said
    assert shell("keys", "rotate") == 0
    assert re.search(r"\d+ texts are sealed with key", shell.said)
    assert shell("keys", "show") == 0
    assert len(shell.said.splitlines()) == len(first.splitlines()) + 1
    secrets = [word for word in re.findall(r"[A-Za-z0-9+/_=-]{32,}", ring) if word in shell.said]
    assert secrets == []
    assert shell("verify") == 0


def test_a_lost_key_is_said_with_what_to_do(shell: Shell) -> None:
    ring = shell.folder / "section7.keyring"
    kept = ring.read_bytes()
    assert shell("keys", "rotate", "--drop-old") == 0
    ring.write_bytes(kept)
    assert shell("keys", "show") == NOT_WELL
    assert "Put back the keyring" in shell.said


def test_a_backup_becomes_an_installation_elsewhere_that_verifies(shell: Shell, tmp_path: Path) -> None:
    file, home = tmp_path / "week.backup", tmp_path / "restored"
    assert shell("backup", "--out", str(file), "--with-keys") == 0
    assert shell("backup", "--out", str(file)) == WRONG_USAGE
    assert shell("restore", str(file), "--into", str(home), "--with-keys") == 0
    assert shell("verify", "--config", str(home / "config.toml")) == 0
    assert shell("restore", str(file), "--into", str(home), "--with-keys") == WRONG_USAGE


def test_a_wrong_passphrase_restores_no_key(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, home = tmp_path / "week.backup", tmp_path / "restored"
    assert shell("backup", "--out", str(file), "--with-keys") == 0
    monkeypatch.setenv("SECTION7_BACKUP_PASSPHRASE", "another heron by the bend")
    assert shell("restore", str(file), "--into", str(home), "--with-keys") == WRONG_USAGE
    assert not list(tmp_path.glob("restored/*keyring*"))


def test_a_head_is_signed_once_a_day_and_stands_in_its_file(shell: Shell) -> None:
    with opened(shell.folder / "config.toml") as app:
        lines = app.config.heads_file.read_text(encoding="utf-8").splitlines()
        assert work.sign(app) is None
    assert len(lines) == 1
