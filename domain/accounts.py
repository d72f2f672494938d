"""Staff, accounts and the authorisation that must stand before an account may be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


class AccountKind(StrEnum):
    """Whose voice the account is: one clinician's, or the practice's own."""

    PROFESSIONAL = "professional"
    PRACTICE = "practice"


class Licence(StrEnum):
    """Licence type; the testimonial rule of clause 5 depends on it."""

    PSYCHOLOGIST = "psychologist"
    COUNSELOR = "counselor"
    SOCIAL_WORKER = "social_worker"
    MFT = "mft"
    PSYCHIATRIST = "psychiatrist"
    NONE = "none"


class Proof(StrEnum):
    """How control of an account was shown."""

    BIO = "bio"
    REL_ME = "rel-me"
    FEED_ITEM = "feed-item"
    WELL_KNOWN = "well-known"
    SIGNED_FORM = "signed-form"


class AccountState(StrEnum):
    """Where an account stands between enrolment and withdrawal."""

    ENROLLED = "enrolled"
    """Asked for, not yet proven: cannot be read."""
    ACTIVE = "active"
    PAUSED = "paused"
    QUARANTINED = "quarantined"
    """Failed too often; waits for `accounts retry` or for its next slow try."""
    WITHDRAWN = "withdrawn"


class LedgerEvent(StrEnum):
    """What the append-only authorisation ledger records."""

    ENROLLED = "enrolled"
    AUTHORISED = "authorised"
    PAUSED = "paused"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Staff:
    """A person who works, or worked, for the practice. `employed_to` None means still there."""

    id: int
    name: str
    role: str
    licence: Licence
    email: str
    employed_from: date | None = None
    employed_to: date | None = None


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A standing permission to read one account: which notice was shown, how control was proven, since when.

    Only the store makes one, and only from the ledger. Nothing published before `starts_at` may be kept.
    """

    account_id: int
    notice_hash: str
    proof: Proof
    proof_reference: str
    starts_at: datetime
    ends_at: datetime | None

    def active(self, now: datetime) -> bool:
        """Whether the permission stands at `now` (aware UTC)."""
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform says of a profile URL.

    `platform_id` is the platform's own lasting key (never a name that can be taken over); `url` is canonical;
    `api_base` is where its posts are read; `bio` is plain text.
    """

    platform: str
    platform_id: str
    handle: str
    url: str
    api_base: str
    display_name: str = ""
    bio: str = ""
    reads: str = ""
    """One sentence for the notice: what will be read and what cannot be."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that may be read now. `authorisation` is not optional: without one there is no Account."""

    id: int
    staff: Staff
    kind: AccountKind
    platform: str
    platform_id: str
    handle: str
    url: str
    api_base: str
    bio: str
    authorisation: Authorisation
    cursor: str | None = None
    """Opaque JSON of the platform's own making."""
    failures: int = 0
    """Failed passes in a row."""
    state: AccountState = AccountState.ACTIVE


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An account as staff tools see it, readable or not. It cannot be handed to a collector."""

    id: int
    staff: Staff
    kind: AccountKind
    platform: str
    platform_id: str
    handle: str
    url: str
    api_base: str
    state: AccountState
    token: str
    """Proof token to be shown on the profile."""
    notice_hash: str
    enrolled_at: datetime
    authorised_at: datetime | None = None
    last_read_at: datetime | None = None
    next_check_at: datetime | None = None
    failures: int = 0
    problem_code: str | None = None
    """`CollectError.code` of the newest failure, None when the last pass went well."""
    problem: str | None = None
    """The same as a sentence."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the authorisation ledger. Lines are added and never changed."""

    id: int
    account_id: int
    event: LedgerEvent
    at: datetime
    actor: str
    notice_hash: str
    proof: Proof | None = None
    proof_reference: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
