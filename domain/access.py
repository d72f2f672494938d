"""Who may do what: roles, what each may see and do, and what a signed-in person is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, tzinfo

_FIRST_YEAR, _LAST_YEAR = 2000, 2200


class Role(StrEnum):
    """What a person does for the practice; nobody sees more than the role needs (45 CFR 164.502(b), 164.514(d))."""

    MANAGER = "manager"
    """Digest and figures; no client detail."""
    REVIEWER = "reviewer"
    """The queue, but for clause 2 and S4."""
    PRIVACY_OFFICER = "privacy-officer"
    """Clause 2, S4 and the rest of the queue."""
    CLINICIAN = "clinician"
    """The own page only."""
    ADMINISTRATOR = "administrator"
    """Configuration and people; no text of any post."""
    AUDITOR = "auditor"
    """Reads decisions and verifies the record."""


class Permission(StrEnum):
    """One thing that a route of the console needs."""

    OWN_SESSION = "own-session"
    """Whatever everybody signed in may do: sign out, change the own password."""
    OWN_PAGE = "own-page"
    SEE_FIGURES = "see-figures"
    """Digests, weeks, coverage and numbers: nothing that a digest mail does not say."""
    SEE_ARCHIVE = "see-archive"
    """Findings with masked excerpts."""
    SEE_POST = "see-post"
    """The words of a post under review."""
    UNMASK = "unmask"
    """One client detail, with a reason, logged."""
    REVIEW = "review"
    REVIEW_CRITICAL = "review-critical"
    """Clause 2 and S4."""
    TEACH = "teach"
    """Add accepted phrases and authorised endorsements."""
    HANDLE_CONCERNS = "handle-concerns"
    SEE_REPORTER = "see-reporter"
    """A confidential reporter's name, with a reason, logged."""
    STOP = "stop"
    """Stop all collection, and say that it may go on."""
    MANAGE_PEOPLE = "manage-people"
    CONFIGURE = "configure"
    VERIFY = "verify"
    """Read the audit log and check the record."""
    EXPORT = "export"


_LONGEST_SUBJECT = 255
_EVERYBODY = frozenset({Permission.OWN_SESSION})
_ARCHIVE = frozenset({Permission.SEE_FIGURES, Permission.SEE_ARCHIVE})
_REVIEWING = _ARCHIVE | {Permission.SEE_POST, Permission.REVIEW, Permission.TEACH, Permission.STOP}

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.MANAGER: _EVERYBODY | {Permission.SEE_FIGURES, Permission.STOP},
    Role.REVIEWER: _EVERYBODY | _REVIEWING,
    Role.PRIVACY_OFFICER: _EVERYBODY
    | _REVIEWING
    | {
        Permission.UNMASK,
        Permission.REVIEW_CRITICAL,
        Permission.HANDLE_CONCERNS,
        Permission.SEE_REPORTER,
        Permission.EXPORT,
        Permission.VERIFY,
    },
    Role.CLINICIAN: _EVERYBODY | {Permission.OWN_PAGE},
    Role.ADMINISTRATOR: _EVERYBODY | {Permission.MANAGE_PEOPLE, Permission.CONFIGURE, Permission.STOP},
    Role.AUDITOR: _EVERYBODY | _ARCHIVE | {Permission.VERIFY, Permission.EXPORT},
}
"""What each role may do. A person with two roles may do what either may."""


def training_end(day: date, zone: tzinfo) -> datetime:
    """The last second of a day, until which training is recorded to hold. UsageError for a day far from any plan."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UsageError(f"Nothing was changed: choose a day from {_FIRST_YEAR} to {_LAST_YEAR}.")
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class ConflictOfInterest:
    """Why a person may not judge one member of staff. `line_manager`: leads them, and may not judge S3 and above."""

    staff_id: int
    reason: str
    line_manager: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """A person who can sign in. `staff_id` ties a clinician, or a reviewer who is watched too, to own findings."""

    id: int
    name: str
    email: str
    roles: frozenset[Role]
    staff_id: int | None = None
    active: bool = True
    conflicts: tuple[ConflictOfInterest, ...] = ()
    trained_until: datetime | None = None
    """How long the reviewer's recorded training holds; None when none is on record."""

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles grants it, and the person is still active."""
        return self.active and any(permission in GRANTS[role] for role in self.roles)

    def conflict_with(self, staff_id: int) -> ConflictOfInterest | None:
        """What stands against judging this member of staff: being them, or a named conflict."""
        if self.staff_id == staff_id:
            return ConflictOfInterest(staff_id, "It is about yourself.")
        return next((one for one in self.conflicts if one.staff_id == staff_id), None)


@dataclass(frozen=True, slots=True)
class Session:
    """That somebody is signed in. `verified_at` is None until the second factor was given; nothing opens before.

    `csrf` is the secret that every form of this session carries. It ends at `expires_at` at the latest.
    """

    id: int
    user_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    verified_at: datetime | None
    csrf: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom an identity provider vouches for.

    `subject` is the account's name there, which is never given to anybody else (OpenID Connect Core 1.0 section 2).
    """

    issuer: str
    subject: str
    verified_email: str = ""
    """An address that the provider has checked; "" for none."""
    multi_factor: bool = False
    """Whether the provider says that a second factor was given."""


def is_subject(text: str) -> bool:
    """Whether this can be an account's name: at most 255 characters of ASCII (OpenID Connect Core 1.0 section 2)."""
    return 0 < len(text) <= _LONGEST_SUBJECT and text.isascii() and text.isprintable()
