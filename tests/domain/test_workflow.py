"""The review's state machine: every state by every step, every lock, and random people who try anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.access import ConflictOfInterest, Role, User
from domain.errors import Refused
from domain.findings import Clause, Severity
from domain.review import DISMISSALS, UPHELD, Checklist, Move, Outcome, Review, ReviewEvent, ReviewState, Step
from domain.review_locks import BY_AUTHOR, NOTE_LIMIT, STATES, ReviewRules, outcomes_for
from domain.workflow import next_review, opening, possible_steps, to_tell, why_not

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TRAINED = NOW + 365 * DAY
RULES = ReviewRules()
LOOKED = Checklist(not_protected=True, own_words=True, public_and_in_scope=True, author_heard=True, alike_compared=True)
AUTHOR_STAFF = 7
IMANI = User(1, "Imani", "i@example.org", frozenset({Role.REVIEWER}), trained_until=TRAINED)
JOSS = User(2, "Joss", "j@example.org", frozenset({Role.REVIEWER}), trained_until=TRAINED)
ODILE = User(3, "Odile", "o@example.org", frozenset({Role.PRIVACY_OFFICER}), trained_until=TRAINED)
MAREN = User(4, "Maren", "m@example.org", frozenset({Role.CLINICIAN}), staff_id=AUTHOR_STAFF)
KAI = User(5, "Kai", "k@example.org", frozenset({Role.CLINICIAN}), staff_id=8)
PEOPLE = (IMANI, JOSS, ODILE, MAREN, KAI)
WHOLE = frozenset(Step)


def review(state=ReviewState.DETECTED, severity=Severity.S2, clause=Clause.CONDUCT, **changes):
    values = {"revision": 1, "opened_at": NOW - 30 * DAY} | changes
    return Review(1, 11, 21, AUTHOR_STAFF, clause, severity, state, **values)


def take(which, step, who=IMANI, now=NOW, rules=RULES, **words):
    after, _ = next_review(which, Move(step, who.id if who else None, now, **words), who, rules)
    return after


def through(which, *steps, now=NOW):
    """Steps by the privacy officer, one minute apart."""
    for place, step in enumerate(steps):
        which = take(which, step, ODILE, now + place * MINUTE)
    return which


def notified(severity=Severity.S2, **changes):
    """Asked, told by mail, and the time to answer has passed."""
    opened = review(severity=severity, **changes)
    asked = through(opened, Step.TRIAGE_OPEN, Step.NOTIFY, now=NOW - 20 * DAY)
    return take(asked, Step.NOTIFY, None, NOW - 20 * DAY + HOUR)


def upheld(which, who=IMANI, now=NOW, **more):
    words = {"outcome": Outcome.UPHELD_GUIDANCE, "note": "It mocks a colleague.", "checklist": LOOKED} | more
    return take(which, Step.DECIDE, who, now, **words)


# What somebody who may do everything of their kind can do in each state, whatever else is right.
REVIEWER_STEPS = {
    ReviewState.GRACE: frozenset(),
    ReviewState.DETECTED: frozenset(
        {Step.VIEWED, Step.UNMASKED, Step.NOTE, Step.TRIAGE_OPEN, Step.ASK_CONTEXT, Step.DISMISS}
    ),
    ReviewState.NEEDS_CONTEXT: frozenset({Step.VIEWED, Step.UNMASKED, Step.NOTE, Step.TRIAGE_OPEN, Step.DISMISS}),
    ReviewState.OPEN: frozenset({Step.VIEWED, Step.UNMASKED, Step.NOTE, Step.ASK_CONTEXT, Step.DISMISS, Step.NOTIFY}),
    ReviewState.NOTIFIED: frozenset({Step.VIEWED, Step.UNMASKED, Step.NOTE, Step.DISMISS, Step.DECIDE}),
    ReviewState.PROPOSED: frozenset({Step.VIEWED, Step.UNMASKED, Step.NOTE, Step.DISMISS, Step.SECOND, Step.DISAGREE}),
    ReviewState.DECIDED: frozenset({Step.VIEWED, Step.UNMASKED, Step.NOTE}),
    ReviewState.APPEALED: frozenset({Step.VIEWED, Step.UNMASKED, Step.NOTE, Step.DISMISS, Step.DECIDE_APPEAL}),
    ReviewState.CLOSED: frozenset({Step.VIEWED, Step.UNMASKED, Step.NOTE}),
}
AUTHOR_STEPS = {state: frozenset({Step.ANSWER}) for state in ReviewState} | {
    ReviewState.DECIDED: frozenset({Step.ANSWER, Step.APPEAL})
}
PROGRAM_STEPS = {
    ReviewState.GRACE: frozenset({Step.NOTIFIED_GRACE, Step.GRACE_ENDED, Step.RESOLVE}),
    ReviewState.DETECTED: frozenset({Step.RESOLVE, Step.NOTIFY}),
    ReviewState.NEEDS_CONTEXT: frozenset({Step.RESOLVE, Step.NOTIFY}),
    ReviewState.OPEN: frozenset({Step.RESOLVE, Step.NOTIFY}),
    ReviewState.NOTIFIED: frozenset({Step.RESOLVE, Step.NOTIFY}),
    ReviewState.PROPOSED: frozenset({Step.NOTIFY}),
    ReviewState.DECIDED: frozenset({Step.NOTIFY, Step.CLOSE}),
    ReviewState.APPEALED: frozenset({Step.NOTIFY}),
    ReviewState.CLOSED: frozenset({Step.NOTIFY}),
}


def in_state(state):
    """A review that is as far along in each state as it can be."""
    return review(
        state,
        author_told_at=NOW - 20 * DAY,
        grace_until=NOW - DAY,
        answer_until=NOW - DAY,
        appeal_until=NOW + DAY if state is ReviewState.DECIDED else None,
        outcome=Outcome.UPHELD_GUIDANCE if state in (ReviewState.DECIDED, ReviewState.CLOSED) else None,
        decided_by=JOSS.id if state in (ReviewState.PROPOSED, ReviewState.DECIDED, ReviewState.APPEALED) else None,
    )


@pytest.mark.parametrize("state", ReviewState)
@pytest.mark.parametrize("step", Step)
def test_every_state_by_every_step(state, step):
    which = in_state(state)
    late = replace(which, appeal_until=NOW - DAY) if step is Step.CLOSE else which
    assert (why_not(which, step, ODILE, NOW) is None) == (step in REVIEWER_STEPS[state])
    assert (why_not(which, step, MAREN, NOW) is None) == (step in AUTHOR_STEPS[state])
    assert (why_not(late, step, None, NOW) is None) == (step in PROGRAM_STEPS[state])
    assert why_not(which, step, KAI, NOW) is not None, "a stranger does nothing"


def test_every_step_has_its_states_and_the_page_shows_them_in_order():
    assert set(STATES) == WHOLE
    shown = possible_steps(in_state(ReviewState.OPEN), ODILE, NOW)
    assert shown == (Step.VIEWED, Step.UNMASKED, Step.ASK_CONTEXT, Step.DISMISS, Step.NOTIFY, Step.NOTE)


def test_a_refusal_says_what_to_do():
    for state in ReviewState:
        for step in Step:
            for who in (*PEOPLE, None):
                reason = why_not(in_state(state), step, who, NOW)
                assert reason is None or reason.endswith("."), (state, step, reason)


# Who may look and judge.


def test_nobody_reviews_themselves():
    both = replace(ODILE, staff_id=AUTHOR_STAFF)
    assert possible_steps(review(), both, NOW) == ()
    assert "own post" in (why_not(review(), Step.TRIAGE_OPEN, both, NOW) or "")


def test_a_named_conflict_bars_from_all_and_leading_the_author_from_what_is_serious():
    barred = replace(IMANI, conflicts=(ConflictOfInterest(AUTHOR_STAFF, "Married."),))
    leader = replace(IMANI, conflicts=(ConflictOfInterest(AUTHOR_STAFF, "Supervises.", line_manager=True),))
    assert possible_steps(review(), barred, NOW) == ()
    assert Step.TRIAGE_OPEN in possible_steps(review(), leader, NOW)
    assert possible_steps(review(severity=Severity.S3), leader, NOW) == ()


@pytest.mark.parametrize(
    "critical", [review(clause=Clause.CONFIDENTIALITY, severity=Severity.S1), review(severity=Severity.S4)]
)
def test_what_is_critical_is_for_the_privacy_officer(critical):
    assert possible_steps(critical, IMANI, NOW) == ()
    assert Step.TRIAGE_OPEN in possible_steps(critical, ODILE, NOW)


def test_judging_needs_training_that_still_holds():
    for until in (None, NOW):
        assert possible_steps(review(), replace(IMANI, trained_until=until), NOW) == (Step.VIEWED, Step.NOTE)


def test_who_is_not_active_any_more_does_nothing():
    for who in PEOPLE:
        assert possible_steps(in_state(ReviewState.DECIDED), replace(who, active=False), NOW) == ()


def test_a_step_names_who_takes_it():
    with pytest.raises(Refused):
        next_review(review(), Move(Step.TRIAGE_OPEN, JOSS.id, NOW), IMANI, RULES)
    with pytest.raises(Refused):
        next_review(review(), Move(Step.RESOLVE, IMANI.id, NOW), None, RULES)


# The locks of a decision.


def test_nothing_is_decided_before_the_author_was_asked_and_told():
    opened = take(review(), Step.TRIAGE_OPEN)
    with pytest.raises(Refused):
        upheld(opened)
    asked = take(opened, Step.NOTIFY)
    with pytest.raises(Refused, match="Nothing proves"):
        upheld(asked, now=NOW + 30 * DAY)


def test_the_author_has_a_week_to_answer_unless_the_answer_came():
    asked = through(review(), Step.TRIAGE_OPEN, Step.NOTIFY)
    told = take(asked, Step.NOTIFY, None, NOW + HOUR)
    assert told.answer_until == NOW + HOUR + 7 * DAY
    with pytest.raises(Refused, match="time to answer"):
        upheld(told, now=NOW + 7 * DAY)
    assert upheld(told, now=NOW + HOUR + 7 * DAY).state is ReviewState.DECIDED
    answered = take(told, Step.ANSWER, MAREN, NOW + 2 * HOUR, note="A joke.")
    assert upheld(answered, now=NOW + 3 * HOUR).state is ReviewState.DECIDED


def test_an_answer_from_before_the_question_does_not_shorten_the_week():
    early = take(review(ReviewState.GRACE, grace_until=NOW + DAY), Step.ANSWER, MAREN, note="A joke.")
    told = take(through(early, Step.TRIAGE_OPEN, Step.NOTIFY), Step.NOTIFY, None, NOW + HOUR)
    with pytest.raises(Refused, match="time to answer"):
        upheld(told, now=NOW + 2 * HOUR)


@pytest.mark.parametrize("outcome", UPHELD)
def test_upholding_needs_a_written_reason_and_every_line_of_the_checklist(outcome):
    which = notified()
    with pytest.raises(Refused, match="own words"):
        upheld(which, outcome=outcome, note=" ")
    with pytest.raises(Refused, match="checklist"):
        upheld(which, outcome=outcome, checklist=None)
    for line in ("not_protected", "own_words", "public_and_in_scope", "author_heard", "alike_compared"):
        with pytest.raises(Refused, match="checklist"):
            upheld(which, outcome=outcome, checklist=replace(LOOKED, **{line: False}))
    assert upheld(which, outcome=outcome).outcome is outcome


def test_not_upholding_closes_at_once():
    closed = take(notified(), Step.DECIDE, outcome=Outcome.NOT_UPHELD)
    assert (closed.state, closed.closed_at) == (ReviewState.CLOSED, NOW)


def test_what_is_serious_takes_two_people():
    proposed = upheld(notified(Severity.S3))
    assert (proposed.state, proposed.decided_by, proposed.seconded_by) == (ReviewState.PROPOSED, IMANI.id, None)
    for step in (Step.SECOND, Step.DISAGREE):
        with pytest.raises(Refused, match="second reviewer"):
            take(proposed, step, IMANI, note="Still.", checklist=LOOKED)
    with pytest.raises(Refused, match="checklist"):
        take(proposed, Step.SECOND, JOSS)
    decided = take(proposed, Step.SECOND, JOSS, checklist=LOOKED)
    assert (decided.state, decided.decided_by, decided.seconded_by) == (ReviewState.DECIDED, IMANI.id, JOSS.id)


def test_who_disagrees_says_why_and_sends_it_back():
    proposed = upheld(notified(Severity.S3))
    with pytest.raises(Refused):
        take(proposed, Step.DISAGREE, JOSS)
    back = take(proposed, Step.DISAGREE, JOSS, note="It is quoted.")
    assert (back.state, back.outcome, back.decided_by) == (ReviewState.NOTIFIED, None, None)


def test_a_dismissal_names_one_of_four_reasons():
    for outcome in Outcome:
        if outcome in DISMISSALS:
            assert take(review(), Step.DISMISS, outcome=outcome).state is ReviewState.CLOSED
        else:
            with pytest.raises(Refused, match="Choose one of"):
                take(review(), Step.DISMISS, outcome=outcome)
    with pytest.raises(Refused):
        take(review(), Step.DISMISS)


def test_clause_2_is_never_erased_as_protected():
    which = review(clause=Clause.CONFIDENTIALITY)
    assert Outcome.PROTECTED not in outcomes_for(which, Step.DISMISS)
    with pytest.raises(Refused):
        take(which, Step.DISMISS, ODILE, outcome=Outcome.PROTECTED)


def test_what_is_serious_is_not_dismissed_by_one_person_once_the_author_was_asked():
    assert outcomes_for(notified(Severity.S3), Step.DISMISS) == (Outcome.PROTECTED,)
    assert outcomes_for(notified(Severity.S2), Step.DISMISS) == DISMISSALS


def test_a_critical_item_goes_to_its_author_without_triage():
    assert take(review(severity=Severity.S4), Step.NOTIFY, ODILE).state is ReviewState.NOTIFIED
    with pytest.raises(Refused, match="Triage"):
        take(review(severity=Severity.S3), Step.NOTIFY, ODILE)


def test_without_mail_a_reviewer_says_how_the_author_was_told():
    rules = ReviewRules(mails=False)
    opened = take(review(), Step.TRIAGE_OPEN)
    with pytest.raises(Refused, match="how and when"):
        take(opened, Step.NOTIFY, rules=rules)
    told = take(opened, Step.NOTIFY, rules=rules, note="At her desk.")
    assert told.author_told_at == NOW
    words = {"outcome": Outcome.UPHELD_GUIDANCE, "note": "It mocks.", "checklist": LOOKED}
    decided = take(told, Step.DECIDE, now=NOW + 7 * DAY, rules=rules, **words)
    assert decided.appeal_until == NOW + 21 * DAY


def test_an_author_whom_no_mail_reaches_can_be_told_otherwise():
    asked = through(review(), Step.TRIAGE_OPEN, Step.NOTIFY)
    with pytest.raises(Refused, match="how and when"):
        take(asked, Step.NOTIFY, now=NOW + DAY)
    told = take(asked, Step.NOTIFY, now=NOW + DAY, note="By telephone.")
    assert (told.author_told_at, told.answer_until) == (NOW + DAY, NOW + 8 * DAY)
    assert [event.note for event in to_tell(told)] == [""], "only the question itself goes by mail"


# The appeal.


def decided(severity=Severity.S2):
    first = upheld(notified(severity))
    second = take(first, Step.SECOND, JOSS, checklist=LOOKED) if severity >= Severity.S3 else first
    return take(second, Step.NOTIFY, None, NOW + HOUR)


def test_the_time_to_appeal_counts_from_the_letter():
    assert upheld(notified()).appeal_until is None
    assert decided().appeal_until == NOW + HOUR + 14 * DAY
    with pytest.raises(Refused):
        take(upheld(notified()), Step.CLOSE, None, NOW + 99 * DAY)
    assert take(decided(), Step.CLOSE, None, NOW + 15 * DAY).state is ReviewState.CLOSED
    with pytest.raises(Refused, match="has passed"):
        take(decided(), Step.APPEAL, MAREN, NOW + 15 * DAY, note="No.")


def test_an_appeal_goes_to_somebody_new():
    appealed = take(decided(Severity.S3), Step.APPEAL, MAREN, NOW + DAY, note="It was quoted.")
    words = {"outcome": Outcome.NOT_UPHELD, "note": "It was quoted."}
    for who in (IMANI, JOSS):
        with pytest.raises(Refused, match="somebody new"):
            take(appealed, Step.DECIDE_APPEAL, who, NOW + 2 * DAY, **words)
    closed = take(appealed, Step.DECIDE_APPEAL, ODILE, NOW + 2 * DAY, **words)
    assert (closed.state, closed.outcome) == (ReviewState.CLOSED, Outcome.NOT_UPHELD)


def test_who_proposed_and_was_disagreed_with_does_not_hear_the_appeal():
    back = take(upheld(notified(Severity.S3)), Step.DISAGREE, JOSS, note="No.")
    again = take(upheld(back, JOSS), Step.SECOND, ODILE, checklist=LOOKED)
    appealed = take(again, Step.APPEAL, MAREN, NOW + DAY, note="No.")
    with pytest.raises(Refused, match="somebody new"):
        take(appealed, Step.DECIDE_APPEAL, IMANI, NOW + DAY, outcome=Outcome.NOT_UPHELD, note="Agreed.")


# Grace.


def test_only_what_is_not_serious_has_a_grace():
    assert opening(Severity.S1, NOW, RULES) == (ReviewState.GRACE, NOW + 7 * DAY)
    assert opening(Severity.S3, NOW, RULES) == (ReviewState.DETECTED, None)
    assert opening(Severity.S2, NOW, ReviewRules(grace_days=0)) == (ReviewState.DETECTED, None)
    assert opening(Severity.S2, NOW, RULES, NOW - 2 * DAY) == (ReviewState.GRACE, NOW + 5 * DAY)
    assert opening(Severity.S2, NOW, RULES, NOW - 7 * DAY) == (ReviewState.DETECTED, None)


def test_the_grace_ends_when_it_ends():
    which = review(ReviewState.GRACE, opened_at=NOW, grace_until=NOW + 7 * DAY)
    with pytest.raises(Refused):
        take(which, Step.GRACE_ENDED, None, NOW + 6 * DAY)
    assert take(which, Step.GRACE_ENDED, None, NOW + 7 * DAY).state is ReviewState.DETECTED
    told = take(which, Step.NOTIFIED_GRACE, None, NOW + DAY)
    assert (told.author_told_at, told.grace_until) == (NOW + DAY, NOW + 8 * DAY)
    assert take(told, Step.NOTIFIED_GRACE, None, NOW + 2 * DAY).grace_until == NOW + 8 * DAY


def test_what_is_serious_is_never_resolved_by_the_program():
    with pytest.raises(Refused):
        take(review(severity=Severity.S3), Step.RESOLVE, None)


# Undo.


def test_undo_gives_back_what_was_and_nothing_older():
    opened = take(review(), Step.TRIAGE_OPEN)
    closed = take(opened, Step.DISMISS, now=NOW + MINUTE, outcome=Outcome.FALSE_POSITIVE)
    undone = take(closed, Step.UNDO, now=NOW + 5 * MINUTE)
    same = ("state", "outcome", "closed_at", "decided_by", "answer_until", "author_told_at")
    assert all(getattr(undone, name) == getattr(opened, name) for name in same)
    assert undone.revision == 4
    with pytest.raises(Refused):
        take(undone, Step.UNDO, now=NOW + 5 * MINUTE)


@pytest.mark.parametrize(
    ("who", "later"), [(JOSS, MINUTE), (IMANI, 5 * MINUTE), (ODILE, MINUTE)], ids=["another", "too late", "officer"]
)
def test_undo_is_for_the_same_reviewer_within_five_minutes(who, later):
    with pytest.raises(Refused, match="taken back"):
        take(take(review(), Step.TRIAGE_OPEN), Step.UNDO, who, NOW + later)


def test_undo_ends_when_anybody_acts_but_not_when_somebody_looks():
    asked = take(take(review(), Step.TRIAGE_OPEN), Step.NOTIFY)
    assert take(take(asked, Step.VIEWED, JOSS), Step.UNDO, now=NOW + MINUTE).state is ReviewState.OPEN
    for acted in (
        take(asked, Step.ANSWER, MAREN, note="A joke."),
        take(asked, Step.NOTE, JOSS, note="Hm."),
        take(asked, Step.NOTIFY, None),
    ):
        with pytest.raises(Refused, match="taken back"):
            take(acted, Step.UNDO, now=NOW + MINUTE)


def test_an_erasure_is_not_undone():
    erased = take(review(), Step.DISMISS, outcome=Outcome.PROTECTED)
    with pytest.raises(Refused):
        take(erased, Step.UNDO, now=NOW + MINUTE)


def test_only_a_dismissal_is_opened_again():
    dismissed = take(review(), Step.DISMISS, outcome=Outcome.FALSE_POSITIVE)
    assert take(dismissed, Step.REOPEN, now=NOW + DAY, note="A slip.").state is ReviewState.OPEN
    with pytest.raises(Refused):
        take(dismissed, Step.REOPEN, None, NOW + DAY)
    resolved = take(review(), Step.RESOLVE, None)
    assert take(resolved, Step.REOPEN, None, NOW + DAY).state is ReviewState.DETECTED
    for closed in (resolved, take(notified(), Step.DECIDE, outcome=Outcome.NOT_UPHELD)):
        with pytest.raises(Refused):
            take(closed, Step.REOPEN, now=NOW + DAY, note="A slip.")


def test_a_text_has_an_end_and_only_choosing_steps_choose():
    with pytest.raises(Refused, match="shorten"):
        take(review(), Step.NOTE, note="x" * (NOTE_LIMIT + 1))
    with pytest.raises(Refused, match="chooses no outcome"):
        take(review(), Step.TRIAGE_OPEN, outcome=Outcome.NOT_UPHELD)


IDLE = (Step.VIEWED, Step.UNMASKED, Step.NOTE, Step.ANSWER, Step.RESOLVE, Step.DISMISS)


class Anybody(RuleBasedStateMachine):
    """Random people try random steps at random moments; what is wrong must never come about."""

    @initialize(
        severity=st.sampled_from([Severity.S1, Severity.S2, Severity.S3, Severity.S4]),
        clause=st.sampled_from(Clause),
        mails=st.booleans(),
        far=st.booleans(),
    )
    def begin(self, severity, clause, mails, far):
        self.rules = ReviewRules(mails=mails)
        self.now = NOW
        if far:
            self.review = notified(severity, clause=clause)
            return
        state, ends = opening(severity, NOW, self.rules)
        self.review = review(state, severity, clause, opened_at=NOW, grace_until=ends)

    @rule(
        step=st.sampled_from(Step),
        who=st.sampled_from((*PEOPLE, None)),
        outcome=st.one_of(st.none(), st.sampled_from(Outcome)),
        note=st.sampled_from(("", "A reason.")),
        looked=st.sampled_from((None, LOOKED, replace(LOOKED, not_protected=False))),
    )
    def try_anything(self, step, who, outcome, note, looked):
        move = Move(step, who.id if who else None, self.now, note, outcome, looked)
        self._try(move, who)

    @rule(data=st.data(), who=st.sampled_from((*PEOPLE, IMANI, JOSS, ODILE, None)))
    def try_what_is_offered(self, data, who):
        steps = possible_steps(self.review, who, self.now)
        if not steps:
            return
        # What changes nothing can be tried for ever.
        step = data.draw(st.sampled_from([one for one in steps if one not in IDLE] or steps))
        chosen = outcomes_for(self.review, step)
        outcome = data.draw(st.sampled_from(chosen)) if chosen else None
        move = Move(step, who.id if who else None, self.now, "A reason.", outcome, LOOKED)
        self._try(move, who)
        assert self.review.events[-1].step is step, "what the page offers can be done"

    @rule(pause=st.sampled_from((MINUTE, 10 * MINUTE, 8 * DAY, 30 * DAY)))
    def wait(self, pause):
        self.now += pause

    def _try(self, move, who):
        before = self.review
        try:
            after, event = next_review(before, move, who, self.rules)
        except Refused:
            return
        assert after.revision == before.revision + 1
        assert after.events == (*before.events, event)
        if move.step is Step.DECIDE or (move.step is Step.DECIDE_APPEAL and move.outcome in UPHELD):
            self._was_fair(before, event)
        if move.step is Step.DECIDE_APPEAL:
            assert who.id not in (before.decided_by, before.seconded_by)
        self.review = after

    def _was_fair(self, before, event):
        assert before.author_told_at is not None
        asked = [one for one in before.events if one.step is Step.NOTIFY and one.actor_id is not None]
        assert asked
        heard = any(one.step is Step.ANSWER and one.at >= asked[-1].at for one in before.events)
        assert heard or before.answer_until <= event.at
        if event.outcome in UPHELD:
            assert event.note.strip()
            assert all(event.details[line] == "yes" for line in ("not_protected", "own_words", "alike_compared"))

    @invariant()
    def nobody_judges_twice(self):
        if hasattr(self, "review") and self.review.seconded_by is not None:
            assert self.review.seconded_by != self.review.decided_by

    @invariant()
    def what_is_serious_was_seen_by_two(self):
        which = getattr(self, "review", None)
        if which and which.severity >= Severity.S3 and which.state in (ReviewState.DECIDED, ReviewState.APPEALED):
            assert None not in (which.decided_by, which.seconded_by)

    @invariant()
    def critical_items_are_judged_by_the_privacy_officer_alone(self):
        which = getattr(self, "review", None)
        if which and (which.clause is Clause.CONFIDENTIALITY or which.severity is Severity.S4):
            acted = {event.actor_id for event in which.events if event.step not in BY_AUTHOR}
            assert acted <= {None, ODILE.id}

    @invariant()
    def an_upheld_outcome_was_chosen_by_a_person(self):
        which = getattr(self, "review", None)
        if which and which.outcome in UPHELD:
            assert any(event.outcome is which.outcome and event.note for event in which.events)

    @invariant()
    def letters_are_about_steps_that_stand(self):
        which = getattr(self, "review", None)
        for event in to_tell(which) if which else ():
            assert isinstance(event, ReviewEvent)
            assert event.outcome is not Outcome.PROTECTED or which.state is ReviewState.CLOSED


Anybody.TestCase.settings = settings(max_examples=300, stateful_step_count=40)
TestAnybody = Anybody.TestCase
