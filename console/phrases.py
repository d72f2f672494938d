"""The process in plain words: states, outcomes, steps, reasons and the checklist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.review import Outcome, ReviewState, Step
from reports.entries import UNCONFIRMED

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE: Mapping[ReviewState, str] = {
    ReviewState.GRACE: "with its author",
    ReviewState.DETECTED: "not looked at yet",
    ReviewState.NEEDS_CONTEXT: "context asked for",
    ReviewState.OPEN: "open, author not asked yet",
    ReviewState.NOTIFIED: "author asked",
    ReviewState.PROPOSED: "second look needed",
    ReviewState.DECIDED: "decided, may be appealed",
    ReviewState.APPEALED: "appealed",
    ReviewState.CLOSED: "closed",
}
OUTCOME: Mapping[Outcome, str] = {
    Outcome.FALSE_POSITIVE: "false alarm",
    Outcome.PERMITTED: "permitted",
    Outcome.PROTECTED: "protected activity",
    Outcome.OUT_OF_SCOPE: "out of scope",
    Outcome.RESOLVED: "resolved by its author",
    Outcome.NOT_UPHELD: "not upheld",
    Outcome.UPHELD_NO_ACTION: "upheld, no action",
    Outcome.UPHELD_EDIT_ASKED: "upheld, edit or removal asked",
    Outcome.UPHELD_GUIDANCE: "upheld, guidance",
    Outcome.UPHELD_TRAINING: "upheld, training",
    Outcome.REFERRED: "upheld, referred to the practice's HR process",
}
MEANING: Mapping[Outcome, str] = {
    Outcome.FALSE_POSITIVE: "False alarm: the words do not say that",
    Outcome.PERMITTED: "Permitted: accepted wording, or an authorised endorsement",
    Outcome.PROTECTED: "Protected activity: erased at once, counted nowhere, and not to be undone",
    Outcome.OUT_OF_SCOPE: "Out of scope: not this account, these times or this policy",
    Outcome.NOT_UPHELD: "Not upheld",
    Outcome.UPHELD_NO_ACTION: "Upheld: no action needed",
    Outcome.UPHELD_EDIT_ASKED: "Upheld: ask the author to edit or remove it",
    Outcome.UPHELD_GUIDANCE: "Upheld: guidance",
    Outcome.UPHELD_TRAINING: "Upheld: training",
    Outcome.REFERRED: "Upheld: refer it to the practice's HR process, where this program ends",
}
TAKEN: Mapping[Step, str] = {
    Step.OPENED: "Noticed",
    Step.NOTIFIED_GRACE: "Author told, with time to mend it",
    Step.GRACE_ENDED: "Time to mend it ended",
    Step.VIEWED: "Looked at",
    Step.UNMASKED: "Words shown",
    Step.TRIAGE_OPEN: "Opened",
    Step.ASK_CONTEXT: "Context asked for",
    Step.DISMISS: "Dismissed",
    Step.NOTIFY: "Author told",
    Step.ANSWER: "Author answered",
    Step.DECIDE: "Decided",
    Step.SECOND: "Second reviewer agreed",
    Step.DISAGREE: "Second reviewer disagreed",
    Step.APPEAL: "Author appealed",
    Step.DECIDE_APPEAL: "Appeal decided",
    Step.RESOLVE: "Mended by its author",
    Step.REOPEN: "Opened again",
    Step.CLOSE: "Closed",
    Step.UNDO: "Last step taken back",
    Step.NOTE: "Note",
}
CHECKLIST: Mapping[str, str] = {
    "not_protected": "I read it against the list of protected activity, and it is none of it.",
    "own_words": "The words are the author's own, not quoted, shared or somebody else's.",
    "public_and_in_scope": "The post is public, from an enrolled account, and within the dates.",
    "author_heard": "I read the author's answer, or the time for it has passed.",
    "alike_compared": "I compared it with earlier decisions on the like.",
}
"""By the names of `domain.review.Checklist`."""


def status(state: ReviewState | None, outcome: Outcome | None) -> str:
    """Where a finding stands, for a tag: "Unconfirmed" until people have decided."""
    if outcome is not None and state in (ReviewState.CLOSED, ReviewState.DECIDED, ReviewState.APPEALED):
        told = OUTCOME[outcome].capitalize()
        return f"{told} (appealed)" if state is ReviewState.APPEALED else told
    return UNCONFIRMED
