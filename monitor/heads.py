"""Signs the head of the log once a day, and writes it where the database's owner alone cannot reach back."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

import structlog

from domain.errors import UsageError
from domain.heads import Head, head_of, line_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from store.engine import Store
    from vault.signing import SigningKey

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Signing:
    """What signing works with. `stamp` gives an RFC 3161 response in base64 over bytes, "" where none could be had."""

    store: Store
    key: SigningKey
    file: Path
    stamp: Callable[[bytes], str] | None = None


def sign_due(tools: Signing, now: datetime) -> Head | None:
    """Sign the newest line unless its day (of UTC) has a head, and complete the file; returns the head if it is new.

    Raises UsageError when the file cannot be written: the head is in the database then, and the next call tries again.
    """
    made = _signed(tools, now)
    if tools.stamp is not None:
        _stamp(tools, tools.stamp)
    complete(tools.file, tools.store.heads.all())
    return made


def complete(file: Path, heads: tuple[Head, ...]) -> None:
    """Append to `file` the heads that came after its last one. Lines that are there are never touched."""
    try:
        known = read_heads(file)
        last = known[-1].day if known else None
        new = [head for head in heads if last is None or head.day > last]
        if not new:
            return
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        with os.fdopen(descriptor, "a", encoding="ascii") as stream:
            stream.writelines(f"{line_of(head)}\n" for head in new)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise UsageError(f"The file of signed heads {file} cannot be written: {error.strerror}.") from error


def read_heads(file: Path) -> tuple[Head, ...]:
    """The heads in a file that `complete` wrote; none when there is no file.

    Raises UsageError, naming the line, when one is no head. A last line that a crash cut short is an error, too: a
    person looks at it.
    """
    if not file.exists():
        return ()
    heads = []
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            heads.append(head_of(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"Line {number} of {file} is no signed head; it was damaged or changed.") from error
    return tuple(heads)


def _signed(tools: Signing, now: datetime) -> Head | None:
    day = now.astimezone(UTC).date()
    last = tools.store.heads.newest()
    entry = tools.store.audit.newest()
    if entry is None or (last is not None and last.day >= day):
        return None
    bare = Head(day, entry.seq, entry.hash, now, tools.key.public.name)
    head = replace(bare, signature=tools.key.sign(bare.signed))
    return head if tools.store.heads.add(head) else None


def _stamp(tools: Signing, stamp: Callable[[bytes], str]) -> None:
    """The newest head only: an authority that was away is not asked for what it cannot know any more."""
    head = tools.store.heads.newest()
    if head is None or head.time_stamp:
        return
    if token := stamp(head.stamped):
        tools.store.heads.stamp(head.day, token)
        log.info("head-stamped", day=head.day.isoformat())
