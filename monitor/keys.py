"""Keys of the keyring: which there are, what they seal, and the change from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from domain.audit import COMMAND, AuditRecord
from domain.errors import KeyLost, UsageError
from store.columns import give_keyring
from vault.files import read_keyring, with_new_key, write_keyring
from vault.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from store.engine import Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key for people: its name, when it was made (None: before the log), how many texts it seals.

    `lost` means that texts are sealed with it and it is not on the keyring.
    """

    name: str
    made_at: datetime | None
    texts: int
    current: bool
    lost: bool


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did. `unopened` says why some texts stay under their old key."""

    key: str
    resealed: int
    left: int
    unopened: tuple[str, ...]
    dropped: tuple[str, ...]


def key_lines(store: Store, file: Path) -> tuple[KeyLine, ...]:
    """Every key on the ring or in use, by name. Nothing of a key itself."""
    ring = read_keyring(file)
    made = {
        str(entry.record.details["key"]): entry.record.at
        for entry in store.audit.entries()
        if entry.record.event in ("key.made", "key.rotated")
    }
    texts = store.sealing.by_key()
    return tuple(
        KeyLine(name, made.get(name), texts.get(name, 0), name == ring.current, name not in ring.keys)
        for name in sorted({*ring.keys, *texts} - {""})
    )


def rotate(
    store: Store,
    file: Path,
    clock: Callable[[], datetime],
    *,
    drop_old: bool = False,
    between: Callable[[], None] = lambda: None,
) -> Rotated:
    """Seal everything with a new key, or go on where a rotation was broken off, and make the search index anew.

    The new key is on disk before anything is sealed with it, and an old one leaves the ring only with `drop_old`, and
    only once nothing is sealed with it. Killed at any step, the next call completes it. Raises UsageError when an old
    key is to be dropped and something still needs it.
    """
    ring = read_keyring(file)
    if not _unfinished(store, ring):
        ring = with_new_key(ring)
        write_keyring(file, ring)
        store.audit.record(AuditRecord(clock(), COMMAND, "key.rotated", "keyring", {"key": ring.current}))
    give_keyring(store.database.engine.dialect, ring)
    done = store.sealing.reseal(between)
    unopened = (*done.unopened, *_reindex(store))
    log.info("resealed", key=ring.current, texts=done.done, left=done.left)
    dropped = _drop_old(store, file, ring, clock) if drop_old else ()
    return Rotated(ring.current, done.done, done.left, tuple(dict.fromkeys(unopened)), dropped)


def _reindex(store: Store) -> tuple[str, ...]:
    """Make the search index anew; returns what stands against it, a lost key, in a sentence."""
    try:
        store.search.reindex()
    except KeyLost as error:
        return (str(error),)
    return ()


def _unfinished(store: Store, ring: Keyring) -> bool:
    """Whether something is still sealed with a key on the ring that is not the current one."""
    return any(name != ring.current and name in ring.keys for name in store.sealing.by_key())


def _drop_old(store: Store, file: Path, ring: Keyring, clock: Callable[[], datetime]) -> tuple[str, ...]:
    needed = {name for name in store.sealing.by_key() if name != ring.current and name in ring.keys}
    if needed:
        raise UsageError(f"Texts are still sealed with {', '.join(sorted(needed))}; that key stays on the ring.")
    old = tuple(sorted(name for name in ring.keys if name != ring.current))
    if old:
        write_keyring(file, Keyring({ring.current: ring.keys[ring.current]}, ring.current))
        store.audit.record(AuditRecord(clock(), COMMAND, "key.dropped", "keyring", {"keys": list(old)}))
    return old
