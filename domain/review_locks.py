"""Who may take a step, and when: the locks of the review, each with a sentence that says what to do instead.

Every lock is a rule of the process that the practice has promised its staff, or of law: notice before a decision,
time to answer, two people for what is serious, an appeal to somebody new (45 CFR 164.530(d), (e); GDPR Art. 5(1)(a)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.access import Permission
from domain.errors import Refused
from domain.findings import Clause, Severity
from domain.review import DISMISSALS, UPHELD, Outcome, ReviewState, Step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.access import User
    from domain.review import Move, Review, ReviewEvent

NOTE_LIMIT = 10_000
"""Longest note, in characters."""
UNDO_FOR = timedelta(minutes=5)
"""How long a reviewer may take back the last step. What it makes known goes out after this."""

_TRIAGE = frozenset({ReviewState.DETECTED, ReviewState.NEEDS_CONTEXT, ReviewState.OPEN})
_UNDECIDED = _TRIAGE | {ReviewState.NOTIFIED, ReviewState.PROPOSED, ReviewState.APPEALED}
_ALL = frozenset(ReviewState)
_VISIBLE = _ALL - {ReviewState.GRACE}

STATES: Mapping[Step, frozenset[ReviewState]] = {
    Step.OPENED: frozenset(),
    Step.NOTIFIED_GRACE: frozenset({ReviewState.GRACE}),
    Step.GRACE_ENDED: frozenset({ReviewState.GRACE}),
    Step.VIEWED: _VISIBLE,
    Step.UNMASKED: _VISIBLE,
    Step.TRIAGE_OPEN: frozenset({ReviewState.DETECTED, ReviewState.NEEDS_CONTEXT}),
    Step.ASK_CONTEXT: frozenset({ReviewState.DETECTED, ReviewState.OPEN}),
    Step.DISMISS: _UNDECIDED,
    Step.NOTIFY: _VISIBLE,
    Step.ANSWER: _ALL,
    Step.DECIDE: frozenset({ReviewState.NOTIFIED}),
    Step.SECOND: frozenset({ReviewState.PROPOSED}),
    Step.DISAGREE: frozenset({ReviewState.PROPOSED}),
    Step.APPEAL: frozenset({ReviewState.DECIDED}),
    Step.DECIDE_APPEAL: frozenset({ReviewState.APPEALED}),
    Step.RESOLVE: _TRIAGE | {ReviewState.GRACE, ReviewState.NOTIFIED},
    Step.REOPEN: frozenset({ReviewState.CLOSED}),
    Step.CLOSE: frozenset({ReviewState.DECIDED}),
    Step.UNDO: _VISIBLE,
    Step.NOTE: _VISIBLE,
}
"""In which states a step can be taken at all."""

BY_PROGRAM = frozenset(
    {Step.NOTIFIED_GRACE, Step.GRACE_ENDED, Step.NOTIFY, Step.RESOLVE, Step.REOPEN, Step.CLOSE},
)
"""What the program does by itself. NOTIFY: it records that a mail to the author went out."""
BY_AUTHOR = frozenset({Step.ANSWER, Step.APPEAL})
BY_REVIEWER = (
    frozenset(Step)
    - BY_AUTHOR
    - {
        Step.OPENED,
        Step.NOTIFIED_GRACE,
        Step.GRACE_ENDED,
        Step.RESOLVE,
        Step.CLOSE,
    }
)
UNDOABLE = frozenset(
    {
        Step.TRIAGE_OPEN,
        Step.ASK_CONTEXT,
        Step.DISMISS,
        Step.NOTIFY,
        Step.DECIDE,
        Step.SECOND,
        Step.DISAGREE,
        Step.DECIDE_APPEAL,
        Step.REOPEN,
    }
)
_LOOKING = frozenset({Step.VIEWED, Step.UNMASKED})
_UNTRAINED = _LOOKING | {Step.NOTE, Step.UNDO}
_JUDGING = frozenset({Step.DECIDE, Step.SECOND, Step.DISAGREE, Step.DECIDE_APPEAL})
_NEEDS_NOTE = frozenset(
    {
        Step.ASK_CONTEXT,
        Step.ANSWER,
        Step.APPEAL,
        Step.DISAGREE,
        Step.DECIDE_APPEAL,
        Step.NOTE,
        Step.UNMASKED,
        Step.REOPEN,
    }
)
_DECIDING = frozenset({Step.DECIDE, Step.DECIDE_APPEAL})


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """What the practice has chosen. `mails`: authors are told by mail; without, a reviewer tells them and says how."""

    grace_days: int = 7
    """For S1 and S2; 0 means none."""
    answer_days: int = 7
    appeal_days: int = 14
    mails: bool = True

    def grace(self, severity: Severity) -> timedelta:
        """How long the author may mend it before management sees it."""
        return timedelta(days=self.grace_days if severity <= Severity.S2 else 0)


def outcomes_for(review: Review, step: Step) -> tuple[Outcome, ...]:
    """What a person may choose from with this step; () where nothing is chosen."""
    if step is Step.DISMISS:
        protected = (Outcome.PROTECTED,) if review.clause is not Clause.CONFIDENTIALITY else ()
        if review.state in (ReviewState.PROPOSED, ReviewState.APPEALED) or _serious_and_notified(review):
            return protected
        return tuple(one for one in DISMISSALS if one is not Outcome.PROTECTED or protected)
    return (Outcome.NOT_UPHELD, *UPHELD) if step in _DECIDING else ()


def check(review: Review, step: Step, actor: User | None, now: datetime) -> None:
    """Raises Refused unless this person may take this step now, whatever they write with it."""
    if review.state not in STATES[step]:
        raise Refused(f"A review that is {review.state.value!r} takes no step {step.value!r}. Look at it again.")
    if actor is None:
        _check_program(review, step, now)
    elif step in BY_AUTHOR:
        _check_author(review, step, actor, now)
    else:
        _check_reviewer(review, step, actor, now)


def check_content(review: Review, move: Move, rules: ReviewRules) -> None:
    """Raises Refused unless the move carries what its step needs."""
    if len(move.note) > NOTE_LIMIT:
        raise Refused(f"The text has {len(move.note)} characters; shorten it to {NOTE_LIMIT}.")
    chosen = outcomes_for(review, move.step)
    if chosen and move.outcome not in chosen:
        raise Refused(f"Choose one of: {', '.join(one.value for one in chosen)}.")
    if not chosen and move.outcome is not None:
        raise Refused(f"The step {move.step.value!r} chooses no outcome. Leave it empty.")
    if needs_note(review, move.step, move.outcome, rules) and move.actor_id is not None and not move.note.strip():
        raise Refused(_WRITE.get(move.step, "Write down the reason in your own words."))
    upheld = move.outcome in UPHELD or (move.step is Step.SECOND and review.outcome in UPHELD)
    if upheld and (move.checklist is None or not move.checklist.complete):
        raise Refused("Go through the checklist and confirm every line, or do not uphold it.")


_WRITE: Mapping[Step, str] = {
    Step.ANSWER: "Write your answer before you send it.",
    Step.APPEAL: "Write why you appeal.",
    Step.ASK_CONTEXT: "Write what is missing.",
    Step.NOTIFY: "Write how and when the author was told.",
    Step.UNMASKED: "Write why you need to see it.",
}


def needs_note(review: Review, step: Step, outcome: Outcome | None, rules: ReviewRules) -> bool:
    """Whether the step asks for written words."""
    if step is Step.NOTIFY:
        # The first one is followed by a mail; any other says that the author was told otherwise, and how.
        return not (rules.mails and review.state in (ReviewState.OPEN, ReviewState.DETECTED))
    return step in _NEEDS_NOTE or (step is Step.DECIDE and outcome in UPHELD)


def may_see(review: Review, actor: User) -> bool:
    """Whether this reviewer may look at the item at all."""
    return _standing_against(review, actor) is None


def undoable(review: Review, actor: User, now: datetime) -> ReviewEvent | None:
    """The step that this person may take back now."""
    acts = [event for event in review.events if event.step not in _LOOKING]
    if not acts or acts[-1].actor_id != actor.id or acts[-1].step not in UNDOABLE:
        return None
    last = acts[-1]
    return last if now < last.at + UNDO_FOR and last.outcome is not Outcome.PROTECTED else None


def answered(review: Review) -> bool:
    """Whether the author has answered since a reviewer asked for it."""
    steps = [event.step for event in review.events if event.actor_id is not None]
    asked = max((place for place, step in enumerate(steps) if step is Step.NOTIFY), default=-1)
    return asked >= 0 and Step.ANSWER in steps[asked:]


def _check_program(review: Review, step: Step, now: datetime) -> None:
    if step not in BY_PROGRAM:
        raise Refused(f"The step {step.value!r} is for a person. Sign in and take it there.")
    if step is Step.GRACE_ENDED and review.grace_until is not None and now < review.grace_until:
        raise Refused("The author's time to mend it has not passed. Wait for it.")
    if step is Step.RESOLVE and review.severity > Severity.S2:
        raise Refused("What is serious is not resolved by an edit. A person must decide.")
    if step is Step.REOPEN and review.outcome is not Outcome.RESOLVED:
        raise Refused("A person decided this. Only a person may open it again.")
    if step is Step.CLOSE and (review.appeal_until is None or now < review.appeal_until):
        raise Refused("The author may still appeal. Wait until that time has passed.")


def _check_author(review: Review, step: Step, actor: User, now: datetime) -> None:
    if actor.staff_id != review.staff_id or not actor.may(Permission.OWN_PAGE):
        raise Refused("Only the author of the post may do this, on the own page.")
    if step is Step.APPEAL:
        if review.outcome not in UPHELD:
            raise Refused("Nothing was upheld, so there is nothing to appeal.")
        if review.appeal_until is not None and now >= review.appeal_until:
            raise Refused("The time to appeal has passed. You may still add an answer to the record.")


def _check_reviewer(review: Review, step: Step, actor: User, now: datetime) -> None:
    if step not in BY_REVIEWER:
        raise Refused(f"The step {step.value!r} is taken by the program alone.")
    if problem := _standing_against(review, actor):
        raise Refused(problem)
    if step not in _UNTRAINED and not _trained(actor, now):
        raise Refused("No current training is on record for you. Ask an administrator to record it.")
    if step in _REVIEWER_LOCKS:
        _REVIEWER_LOCKS[step](review, actor, now)


def _standing_against(review: Review, actor: User) -> str | None:
    if not actor.may(Permission.REVIEW):
        return "Your role does not review findings. Ask a reviewer."
    critical = review.clause is Clause.CONFIDENTIALITY or review.severity is Severity.S4
    if critical and not actor.may(Permission.REVIEW_CRITICAL):
        return "Client confidentiality and critical items are for the privacy officer. Leave it to them."
    if actor.staff_id == review.staff_id:
        return "This is about your own post. Somebody else must review it."
    conflict = actor.conflict_with(review.staff_id)
    if conflict is None or (conflict.line_manager and review.severity < Severity.S3):
        return None
    if conflict.line_manager:
        return "You lead the author, so you may not judge what is serious. Somebody else must review it."
    return "A conflict of interest with the author is on record for you. Somebody else must review it."


def _trained(actor: User, now: datetime) -> bool:
    return actor.trained_until is not None and now < actor.trained_until


def _lock_unmask(_review: Review, actor: User, _now: datetime) -> None:
    if not actor.may(Permission.UNMASK):
        raise Refused("Your role does not unmask client detail. Ask the privacy officer.")


def _lock_dismiss(review: Review, actor: User, _now: datetime) -> None:
    if not outcomes_for(review, Step.DISMISS):
        raise Refused("At this point it can no longer be dismissed. Decide it.")
    if review.state is ReviewState.APPEALED:
        _someone_new(review, actor)


def _lock_notify(review: Review, _actor: User, _now: datetime) -> None:
    first = review.state is ReviewState.OPEN or (
        review.state is ReviewState.DETECTED and review.severity is Severity.S4
    )
    if first or (review.state is ReviewState.NOTIFIED and review.author_told_at is None):
        return
    if review.state is ReviewState.DECIDED and review.appeal_until is None:
        return
    if review.state in (ReviewState.DETECTED, ReviewState.NEEDS_CONTEXT):
        raise Refused("Triage it first: open it, or dismiss it.")
    raise Refused("The author has been told. Wait for the answer.")


def _lock_decide(review: Review, _actor: User, now: datetime) -> None:
    if review.author_told_at is None:
        raise Refused("Nothing proves yet that the author was told. Wait for the notice, or tell them and say how.")
    if not answered(review) and (review.answer_until is None or now < review.answer_until):
        until = "" if review.answer_until is None else f" until {review.answer_until:%Y-%m-%d %H:%M} UTC"
        raise Refused(f"The author has time to answer{until}. Decide after that, or after the answer.")


def _lock_second(review: Review, actor: User, _now: datetime) -> None:
    if actor.id == review.decided_by:
        raise Refused("You made the first decision. A second reviewer must look at it.")


def _lock_appeal(review: Review, actor: User, _now: datetime) -> None:
    _someone_new(review, actor)


def _lock_reopen(review: Review, _actor: User, _now: datetime) -> None:
    if review.outcome not in DISMISSALS:
        raise Refused("Only a dismissed finding may be opened again. A decision stands.")
    if review.finding_id is None:
        raise Refused("The finding has been erased. There is nothing left to review.")


def _lock_undo(review: Review, actor: User, now: datetime) -> None:
    if undoable(review, actor, now) is None:
        raise Refused("Only your own last step can be taken back, within five minutes and before anybody else acts.")


def _someone_new(review: Review, actor: User) -> None:
    judged = {event.actor_id for event in review.events if event.step in _JUDGING}
    if actor.id in judged | {review.decided_by, review.seconded_by}:
        raise Refused("You took part in the decision. An appeal goes to somebody new.")


def _serious_and_notified(review: Review) -> bool:
    return review.state is ReviewState.NOTIFIED and review.severity >= Severity.S3


_REVIEWER_LOCKS = {
    Step.UNMASKED: _lock_unmask,
    Step.DISMISS: _lock_dismiss,
    Step.NOTIFY: _lock_notify,
    Step.DECIDE: _lock_decide,
    Step.SECOND: _lock_second,
    Step.DISAGREE: _lock_second,
    Step.DECIDE_APPEAL: _lock_appeal,
    Step.REOPEN: _lock_reopen,
    Step.UNDO: _lock_undo,
}
