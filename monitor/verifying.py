"""`section7 verify`: the checks of `domain.verification` on the database as it stands, or on an export, offline."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.binding import Standing
from domain.errors import UsageError
from domain.verification import (
    Findings,
    HeadChecks,
    Verdict,
    check_asked,
    check_heads,
    check_missing,
    check_records,
    walk,
)
from monitor import record_files as files
from monitor.heads import read_heads as read_heads_file
from monitor.stamping import stamp_check
from vault.signing import PublicKey, read_public_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.heads import Head
    from domain.verification import Chain
    from store.engine import Store

_MANIFEST_KEYS = {"form", "made_at", "key", "with_words", "log", "files"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody has kept to check against: a hash of some line, the name of the key, an authority's certificates.

    "" and () where nothing was kept; without `roots` (PEM) time stamps are not looked at.
    """

    head: str = ""
    key: str = ""
    roots: tuple[str, ...] = ()


def verify_store(
    store: Store,
    key: PublicKey,
    heads_file: Path | None = None,
    kept: Kept = Kept(),
    *,
    without_keys: bool = False,
) -> Verdict:
    """Check the database at one instant, and the file of signed heads beside it where there is one.

    `without_keys` counts what no key opens instead of calling it a flaw: for a copy that came without its keyring.
    """
    found = Findings()
    with store.record.snapshot() as record:
        heads = record.heads()
        chain = walk(record.entries(), found, heads=heads, head=kept.head)
        if not found.well:
            return Verdict(found, chain.seq, chain.hash, key.name, whole=False)
        check_heads(heads, chain, _checks(key, kept), found)
        if heads_file is not None:
            _check_file(heads_file, heads, found)
        there: set[str] = set()
        for kind in record.kinds():
            there |= check_records(_told(record.records(kind), chain, without_keys=without_keys), chain, found)
        for number in record.astray():
            found.wrong(f"review {number}", "it does not stand where its last step in the record left it")
    check_missing(chain, there, found)
    check_asked(chain, kept.head, found)
    return Verdict(found, chain.seq, chain.hash, key.name)


def _checks(key: PublicKey, kept: Kept) -> HeadChecks:
    def signed(head: Head) -> bool:
        return key.verifies(head.signature, head.signed)

    return HeadChecks(signed, stamp_check(kept.roots)) if kept.roots else HeadChecks(signed)


def _told(records: Iterable[Standing], chain: Chain, *, without_keys: bool) -> Iterator[Standing]:
    for record in records:
        closed = without_keys and record.problem
        yield Standing(record.name, stated=chain.bound.get(record.name) or "") if closed else record


def verify_export(path: Path, kept: Kept = Kept()) -> Verdict:
    """Check an export, a folder or a ZIP archive.

    Raises UsageError when there is nothing at `path`.
    """
    if not path.exists():
        raise UsageError(f"There is no export {path}.")
    if path.is_dir():
        return _verify_folder(path, kept)
    with tempfile.TemporaryDirectory(prefix="section7-verify-") as beside:
        folder = Path(beside) / "record"
        folder.mkdir()
        try:
            files.unpack(path, folder)
        except UsageError as error:
            return _broken(path.name, str(error))
        return _verify_folder(folder, kept)


def _verify_folder(folder: Path, kept: Kept) -> Verdict:
    found = Findings()
    try:
        public, manifest = _signed_manifest(folder, kept.key)
        _check_files(folder, manifest, found)
        if not found.well:
            return Verdict(found, key=public.name, whole=False)
        return _verify_content(folder, manifest, public, kept, found)
    except UsageError as error:
        where, _, what = str(error).partition(": ")
        found.wrong(where, what or "it cannot be read")
    except OSError as error:
        found.wrong(str(error.filename or folder), f"it cannot be read: {error.strerror}")
    return Verdict(found, whole=False)


def _signed_manifest(folder: Path, key: str) -> tuple[PublicKey, dict[str, Any]]:
    for name in (files.KEY, files.MANIFEST, files.SIGNATURE):
        if not (folder / name).is_file():
            raise UsageError(f"{name}: it is missing")
    try:
        public = read_public_key((folder / files.KEY).read_bytes().decode("ascii"))
        signature = (folder / files.SIGNATURE).read_bytes().decode("ascii")
    except ValueError as error:
        raise UsageError(f"{files.KEY}: it is no public key, or was changed") from error
    if key and public.name != key:
        raise UsageError(f"{files.KEY}: it is key {public.name} and not {key}: somebody else signed this export")
    content = (folder / files.MANIFEST).read_bytes()
    if not (signature.endswith("\n") and public.verifies(signature[:-1], content)):
        raise UsageError(f"{files.MANIFEST}: the signature is not of this list: it, or the list, was changed")
    manifest = files.read_json(folder / files.MANIFEST)
    if (
        manifest.get("form") != files.FORM
        or set(manifest) != _MANIFEST_KEYS
        or set(manifest["files"]) != set(files.LISTED)
    ):
        raise UsageError(f"{files.MANIFEST}: it is not of a form that this program knows")
    return public, manifest


def _check_files(folder: Path, manifest: dict[str, Any], found: Findings) -> None:
    for name in files.LISTED:
        listed = manifest["files"][name]
        if not (folder / name).is_file():
            found.wrong(name, "it is missing")
            continue
        content = files.content_of(folder / name)
        if content.lines != listed["lines"]:
            found.wrong(
                name, f"it has {content.lines} lines, and {listed['lines']} were signed: lines were taken or added"
            )
        elif content.sha256 != listed["sha256"]:
            found.wrong(name, f"it is not what was signed: {_first_odd_line(folder, name)}")
    for name in files.strangers(folder):
        found.wrong(name, "it is no part of an export: somebody put it there")


def _first_odd_line(folder: Path, name: str) -> str:
    """The first line of a changed file that cannot be right; the file as a whole, where none shows."""
    probe = Findings()
    try:
        if name == files.AUDIT:
            walk(files.read_entries(folder / name), probe, where=name)
        elif name == files.HEADS:
            files.read_heads(folder / name)
        else:
            for kind, file in files.RECORDS.items():
                if file == name:
                    chain = walk(files.read_entries(folder / files.AUDIT), probe, where=files.AUDIT)
                    check_records(files.read_records(folder / name, kind), chain, probe)
    except UsageError as error:
        return str(error)
    return str(probe.flaws[0]) if probe.flaws else "it was changed after it was signed"


def _verify_content(folder: Path, manifest: dict[str, Any], key: PublicKey, kept: Kept, found: Findings) -> Verdict:
    heads = files.read_heads(folder / files.HEADS)
    chain = walk(files.read_entries(folder / files.AUDIT), found, heads=heads, head=kept.head, where=files.AUDIT)
    if not found.well:
        return Verdict(found, chain.seq, chain.hash, key.name, whole=False)
    if manifest["log"] != {"seq": chain.seq, "hash": chain.hash if chain.seq else ""}:
        found.wrong(
            files.AUDIT, f"it ends at line {chain.seq}, and {manifest['log']['seq']} was signed as its last line"
        )
    check_heads(heads, chain, _checks(key, kept), found, files.HEADS)
    there = _check_all_records(folder, chain, found)
    check_missing(chain, there, found)
    check_asked(chain, kept.head, found)
    return Verdict(found, chain.seq, chain.hash, key.name)


def _check_all_records(folder: Path, chain: Chain, found: Findings) -> set[str]:
    there: set[str] = set()
    for kind, name in files.RECORDS.items():
        there |= check_records(files.read_records(folder / name, kind), chain, found)
    return there


def _check_file(file: Path, heads: tuple[Head, ...], found: Findings) -> None:
    """The file beside the archive may lack the newest heads, and must hold the others as the database does."""
    try:
        written = read_heads_file(file)
    except UsageError as error:
        found.wrong(file.name, str(error))
        return
    kept = {head.day: (head.seq, head.hash, head.signature) for head in heads}
    for head in written:
        if kept.get(head.day) != (head.seq, head.hash, head.signature):
            found.wrong(f"{file.name}, {head.day}", "the database has another head for this day, or none any more")


def _broken(where: str, what: str) -> Verdict:
    found = Findings()
    found.wrong(where, what)
    return Verdict(found, whole=False)
