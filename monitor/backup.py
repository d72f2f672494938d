"""`section7 backup` and `section7 restore`: one file with everything but secrets, and an installation made from it.

The database is written row by row and not as a copy of its files, so that a backup of either database can be put back
into either. It is one instant of it, taken while everything goes on. Words in it stay sealed.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.audit import COMMAND, AuditRecord
from domain.binding import plain
from domain.errors import UsageError
from monitor.cases import cases_beside
from store.dump import numbers, rows, table_names
from store.engine import REVISION
from vault.files import read_keyring
from vault.passphrase import seal_with
from vault.signing import public_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from monitor.config import Config
    from store.engine import Store

FORM = "section7 backup 1"
CONTENTS, KEYS, PUBLIC = "backup.json", "keys.sealed", "signing.pub"
CONFIG, POLICY, CASES, HEADS = "config.toml", "policy.toml", "cases.jsonl", "heads.jsonl"
TABLES, ARCHIVE = "tables/", "archive/"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What went into a backup."""

    tables: dict[str, int]
    files: int
    keys: tuple[str, ...]
    """Names of the keys without which its words cannot be read."""
    with_keys: bool


def back_up(
    config: Config, store: Store, out: Path, *, now: datetime, passphrase: str = "", version: str = ""
) -> BackedUp:
    """Write a new file that its owner alone may read; with a passphrase the keys are in it, sealed with that.

    Raises UsageError when `out` is there already or cannot be written, or the passphrase is too short.
    """
    if out.exists():
        raise UsageError(f"{out} is there already; nothing is overwritten.")
    sealed = seal_with(passphrase, _keys(config)) if passphrase else None
    beside = out.with_name(f".{out.name}.unfinished")
    store.audit.record(AuditRecord(now, COMMAND, "backup.made", "record", {"with_keys": sealed is not None}))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as stream:
            done = _write(config, store, stream, sealed=sealed, now=now, version=version)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from error
    finally:
        beside.unlink(missing_ok=True)
    return done


class _Packing:
    """Puts parts into the archive and notes the digest of each."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.digests: dict[str, str] = {}

    def lines(self, name: str, values: Iterable[Any]) -> int:
        digest, count = hashlib.sha256(), 0
        with self._archive.open(name, "w", force_zip64=True) as target:
            for count, value in enumerate(values, 1):  # noqa: B007 - the count is used after the loop
                raw = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(raw)
                target.write(raw)
        self.digests[name] = digest.hexdigest()
        return count

    def content(self, name: str, content: bytes) -> None:
        self._archive.writestr(name, content)
        self.digests[name] = hashlib.sha256(content).hexdigest()

    def file(self, name: str, file: Path) -> None:
        if file.is_file():
            self.content(name, file.read_bytes())


def _write(config: Config, store: Store, stream: Any, *, sealed: bytes | None, now: datetime, version: str) -> BackedUp:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        packing = _Packing(archive)
        with store.database.snapshot() as connection:
            tables = {name: packing.lines(f"{TABLES}{name}.jsonl", rows(connection, name)) for name in table_names()}
            given = numbers(connection)
        _files(config, packing)
        if sealed is not None:
            packing.content(KEYS, sealed)
        needed = tuple(name for name in store.sealing.by_key() if name)
        contents = {
            "form": FORM,
            "made_at": plain(now),
            "version": version,
            "schema": REVISION,
            "tables": tables,
            "numbers": given,
            "keys": list(needed),
            "digests": packing.digests,
        }
        archive.writestr(CONTENTS, json.dumps(contents, indent=1, sort_keys=True))
    return BackedUp(tables, len(packing.digests) - len(tables), needed, sealed is not None)


def _files(config: Config, packing: _Packing) -> None:
    packing.file(CONFIG, config.file)
    packing.file(POLICY, config.policy)
    packing.file(CASES, cases_beside(config.policy))
    packing.file(HEADS, config.heads_file)
    packing.file(PUBLIC, public_file(config.signing_key_file))
    if config.archive.is_dir():
        for file in sorted(config.archive.rglob("*")):
            if not file.is_symlink():
                packing.file(f"{ARCHIVE}{file.relative_to(config.archive).as_posix()}", file)


def _keys(config: Config) -> bytes:
    read_keyring(config.keyring_file)
    files: dict[str, Callable[[], str]] = {
        "keyring": lambda: config.keyring_file.read_text(encoding="ascii"),
        "key": lambda: config.key_file.read_text(encoding="ascii"),
        "signing": lambda: config.signing_key_file.read_text(encoding="ascii"),
    }
    try:
        return json.dumps({name: read() for name, read in files.items()}).encode()
    except OSError as error:
        raise UsageError(f"The keys cannot be read: {error.strerror}.") from error
