"""Tells the log when configuration, policy or detector are not what they were: which keys changed, and no value."""

from __future__ import annotations

import hashlib
import hmac
import json
import tomllib
from typing import TYPE_CHECKING, Any

from analyzers.score import detector_version
from domain.audit import SYSTEM, AuditRecord
from domain.errors import ConfigError, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from monitor.app import App
    from store.audit import AuditStore

_DIGITS = 12


def tell_settings(app: App) -> None:
    """One line for each of the three that differs from what the log was told last; nothing where all is as it was."""
    now = app.clock()
    tell_file(app.store.audit, "config", app.config.file, app.key, now)
    tell_file(app.store.audit, "policy", app.config.policy, app.key, now)
    tell_detector(app.store.audit, detector_version(app.local), now)


def tell_file(log: AuditStore, what: str, file: Path, key: bytes, now: datetime) -> bool:
    """Compare a TOML file with what the log was told of it last; whether a line was written.

    The line holds the SHA-256 of the file, which anybody can compare, and a keyed digest of each value, which tells
    only whoever has the installation's key whether a value is the same. Raises ConfigError when it cannot be read.
    """
    try:
        raw = file.read_bytes()
        content = tomllib.loads(raw.decode())
    except (OSError, ValueError) as error:
        raise ConfigError([Mistake(str(file), "(file)", "something unreadable", "a readable TOML file")]) from error
    digest = hashlib.sha256(raw).hexdigest()
    last = log.newest_of(f"{what}.changed")
    before: dict[str, Any] = dict(last.record.details) if last else {}
    if before.get("new") == digest:
        return False
    keys = {path: _keyed(key, what, path, value) for path, value in _flat(content)}
    known = before.get("keys", {})
    changed = sorted(path for path in {*keys, *known} if keys.get(path) != known.get(path)) if last else []
    details = {"old": before.get("new", ""), "new": digest, "changed": changed, "keys": keys}
    log.record(AuditRecord(now, SYSTEM, f"{what}.changed", what, details))
    return True


def tell_detector(log: AuditStore, version: str, now: datetime) -> bool:
    """Compare the version of what judges, model and thresholds included, with the log's; whether a line was written."""
    last = log.newest_of("detector.changed")
    old = last.record.details["new"] if last else ""
    if old == version:
        return False
    log.record(AuditRecord(now, SYSTEM, "detector.changed", "detector", {"old": old, "new": version}))
    return True


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a TOML file under its key; the elements of a list by their number."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{path}[{number}]")
    else:
        yield path, value


def _keyed(key: bytes, what: str, path: str, value: Any) -> str:
    said = json.dumps([what, path, value], default=str, ensure_ascii=True)
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
