"""Setting up an installation: its files, its key, its database, and whether everything can be reached."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.policy import load_policy
from domain.audit import COMMAND, AuditRecord
from domain.errors import ConfigError, DeliveryError, Section7Error, UsageError
from migrations.upgrade import upgrade
from monitor.app import KEY_BYTES, local_of, mailer_of, read_key
from monitor.config import load_config
from monitor.examples import CONFIG, POLICY, example
from store.adoption import open_log
from store.database import sqlite_file
from store.engine import open_store
from vault.files import new_keyring, read_keyring, write_keyring
from vault.signing import make_signing_key, read_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from domain.errors import Mistake
    from monitor.config import Config


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried: what, whether it went well, and what was seen."""

    what: str
    well: bool
    seen: str


def write_files(config_file: Path) -> tuple[Path, ...]:
    """Write the example configuration and policy where there is none yet; returns what was written.

    Raises UsageError when the folder cannot be written. Files that exist are never touched.
    """
    written = []
    for file, name in ((config_file, CONFIG), (config_file.parent / "policy.toml", POLICY)):
        if not file.exists():
            _write_new(file, example(name))
            written.append(file)
    return tuple(written)


def set_up(config_file: Path, environment: Mapping[str, str], now: datetime) -> tuple[Check, ...]:
    """Make the keys, create or update the database, and try everything that the configuration names.

    Raises ConfigError for mistakes in either file and StoreError when the database cannot be used.
    """
    config = load_config(config_file, environment)
    config.require_signed(now)
    load_policy(config.policy)
    made_key = _make_key(config.key_file)
    made_keyring = _make_keyring(config)
    made_signing = make_signing_key(config.signing_key_file)
    revision = upgrade(config.database_url.get_secret_value())
    sealed, older = _begin_record(config, now)
    return (
        Check("configuration", well=True, seen=str(config_file)),
        Check("policy", well=True, seen=str(config.policy)),
        _try("key", lambda: _try_key(config.key_file, made=made_key)),
        _try("keyring", lambda: _try_keyring(config.keyring_file, made=made_keyring)),
        _try("signing key", lambda: _try_signing(config.signing_key_file, made=made_signing)),
        Check("database", well=True, seen=f"schema {revision}"),
        *([Check("words stored before", well=True, seen=f"{sealed} sealed now")] if sealed else []),
        *([Check("records older than the log", well=True, seen=f"{older} bound now")] if older else []),
        _try("local model", lambda: _try_model(config)),
        _try("archive folder", lambda: _try_folder(config.archive)),
        _try("mail", lambda: _try_mail(config)),
    )


def require_database(config: Config) -> None:
    """Raises UsageError when the configuration names a SQLite file that is not there.

    Only `init` makes a database: opening a mistyped path would leave an empty one behind. Raises StoreError when the
    address cannot be read.
    """
    file = sqlite_file(config.database_url.get_secret_value())
    if file is not None and not file.is_file():
        raise UsageError(f"There is no database {file}. Mend database.url if it is wrong, or run `section7 init`.")


def mistakes_in(config_file: Path, environment: Mapping[str, str]) -> ConfigError | None:
    """Every mistake of both files together, so that an administrator mends them in one go; None when there is none."""
    mistakes: list[Mistake] = []
    policy = config_file.parent / "policy.toml"
    try:
        policy = load_config(config_file, environment).policy
    except ConfigError as error:
        mistakes.extend(error.mistakes)
    try:
        load_policy(policy)
    except ConfigError as error:
        mistakes.extend(error.mistakes)
    return ConfigError(mistakes) if mistakes else None


def _write_new(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error


def _make_key(file: Path) -> bool:
    if file.exists():
        return False
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(KEY_BYTES) + "\n")
    except OSError as error:
        raise UsageError(f"The key file {file} cannot be written: {error.strerror}.") from error
    return True


def _make_keyring(config: Config) -> bool:
    if config.keyring_file.exists():
        return False
    write_keyring(config.keyring_file, new_keyring())
    return True


def _try_keyring(file: Path, *, made: bool) -> str:
    read_keyring(file)
    return f"{file} ({'made now' if made else 'kept'})"


def _begin_record(config: Config, now: datetime) -> tuple[int, int]:
    """Seal and bind what is older than the keyring and the log; returns how many texts and records that were."""
    ring = read_keyring(config.keyring_file)
    store = open_store(config.database_url.get_secret_value(), ring)
    try:
        begun = store.audit.newest() is not None
        sealed = store.sealing.seal_stored()
        older = open_log(store.database, now)
        if not begun:
            store.audit.record(AuditRecord(now, COMMAND, "key.made", "keyring", {"key": ring.current}))
        return sealed, older
    finally:
        store.close()


def _try_signing(file: Path, *, made: bool) -> str:
    name = read_signing_key(file).public.name
    return f"{file}, key {name} ({'made now' if made else 'kept'})"


def _try_key(file: Path, *, made: bool) -> str:
    read_key(file)
    return f"{file} ({'made now' if made else 'kept'})"


def _try(what: str, attempt: Callable[[], str]) -> Check:
    try:
        return Check(what, well=True, seen=attempt())
    except (Section7Error, OSError) as error:
        return Check(what, well=False, seen=str(error))


def _try_model(config: Config) -> str:
    local = local_of(config)
    return f"{config.model} (version {local.version})" if local else "off, the rules judge alone"


def _try_folder(folder: Path) -> str:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    probe = folder / ".section7-probe"
    probe.write_text("", encoding="ascii")
    probe.unlink()
    return str(folder)


def _try_mail(config: Config) -> str:
    try:
        return mailer_of(config).check()
    except DeliveryError as error:
        raise UsageError(f"{error}. Digests wait until this is mended; nothing is lost.") from error
