"""Letters about one review to the author of the post. None holds client detail, and no reviewer's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.findings import Severity
from domain.review import UPHELD, Outcome
from reports import links, words
from reports.environment import render
from reports.items import mail_item

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.reporting import ReportedFinding


class Letter(StrEnum):
    """What the author is written about."""

    ASKED = "asked"
    """A person has looked and asks for the author's side."""
    DECIDED = "decided"
    """Something was upheld; the author may appeal."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ReviewLetter:
    """One letter. `until` ends the time to answer or to appeal; `finding` is as reports see it."""

    letter: Letter
    review_id: int
    finding: ReportedFinding
    outcome: Outcome | None = None
    until: datetime | None = None


OUTCOMES = {
    Outcome.FALSE_POSITIVE: "The words do not say what the software took them to say.",
    Outcome.PERMITTED: "What you wrote is permitted.",
    Outcome.OUT_OF_SCOPE: "It is outside of what the policy is about.",
    Outcome.RESOLVED: "You changed or removed the post in time. Thank you.",
    Outcome.NOT_UPHELD: "A person has looked at it and upheld nothing.",
    Outcome.UPHELD_NO_ACTION: "The policy was departed from; nothing more follows.",
    Outcome.UPHELD_EDIT_ASKED: "The policy was departed from; please change or remove the post.",
    Outcome.UPHELD_GUIDANCE: "The policy was departed from; somebody will talk with you about it.",
    Outcome.UPHELD_TRAINING: "The policy was departed from; training is offered to you.",
    Outcome.REFERRED: "The policy was departed from, and the matter went on to the practice's human resources process.",
}
"""Every outcome that an author can be written about, in one sentence."""


def letter_values(
    letter: ReviewLetter, time_zone: str, clause_titles: Sequence[tuple[str, str]] = ()
) -> dict[str, object]:
    """What the templates of a letter are given."""
    finding = letter.finding
    item = mail_item(
        finding,
        words.clause_title(finding.clause, tuple(clause_titles)),
        time_zone,
        links.own_post(finding.post_url),
    )
    return {
        "letter": letter.letter.value,
        "item": item,
        "author": words.plain(finding.author),
        "outcome": OUTCOMES.get(letter.outcome, "") if letter.outcome else "",
        "upheld": letter.outcome in UPHELD,
        "take_down": letter.letter is Letter.ASKED and finding.severity is Severity.S4,
        "until": words.moment(words.local(letter.until, time_zone)) if letter.until else "",
    }


def take_down_request(finding: ReportedFinding, practice: str, privacy_contact: str, day: datetime, zone: str) -> str:
    """A letter to print or paste: please take the post down at once. Names the day and the site, never the words."""
    return render(
        "letters/take-down.txt.j2",
        practice=words.plain(practice),
        privacy_contact=words.plain(privacy_contact),
        author=words.plain(finding.author),
        platform=words.platform(finding.platform),
        published=words.local_day(finding.published_at, zone),
        written=words.local_day(day, zone),
        link=links.own_post(finding.post_url),
    )
