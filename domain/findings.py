"""What scoring takes in and gives out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from domain.accounts import AccountKind, Licence
    from domain.posts import Parent
    from domain.safety import Safety


class Clause(StrEnum):
    """The six clauses a post can be scored against. 7, 8 and 9 shape the process around them."""

    SEPARATION = "1"
    CONFIDENTIALITY = "2"
    THERAPEUTIC = "3"
    CONDUCT = "4"
    ENDORSEMENT = "5"
    OPINION = "6"


GRAVITY = (
    Clause.CONFIDENTIALITY,
    Clause.THERAPEUTIC,
    Clause.CONDUCT,
    Clause.ENDORSEMENT,
    Clause.SEPARATION,
    Clause.OPINION,
)
"""Order in which findings are shown, gravest first."""


class Severity(IntEnum):
    """Harm x identifiability x reach x reversibility. Intent never counts here."""

    S0 = 0
    """Nothing to do; never a finding."""
    S1 = 1
    """Housekeeping or ambiguous; a reminder suffices."""
    S2 = 2
    """Clear departure, low or contained harm."""
    S3 = 3
    """Serious; two reviewers."""
    S4 = 4
    """Critical; the privacy officer hears the same day."""


class Protected(StrEnum):
    """Topics that silence clauses 1, 4, 5 and 6."""

    NLRA = "NLRA"
    POLITICAL = "POLITICAL"
    BELIEF = "BELIEF"
    HEALTH = "HEALTH"
    WHISTLE = "WHISTLE"


@dataclass(frozen=True, slots=True)
class Endorsement:
    """One authorised endorsement. Both days belong to the window; None leaves that side open."""

    item: str
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the authorisation stands on `day`."""
        return _stands(self.valid_from, day, self.valid_to)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A phrase that the practice does not want reported under one clause. Both days belong to the window.

    `by` accepted it, `reason` says why; both are for whoever reads the policy later.
    """

    phrase: str
    clause: Clause
    by: str
    reason: str
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the phrase is accepted on `day`."""
        return _stands(self.valid_from, day, self.valid_to)


def _stands(first: date | None, day: date, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


@dataclass(frozen=True, slots=True)
class Register:
    """What the practice has authorised. `speakers` are roles or names that may speak for the practice."""

    endorsements: tuple[Endorsement, ...] = ()
    speakers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Packet:
    """A post with all that is needed to judge it; the scoring input.

    None means "not known" (no register at hand, parent not seen, bio not read), which is not the same as empty.
    `media` holds alt texts or words read from images, in order. `created` is aware, in the author's offset.
    `answers_other` tells that the post is a reply whose parent is not at hand.
    """

    id: str
    platform: str
    account_kind: AccountKind
    role: str
    licence: Licence
    practice_name: str
    practice_aliases: tuple[str, ...]
    created: datetime
    text: str
    register: Register | None = None
    parent: Parent | None = None
    is_reply: bool = False
    media: tuple[str, ...] = ()
    bio: str | None = None
    language: str | None = None
    """Language tag declared by the author, if any."""
    affiliation: tuple[date | None, date | None] | None = None
    """First and last day with the practice; None when not known."""


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: `quote == field[start:end]`. `field` is "text", "bio" or "media.N.alt"; offsets in code points."""

    field: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause, one post version, the words that carry it, and why, in one plain sentence without quoting them."""

    clause: Clause
    severity: Severity
    probability: float
    spans: tuple[Span, ...]
    reason: str
    detector: str
    version: str


@dataclass(frozen=True, slots=True)
class Scored:
    """The verdict on one packet.

    `clauses`: calibrated probability per clause that it is violated at S2 or more, all six always present.
    `protected`: topics seen. `withheld`: the gate dropped a hit of clause 1, 4, 5 or 6.
    `needs_context`: what was missing to decide ("parent", "image", "register", "affiliation").
    `identifiers`: words that may identify people, for masking. `silenced`: words on a protected topic, which
    may be neither shown nor stored. `safety`: dangers to life that the post shows, at most one of each kind.
    """

    id: str
    clauses: Mapping[Clause, float]
    findings: tuple[Finding, ...] = ()
    protected: tuple[Protected, ...] = ()
    withheld: bool = False
    needs_context: tuple[str, ...] = ()
    language: str = "en"
    identifiers: tuple[Span, ...] = ()
    silenced: tuple[Span, ...] = ()
    safety: tuple[Safety, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One section of the practice's policy, in its own words."""

    id: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who may judge findings."""

    name: str
    email: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The practice's social media policy as data. `version` is the SHA-256 (first 12 hex digits) of its content."""

    version: str
    practice_name: str
    practice_aliases: tuple[str, ...]
    clauses: tuple[ClauseText, ...]
    strict_clause_3: bool
    register: Register
    reviewers: tuple[Reviewer, ...]
    privacy_officer: Reviewer
    allowed_signposts: tuple[str, ...] = ()
    enabled: Mapping[Clause, bool] = field(default_factory=dict)
    accepted: tuple[Accepted, ...] = ()
    clinical_lead: Reviewer | None = None
    """Hears at once of a danger to life; None leaves that to the privacy officer."""

    @property
    def hears_of_danger(self) -> Reviewer:
        """Who is told when a post shows a danger to life."""
        return self.clinical_lead or self.privacy_officer

    def clause(self, clause_id: str) -> ClauseText:
        """The section with this id ("1" to "9"). KeyError when the policy has none, which loading rules out."""
        for text in self.clauses:
            if text.id == clause_id:
                return text
        raise KeyError(clause_id)
