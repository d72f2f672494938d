"""`section7 export record`: the record as a signed bundle that can be checked without this installation."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.audit import AuditRecord, canonical
from domain.binding import WORDS, plain
from domain.errors import KeyLost, UsageError
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
    pack,
    record_line,
    write_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from domain.binding import Standing
    from store.engine import Store
    from store.record import Snapshot
    from vault.signing import SigningKey


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many lines of the log and records of each kind, and the hash of the log's last line."""

    lines: int
    records: dict[str, int]
    head: str


def export_record(
    store: Store, key: SigningKey, out: Path, *, actor: str, now: datetime, with_words: bool = False
) -> Exported:
    """Write the record as it stands to `out`, a new folder or a new file that ends in ".zip"; the log tells of it.

    Without `with_words` no post's or person's words leave: their digests do, compared with the log's before they left.
    Raises UsageError when `out` is there already or cannot be written.
    """
    if out.exists():
        raise UsageError(f"{out} is there already; nothing is overwritten.")
    details = {"what": "record", "with_words": with_words}
    store.audit.record(AuditRecord(now, actor, "export.made", "record", details))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as beside:
            folder = Path(beside) / "record"
            folder.mkdir(mode=0o700)
            done = _write(store, key, folder, now=now, with_words=with_words)
            if out.suffix == ".zip":
                file = Path(beside) / "record.zip"
                descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                os.close(descriptor)
                file.unlink()
                pack(folder, file)
                file.chmod(0o600)
                file.replace(out)
            else:
                shutil.move(folder, out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from error
    return done


def _write(store: Store, key: SigningKey, folder: Path, *, now: datetime, with_words: bool) -> Exported:
    last = {"seq": 0, "hash": ""}
    with store.record.snapshot() as record:
        files = {AUDIT: write_lines(folder / AUDIT, _entries(record, last))}
        files[HEADS] = write_lines(folder / HEADS, (head.to_json() for head in record.heads()))
        for kind, name in RECORDS.items():
            shown = with_words or kind not in WORDS
            lines = (record_line(_openable(each), with_words=shown) for each in record.records(kind))
            files[name] = write_lines(folder / name, lines)
    (folder / KEY).write_text(key.public.pem, encoding="ascii")
    files[KEY] = content_of(folder / KEY)
    manifest = {
        "form": FORM,
        "made_at": plain(now),
        "key": key.public.name,
        "with_words": with_words,
        "log": last,
        "files": {name: files[name].to_json() for name in LISTED},
    }
    signed = canonical(manifest) + b"\n"
    (folder / MANIFEST).write_bytes(signed)
    (folder / SIGNATURE).write_text(f"{key.sign(signed)}\n", encoding="ascii")
    records = {kind: files[name].lines for kind, name in RECORDS.items()}
    return Exported(files[AUDIT].lines, records, str(last["hash"]))


def _entries(record: Snapshot, last: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in record.entries():
        last |= {"seq": entry.seq, "hash": entry.hash}
        yield entry_line(entry)


def _openable(record: Standing) -> Standing:
    """An export must not look whole when a part of it could not be read."""
    if record.problem:
        raise KeyLost(record.name) if "keyring" in record.problem else UsageError(f"{record.name}: {record.problem}")
    return record
