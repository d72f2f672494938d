"""Writes the archive: a static site that opens from disk and from any web server.

Every page is written beside its place, flushed to disk, and only when all of them are there are they renamed
into place; so a full disk or a killed process leaves the old archive readable, and no page is ever half a page.
The folder is treated as protected health information: 0700, its files 0600.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from domain.errors import ArchiveError
from reports.site import pages

if TYPE_CHECKING:
    from domain.reporting import ArchiveContent

MANIFEST = "manifest.json"
FOLDERS = ("", "weeks", "clauses", "accounts")
_DRAFT = ".section7-draft"


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """How many files were written, left as they were, and removed. The manifest is not counted."""

    written: int
    unchanged: int
    removed: int


def write_archive(content: ArchiveContent, folder: Path) -> ArchiveReport:
    """Make `folder` hold exactly this content. Files that this archive did not make are left alone.

    ArchiveError when the folder cannot be written; what was there before can then still be read.
    """
    try:
        return _write(content, folder)
    except OSError as error:
        raise ArchiveError(f"the archive {folder} cannot be written: {error.strerror or error}") from error


def _write(content: ArchiveContent, folder: Path) -> ArchiveReport:
    former = _former(folder)
    _prepare(folder, ours=bool(former))
    drafts: dict[str, Path] = {}
    hashes: dict[str, str] = {}
    try:
        for path, text in pages(content):
            encoded = text.encode()
            hashes[path] = sha256(encoded).hexdigest()
            if not _holds(folder / path, encoded):
                drafts[path] = _draft(folder / path, encoded)
        # Both generations are claimed first, so that whatever a crash leaves is known to the next run.
        _claim(folder, {**former, **hashes})
        for path, draft in drafts.items():
            draft.replace(folder / path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    stale = [path for path in former if path not in hashes]
    for path in stale:
        (folder / path).unlink(missing_ok=True)
    _claim(folder, hashes)
    for name in FOLDERS:
        _flush(folder / name)
    return ArchiveReport(written=len(drafts), unchanged=len(hashes) - len(drafts), removed=len(stale))


def _prepare(folder: Path, *, ours: bool) -> None:
    """Make the folders, shut to others, and clear what a killed run left."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if ours or not any(folder.iterdir()):
        folder.chmod(0o700)
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
        for left in (folder / name).glob(f".*{_DRAFT}"):
            left.unlink()


def _former(folder: Path) -> dict[str, str]:
    """Paths and hashes of the former run; nothing when there was none or its list cannot be trusted."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return {}
    if not isinstance(listed, dict):
        return {}
    return {path: str(known) for path, known in listed.items() if _below(path)}


def _below(path: str) -> bool:
    """Whether a listed path is one that an archive has: removal must never leave the folder."""
    parts = PurePosixPath(path).parts
    folder = parts[0] if len(parts) > 1 else ""
    return len(parts) in {1, 2} and folder in FOLDERS and ".." not in parts and parts[-1] != MANIFEST


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except (FileNotFoundError, IsADirectoryError):
        return False


def _draft(path: Path, content: bytes) -> Path:
    # mkstemp makes the file 0600.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=_DRAFT)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _claim(folder: Path, hashes: dict[str, str]) -> None:
    listed = json.dumps({"files": dict(sorted(hashes.items()))}, indent=1).encode() + b"\n"
    if not _holds(folder / MANIFEST, listed):
        _draft(folder / MANIFEST, listed).replace(folder / MANIFEST)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
