"""`section7 restore`: an installation made anew from a backup, in a folder and a database where nothing is yet."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tomllib
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from domain.audit import COMMAND, AuditRecord
from domain.errors import UsageError
from migrations.upgrade import downgrade, upgrade
from monitor.backup import ARCHIVE, CASES, CONFIG, CONTENTS, FORM, HEADS, KEYS, POLICY, PUBLIC, TABLES
from monitor.cases import FILE as CASES_FILE
from monitor.verifying import verify_store
from store.database import open_database
from store.dump import is_empty, load, set_numbers, table_names
from store.engine import REVISION, store_on
from vault.files import read_keyring
from vault.keyring import KEY_BYTES, Keyring
from vault.passphrase import open_with
from vault.signing import public_file, read_public_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from domain.verification import Verdict

_SQLITE = "sqlite:///"
_DAMAGED = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError),
    *(KeyError, TypeError, ValueError, NotImplementedError, RuntimeError),
)
"""What reading a damaged archive raises, by what was damaged."""
_NO_KEYS = Keyring({"none": bytes(KEY_BYTES)}, "none")
"""Opens nothing: what a check is given that has no keys."""
_MOST_BYTES = 1 << 32
"""In one part of a backup; a part that claims more is none of ours."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, what the check found, and what a person has to bring."""

    tables: Mapping[str, int]
    files: int
    verdict: Verdict
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of an installation go, all of them inside one folder."""

    folder: Path
    config: Path
    policy: Path
    archive: Path
    heads: Path
    keyring: Path
    key: Path
    signing: Path
    moved: tuple[str, ...]
    """What the configuration names outside of the folder, and was put into it."""


def restore(file: Path, into: Path, *, now: datetime, database: str = "", passphrase: str = "") -> Restored:
    """Make an installation in the folder `into` from a backup, and check its record.

    `database` is the URL to restore to, "" for the one that the configuration in the backup names. Raises UsageError,
    with nothing restored, when the folder or the database holds anything, or the backup is damaged or of another
    version; StoreError when the database cannot be used.
    """
    with _opened(file) as (archive, contents):
        _must_be_empty(into)
        keys = _keys(archive, passphrase)
        settings = _settings(archive)
        places = _places(into, settings)
        url = _address(database, settings, into)
        with _undone_when_broken(into):
            files = _put_files(archive, contents, places, keys)
            counts = _put_rows(archive, contents, url)
        ring = read_keyring(places.keyring) if keys else _NO_KEYS
        verdict = _checked(places, url, ring, with_keys=bool(keys), now=now)
    return Restored(counts, files, verdict, _missing(places, contents, keys))


@contextmanager
def _undone_when_broken(into: Path) -> Iterator[None]:
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield
    except BaseException:
        # The folder was empty: all in it is ours.
        shutil.rmtree(into)
        raise


@contextmanager
def _opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    try:
        with zipfile.ZipFile(file) as archive:
            contents = json.loads(_part(archive, CONTENTS))
            if contents.get("form") != FORM:
                raise UsageError(f"{file} is no backup of Section7.")
            if contents["schema"] != REVISION:
                raise UsageError(
                    f"{file} was made at schema {contents['schema']}, this program works with {REVISION}. Restore it "
                    f"with Section7 {contents['version'] or 'of that time'}, then upgrade."
                )
            _must_be_whole(archive, contents, file)
            yield archive, contents
    except FileNotFoundError as error:
        raise UsageError(f"There is no backup {file}.") from error
    except _DAMAGED as error:
        raise UsageError(f"{file} is damaged, or no backup: {error}.") from error


def _must_be_whole(archive: zipfile.ZipFile, contents: dict[str, Any], file: Path) -> None:
    listed, there = set(contents["digests"]), set(archive.namelist()) - {CONTENTS}
    if listed != there:
        odd = ", ".join(sorted(listed ^ there)[:3])
        raise UsageError(f"{file} is not whole, or holds more than was put in: {odd}.")
    for name, digest in contents["digests"].items():
        seen = hashlib.sha256()
        with archive.open(name) as stream:
            while block := stream.read(1 << 20):
                seen.update(block)
        if seen.hexdigest() != digest:
            raise UsageError(f"{file} is damaged: {name} is not what was put in.")


def _must_be_empty(into: Path) -> None:
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise UsageError(f"{into} holds something already; restore into a folder of its own. Nothing was changed.")


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _MOST_BYTES:
        raise UsageError(f"The part {name} of the backup is larger than any of ours.")
    return archive.read(name)


def _keys(archive: zipfile.ZipFile, passphrase: str) -> dict[str, str]:
    if not passphrase:
        return {}
    if KEYS not in archive.namelist():
        raise UsageError(
            "This backup was made without its keys: leave the passphrase out, and bring the keys yourself."
        )
    opened: dict[str, str] = json.loads(open_with(passphrase, _part(archive, KEYS)))
    return opened


def _settings(archive: zipfile.ZipFile) -> dict[str, Any]:
    return tomllib.loads(_part(archive, CONFIG).decode())


def _places(into: Path, settings: Mapping[str, Any]) -> Places:
    moved: list[str] = []

    def inside(section: str, key: str, usual: str) -> Path:
        named = str(settings.get(section, {}).get(key, usual))
        if Path(named).is_absolute() or ".." in Path(named).parts:
            moved.append(f"{section}.{key} = {named!r}; what belongs there is in {into / usual}")
            return into / usual
        return into / named

    archive = inside("paths", "archive", "archive")
    return Places(
        folder=into,
        config=into / CONFIG,
        policy=inside("paths", "policy", POLICY),
        archive=archive,
        heads=archive.with_name(f"{archive.name}.heads.jsonl"),
        keyring=inside("paths", "keyring_file", "section7.keyring"),
        key=inside("paths", "key_file", "section7.key"),
        signing=inside("record", "signing_key_file", "section7.signing"),
        moved=tuple(moved),
    )


def _address(database: str, settings: Mapping[str, Any], into: Path) -> str:
    url = database or settings.get("database", {}).get("url", "")
    if not url:
        raise UsageError("The backup's configuration takes the database's address from elsewhere: say --database.")
    if url.startswith(_SQLITE) and not url.startswith(f"{_SQLITE}/") and not database:
        url = f"{_SQLITE}{into.resolve() / url.removeprefix(_SQLITE)}"
    return str(url)


def _put_files(archive: zipfile.ZipFile, contents: Mapping[str, Any], places: Places, keys: Mapping[str, str]) -> int:
    named = {
        CONFIG: places.config,
        POLICY: places.policy,
        CASES: places.policy.parent / CASES_FILE,
        HEADS: places.heads,
        PUBLIC: public_file(places.signing),
    }
    count = 0
    for name in contents["digests"]:
        target = places.archive / _within(name) if name.startswith(ARCHIVE) else named.get(name)
        if target is not None:
            _put(target, _part(archive, name))
            count += 1
    for name, target in (("keyring", places.keyring), ("key", places.key), ("signing", places.signing)):
        if name in keys:
            _put(target, keys[name].encode("ascii"))
            count += 1
    return count


def _within(name: str) -> str:
    parts = PurePosixPath(name.removeprefix(ARCHIVE)).parts
    if not parts or any(part in ("..", "/", ".") or "\\" in part for part in parts):
        raise UsageError(f"The part {name!r} of the backup leads out of its folder.")
    return str(PurePosixPath(*parts))


def _put(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)


def _put_rows(archive: zipfile.ZipFile, contents: Mapping[str, Any], url: str) -> dict[str, int]:
    database = open_database(url)
    try:
        with database.reading() as connection:
            if not is_empty(connection):
                raise UsageError(f"The database {database.where} holds something already. Nothing was changed in it.")
        upgrade(url)
        try:
            with database.writing() as connection:
                return _load(connection, archive, contents)
        except BaseException:
            downgrade(url, "base")
            raise
    finally:
        database.close()


def _load(connection: Connection, archive: zipfile.ZipFile, contents: Mapping[str, Any]) -> dict[str, int]:
    counts = {}
    for name in table_names():
        with archive.open(f"{TABLES}{name}.jsonl") as stream:
            counts[name] = load(connection, name, (json.loads(line) for line in stream))
        if counts[name] != contents["tables"][name]:
            raise UsageError(f"The backup lacks rows of {name}.")
    set_numbers(connection, contents["numbers"])
    return counts


def _checked(places: Places, url: str, ring: Keyring, *, with_keys: bool, now: datetime) -> Verdict:
    public = read_public_key(public_file(places.signing).read_text(encoding="ascii"))
    database = open_database(url, ring)
    try:
        store = store_on(database)
        verdict = verify_store(store, public, places.heads, without_keys=not with_keys)
        store.audit.record(AuditRecord(now, COMMAND, "backup.restored", "record", {"well": verdict.well}))
        return verdict
    finally:
        database.close()


def _missing(places: Places, contents: Mapping[str, Any], keys: Mapping[str, str]) -> tuple[str, ...]:
    needed = ", ".join(contents["keys"]) or "none yet"
    absent = (
        ()
        if keys
        else (
            f"the keyring {places.keyring} (keys {needed}): without it no word of a post can be read",
            f"the installation's key {places.key}",
            f"the signing key {places.signing}: without it no new head can be signed",
        )
    )
    return (*absent, *places.moved)
