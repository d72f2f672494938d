"""What the archive is asked, by whom, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.findings import Clause, Severity
    from domain.reporting import ReportedFinding
    from domain.review import Outcome, ReviewState


@dataclass(frozen=True, slots=True)
class Sight:
    """Which findings a person may see at all (45 CFR 164.514(d): no more than the role needs).

    `critical` tells whether clause 2 and S4 are among them; `hidden_staff` are those whose findings are not this
    person's to judge. Nobody but the author sees a finding before `now` has reached the day it becomes visible.
    """

    now: datetime
    critical: bool = False
    hidden_staff: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; every part narrows it. `since` is the first instant, `until` the first one after."""

    words: str = ""
    """All of them, in any order: whole words of the masked excerpt, the reason, the author's name, the account."""
    clause: Clause | None = None
    severity: Severity | None = None
    account_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    state: ReviewState | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding in the archive and where its review stands; None where none was opened."""

    finding: ReportedFinding
    review_id: int | None = None
    state: ReviewState | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class HitPage:
    """Newest findings first. `older` is what to ask for the next page with; None on the last one."""

    hits: tuple[Hit, ...]
    older: int | None = None
