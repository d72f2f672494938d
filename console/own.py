"""A clinician's own findings in words: what was decided and by whom in which role, and what can be done now.

What only reviewers need is left out: who looked, working notes, and what may still be taken back or seconded. Nobody is
named but the author.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.phrases import OUTCOME, TAKEN
from domain.access import Role
from domain.accounts import AccountState
from domain.findings import Clause, Severity
from domain.problems import told_to_owner
from domain.review import UPHELD, Outcome, ReviewState, Step
from domain.review_locks import UNDO_FOR, UNDOABLE
from domain.workflow import why_not
from reports import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.access import User
    from domain.accounts import Enrolment
    from domain.review import Review, ReviewEvent

_UNSAID = frozenset({Step.VIEWED, Step.UNMASKED, Step.UNDO, Step.NOTE, Step.DISAGREE, Step.TRIAGE_OPEN})
_PRIVATE = _UNSAID | {Step.ASK_CONTEXT}
"""Steps whose words are the reviewers' working notes; authors are given those on request."""
_ROLES = (
    (Role.PRIVACY_OFFICER, "the privacy officer"),
    (Role.REVIEWER, "a reviewer"),
    (Role.ADMINISTRATOR, "an administrator"),
)
STANDS: Mapping[ReviewState, str] = {
    ReviewState.GRACE: "Only you know of it",
    ReviewState.DETECTED: "Waits for the first look of a person",
    ReviewState.NEEDS_CONTEXT: "A reviewer is finding out more",
    ReviewState.OPEN: "Looked at; you will be asked",
    ReviewState.NOTIFIED: "Waits for your answer",
    ReviewState.PROPOSED: "Two people are deciding",
    ReviewState.DECIDED: "Decided; you may appeal",
    ReviewState.APPEALED: "Your appeal is with somebody new",
    ReviewState.CLOSED: "Closed",
}
UNREAD: Mapping[AccountState, str] = {
    AccountState.ENROLLED: (
        "Nothing is read yet. It begins when you have put the token on your profile or signed the form."
    ),
    AccountState.PAUSED: (
        "Reading is paused, and what you publish meanwhile is not read later either. "
        "Your administrator can end the pause."
    ),
}
_STOPPED = "All reading is stopped for now, for everybody. It goes on when two people have agreed to that."
_SETTLES: Mapping[Clause, str] = {
    Clause.SEPARATION: (
        "Say whose view it is, or take the name of the practice out of it. A line in the profile that says that "
        "views are your own often settles it."
    ),
    Clause.CONFIDENTIALITY: (
        "Take the post down rather than edit it, and answer nobody under it: an edit or an answer can confirm what it "
        "was about. Do not repeat the detail in your answer here."
    ),
    Clause.THERAPEUTIC: (
        "Turn individual advice into general information, or point to the own therapist of whoever asked, or to a "
        "crisis line."
    ),
    Clause.CONDUCT: "Take out the words about a person. Criticism of work, of rules or of ideas may stay.",
    Clause.ENDORSEMENT: (
        "Take out the recommendation, or disclose what you get for it, or ask the practice to authorise it."
    ),
    Clause.OPINION: (
        "Say that it is your own view, neither that of the practice nor a diagnosis. The view itself may stay."
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the history as its author reads it."""

    when: str
    who: str
    what: str
    note: str
    own: bool


def why_unread(account: Enrolment, *, stopped: bool = False) -> str:
    """Why the owner's account is not read and how reading may go on, said to her; "" where nothing is wrong.

    `stopped` tells that all collection is. Whoever has withdrawn needs no reason.
    """
    if account.state is AccountState.WITHDRAWN:
        return ""
    if account.state in UNREAD:
        return UNREAD[account.state]
    set_aside = account.state is AccountState.QUARANTINED
    wrong = told_to_owner(account.problem, account.problem_code, failures=account.failures, set_aside=set_aside)
    return " ".join(part for part in (_STOPPED if stopped else "", wrong) if part)


def told(review: Review, people: Mapping[int, User], now: datetime, time_zone: str) -> tuple[Told, ...]:
    """What was done so far, oldest first."""
    return tuple(
        Told(
            when=words.moment(words.local(event.at, time_zone)),
            who=_who(event, review, people),
            what=TAKEN[event.step] + (f": {OUTCOME[event.outcome]}" if event.outcome else ""),
            note=words.visible(event.note) if event.step not in _PRIVATE else "",
            own=event.step in (Step.ANSWER, Step.APPEAL),
        )
        for event in standing(review, now)
        if event.step not in _UNSAID
    )


def standing(review: Review, now: datetime) -> tuple[ReviewEvent, ...]:
    """The steps that stand: without what was taken back, what still may be, and a first decision before the second."""
    kept: list[ReviewEvent] = []
    for event in review.events:
        if event.step is Step.UNDO:
            last = max((place for place, one in enumerate(kept) if one.step in UNDOABLE), default=None)
            if last is not None:
                kept.pop(last)
        elif event.step is Step.DISAGREE:
            kept = [one for one in kept if one.step is not Step.DECIDE]
        else:
            kept.append(event)
    return tuple(event for event in kept if not _too_early(review, event, now))


def where_it_stands(review: Review, now: datetime) -> str:
    """The state in a sentence, as far as it may be told."""
    if _fresh(review, now):
        return "A person is looking at it"
    outcome = f": {OUTCOME[review.outcome]}" if review.outcome and review.state in _TOLD_OUTCOME else ""
    return f"{STANDS[review.state]}{outcome}"


_TOLD_OUTCOME = (ReviewState.DECIDED, ReviewState.APPEALED, ReviewState.CLOSED)


def what_settles_it(review: Review) -> str:
    """Which edit would most likely settle it, "" once people have decided."""
    decided = review.state in _TOLD_OUTCOME and review.outcome is not Outcome.UPHELD_EDIT_ASKED
    return "" if decided else _SETTLES[review.clause]


def closes_by_itself(review: Review) -> bool:
    """Whether an edit or a removal, once it is seen, closes it without anybody's decision."""
    return review.severity <= Severity.S2 and review.outcome is None


def may_appeal(review: Review, user: User, now: datetime) -> bool:
    """Whether an appeal is open now. Told only once the decision can no longer be taken back."""
    return not _fresh(review, now) and review.outcome in UPHELD and why_not(review, Step.APPEAL, user, now) is None


def _too_early(review: Review, event: ReviewEvent, now: datetime) -> bool:
    if event.step in UNDOABLE and now < event.at + UNDO_FOR:
        return True
    return event.step is Step.DECIDE and review.state is ReviewState.PROPOSED


def _fresh(review: Review, now: datetime) -> bool:
    return any(event.step in UNDOABLE and now < event.at + UNDO_FOR for event in review.events)


def _who(event: ReviewEvent, review: Review, people: Mapping[int, User]) -> str:
    if event.actor_id is None:
        return "the program"
    person = people.get(event.actor_id)
    if event.step in (Step.ANSWER, Step.APPEAL) or (person is not None and person.staff_id == review.staff_id):
        return "you"
    roles = person.roles if person is not None else frozenset()
    return next((name for role, name in _ROLES if role in roles), "a reviewer")
