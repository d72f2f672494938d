"""Reviews in the store: one transaction a step, nothing twice, and what a step takes with it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from domain.audit import SYSTEM
from domain.errors import Conflict, Refused
from domain.findings import Clause, Severity
from domain.reporting import Digest, Period
from domain.review import Move, Outcome, ReviewState, Step
from store.record_tables import incidents, review_events, reviews
from store.review_opening import NEVER
from store.tables import findings, versions
from tests.store.people import NO_GRACE, NOW, RULES, author, found, go, notified, officer, opened, upheld, user
from tests.store.records import DAY, HOUR, START, active, clean, finding, flagged, person, post, visit

GRAVE = finding(severity=Severity.S3)
CLIENT = finding(Clause.CONFIDENTIALITY, Severity.S4)


def visible_from(store, finding_id):
    with store.database.reading() as connection:
        return connection.execute(select(findings.c.visible_from).where(findings.c.id == finding_id)).scalar()


def audited(store, review):
    return [entry.record.event for entry in store.audit.entries() if entry.record.subject == f"review:{review.id}"]


def test_a_review_is_opened_once_for_each_finding_that_is_news(store):
    ids = found(store, finding(), finding(Clause.OPINION))
    first = store.reviews.open_new(NOW, RULES)
    assert [store.reviews.get(one).finding_id for one in first] == list(ids)
    assert store.reviews.open_new(NOW + HOUR, RULES) == ()
    assert audited(store, store.reviews.get(first[0])) == ["review.opened"]


def test_what_is_not_serious_begins_in_grace_and_is_out_of_sight_until_it_ends(store):
    serious, minor = opened(store, finding(), finding(Clause.OPINION, Severity.S3), rules=RULES)
    assert (minor.state, minor.grace_until) == (ReviewState.GRACE, NOW + 7 * DAY)
    assert visible_from(store, minor.finding_id) == NOW + 7 * DAY
    assert (serious.state, serious.grace_until) == (ReviewState.DETECTED, None)
    assert visible_from(store, serious.finding_id) == NOW


def test_a_step_is_stored_with_its_event_and_a_line_without_its_words(store):
    (review,) = opened(store)
    imani = user(store)
    after = go(store, review, imani, Step.NOTE, note="Quotes the word beagle.")
    assert (after.revision, after.events[-1].note, after.events[-1].actor) == (2, "Quotes the word beagle.", imani.name)
    assert store.reviews.get(review.id) == after
    newest = store.audit.newest().record
    assert (newest.event, newest.actor) == ("review.noted", f"user:{imani.id}")
    assert "beagle" not in str(newest)
    with store.database.reading() as connection:
        raw = connection.exec_driver_sql("SELECT note FROM review_events WHERE note IS NOT NULL").scalar()
    assert "beagle" not in raw


def test_a_refused_step_changes_nothing(store):
    (review,) = opened(store)
    imani = user(store)
    lines = store.audit.newest().seq
    with pytest.raises(Refused):
        upheld(store, review, imani, NOW)
    assert store.reviews.get(review.id) == review
    assert store.audit.newest().seq == lines


def test_who_acts_on_an_old_revision_is_told_so(store):
    (review,) = opened(store)
    imani = user(store)
    go(store, review, imani, Step.TRIAGE_OPEN)
    with pytest.raises(Conflict):
        store.reviews.apply(review.id, review.revision, Move(Step.NOTIFY, imani.id, NOW), imani, NO_GRACE)
    with pytest.raises(Conflict):
        store.reviews.apply(4711, 1, Move(Step.NOTIFY, imani.id, NOW), imani, NO_GRACE)


def test_an_item_is_with_one_reviewer_for_a_quarter_of_an_hour(store):
    (review,) = opened(store)
    imani, joss = user(store), user(store, "Joss Teal")
    taken = store.reviews.take(review.id, imani, NOW)
    assert (taken.held_by, taken.held_until, taken.first_viewed_at) == (imani.id, NOW + HOUR / 4, NOW)
    with pytest.raises(Conflict):
        store.reviews.take(review.id, joss, NOW)
    with pytest.raises(Conflict):
        go(store, review, joss, Step.TRIAGE_OPEN)
    renewed = store.reviews.take(review.id, imani, NOW + HOUR / 8)
    assert (renewed.revision, renewed.held_until) == (taken.revision, NOW + HOUR / 8 + HOUR / 4)
    assert store.reviews.take(review.id, joss, NOW + HOUR).held_by == joss.id
    store.reviews.release(review.id, imani)
    assert store.reviews.get(review.id).held_by == joss.id
    store.reviews.release(review.id, joss)
    assert store.reviews.get(review.id).held_by is None


def test_protected_activity_is_erased_with_every_trace(store):
    review, other = opened(store, finding(), finding(Clause.OPINION))
    imani = user(store)
    go(store, review, imani, Step.NOTE, note="About pay.")
    after = go(store, review, imani, Step.DISMISS, outcome=Outcome.PROTECTED)
    assert (after.state, after.outcome) == (ReviewState.CLOSED, Outcome.PROTECTED)
    assert store.reviews.get(review.id) is None
    with store.database.reading() as connection:
        assert connection.execute(select(findings.c.id)).scalars().all() == [other.finding_id]
        assert connection.execute(select(versions.c.kept_text)).scalar() is not None, "another finding stands on it"
        assert set(connection.execute(select(review_events.c.review_id)).scalars()) == {other.id}
    newest = store.audit.newest().record
    assert (newest.event, set(newest.details)) == ("review.erased", {"binds"})
    assert store.reviews.overturn() == ()
    go(store, other, imani, Step.DISMISS, outcome=Outcome.PROTECTED)
    with store.database.reading() as connection:
        assert connection.execute(select(versions.c.kept_text)).scalars().all() == [None]
        assert connection.execute(select(func.count()).select_from(reviews)).scalar() == 0


def test_an_s4_has_an_incident_that_knows_who_looked_first_and_when(store):
    (review,) = opened(store, CLIENT)
    store.reviews.take(review.id, officer(store), NOW + HOUR)
    with store.database.reading() as connection:
        row = connection.execute(select(incidents)).one()
    assert (row.review_id, row.discovered_at, row.first_viewed_at) == (review.id, NOW, NOW + HOUR)


def test_a_post_mended_in_time_never_comes_into_sight(store):
    staff = person(store)
    account = active(store, staff)
    visit(store, flagged(), of=account, now=NOW)
    (review_id,) = store.reviews.open_new(NOW, RULES)
    visit(store, clean(post("1", "The maples have turned.")), of=account, now=NOW + DAY)
    assert store.reviews.resolve_settled(NOW + DAY, RULES) == 1
    review = store.reviews.get(review_id)
    assert (review.state, review.outcome, review.closed_at) == (ReviewState.CLOSED, Outcome.RESOLVED, NOW + DAY)
    assert visible_from(store, review.finding_id) == NEVER
    assert store.reviews.resolve_settled(NOW + DAY, RULES) == 0
    assert store.audit.newest().record.actor == SYSTEM


def test_words_that_come_back_open_the_review_again(store):
    account = active(store)
    visit(store, flagged(), of=account, now=NOW)
    (review_id,) = store.reviews.open_new(NOW, RULES)
    visit(store, clean(post("1", "The maples have turned.")), of=account, now=NOW + DAY)
    store.reviews.resolve_settled(NOW + DAY, RULES)
    visit(store, flagged(), of=account, now=NOW + 2 * DAY)
    assert store.reviews.resolve_settled(NOW + 2 * DAY, RULES) == 1
    review = store.reviews.get(review_id)
    assert (review.state, review.outcome) == (ReviewState.DETECTED, None)
    assert visible_from(store, review.finding_id) == NOW + 2 * DAY


def test_an_edit_that_says_the_same_buys_no_second_grace(store):
    account = active(store)
    visit(store, flagged(), of=account, now=NOW)
    store.reviews.open_new(NOW, RULES)
    visit(store, flagged(post("1", "The maples have turned!")), of=account, now=NOW + 6 * DAY)
    (second,) = store.reviews.open_new(NOW + 6 * DAY, RULES)
    assert store.reviews.get(second).grace_until == NOW + 7 * DAY
    visit(store, flagged(post("1", "The maples have turned?")), of=account, now=NOW + 8 * DAY)
    (third,) = store.reviews.open_new(NOW + 8 * DAY, RULES)
    assert store.reviews.get(third).state is ReviewState.DETECTED


def test_what_is_serious_is_not_resolved_by_an_edit(store):
    account = active(store)
    visit(store, flagged(post(), GRAVE), of=account, now=NOW)
    store.reviews.open_new(NOW, RULES)
    visit(store, clean(post("1", "The maples have turned.")), of=account, now=NOW + DAY)
    assert store.reviews.resolve_settled(NOW + DAY, RULES) == 0


def test_the_end_of_grace_shows_it(store):
    (review,) = opened(store, rules=RULES)
    assert store.reviews.end_grace(NOW + 6 * DAY, RULES) == 0
    assert store.reviews.end_grace(NOW + 7 * DAY, RULES) == 1
    assert store.reviews.get(review.id).state is ReviewState.DETECTED
    assert visible_from(store, review.finding_id) == NOW + 7 * DAY


def test_an_explanation_ends_the_grace_and_travels_along(store):
    staff = person(store)
    (review,) = opened(store, rules=RULES, staff=staff)
    go(store, review, author(store, staff), Step.ANSWER, NOW + DAY, RULES, note="It is a joke among friends.")
    after = store.reviews.get(review.id)
    assert (after.state, after.author_told_at) == (ReviewState.DETECTED, NOW + DAY)
    assert after.events[-1].note == "It is a joke among friends."
    assert visible_from(store, review.finding_id) == NOW + DAY


def test_a_decision_is_closed_when_the_time_to_appeal_has_passed(store):
    (review,) = opened(store)
    imani = user(store)
    notified(store, review, imani)
    decided = upheld(store, review, imani, NOW + 7 * DAY)
    assert (decided.state, decided.decided_by) == (ReviewState.DECIDED, imani.id)
    assert store.reviews.close_expired_appeals(NOW + 99 * DAY, RULES) == 0, "the author was not told"
    store.reviews.author_told(review.id, NOW + 8 * DAY, RULES)
    assert store.reviews.close_expired_appeals(NOW + 21 * DAY, RULES) == 0
    assert store.reviews.close_expired_appeals(NOW + 22 * DAY, RULES) == 1


def test_telling_of_a_review_that_is_gone_is_no_error(store):
    store.reviews.author_told(4711, NOW, RULES)


def test_findings_that_a_digest_has_shown_get_no_grace(store):
    ids = found(store, finding())
    store.digests.save(_digest(NOW + DAY))
    (review_id,) = store.reviews.open_new(NOW + 2 * DAY, RULES)
    assert store.reviews.get(review_id).state is ReviewState.DETECTED
    assert visible_from(store, ids[0]) == NOW


def _digest(built_at):
    from_ = START - 7 * DAY
    period = Period("2026-W46", from_, START, "UTC")
    return Digest("Larkspur Bend", period, built_at, (), (), "policy-1", "1")
