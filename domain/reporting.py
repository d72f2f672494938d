"""What management, officers and authors are shown: digests, alerts, notices, archive pages."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.posts import PostKind

if TYPE_CHECKING:
    from datetime import datetime

    from domain.findings import Clause, Severity
    from domain.opinions import Stand
    from domain.review_queue import Overturn, ReviewCounts
    from domain.stops import Stop


class Reading(StrEnum):
    """How it went with one account in a period."""

    READ = "read"
    STALE = "stale"
    """Was read before, not within the period as often as planned; see `reason`."""
    FAILING = "failing"
    QUARANTINED = "quarantined"
    PAUSED = "paused"
    STOPPED = "stopped"
    """Not read as often as planned, because all collection was stopped."""
    NEVER = "never"
    """Authorised, not read yet."""


class DeliveryKind(StrEnum):
    """What a mail is."""

    DIGEST = "digest"
    ALERT = "alert"
    NOTICE = "notice"
    """To the author of a post, about a finding."""
    SAFETY = "safety"
    """To the clinical lead, at once: somebody's life may be in danger."""
    CONCERN = "concern"
    """To whoever handles a concern: that it waits, or that its reporter has answered."""


UNLOGGED = frozenset({DeliveryKind.SAFETY, DeliveryKind.CONCERN})
"""Mail that leaves no line in the audit log and no export; the program's own log has its number alone.

That it went out on a day may point to whose life is meant, or who reported.

The identity of who reports a concern is kept from everybody but its handler (Directive (EU) 2019/1937, Art. 16).
"""


class DeliveryState(StrEnum):
    """Where one mail to one recipient stands."""

    QUEUED = "queued"
    SENDING = "sending"
    """Handed to the server; after a crash here it is sent again under the same Message-ID."""
    SENT = "sent"
    REFUSED = "refused"
    """The server said no for good (5xx): a person must look."""


class Judged(StrEnum):
    """What people had made of a finding when it was reported. What follows for its author is told to nobody else.

    How it was decided is told once nobody can appeal any more: a report is frozen, and an appeal may turn it round.
    """

    DECIDED = "decided"
    APPEALED = "appealed"
    UPHELD = "upheld"
    NOT_UPHELD = "not-upheld"
    MENDED = "mended"
    """Closed, because its author changed or removed the post."""


@dataclass(frozen=True, slots=True)
class Period:
    """One ISO week in the practice's time zone. `start` and `end` are aware UTC; `end` is the first instant after."""

    week: str
    """ISO 8601 week, such as "2026-W47"."""
    start: datetime
    end: datetime
    time_zone: str


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """A stored finding as reports see it: no post text but a masked excerpt, made when it was scored."""

    id: int
    account_id: int
    account: str
    """Handle or site name of the enrolled account."""
    author: str
    """Name of the staff member."""
    platform: str
    clause: Clause
    severity: Severity
    probability: float
    reason: str
    excerpt: str
    """Masked: no client detail, no other person's name or handle."""
    post_url: str
    published_at: datetime
    first_seen_at: datetime
    detector: str
    detector_version: str
    policy_version: str
    needs_context: tuple[str, ...] = ()
    gone_at: datetime | None = None
    """When the post was confirmed deleted, if it was."""
    edited: bool = False
    """A newer version of the post was seen after this finding."""
    author_told_at: datetime | None = None
    author_email: str = ""
    opinion: Stand | None = None
    """How a second opinion stands to it; None when none was asked for."""
    opinion_model: str = ""
    """The model that was asked, as the administrator named it."""
    kind: PostKind = PostKind.POST
    """What it was noticed on; words tell a profile from a post."""
    judged: Judged | None = None
    """In a digest: what people had made of it when that was built; None while they had not."""


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """How one account fared in the period. `reason` is a sentence when something is wrong, else ""."""

    account_id: int
    account: str
    author: str
    platform: str
    reading: Reading
    last_read_at: datetime | None
    passes: int
    posts_seen: int
    new: int
    edited: int
    gone: int
    not_assessed: int
    """Posts in a language that is not assessed."""
    malformed: int
    reason: str = ""
    permission_ends_at: datetime | None = None
    """When the owner's token ends, if that is within two weeks of the digest or past."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One week for management. `findings` are ordered by gravity; frozen once built, so that a repeat is the same."""

    practice: str
    period: Period
    built_at: datetime
    findings: tuple[ReportedFinding, ...]
    coverage: tuple[CoverageLine, ...]
    policy_version: str
    detector_version: str
    clause_titles: tuple[tuple[str, str], ...] = ()
    """(clause id, title in the practice's words), for all nine sections."""
    open_before: tuple[ReportedFinding, ...] = ()
    """S3 and S4 findings of earlier periods whose posts still stand."""
    stops: tuple[Stop, ...] = ()
    """When and why nothing was collected, from the start of the period until it was built."""
    head: str = ""
    """The newest signed head of the log when it was built, for readers to keep; "" before there was one."""
    reviews: ReviewCounts | None = None
    """How many reviews stood where when it was built; None in a digest from before there were reviews."""
    overturn: tuple[Overturn, ...] = ()
    """What people had decided until then against the detector, by clause."""


@dataclass(frozen=True, slots=True)
class Message:
    """A mail, ready to send to one recipient. `message_id` is deterministic in (kind, key, recipient)."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    date: datetime
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def content_hash(self) -> str:
        """SHA-256 over subject, text and HTML: what the record keeps of the words that were sent."""
        words = json.dumps([self.subject, self.text, self.html], ensure_ascii=False)
        return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of one mail to one recipient; unique by (kind, key, recipient)."""

    id: int
    kind: DeliveryKind
    key: str
    """ISO week for a digest, finding id for an alert, "week:staff id" for a notice."""
    recipient: str
    message_id: str
    state: DeliveryState
    attempts: int
    next_try_at: datetime | None = None
    sent_at: datetime | None = None
    problem: str = ""
    content_hash: str = ""
    queued_at: datetime | None = None
    """When the mail was first asked for; its Date header, so that a repeat is the same mail."""


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """Numbers of one week for the archive's figures; of the practice as a whole, never of a person."""

    week: str
    accounts_read: int
    accounts_enrolled: int
    posts_read: int
    by_clause: tuple[tuple[Clause, int], ...]


@dataclass(frozen=True, slots=True)
class ArchiveContent:
    """Everything the static archive is made of."""

    practice: str
    made_at: datetime
    time_zone: str
    digests: tuple[Digest, ...]
    clause_texts: tuple[tuple[str, str, str], ...]
    """(id, title, summary) of the nine sections."""
    figures: tuple[WeekFigures, ...] = field(default=())
    privacy_contact: str = ""
    """Who answers questions about privacy, on one line."""
    error_rates: str = ""
    """One or two sentences on how often the detector errs, as measured."""
