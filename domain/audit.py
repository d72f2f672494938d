"""The append-only log: what happened, each line bound to the one before by its hash.

A line's hash is SHA-256 over its canonical JSON (sorted keys, no spaces, UTF-8), which holds the hash of the line
before. So whoever knows one hash can check everything up to it; change, removal, insertion and reordering all break the
chain. Words never stand in it: where a line is about words, it holds a digest of them salted with a random value that
is stored, and erased, with the words.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

GENESIS = "0" * 64
"""What the first line names as the hash before it."""
SYSTEM = "section7"
"""The actor of what the program does by itself."""


COMMAND = "command"
"""The actor of what somebody asked for on the command line."""


def acting(actor: str) -> str:
    """The actor of a line for somebody whom other records call by name: a user's id, the program, or the command."""
    return actor if actor == SYSTEM or actor.startswith("user:") else COMMAND


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Something that happened. `event` is a dotted name such as "review.decided", `subject` such as "review:12".

    `actor` is "user:<id>", SYSTEM, or "command" for the command line. `details` hold ids, states, counts and digests;
    never a word of a post, a note or a client.
    """

    at: datetime
    actor: str
    event: str
    subject: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the log as stored. `seq` counts from 1 without a gap."""

    seq: int
    record: AuditRecord
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines are asked for; every part narrows it. `since` is the first instant, `until` the first one after."""

    kind: str = ""
    """The part of the event's name before the dot, such as "review"."""
    actor: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """Newest lines first. `older` is what to ask for the next page with; None on the last one."""

    entries: tuple[AuditEntry, ...]
    older: int | None = None


def entry_after(previous: AuditEntry | None, record: AuditRecord) -> AuditEntry:
    """The line that comes after `previous` (None: the first)."""
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
    return AuditEntry(seq, record, before, line_hash(seq, record, before))


def line_hash(seq: int, record: AuditRecord, previous: str) -> str:
    """SHA-256 in hex over the line's canonical JSON."""
    line = {
        "seq": seq,
        "at": record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": record.actor,
        "event": record.event,
        "subject": record.subject,
        "details": record.details,
        "previous": previous,
    }
    return hashlib.sha256(canonical(line)).hexdigest()


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON in one form only: sorted keys, no spaces, UTF-8, no NaN. Equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "surrogatepass"
    )


def commitment(salt: str, words: str) -> str:
    """A digest that binds to `words` and tells nothing of them without the salt (SHA-256, hex)."""
    return hashlib.sha256(f"{salt}\x00{words}".encode("utf-8", "surrogatepass")).hexdigest()
