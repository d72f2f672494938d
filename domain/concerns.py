"""A concern under section 8: one address, one clause, and somebody who may stay unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

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

    @property
    def acknowledge_by(self) -> datetime:
        """The last moment for the acknowledgement."""
        return self.received_at + ACKNOWLEDGE_WITHIN

    @property
    def outcome_by(self) -> datetime:
        """The last moment for the outcome."""
        return self.received_at + OUTCOME_WITHIN


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
