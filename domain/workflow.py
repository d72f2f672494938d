"""The review as a state machine: a review, a step and a person in, the next review out. Pure.

    GRACE -> DETECTED <-> NEEDS_CONTEXT
    DETECTED, NEEDS_CONTEXT -> OPEN -> NOTIFIED -> [S3+: PROPOSED ->] DECIDED -> [APPEALED ->] CLOSED

Dismissed at triage, resolved by the author or not upheld: CLOSED. `domain.review_locks` says who may do what.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.errors import Refused
from domain.findings import Severity
from domain.review import UPHELD, Outcome, ReviewEvent, ReviewState, Step
from domain.review_locks import UNDOABLE, check, check_content, undoable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from domain.access import User
    from domain.review import Move, Review
    from domain.review_locks import ReviewRules

TOLD = frozenset({Step.NOTIFY, Step.DISMISS, Step.RESOLVE, Step.DECIDE, Step.SECOND, Step.DECIDE_APPEAL})
"""Steps of which the author may be written to."""
_WAS = "was."
"""What a field was before a step that can be taken back stands in the event's details under this."""
_RESTORED: Mapping[str, Callable[[str], Any]] = {
    "state": ReviewState,
    "outcome": Outcome,
    "decided_by": int,
    "seconded_by": int,
    "author_told_at": datetime.fromisoformat,
    "answer_until": datetime.fromisoformat,
    "appeal_until": datetime.fromisoformat,
    "closed_at": datetime.fromisoformat,
}


def next_review(review: Review, move: Move, actor: User | None, rules: ReviewRules) -> tuple[Review, ReviewEvent]:
    """The review after the step, and the event to store (its id is 0 until then; it is the last of `review.events`).

    `actor` None is the program itself. Raises Refused, with a sentence that says what to do; then nothing has changed.
    """
    if move.actor_id != (actor.id if actor else None):
        raise Refused("The step names another person than the one who takes it. Sign in again.")
    check(review, move.step, actor, move.now)
    check_content(review, move, rules)
    if move.step is Step.UNDO:
        changes, details = _undo(review, actor, move.now)
    else:
        changes = _CHANGES[move.step](review, move, rules) if move.step in _CHANGES else {}
        details = _before(review, move.step, changes) | _confirmed(move)
    event = ReviewEvent(
        id=0,
        review_id=review.id,
        at=move.now,
        actor_id=move.actor_id,
        actor=actor.name if actor else "",
        step=move.step,
        state=changes.get("state", review.state),
        note=move.note,
        outcome=move.outcome,
        details=details,
    )
    return replace(review, **changes, revision=review.revision + 1, events=(*review.events, event)), event


def possible_steps(review: Review, actor: User | None, now: datetime) -> tuple[Step, ...]:
    """Every step that this person could take now, given the words that it asks for, in the order of the process."""
    return tuple(step for step in Step if why_not(review, step, actor, now) is None)


def why_not(review: Review, step: Step, actor: User | None, now: datetime) -> str | None:
    """The sentence that says why this person cannot take this step now; None when they can."""
    try:
        check(review, step, actor, now)
    except Refused as refused:
        return str(refused)
    return None


def opening(
    severity: Severity, now: datetime, rules: ReviewRules, first_opened_at: datetime | None = None
) -> tuple[ReviewState, datetime | None]:
    """In which state a new review begins, and when its grace ends.

    `first_opened_at`: when the author was first given time for the same clause of the same post. Edits buy no more.
    """
    ends = (first_opened_at or now) + rules.grace(severity)
    return (ReviewState.GRACE, ends) if ends > now else (ReviewState.DETECTED, None)


def erases(event: ReviewEvent) -> bool:
    """Whether the step takes the finding, its words and the review itself with it: protected activity."""
    return event.step is Step.DISMISS and event.outcome is Outcome.PROTECTED


def to_tell(review: Review) -> tuple[ReviewEvent, ...]:
    """The steps of which the author is written to: none that was taken back, none that a reviewer told in person."""
    standing: list[ReviewEvent] = []
    for event in review.events:
        if event.step is Step.UNDO:
            standing.pop()
        elif event.step in UNDOABLE or event.step in TOLD:
            standing.append(event)
    return tuple(event for event in standing if event.step in TOLD and _tells(review, event))


def _tells(review: Review, event: ReviewEvent) -> bool:
    if event.step is Step.NOTIFY:
        # Told again by a reviewer, with a note on how; or by the program, whose event says that the mail went.
        asked = event.details.get(_WAS + "state") in (ReviewState.OPEN, ReviewState.DETECTED)
        return asked and review.state in (ReviewState.NOTIFIED, ReviewState.PROPOSED)
    if event.step in (Step.DISMISS, Step.RESOLVE):
        return review.author_told_at is not None and review.state is ReviewState.CLOSED
    return event.state in (ReviewState.DECIDED, ReviewState.CLOSED)


def _told_grace(review: Review, move: Move, rules: ReviewRules) -> dict[str, Any]:
    if review.author_told_at is not None:
        return {}
    ends = move.now + rules.grace(review.severity)
    # Not for the second finding of a post: its time began with the first.
    late = review.grace_until is not None and review.grace_until - review.opened_at >= rules.grace(review.severity)
    return {"author_told_at": move.now} | ({"grace_until": ends} if late else {})


def _visible(_review: Review, _move: Move, _rules: ReviewRules) -> dict[str, Any]:
    return {"state": ReviewState.DETECTED}


def _viewed(review: Review, move: Move, _rules: ReviewRules) -> dict[str, Any]:
    return {"first_viewed_at": review.first_viewed_at or move.now}


def _to(state: ReviewState) -> Callable[[Review, Move, ReviewRules], dict[str, Any]]:
    return lambda _review, _move, _rules: {"state": state}


def _dismiss(_review: Review, move: Move, _rules: ReviewRules) -> dict[str, Any]:
    return {"state": ReviewState.CLOSED, "outcome": move.outcome, "closed_at": move.now}


def _notify(review: Review, move: Move, rules: ReviewRules) -> dict[str, Any]:
    if move.actor_id is None:
        return _told(review, move, rules)
    changes: dict[str, Any] = {}
    if review.state is ReviewState.DECIDED:
        return {"appeal_until": move.now + timedelta(days=rules.appeal_days)}
    changes["answer_until"] = move.now + timedelta(days=rules.answer_days)
    if review.state is ReviewState.NOTIFIED or not rules.mails:
        changes["author_told_at"] = move.now
    return changes | {"state": ReviewState.NOTIFIED}


def _told(review: Review, move: Move, rules: ReviewRules) -> dict[str, Any]:
    """A mail went out. The author's times count from it."""
    changes: dict[str, Any] = {"author_told_at": review.author_told_at or move.now}
    if review.state is ReviewState.NOTIFIED:
        until = move.now + timedelta(days=rules.answer_days)
        changes["answer_until"] = max(until, review.answer_until or until)
    if review.state is ReviewState.DECIDED and review.appeal_until is None:
        changes["appeal_until"] = move.now + timedelta(days=rules.appeal_days)
    return changes


def _answer(review: Review, move: Move, _rules: ReviewRules) -> dict[str, Any]:
    changes: dict[str, Any] = {"author_told_at": review.author_told_at or move.now}
    if review.state is ReviewState.GRACE:
        changes |= {"state": ReviewState.DETECTED, "grace_until": move.now}
    return changes


def _decide(review: Review, move: Move, rules: ReviewRules) -> dict[str, Any]:
    decision = {"outcome": move.outcome, "decided_by": move.actor_id, "seconded_by": None}
    if review.severity >= Severity.S3:
        return decision | {"state": ReviewState.PROPOSED}
    return decision | _decided(move.outcome, move.now, rules)


def _second(review: Review, move: Move, rules: ReviewRules) -> dict[str, Any]:
    return {"seconded_by": move.actor_id} | _decided(review.outcome, move.now, rules)


def _decided(outcome: Outcome | None, now: datetime, rules: ReviewRules) -> dict[str, Any]:
    if outcome not in UPHELD:
        return {"state": ReviewState.CLOSED, "closed_at": now}
    until = None if rules.mails else now + timedelta(days=rules.appeal_days)
    return {"state": ReviewState.DECIDED, "appeal_until": until}


def _disagree(_review: Review, _move: Move, _rules: ReviewRules) -> dict[str, Any]:
    return {"state": ReviewState.NOTIFIED, "outcome": None, "decided_by": None}


def _resolve(_review: Review, move: Move, _rules: ReviewRules) -> dict[str, Any]:
    return {"state": ReviewState.CLOSED, "outcome": Outcome.RESOLVED, "closed_at": move.now}


def _reopen(_review: Review, move: Move, _rules: ReviewRules) -> dict[str, Any]:
    state = ReviewState.DETECTED if move.actor_id is None else ReviewState.OPEN
    return {"state": state, "outcome": None, "closed_at": None}


def _close(_review: Review, move: Move, _rules: ReviewRules) -> dict[str, Any]:
    return {"state": ReviewState.CLOSED, "closed_at": move.now}


def _undo(review: Review, actor: User | None, now: datetime) -> tuple[dict[str, Any], dict[str, str]]:
    event = undoable(review, actor, now) if actor else None
    assert event is not None  # `check` has seen to it
    changes = {
        name: _RESTORED[name](event.details[_WAS + name]) if event.details[_WAS + name] else None
        for name in _RESTORED
        if _WAS + name in event.details
    }
    return changes, {"undone": event.step.value}


def _before(review: Review, step: Step, changes: Mapping[str, Any]) -> dict[str, str]:
    if step not in UNDOABLE:
        return {}
    return {_WAS + name: _written(getattr(review, name)) for name in changes if name in _RESTORED}


def _written(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _confirmed(move: Move) -> dict[str, str]:
    if move.checklist is None:
        return {}
    return {name: "yes" if looked_at else "no" for name, looked_at in asdict(move.checklist).items()}


_CHANGES: Mapping[Step, Callable[[Review, Move, ReviewRules], dict[str, Any]]] = {
    Step.NOTIFIED_GRACE: _told_grace,
    Step.GRACE_ENDED: _visible,
    Step.VIEWED: _viewed,
    Step.TRIAGE_OPEN: _to(ReviewState.OPEN),
    Step.ASK_CONTEXT: _to(ReviewState.NEEDS_CONTEXT),
    Step.DISMISS: _dismiss,
    Step.NOTIFY: _notify,
    Step.ANSWER: _answer,
    Step.DECIDE: _decide,
    Step.SECOND: _second,
    Step.DISAGREE: _disagree,
    Step.APPEAL: _to(ReviewState.APPEALED),
    Step.DECIDE_APPEAL: lambda _review, move, _rules: {
        "state": ReviewState.CLOSED,
        "outcome": move.outcome,
        "closed_at": move.now,
    },
    Step.RESOLVE: _resolve,
    Step.REOPEN: _reopen,
    Step.CLOSE: _close,
}
