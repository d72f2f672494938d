"""A finding on its way through people's hands: from detected to closed.

It ends at "referred to the practice's HR process". There is no state, outcome or field for a sanction, on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.findings import Clause, Severity


class ReviewState(StrEnum):
    """Where a review stands."""

    GRACE = "grace"
    """S1 and S2 only: the author knows and may edit or explain; management does not see it yet."""
    DETECTED = "detected"
    """Waits for a trained person's first look."""
    NEEDS_CONTEXT = "needs-context"
    OPEN = "open"
    """Triaged: worth asking the author."""
    NOTIFIED = "notified"
    """The author was told and has time to answer."""
    PROPOSED = "proposed"
    """S3 and above: one reviewer has decided, a second one must."""
    DECIDED = "decided"
    """The author was told and may appeal."""
    APPEALED = "appealed"
    """Somebody new decides."""
    CLOSED = "closed"


class Outcome(StrEnum):
    """What people decided."""

    FALSE_POSITIVE = "false-positive"
    """The words do not say that."""
    PERMITTED = "permitted"
    """An accepted phrase, or an authorised endorsement."""
    PROTECTED = "protected"
    """Protected activity: erased, and counted nowhere."""
    OUT_OF_SCOPE = "out-of-scope"
    """Not this account, not these times, not this policy."""
    RESOLVED = "resolved"
    """The author edited or removed the post within the grace window."""
    NOT_UPHELD = "not-upheld"
    UPHELD_NO_ACTION = "no-action"
    UPHELD_EDIT_ASKED = "edit-asked"
    UPHELD_GUIDANCE = "guidance"
    UPHELD_TRAINING = "training"
    REFERRED = "referred"
    """To the practice's HR process, where this program ends."""


DISMISSALS = (Outcome.FALSE_POSITIVE, Outcome.PERMITTED, Outcome.PROTECTED, Outcome.OUT_OF_SCOPE)
"""The four reasons for which a finding is dismissed at triage."""
UPHELD = (
    Outcome.UPHELD_NO_ACTION,
    Outcome.UPHELD_EDIT_ASKED,
    Outcome.UPHELD_GUIDANCE,
    Outcome.UPHELD_TRAINING,
    Outcome.REFERRED,
)
OVERTURNED = (Outcome.FALSE_POSITIVE, Outcome.PERMITTED, Outcome.NOT_UPHELD)
"""Outcomes that say the detector was wrong; the overturn rate counts these among all that people decided."""


class Step(StrEnum):
    """What can be done to a review."""

    OPENED = "opened"
    """By the program, when a finding is news."""
    NOTIFIED_GRACE = "grace-told"
    GRACE_ENDED = "grace-ended"
    VIEWED = "viewed"
    UNMASKED = "unmasked"
    TRIAGE_OPEN = "triage-open"
    ASK_CONTEXT = "ask-context"
    DISMISS = "dismiss"
    NOTIFY = "notify"
    ANSWER = "answer"
    """By the author: an explanation, a rebuttal, a dispute. The text travels with the record."""
    DECIDE = "decide"
    SECOND = "second"
    """The second reviewer agrees; disagreeing goes back to NOTIFIED."""
    DISAGREE = "disagree"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide-appeal"
    RESOLVE = "resolve"
    """By the program: edited or gone in time."""
    REOPEN = "reopen"
    CLOSE = "close"
    UNDO = "undo"
    """The same reviewer takes back the last step within a few minutes."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Checklist:
    """What a reviewer must have looked at before anything is upheld. Every line is answered by a person."""

    not_protected: bool = False
    """Read against the list of protected activity (29 U.S.C. 157; Cal. Labor Code 1101, 232.5): it is none of it."""
    own_words: bool = False
    """The words are the author's, not quoted, boosted or somebody else's."""
    public_and_in_scope: bool = False
    author_heard: bool = False
    """The author's answer was read, or the time for it has passed."""
    alike_compared: bool = False
    """Comparable earlier decisions were looked at."""

    @property
    def complete(self) -> bool:
        """Whether every line is confirmed."""
        looked_at = self.not_protected and self.own_words and self.public_and_in_scope
        return looked_at and self.author_heard and self.alike_compared


@dataclass(frozen=True, slots=True)
class Move:
    """One step that somebody wants to take. `now` is aware UTC; `actor_id` None is the program itself."""

    step: Step
    actor_id: int | None
    now: datetime
    note: str = ""
    """The reason in the person's own words; sealed when stored."""
    outcome: Outcome | None = None
    checklist: Checklist | None = None


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """One step that was taken. Events are added and never changed."""

    id: int
    review_id: int
    at: datetime
    actor_id: int | None
    actor: str
    """Name as it is now; "" for the program."""
    step: Step
    state: ReviewState
    """The state after it."""
    note: str = ""
    outcome: Outcome | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Review:
    """A finding's way so far. `revision` grows with every step: whoever acts names the one that was looked at."""

    id: int
    finding_id: int | None
    """None once the finding is erased; the record of what people decided stays."""
    account_id: int
    staff_id: int
    """Whose post it is."""
    clause: Clause
    severity: Severity
    state: ReviewState
    revision: int
    opened_at: datetime
    grace_until: datetime | None = None
    """When it enters the digest unless it was resolved; None when it entered at once."""
    author_told_at: datetime | None = None
    answer_until: datetime | None = None
    appeal_until: datetime | None = None
    first_viewed_at: datetime | None = None
    """When a person first looked at it."""
    outcome: Outcome | None = None
    decided_by: int | None = None
    seconded_by: int | None = None
    closed_at: datetime | None = None
    held_by: int | None = None
    """Who has it on the screen now, and until when: one item never with two reviewers."""
    held_until: datetime | None = None
    events: tuple[ReviewEvent, ...] = ()
