"""Checking an export against reading the same bytes once with SHA-256, which is the least that any check must do.

A year of 10,000 accounts, scaled down by `SCALE` and said so: a line of the log for every run, kept version, finding
and mail, at the rates below. The check walks every line once, so its time grows as the bytes do.
"""

from __future__ import annotations

import hashlib
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.pairs import paired
from domain.audit import SYSTEM, AuditEntry, AuditRecord, canonical, entry_after
from domain.binding import Standing, facts_of
from monitor.record_files import (
    AUDIT,
    FORM,
    HEADS,
    KEY,
    LISTED,
    MANIFEST,
    RECORDS,
    SIGNATURE,
    content_of,
    entry_line,
    record_line,
    write_lines,
)
from monitor.verifying import verify_export
from vault.signing import new_signing_key

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = 10_000
SCALE = 10
FINDINGS_A_YEAR = 5
"""For each account; each has a kept version, an excerpt and a notice to its author."""
RUNS_A_DAY = 24
START = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 3


def main() -> None:
    """Print the size, the time and the ratio."""
    with tempfile.TemporaryDirectory() as beside:
        folder = Path(beside) / "export"
        folder.mkdir()
        lines = _write(folder)
        size = sum(file.stat().st_size for file in folder.iterdir())
        result = paired(lambda: _must_be_well(folder), lambda: _hash(folder), ROUNDS)
    print(
        f"check an export of a year, {ACCOUNTS // SCALE:,} accounts of {ACCOUNTS:,} (scaled by {SCALE}): "
        f"{lines:,} lines of the log, {size / 1e6:,.0f} MB; {result.ratio:.1f} times as long as SHA-256 over the same "
        f"bytes (pairs from {result.lowest:.1f} to {result.highest:.1f}); {result.first:.1f} s of processor time, "
        f"so about {result.first * SCALE / 60:.1f} minutes for all {ACCOUNTS:,}"
    )


def _must_be_well(folder: Path) -> None:
    verdict = verify_export(folder)
    assert verdict.well, verdict.found.flaws


def _hash(folder: Path) -> None:
    for file in folder.iterdir():
        content_of(file)


def _write(folder: Path) -> int:
    key = new_signing_key()
    records: dict[str, list[Standing]] = {kind: [] for kind in RECORDS}
    last: list[AuditEntry] = []
    files = {AUDIT: write_lines(folder / AUDIT, _log(records, last))}
    files[HEADS] = write_lines(folder / HEADS, ())
    for kind, name in RECORDS.items():
        files[name] = write_lines(folder / name, (record_line(each, with_words=True) for each in records[kind]))
    (folder / KEY).write_text(key.public.pem)
    files[KEY] = content_of(folder / KEY)
    manifest = {
        "form": FORM,
        "made_at": START.isoformat(),
        "key": key.public.name,
        "with_words": True,
        "log": {"seq": last[-1].seq, "hash": last[-1].hash},
        "files": {name: files[name].to_json() for name in LISTED},
    }
    signed = canonical(manifest) + b"\n"
    (folder / MANIFEST).write_bytes(signed)
    (folder / SIGNATURE).write_text(f"{key.sign(signed)}\n")
    return last[-1].seq


def _log(records: dict[str, list[Standing]], last: list[AuditEntry]) -> Iterator[dict[str, object]]:
    entry = None
    for record in _happened(records):
        entry = entry_after(entry, record)
        yield entry_line(entry)
    assert entry is not None
    last.append(entry)


def _happened(records: dict[str, list[Standing]]) -> Iterator[AuditRecord]:
    counts = {"accounts": ACCOUNTS // SCALE, "failed": 0, "new": 12, "edited": 1, "gone": 0, "findings": 1}
    for hour in range(365 * RUNS_A_DAY // SCALE):
        at = START + timedelta(hours=hour)
        yield AuditRecord(at, SYSTEM, "run.finished", f"run:{hour}", {"kind": "collect", "counts": counts})
    for number in range(1, ACCOUNTS // SCALE * FINDINGS_A_YEAR + 1):
        at = START + timedelta(minutes=number)
        for event, made in _records(number, at):
            for each in made:
                records[each.kind].append(each)
            binds = {each.name: each.digest for each in made}
            yield AuditRecord(at, SYSTEM, event, made[0].name, {"account": number % 997, "binds": binds})


def _records(number: int, at: datetime) -> Iterator[tuple[str, tuple[Standing, ...]]]:
    salt = hashlib.sha256(str(number).encode()).hexdigest()[:32]
    text = f"Post {number}: what a worry window is, and why it helps when it does. " * 5
    version = {"content_hash": salt * 2, "kept_text": text, "kept_alts": []}
    finding = {
        "version_id": number,
        "clause": "4",
        "severity": 2,
        "probability": 0.75,
        "reason": "The post mocks a colleague by role.",
        "needs_context": [],
        "policy_version": salt[:12],
        "detector": "rules",
        "detector_version": salt[:12],
        "first_seen_at": at,
    }
    excerpt = {"excerpt": text[:80], "spans": [{"field": "text", "start": 3, "end": 30}]}
    delivery = {
        "kind": "notice",
        "key": f"2026-W{number % 52 + 1:02d}",
        "recipient": f"p{number}@practice.example",
        "message_id": f"<{salt}@practice.example>",
        "content_hash": salt * 2,
        "queued_at": at,
        "outcome": "sent",
        "sent_at": at,
    }
    yield "version.kept", (_standing("version", number, salt, version),)
    yield "finding.made", (_standing("finding", number, salt, finding), _standing("excerpt", number, salt, excerpt))
    yield "mail.sent", (_standing("delivery", number, salt, delivery),)


def _standing(kind: str, number: int, salt: str, row: dict[str, object]) -> Standing:
    return Standing(f"{kind}:{number}", salt, facts_of(kind, row))
