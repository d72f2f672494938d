"""The record as files that anybody can check offline: how they are named, written line by line, and read back.

A folder, or a ZIP archive of the same files, stored and not compressed so that its very bytes follow from them. Each
line is canonical JSON, so that there is one way to write it and every other spelling is a change. `manifest.json` has
the SHA-256 and the number of lines of every file, and `manifest.sig` signs it.
"""

from __future__ import annotations

import filecmp
import hashlib
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.audit import AuditEntry, AuditRecord, canonical
from domain.binding import FACTS, Standing, plain
from domain.errors import UsageError
from domain.heads import Head, head_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

FORM = "section7 record 1"
AUDIT, HEADS, MANIFEST, SIGNATURE, KEY = "audit.jsonl", "heads.jsonl", "manifest.json", "manifest.sig", "signing.pub"
RECORDS: Mapping[str, str] = {kind: f"{kind}.jsonl" for kind in FACTS}
"""Kind of record -> its file."""
LISTED = (AUDIT, HEADS, KEY, *RECORDS.values())
"""What a manifest lists, in this order."""
_EVERYTHING = (*LISTED, MANIFEST, SIGNATURE)
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1 << 20
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Content:
    """What is known of one file: its digest and how many lines it has."""

    sha256: str
    lines: int

    def to_json(self) -> dict[str, Any]:
        """For the manifest."""
        return {"sha256": self.sha256, "lines": self.lines}


def write_lines(file: Path, lines: Iterable[Mapping[str, Any]]) -> Content:
    """Write values as canonical JSON, one a line."""
    digest, count = hashlib.sha256(), 0
    with file.open("xb") as stream:
        for count, line in enumerate(lines, 1):  # noqa: B007 - the count is used after the loop
            raw = canonical(line) + b"\n"
            digest.update(raw)
            stream.write(raw)
    return Content(digest.hexdigest(), count)


def content_of(file: Path) -> Content:
    """The digest and the number of line ends of a file, read in blocks."""
    digest, lines = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
    return Content(digest.hexdigest(), lines)


def entry_line(entry: AuditEntry) -> dict[str, Any]:
    """A line of the log."""
    record = entry.record
    return {
        "seq": entry.seq,
        "at": plain(record.at),
        "actor": record.actor,
        "event": record.event,
        "subject": record.subject,
        "details": dict(record.details),
        "previous": entry.previous,
        "hash": entry.hash,
    }


def record_line(record: Standing, *, with_words: bool) -> dict[str, Any]:
    """A record: its facts with their salt, or the digest alone where words are left out."""
    if record.facts is None or not with_words:
        return {"name": record.name, "digest": record.digest}
    return {"name": record.name, "salt": record.salt, "facts": dict(record.facts)}


def read_entries(file: Path) -> Iterator[AuditEntry]:
    """The lines of the log. Raises UsageError that names the first line which is none."""
    for number, line in _lines(file):
        try:
            record = AuditRecord(
                datetime.fromisoformat(line["at"]), line["actor"], line["event"], line["subject"], line["details"]
            )
            entry = AuditEntry(line["seq"], record, line["previous"], line["hash"])
            spelt = entry_line(entry) == line
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unreadable(file, number) from error
        if not spelt:
            raise _unreadable(file, number)
        yield entry


def read_heads(file: Path) -> tuple[Head, ...]:
    """The signed heads. Raises UsageError that names the first line which is none."""
    heads = []
    for number, line in _lines(file):
        try:
            head = head_of(line)
        except (ValueError, KeyError, TypeError) as error:
            raise _unreadable(file, number) from error
        if head.to_json() != line:
            raise _unreadable(file, number)
        heads.append(head)
    return tuple(heads)


def read_records(file: Path, kind: str) -> Iterator[Standing]:
    """The records of one kind. Raises UsageError that names the first line which is none."""
    for number, line in _lines(file):
        name, facts = line.get("name"), line.get("facts")
        fits = set(line) == ({"name", "digest"} if facts is None else {"name", "salt", "facts"})
        if not fits or not isinstance(name, str) or name.partition(":")[0] != kind:
            raise _unreadable(file, number)
        if facts is None:
            yield Standing(name, stated=str(line["digest"]))
        elif isinstance(facts, dict) and set(facts) == set(FACTS[kind]):
            yield Standing(name, str(line["salt"]), facts)
        else:
            raise _unreadable(file, number)


def read_json(file: Path) -> dict[str, Any]:
    """One JSON object in canonical form and a line end. Raises UsageError when it is not that."""
    lines = [value for _, value in _lines(file)]
    if len(lines) != 1:
        raise _unreadable(file, len(lines) + 1)
    return lines[0]


def strangers(folder: Path) -> tuple[str, ...]:
    """Names of whatever is in the folder and belongs to no record."""
    return tuple(sorted(each.name for each in folder.iterdir() if each.name not in _EVERYTHING or not each.is_file()))


def pack(folder: Path, file: Path) -> None:
    """Put the files of a folder into a new ZIP archive; the same files give the same bytes."""
    with zipfile.ZipFile(file, "x", zipfile.ZIP_STORED) as archive:
        for name in _EVERYTHING:
            source = folder / name
            if not source.exists():
                continue
            info = zipfile.ZipInfo(name, _ZIP_DAY)
            info.create_system, info.external_attr = 3, _PRIVATE << 16
            with source.open("rb") as stream, archive.open(info, "w", force_zip64=True) as target:
                while block := stream.read(_BLOCK):
                    target.write(block)


def unpack(file: Path, folder: Path) -> None:
    """Take an archive apart into an empty folder.

    Raises UsageError when it holds what no record has, is damaged, or is not, byte for byte, what `pack` makes of its
    files.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if info.filename not in _EVERYTHING or info.compress_type != zipfile.ZIP_STORED:
                    raise UsageError(f"{file}: {info.filename!r} belongs to no record.")
                with archive.open(info) as source, (folder / info.filename).open("xb") as target:
                    while block := source.read(_BLOCK):
                        target.write(block)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, RuntimeError) as error:
        raise UsageError(f"{file} is damaged, or no ZIP archive: {error}.") from error
    again = folder.with_name(f"{folder.name}.again.zip")
    try:
        pack(folder, again)
        if not filecmp.cmp(file, again, shallow=False):
            raise UsageError(f"{file} is not as it was made: something beside the files in it was changed.")
    finally:
        again.unlink(missing_ok=True)


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with file.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            try:
                value = json.loads(raw)
                spelt = isinstance(value, dict) and canonical(value) + b"\n" == raw
            except (ValueError, RecursionError) as error:
                raise _unreadable(file, number) from error
            if not spelt:
                raise _unreadable(file, number)
            yield number, value


def _unreadable(file: Path, number: int) -> UsageError:
    return UsageError(f"{file.name}, line {number}: it is not what an export writes; it was damaged or changed.")
