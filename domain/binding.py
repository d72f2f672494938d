"""What the log holds of each record: a digest of its facts. A record that was changed, lost or slipped in shows.

A line's details may say `binds`: the name of a record, such as "finding:12", and the digest that its facts have from
this line on; None where the line erases it. Read from first to last, the log then says of every record whether it
must be there, and what it must say. Facts are plain JSON values; instants are ISO 8601 in UTC to the microsecond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from domain.audit import canonical, commitment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.audit import AuditEntry

BINDS = "binds"
"""The key in a line's details."""

FACTS: Mapping[str, tuple[str, ...]] = {
    # A line of the authorisation ledger.
    "ledger": (
        "account_id",
        "event",
        "at",
        "actor",
        "notice_hash",
        "proof",
        "proof_reference",
        "starts_at",
        "ends_at",
    ),
    # The kept words of one version of a post.
    "version": ("content_hash", "kept_text", "kept_alts"),
    # A judgement, without the words that it stands on.
    "finding": (
        "version_id",
        "clause",
        "severity",
        "probability",
        "reason",
        "needs_context",
        "policy_version",
        "detector",
        "detector_version",
        "first_seen_at",
    ),
    # The words of a finding: goes when they go, before the finding does.
    "excerpt": ("excerpt", "spans"),
    # A step in the review of a finding.
    "review": ("review_id", "at", "actor_id", "step", "state", "outcome", "details"),
    # What was written at that step.
    "note": ("note",),
    # A week's digest as it stands, after whatever was erased from it.
    "digest": ("built_at", "content"),
    # A mail: to whom, about what, and what became of it.
    "delivery": ("kind", "key", "recipient", "message_id", "content_hash", "queued_at", "outcome", "sent_at"),
}
"""Kind of record -> which of its columns are its facts, in the order in which a record shows them."""
WORDS = frozenset({"version", "excerpt", "note", "digest"})
"""Kinds whose facts are people's words; an export leaves them out unless asked."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands: its name, such as "finding:12", and its facts with what they are salted with.

    `facts` is None where words were left out of an export, or cannot be opened; `stated` is then the digest that was
    found when they still could, "" where that is not known, and `problem` says why they cannot be opened.
    """

    name: str
    salt: str = ""
    facts: Mapping[str, Any] | None = None
    stated: str = ""
    problem: str = ""

    @property
    def kind(self) -> str:
        """What sort of record it is, such as "finding"."""
        return self.name.partition(":")[0]

    @property
    def digest(self) -> str:
        """What the log must hold of it."""
        return self.stated if self.facts is None else digest_of(self.name, self.salt, self.facts)


def name_of(kind: str, record_id: object) -> str:
    """The name that binds a record, such as "finding:12"."""
    return f"{kind}:{record_id}"


def facts_of(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a record as plain JSON values. Raises KeyError when the row lacks one."""
    return {name: plain(row[name]) for name in FACTS[kind]}


def digest_of(name: str, salt: str, facts: Mapping[str, Any]) -> str:
    """The digest that binds these facts to this name; without the salt it tells nothing of them."""
    return commitment(salt, canonical({"name": name, "facts": dict(facts)}).decode("utf-8", "surrogatepass"))


def plain(value: Any) -> Any:
    """A value as JSON has it: instants and days as ISO 8601, members of an enum as their value."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def bound_after(entries: Iterable[AuditEntry]) -> dict[str, str | None]:
    """What the log holds after its last line: name -> digest, None for what was erased."""
    bound: dict[str, str | None] = {}
    for entry in entries:
        bound.update(entry.record.details.get(BINDS) or {})
    return bound
