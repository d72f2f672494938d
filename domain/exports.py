"""What leaves the house for an auditor, a court or the person concerned: chosen by filter, masked, with its purpose.

Nothing here ranks a person or counts anything by person, and no filter names one: only a personnel record is about one
person, for that person to see (820 ILCS 40/2, MCL 423.503, Cal. Labor Code 1198.5).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.accounts import LedgerEntry, Staff
    from domain.audit import AuditEntry
    from domain.findings import Clause, Severity
    from domain.holds import Hold
    from domain.reporting import Delivery
    from domain.review import Outcome, Review, ReviewState


class ExportFormat(StrEnum):
    """The form of an export."""

    CSV = "csv"
    JSON = "json"
    PDF = "pdf"


class Ground(StrEnum):
    """Why an export shows client detail. A closed list, since the audit log holds no words of ours or of others."""

    CLIENT = "client-request"
    """The client concerned has asked for it or agreed (45 CFR 164.508, 164.524)."""
    COURT = "court-order"
    """45 CFR 164.512(e)."""
    OVERSIGHT = "health-oversight"
    """45 CFR 164.512(d): a licensing board or a regulator."""
    BREACH = "breach-assessment"
    """45 CFR 164.402(2), 164.414(b)."""
    COUNSEL = "legal-advice"
    """For the practice's own counsel: health care operations (45 CFR 164.501)."""


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which findings and decisions; empty sets mean all. `since` is the first instant, `until` the first one after."""

    since: datetime | None = None
    until: datetime | None = None
    clauses: frozenset[Clause] = frozenset()
    severities: frozenset[Severity] = frozenset()
    states: frozenset[ReviewState] = frozenset()
    outcomes: frozenset[Outcome] = frozenset()

    def as_details(self) -> dict[str, object]:
        """For the audit log and the export itself: plain values, the parts that narrow nothing left out."""
        parts: dict[str, object] = {
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "clauses": sorted(clause.value for clause in self.clauses),
            "severities": sorted(int(severity) for severity in self.severities),
            "states": sorted(state.value for state in self.states),
            "outcomes": sorted(outcome.value for outcome in self.outcomes),
        }
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class ExportedFinding:
    """One finding and what was decided. A decision whose finding was erased has no finding id, and no words.

    `confidential`: a finding of clause 2 stands on the same post; then account, address, reason and excerpt are "" in a
    masked export. `words` is the kept text of the post version, "" in a masked one and where it was erased.
    """

    finding_id: int | None
    review_id: int | None
    found_at: datetime
    published_at: datetime | None
    platform: str
    account: str
    clause: Clause
    severity: Severity
    reason: str
    excerpt: str
    address: str
    state: ReviewState | None
    outcome: Outcome | None
    author_told_at: datetime | None
    closed_at: datetime | None
    two_reviewers: bool
    detector: str
    detector_version: str
    policy_version: str
    needs_context: tuple[str, ...] = ()
    content_hash: str = ""
    edited: bool = False
    gone_at: datetime | None = None
    confidential: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class ExportedVersion:
    """One version of the post. `text` is None where the words were erased or are masked; `kept` tells which."""

    version_id: int
    content_hash: str
    change: str
    first_seen_at: datetime
    edited_at: datetime | None
    kept: bool
    text: str | None = None
    alts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportedIncident:
    """The assessment of a breach."""

    discovered_at: datetime
    first_viewed_at: datetime | None
    checklist: Mapping[str, object]
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that was shown before enrolment, in its own words."""

    hash: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One review with all that belongs to it. Mails are told by their metadata; none holds client detail."""

    review: Review
    finding: ExportedFinding
    author: str
    versions: tuple[ExportedVersion, ...]
    ledger: tuple[LedgerEntry, ...]
    notices: tuple[Notice, ...]
    mails: tuple[Delivery, ...]
    audit: tuple[AuditEntry, ...]
    incident: ExportedIncident | None = None
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonnelFile:
    """All that is kept about one member of staff, for that person: dismissed findings as well as upheld ones."""

    staff: Staff
    accounts: tuple[str, ...]
    ledger: tuple[LedgerEntry, ...]
    notices: tuple[Notice, ...]
    cases: tuple[CaseFile, ...]
    unreviewed: tuple[ExportedFinding, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """An export as bytes, with what the audit log was told of it."""

    content: bytes
    media_type: str
    name: str
    count: int
    sha256: str
    details: Mapping[str, object] = field(default_factory=dict)
