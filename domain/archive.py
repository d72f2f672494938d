"""What the archive is asked, by whom, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.findings import Clause, Severity, Span
    from domain.posts import PostKind
    from domain.reporting import Digest, ReportedFinding
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
    told: bool = False
    """Only what its author has already been told of."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding in the archive and where its review stands; None where none was opened."""

    finding: ReportedFinding
    review_id: int | None = None
    state: ReviewState | None = None
    outcome: Outcome | None = None
    confidential: bool = False
    """A finding of clause 2 stands on the same post."""


@dataclass(frozen=True, slots=True)
class HitPage:
    """Newest findings first. `older` is what to ask for the next page with; None on the last one."""

    hits: tuple[Hit, ...]
    older: int | None = None


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week in a list of weeks."""

    week: str
    findings: int
    accounts_read: int
    accounts_enrolled: int


@dataclass(frozen=True, slots=True)
class WeekOutline:
    """A week's digest without its findings, and the ids of those it named, in its order."""

    digest: Digest
    findings: tuple[int, ...]
    open_before: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """One version of a post as it was read. `words` and `alts` are None where they were not kept, or erased since."""

    id: int
    first_seen_at: datetime
    edited_at: datetime | None
    words: str | None
    alts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is kept of the post under a finding. `versions` are in the order in which they were seen.

    `spans` count in the words of version `version_id`, or in its descriptions or in `bio`; their quotes are left empty.
    """

    version_id: int
    spans: tuple[Span, ...]
    versions: tuple[SeenVersion, ...]
    kind: PostKind
    url: str
    published_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    is_reply: bool
    edited_since: bool
    """The post reads differently now than the version that the finding is about."""
    bio: str
    confidential: bool
    """A finding of clause 2 stands on this post."""
    critical: bool
    """A finding of clause 2 or S4 stands on this post."""
