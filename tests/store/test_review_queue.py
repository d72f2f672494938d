"""The queue: who sees what, in which order, page by page, and fast when there is much."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import event, insert, select

from domain.access import ConflictOfInterest, Role
from domain.errors import Refused
from domain.findings import Clause, Severity
from domain.review import DISMISSALS, Outcome, ReviewState, Step
from domain.review_locks import may_see
from domain.review_queue import OVERDUE_AFTER, QueueFilter, QueuePlace
from store.record_tables import reviews
from store.reviews import HOLD_FOR
from tests.store.people import NOW, author, go, notified, officer, opened, upheld, user
from tests.store.records import DAY, HOUR, START, active, finding, person

ALL = QueueFilter(due=False)
MANY = 50_000


def one_each(store):
    """A review of every clause and severity, half an hour apart."""
    staff = person(store)
    moments = enumerate(product(Clause, (Severity.S1, Severity.S2, Severity.S3, Severity.S4)))
    return [
        opened(store, finding(clause, severity), staff=staff, number=place, now=NOW + place * HOUR / 2)[0]
        for place, (clause, severity) in moments
    ]


def test_the_gravest_come_first_and_of_those_the_oldest(store):
    made = one_each(store)
    wanted = [one.id for one in sorted(made, key=lambda one: (-one.severity, one.opened_at))]
    odile, found, after = officer(store), [], None
    for _ in range(10):
        page = store.reviews.queue(odile, ALL, NOW + 9 * DAY, after, 5)
        found += [one.id for one in page.reviews]
        if page.after is None:
            break
        after = QueuePlace.parse(str(page.after))
    assert found == wanted


def test_nobody_sees_in_the_queue_what_they_may_not_open(store):
    made = one_each(store)
    staff_id = made[0].staff_id
    people = [
        user(store, "Imani Reyes"),
        officer(store, "Odile Marsh"),
        officer(store, "Self Marsh", staff_id=staff_id),
        user(store, "Barred Reyes", against=[ConflictOfInterest(staff_id, "Married.")]),
        user(store, "Leading Reyes", against=[ConflictOfInterest(staff_id, "Supervises.", line_manager=True)]),
        user(store, "Other Reyes", against=[ConflictOfInterest(person(store).id, "Married.")]),
    ]
    for who in people:
        shown = {one.id for one in store.reviews.queue(who, ALL, NOW, None, 99).reviews}
        assert shown == {one.id for one in made if may_see(one, who)}, who.name
    for role in set(Role) - {Role.REVIEWER, Role.PRIVACY_OFFICER}:
        with pytest.raises(Refused):
            store.reviews.queue(user(store, f"No {role.name}", role, staff_id=staff_id), ALL, NOW)
    critical = [one for one in made if one.clause is Clause.CONFIDENTIALITY or one.severity is Severity.S4]
    assert store.reviews.critical_waiting() == len(critical)


def test_filters_leave_out_what_was_not_asked_for(store):
    one_each(store)
    odile = officer(store)

    def shown(**wanted):
        return store.reviews.queue(odile, QueueFilter(**wanted), NOW, None, 99).reviews

    assert {one.clause for one in shown(clause=Clause.OPINION)} == {Clause.OPINION}
    assert {one.severity for one in shown(severity=Severity.S3)} == {Severity.S3}
    assert shown(states=(ReviewState.OPEN,)) == ()


def test_what_somebody_else_looks_at_is_not_free(store):
    staff, imani, joss = person(store), user(store), user(store, "Joss Teal")
    held, other = (opened(store, staff=staff, number=number)[0].id for number in range(2))
    store.reviews.take(held, imani, NOW)

    def free(who, now=NOW):
        return [one.id for one in store.reviews.queue(who, QueueFilter(free=True), now).reviews]

    assert (free(joss), free(imani)) == ([other], [held, other])
    assert free(joss, NOW + HOLD_FOR) == [held, other]


def test_what_waits_for_its_author_is_not_due_until_the_answer_or_the_day(store):
    staff = person(store)
    (review,) = opened(store, staff=staff)
    imani = user(store)
    notified(store, review, imani)
    assert store.reviews.queue(imani, QueueFilter(), NOW + 6 * DAY).reviews == ()
    assert len(store.reviews.queue(imani, ALL, NOW + 6 * DAY).reviews) == 1
    assert len(store.reviews.queue(imani, QueueFilter(), NOW + 7 * DAY).reviews) == 1
    assert store.reviews.counts(NOW + DAY).with_author == 1
    go(store, review, author(store, staff), Step.ANSWER, NOW + DAY, note="A joke.")
    assert len(store.reviews.queue(imani, QueueFilter(), NOW + DAY).reviews) == 1
    assert store.reviews.counts(NOW + DAY).waiting == 1


def test_who_decided_first_is_not_shown_it_for_the_second_time(store):
    (review,) = opened(store, finding(severity=Severity.S3))
    imani, joss = user(store), user(store, "Joss Teal")
    notified(store, review, imani)
    upheld(store, review, imani, NOW + 7 * DAY)
    assert store.reviews.queue(imani, QueueFilter(), NOW + 7 * DAY).reviews == ()
    assert [one.id for one in store.reviews.queue(joss, QueueFilter(), NOW + 7 * DAY).reviews] == [review.id]


def test_comparable_decisions_are_of_the_same_clause_and_severity(store):
    staff, imani = person(store), user(store)
    same, other, waiting = (
        opened(store, one, staff=staff, number=number)[0]
        for number, one in enumerate((finding(), finding(Clause.OPINION), finding()))
    )
    for review in (same, other):
        go(store, review, imani, Step.DISMISS, outcome=Outcome.FALSE_POSITIVE)
    assert [one.id for one in store.reviews.comparable(waiting, imani)] == [same.id]
    barred = user(store, "Barred Reyes", against=[ConflictOfInterest(staff.id, "Married.")])
    assert store.reviews.comparable(waiting, barred) == ()


def test_the_overturn_rate_is_told_from_five_decisions_on(store):
    staff, imani = person(store), user(store)
    for number in range(6):
        (review,) = opened(store, staff=staff, number=number)
        if number == 4:
            assert [one.rate for one in store.reviews.overturn()] == [None]
        outcome = DISMISSALS[number] if number < 4 else Outcome.PERMITTED
        go(store, review, imani, Step.DISMISS, outcome=outcome)
    (rate,) = store.reviews.overturn()
    assert (rate.clause, rate.detector, rate.decided, rate.overturned) == (Clause.CONDUCT, "conduct", 5, 4)
    assert rate.rate == 0.8


def test_what_waits_for_two_weeks_is_overdue(store):
    opened(store)
    assert store.reviews.counts(NOW + OVERDUE_AFTER).overdue == 0
    assert store.reviews.counts(NOW + OVERDUE_AFTER + HOUR).overdue == 1


def test_a_clinician_sees_everything_ever_found_dismissed_too(store):
    staff = person(store)
    first, second = opened(store, finding(), finding(Clause.OPINION), staff=staff)
    go(store, first, user(store), Step.DISMISS, outcome=Outcome.FALSE_POSITIVE)
    opened(store, number=2)
    mine = store.reviews.of_staff(staff.id)
    assert {one.id for one in mine} == {first.id, second.id}
    assert all(one.events for one in mine)


def fill(store, account):
    """Very many reviews, most of them closed, in a few statements."""
    clauses, severities = list(Clause), (1, 1, 1, 2, 2, 3)
    rows = (
        {
            "account_id": account.id,
            "staff_id": account.staff.id,
            "clause": clauses[number % 6],
            "severity": severities[number % 6],
            "detector": "rules",
            "detector_version": "1",
            "policy_version": "1",
            "state": ReviewState.DETECTED if number % 5 == 0 else ReviewState.CLOSED,
            "revision": 1,
            "opened_at": START + number * HOUR / 60,
            "outcome": None if number % 5 == 0 else Outcome.FALSE_POSITIVE,
        }
        for number in range(MANY)
    )
    with store.database.writing() as connection:
        connection.execute(insert(reviews), list(rows))
    with store.database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def plans(store, ask):
    """How the database goes about each statement of `ask`, as one text."""
    seen = []

    def note(connection, cursor, statement, parameters, context, many):
        seen.append((statement, parameters))

    event.listen(store.database.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(store.database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if store.database.on_sqlite else "EXPLAIN "
    asked = [pair for pair in seen if pair[0].lstrip().startswith("SELECT")]
    with store.database.reading() as connection:
        return "\n".join(
            str(row) for text, values in asked for row in connection.exec_driver_sql(explain + text, values)
        )


@pytest.mark.slow
def test_fifty_thousand_reviews_are_read_by_index(store):
    fill(store, active(store))
    odile = officer(store)
    first = store.reviews.queue(odile, QueueFilter(), NOW).after
    for after in (None, first):
        plan = plans(store, lambda after=after: store.reviews.queue(odile, QueueFilter(), NOW, after))
        assert "ix_reviews_state_severity_opened_at" in plan
        assert "SCAN reviews" not in plan
        assert "Seq Scan on reviews" not in plan
    with store.database.reading() as connection:
        (one,) = connection.execute(
            select(reviews.c.id).where(reviews.c.state == ReviewState.DETECTED).limit(1)
        ).scalars()
    review = store.reviews.get(one)
    plan = plans(store, lambda: store.reviews.comparable(review, odile))
    assert "SCAN reviews" not in plan
