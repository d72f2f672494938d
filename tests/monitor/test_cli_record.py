"""`section7 retention`, `holds`, `erase` and `export` as an administrator types them."""

from __future__ import annotations

import hashlib
import io
import json

import pytest

from domain.access import Role
from domain.findings import Clause
from domain.periods import period_of
from monitor.cli import main
from monitor.clock import utc_now
from monitor.examples import CONFIG, example
from store.engine import open_store
from tests.store.records import HOUR, active, finding, flagged, post, visit
from tests.store.review_records import review
from vault.files import read_keyring

NOT_DONE, WRONG_USAGE = 1, 2
ZONES = ("America/New_York", "Asia/Tokyo")
"""In one of them, whenever the test runs, what was found an hour ago belongs to the week that is running."""
LEAK = finding(Clause.CONFIDENTIALITY)


def week_of(now, zone):
    return period_of(now, zone).week


class Installation:
    """A folder made by `init`, with one clinician, a leak and a closed review of it."""

    def __init__(self, folder, capture):
        self.folder, self._capture = folder, capture
        self.config = folder / "config.toml"
        zone = next(zone for zone in ZONES if week_of(utc_now() - 3 * HOUR, zone) == week_of(utc_now(), zone))
        self.config.write_text(example(CONFIG).replace(ZONES[0], zone), encoding="utf-8")
        assert self("init")[0] == 0
        now = utc_now() - 2 * HOUR
        with self.store() as store:
            account = active(store, now=now)
            self.staff = account.staff.id
            told = flagged(post("1", "Elowen told me so.", published_at=now + HOUR), LEAK)
            (self.finding,) = visit(store, told, now=now + HOUR).findings
            store.findings.mark_author_told([self.finding], now + HOUR)
            self.review = review(store, self.finding, note="Elowen is named.", closed_at=now + HOUR)

    def store(self):
        return _Opened(self.folder)

    def __call__(self, *words):
        self._capture.readouterr()
        code = main([*words, "--config", str(self.config)])
        said = self._capture.readouterr()
        return code, said.out, said.err

    def files_with(self, word):
        return [str(each) for each in self.folder.rglob("*") if each.is_file() and word.encode() in each.read_bytes()]


class _Opened:
    def __init__(self, folder):
        self._store = open_store(f"sqlite:///{folder / 'section7.db'}", read_keyring(folder / "section7.keyring"))

    def __enter__(self):
        return self._store

    def __exit__(self, *_):
        self._store.close()


@pytest.fixture
def section7(tmp_path, capsys):
    return Installation(tmp_path, capsys)


def test_retention_explains_each_rule_with_what_is_due_and_a_dry_run_erases_nothing(section7):
    code, said, _ = section7("retention", "--explain")
    assert code == 0
    assert "Words of findings dismissed, resolved or not upheld, and notes on them: erased 30 days" in said
    assert "1 now; due: 0, within 30 days: 1" in said
    assert "45 CFR 164.530(e)(2) and (j)" in said
    code, said, _ = section7("retention", "--dry-run")
    assert code == 0
    assert said.startswith("Nothing was erased. This would go:")


def test_a_hold_is_placed_listed_and_not_lifted_by_the_same_person(section7):
    assert section7("holds", "place", "--reason", "Claim.")[0] == WRONG_USAGE
    code, said, _ = section7("holds", "place", "--everything", "--reason", "Claim.")
    assert (code, "Hold 1 stands on everything" in said) == (0, True)
    assert "Claim." in section7("holds", "list")[1]
    assert "A legal hold keeps everything." in section7("retention")[1]
    assert section7("erase", "mention", "--finding", str(section7.finding), "--yes")[0] == NOT_DONE
    code, _, wrong = section7("holds", "lift", "1", "--yes")
    assert (code, "ask somebody else" in wrong) == (NOT_DONE, True)


def test_a_withdrawal_under_a_hold_says_so(section7):
    section7("holds", "place", "--account", "1", "--reason", "Claim.")
    code, said, _ = section7("accounts", "withdraw", "1", "--yes")
    assert code == 0
    assert "A legal hold stands: nothing is erased yet." in said


def test_a_mention_is_erased_from_the_whole_folder(section7):
    section7("archive")
    assert section7.files_with("▒▒▒")
    code, said, _ = section7("erase", "mention", "--review", str(section7.review), "--yes")
    assert code == 0
    assert f"of findings {section7.finding}, and 1 notes" in said
    assert section7.files_with("▒▒▒") == section7.files_with("Elowen") == []
    assert section7("erase", "mention", "--yes")[0] == WRONG_USAGE


def test_a_clinician_is_erased_and_what_stays_is_listed(section7):
    code, said, _ = section7("erase", "clinician", str(section7.staff), "--yes")
    assert code == 0
    assert "1 findings, 1 reviews, 1 versions, 1 posts" in said
    assert "Stays: lines of the authorisation ledger (3): 820 ILCS 40/9" in said


def test_without_a_yes_nothing_is_erased(section7, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert section7("erase", "clinician", str(section7.staff))[0] != 0
    with section7.store() as store:
        assert [each.id for each in store.findings.all()] == [section7.finding]


def test_exports_are_files_of_their_own_and_told_to_the_log(section7, tmp_path):
    out = tmp_path / "findings.json"
    words = ("export", "findings", "--format", "json", "--out", str(out), "--clause", "2", "--outcome", "not-upheld")
    code, said, _ = section7(*words)
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    assert (code, digest in said, out.stat().st_mode & 0o777) == (0, True, 0o600)
    assert json.loads(out.read_bytes())["count"] == 1
    assert b"Elowen" not in out.read_bytes()
    with section7.store() as store:
        (line,) = [entry.record for entry in store.audit.entries() if entry.record.event == "export.made"]
    assert (line.actor, line.details["sha256"]) == ("command", digest)
    code, _, wrong = section7(*words)
    assert (code, "cannot be written" in wrong) == (WRONG_USAGE, True)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == digest


def test_client_detail_is_shown_for_somebody_who_may_see_it(section7, tmp_path):
    with section7.store() as store:
        for name, role in (("imani", Role.PRIVACY_OFFICER), ("otis", Role.AUDITOR)):
            store.users.add(name, f"{name}@larkspurbend.example", [role], None, "command", utc_now())
    words = ("export", "case", str(section7.review), "--unmasked", "court-order", "--out")
    for asked_by in ((), ("--for", "otis@larkspurbend.example")):
        assert section7(*words, str(tmp_path / "no.json"), *asked_by)[0] == WRONG_USAGE
    assert not (tmp_path / "no.json").exists()
    assert section7(*words, str(tmp_path / "yes.json"), "--for", "imani@larkspurbend.example")[0] == 0
    assert "Elowen told me so." in (tmp_path / "yes.json").read_text(encoding="utf-8")


def test_a_personnel_record_is_a_pdf(section7, tmp_path):
    out = tmp_path / "record.pdf"
    assert section7("export", "personnel", str(section7.staff), "--out", str(out))[0] == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert section7("export", "findings", "--from-week", "2026-W60", "--out", str(tmp_path / "x.csv"))[0] == WRONG_USAGE
