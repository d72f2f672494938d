"""A concern under section 8: one address, one clause, and somebody who may stay unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.access import User
    from domain.findings import Clause

ACKNOWLEDGE_WITHIN = timedelta(days=7)
OUTCOME_WITHIN = timedelta(days=90)
"""Directive (EU) 2019/1937, article 9(1): seven days to acknowledge, three months for feedback."""


class Openness(StrEnum):
    """How much of themselves the reporter shows."""

    NAMED = "named"
    CONFIDENTIAL = "confidential"
    """The handler knows, nobody else does."""
    ANONYMOUS = "anonymous"


class ConcernState(StrEnum):
    """Where a concern stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    LOOKED_INTO = "looked-into"
    ANSWERED = "answered"
    """The reporter was told the outcome."""


class Disposition(StrEnum):
    """What became of a concern, for the record of complaints (45 CFR 164.530(d)(2)). None of them is a sanction."""

    NO_BREACH = "no-breach"
    """Looked at; the policy is kept."""
    REVIEWED = "reviewed"
    """It went, or goes, through the review of findings."""
    TALKED = "talked"
    """Settled by talking with the author."""
    PRIVACY = "privacy"
    """Taken up as a complaint about privacy."""
    ELSEWHERE = "elsewhere"
    """Outside this policy; passed to whoever is responsible."""
    NOT_ENOUGH = "not-enough"
    """Could not be followed up with what is known."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What was reported. `text` is opened for the handler only; who reported it stands elsewhere."""

    id: int
    url: str
    clause: Clause | None
    text: str
    openness: Openness
    state: ConcernState
    received_at: datetime
    about_staff_id: int | None = None
    """Whose enrolled account the address belongs to, if any."""
    handler_id: int | None = None
    privacy_complaint: bool = False
    """About a client's privacy: kept six years (45 CFR 164.530(d), (j))."""
    acknowledged_at: datetime | None = None
    answered_at: datetime | None = None
    to_alternate: bool = False
    """Kept from those who usually handle concerns."""
    disposition: Disposition | None = None

    @property
    def acknowledge_by(self) -> datetime:
        """The last moment for the acknowledgement."""
        return self.received_at + ACKNOWLEDGE_WITHIN

    def overdue(self, now: datetime) -> bool:
        """Whether one of the two clocks has run out."""
        late = self.acknowledged_at is None and now > self.acknowledge_by
        return late or (self.answered_at is None and now > self.outcome_by)

    @property
    def outcome_by(self) -> datetime:
        """The last moment for the outcome."""
        return self.received_at + OUTCOME_WITHIN


@dataclass(frozen=True, slots=True)
class ConcernNews:
    """That something of a concern waits for its handler, and nothing of what it says."""

    concern_id: int
    received_at: datetime
    handler: User | None
    """None while nobody has it who may handle it."""
    to_alternate: bool
    messages: int
    """How many its reporter has written since; 0 while the concern itself is the news."""


@dataclass(frozen=True, slots=True)
class ConcernMessage:
    """One message between the reporter and the handler."""

    at: datetime
    from_reporter: bool
    text: str


@dataclass(frozen=True, slots=True)
class ReporterAccess:
    """That somebody looked at who reported a concern."""

    at: datetime
    user_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported, as they wrote it."""

    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class NewConcern:
    """What somebody hands in: one address, at most one clause, their words. `reporter` is None when anonymous."""

    url: str
    clause: Clause | None
    text: str
    openness: Openness
    reporter: Reporter | None = None
    to_alternate: bool = False
    """The reporter asks that it be kept from those who usually handle concerns."""
    privacy_complaint: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A concern that was taken in. `code` is shown to the reporter once and kept nowhere."""

    concern: Concern
    code: str


@dataclass(frozen=True, slots=True)
class ConcernSubject:
    """What the address of a concern leads to: an enrolled account, and one of its posts if that is remembered."""

    account_id: int
    account: str
    platform: str
    staff_id: int
    author: str
    finding_ids: tuple[int, ...] = ()
    """Findings on that post; none when the post is unknown or clean."""
    review_ids: tuple[int, ...] = ()
