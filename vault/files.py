"""The keyring as a file: JSON, readable by its owner only, replaced whole."""

from __future__ import annotations

import base64
import json
import os
import secrets
from typing import TYPE_CHECKING

from domain.errors import ConfigError, Mistake, UsageError
from vault.keyring import KEY_BYTES, Keyring

if TYPE_CHECKING:
    from pathlib import Path

_FORM = 1


def read_keyring(file: Path) -> Keyring:
    """The keyring in `file`. Raises ConfigError when it is not there or was damaged; no key is ever repeated."""
    try:
        content = json.loads(file.read_text(encoding="ascii"))
        keys = {name: base64.b64decode(coded, validate=True) for name, coded in content["keys"].items()}
        current = content["current"]
    except OSError as error:
        raise _wrong(file, error.strerror or "an error") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong(file, "something else") from error
    if content.get("form") != _FORM or current not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise _wrong(file, "an incomplete keyring")
    return Keyring(keys, current)


def write_keyring(file: Path, keyring: Keyring) -> None:
    """Replace `file` by `keyring`, at once and safely on disk. Raises UsageError when it cannot be written."""
    coded = {name: base64.b64encode(key).decode() for name, key in keyring.keys.items()}
    text = json.dumps({"form": _FORM, "current": keyring.current, "keys": coded}, indent=1)
    beside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"{text}\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"The keyring {file} cannot be written: {error.strerror}.") from error


def new_keyring() -> Keyring:
    """A keyring with one new key."""
    return with_new_key(Keyring({}, ""))


def with_new_key(keyring: Keyring) -> Keyring:
    """The same keyring with one more key, which seals from now on.

    Names count up, so that they sort by age, and go on counting when an old key was dropped: no name is given twice.
    """
    numbers = (int(name[1:]) for name in keyring.keys if name[1:].isdecimal())
    name = f"k{max(numbers, default=0) + 1:04d}"
    return Keyring({**keyring.keys, name: secrets.token_bytes(KEY_BYTES)}, name)


def _wrong(file: Path, seen: str) -> ConfigError:
    return ConfigError([Mistake(str(file), "(file)", seen, "the keyring that `section7 init` makes")])
