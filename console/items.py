"""One item of the queue in words: what may be done with it, its history, and what was decided on the like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.phrases import CHECKLIST, MEANING, OUTCOME, TAKEN, status
from domain.review import UPHELD, Checklist, Outcome, Step
from domain.review_locks import BY_AUTHOR, STATES, needs_note, outcomes_for
from domain.workflow import possible_steps, why_not
from reports import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from console.asked import Asked
    from domain.access import User
    from domain.review import Review, ReviewEvent
    from domain.review_locks import ReviewRules

BUTTONS: Mapping[Step, str] = {
    Step.TRIAGE_OPEN: "Open it",
    Step.NOTIFY: "Tell the author",
    Step.DISMISS: "Dismiss it",
    Step.ASK_CONTEXT: "Ask for context",
    Step.DECIDE: "Decide",
    Step.SECOND: "Agree",
    Step.DISAGREE: "Disagree",
    Step.DECIDE_APPEAL: "Decide the appeal",
    Step.REOPEN: "Open it again",
    Step.NOTE: "Add a note",
}
"""What a reviewer may press, in the order in which it is offered."""
_HINTS: Mapping[Step, str] = {
    Step.TRIAGE_OPEN: "Worth asking the author about.",
    Step.NOTIFY: "The author gets the text, the section, the reason and the time to answer.",
    Step.DISMISS: "One of four reasons. It is closed and counts as a decision of a person.",
    Step.ASK_CONTEXT: "It stays in the queue until somebody has found it out.",
    Step.DECIDE: "Serious and critical items go to a second reviewer before anything follows.",
    Step.SECOND: "The first decision stands, and the author is told.",
    Step.DISAGREE: "It goes back to be decided anew.",
    Step.DECIDE_APPEAL: "The last word here. The author reads your reason.",
    Step.REOPEN: "It was dismissed, and should not have been.",
    Step.NOTE: "For the record. The author reads notes when they ask for it.",
}
_BLOCKING = (Step.TRIAGE_OPEN, Step.DECIDE, Step.SECOND, Step.DECIDE_APPEAL)
_WORDLESS = (Step.TRIAGE_OPEN, Step.NOTIFY)
_FOLDED = (Step.ASK_CONTEXT, Step.DISAGREE, Step.NOTE)


@dataclass(frozen=True, slots=True)
class Form:
    """One step that this person may take now. `outcomes` are (value, words); `checks` are the checklist's lines."""

    step: str
    button: str
    hint: str
    outcomes: tuple[tuple[str, str], ...]
    checks: tuple[tuple[str, str], ...]
    noted: bool
    """Whether it needs written words in any case."""
    asks: bool
    """Whether it asks for words at all."""
    folded: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """One line of the history."""

    when: str
    who: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody filled in, to be shown again, and what is wrong with it by field."""

    step: str = ""
    note: str = ""
    outcome: str = ""
    checks: tuple[str, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


def forms(review: Review, user: User, now: datetime, rules: ReviewRules) -> tuple[Form, ...]:
    """Every step that this person may take now, the likeliest first."""
    possible = possible_steps(review, user, now)
    return tuple(_form(review, step, rules) for step in BUTTONS if step in possible)


def blocked(review: Review, user: User, now: datetime) -> tuple[str, ...]:
    """Why what this state waits for cannot be done by this person or not yet, each reason once."""
    waited_for = (step for step in _BLOCKING if review.state in STATES[step])
    reasons = (why_not(review, step, user, now) for step in waited_for)
    return tuple(dict.fromkeys(reason for reason in reasons if reason is not None))


def written(asked: Asked, step: Step) -> Written:
    """What the form of this step was filled in with."""
    name = step.value
    return Written(
        step=name,
        note=asked.form.get(f"note-{name}", ""),
        outcome=asked.form.get(f"outcome-{name}", ""),
        checks=tuple(line for line in asked.lists.get(f"check-{name}", ()) if line in CHECKLIST),
    )


def mistakes(review: Review, step: Step, filled: Written, rules: ReviewRules) -> dict[str, str]:
    """What is missing before the step can be tried, by field."""
    wrong: dict[str, str] = {}
    outcome = outcome_in(filled)
    if outcomes_for(review, step) and outcome not in outcomes_for(review, step):
        wrong[f"outcome-{filled.step}"] = "Choose one."
    upheld = outcome in UPHELD or (step is Step.SECOND and review.outcome in UPHELD)
    if upheld and not checklist_in(filled).complete:
        wrong[f"check-{filled.step}"] = "Go through the checklist and confirm every line, or do not uphold it."
    if needs_note(review, step, outcome, rules) and not filled.note.strip():
        wrong[f"note-{filled.step}"] = "Write it down in your own words."
    return wrong


def outcome_in(filled: Written) -> Outcome | None:
    """The outcome that was chosen, None for none or anything else."""
    return next((one for one in Outcome if one.value == filled.outcome), None)


def checklist_in(filled: Written) -> Checklist:
    """The checklist as it was ticked."""
    return Checklist(**dict.fromkeys(filled.checks, True))


def history(review: Review, time_zone: str) -> tuple[Taken, ...]:
    """Every step, oldest first."""
    return tuple(
        Taken(
            when=words.moment(words.local(event.at, time_zone)),
            who=_who(event),
            what=TAKEN[event.step] + (f": {OUTCOME[event.outcome]}" if event.outcome else ""),
            note=words.visible(event.note),
        )
        for event in review.events
    )


def _who(event: ReviewEvent) -> str:
    """Reviewers by name; the author by what they are, since not everybody who reads this may know whose post it is."""
    if event.step in BY_AUTHOR:
        return "the author"
    return words.plain(event.actor) or "the program"


def answers(review: Review, time_zone: str) -> tuple[Taken, ...]:
    """What the author said, oldest first."""
    told = zip(review.events, history(review, time_zone), strict=True)
    return tuple(line for event, line in told if event.step in (Step.ANSWER, Step.APPEAL))


def alike(reviews: Sequence[Review], time_zone: str) -> tuple[tuple[int, str, str], ...]:
    """Earlier decisions on the like: (id, when, what)."""
    return tuple(
        (one.id, words.local_day(one.closed_at or one.opened_at, time_zone), status(one.state, one.outcome))
        for one in reviews
    )


def _form(review: Review, step: Step, rules: ReviewRules) -> Form:
    outcomes = outcomes_for(review, step)
    upheld = step is Step.SECOND and review.outcome in UPHELD
    noted = needs_note(review, step, None, rules)
    return Form(
        step=step.value,
        button=BUTTONS[step],
        hint=_HINTS[step],
        outcomes=tuple((one.value, MEANING[one]) for one in outcomes),
        checks=tuple(CHECKLIST.items()) if upheld or set(outcomes) & set(UPHELD) else (),
        noted=noted,
        asks=noted or step not in _WORDLESS,
        folded=step in _FOLDED,
    )
