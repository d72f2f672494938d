"""A critical finding as a possible breach: which clocks run since when, and what is to be done. Counsel decides if so.

The clocks run from the moment the program first saw the post: a breach counts as discovered on the first day on which
it would have been known with reasonable diligence (45 CFR 164.404(a)(2)), whoever looked later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from domain.access import Permission
from domain.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, tzinfo

    from domain.access import User

HIPAA_DAYS = 60
"""45 CFR 164.404(b), 164.406(b), 164.408(b): without unreasonable delay, at most 60 calendar days after discovery."""
GDPR_HOURS = 72
"""Regulation (EU) 2016/679, Art. 33(1), and the UK GDPR."""
UNDER_HIPAA = frozenset({"us", "california"})
UNDER_GDPR = frozenset({"eu-uk"})
"""Retention profiles, which follow where the practice works, by the law that they bring with them."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock: who must hear by when, under which law. `by` is the last instant, aware."""

    what: str
    law: str
    by: datetime

    def passed(self, now: datetime) -> bool:
        """Whether it is too late."""
        return now > self.by


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to do. `key` is stable and stored; `profiles` are the retention profiles it is for, () for all."""

    key: str
    text: str
    law: str = ""
    profiles: frozenset[str] = frozenset()


CHECKLIST = (
    ChecklistItem("safe", "If anybody is in danger, emergency services were called first."),
    ChecklistItem("kept", "The evidence is kept: the version of the post, when it was seen, and who looked at it."),
    ChecklistItem("asked-down", "The author was asked to take the post down, and was told that an answer is welcome."),
    ChecklistItem(
        "assessed",
        "Whether it is a breach was assessed in writing, also when it is none.",
        "45 CFR 164.402(2)",
        UNDER_HIPAA,
    ),
    ChecklistItem(
        "gdpr-assessed", "The risk to the people concerned was assessed in writing.", "GDPR Art. 33(1), (5)", UNDER_GDPR
    ),
    ChecklistItem(
        "people-told",
        "The people concerned were told, or it is written down why they need not be.",
        "45 CFR 164.404",
        UNDER_HIPAA,
    ),
    ChecklistItem(
        "hhs-told",
        "The Secretary was told or the breach is on the yearly list, or why not.",
        "45 CFR 164.408",
        UNDER_HIPAA,
    ),
    ChecklistItem(
        "authority-told",
        "The supervisory authority was told, or it is written down why not.",
        "GDPR Art. 33",
        UNDER_GDPR,
    ),
    ChecklistItem(
        "subjects-told", "The people concerned were told where the risk is high.", "GDPR Art. 34", UNDER_GDPR
    ),
    ChecklistItem("counsel", "Counsel was asked whether state law or a licensing board wants to hear of it."),
)
"""What is gone through for each critical finding."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who said that an item is done, and when."""

    user_id: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """What was done about one critical finding. One for each S4 review."""

    review_id: int
    discovered_at: datetime
    first_viewed_at: datetime | None = None
    """When a person first looked at it."""
    checklist: Mapping[str, Confirmed] = field(default_factory=dict)
    closed_at: datetime | None = None


def deadlines(incident: Incident, profile: str, zone: tzinfo) -> tuple[Deadline, ...]:
    """The clocks that run where the practice works, soonest first. `profile` is the retention profile's name."""
    seen = incident.discovered_at
    found = []
    if profile in UNDER_GDPR:
        found.append(Deadline("supervisory authority", "GDPR Art. 33(1)", seen + timedelta(hours=GDPR_HOURS)))
    if profile in UNDER_HIPAA:
        # Calendar days, where the practice works; the last one counts to its end.
        day = seen.astimezone(zone).date()
        year_ends = day.replace(month=12, day=31)
        found += [
            Deadline("people concerned", "45 CFR 164.404(b)", _end(day + timedelta(days=HIPAA_DAYS), zone)),
            Deadline(
                "Secretary, 500 people or more", "45 CFR 164.408(b)", _end(day + timedelta(days=HIPAA_DAYS), zone)
            ),
            Deadline(
                "Secretary, fewer than 500", "45 CFR 164.408(c)", _end(year_ends + timedelta(days=HIPAA_DAYS), zone)
            ),
        ]
    return tuple(sorted(found, key=lambda deadline: deadline.by))


def items_for(profile: str) -> tuple[ChecklistItem, ...]:
    """The checklist where the practice works."""
    return tuple(item for item in CHECKLIST if not item.profiles or profile in item.profiles)


def check_may_handle(user: User) -> None:
    """Raises Refused unless this person handles critical findings."""
    if not user.may(Permission.REVIEW_CRITICAL):
        raise Refused("Critical findings are for the privacy officer. Leave it to them.")


def check_may_close(incident: Incident, profile: str) -> None:
    """Raises Refused while an item of the checklist is open."""
    left = [item.text for item in items_for(profile) if item.key not in incident.checklist]
    if left:
        raise Refused(f"Confirm what is left first: {' '.join(left)}")


def _end(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
