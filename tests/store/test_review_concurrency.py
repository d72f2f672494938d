"""Many reviewers at the same items at the same moment: no step is lost, none is taken twice."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from domain.access import Role
from domain.errors import Conflict, Refused, StoreError
from domain.findings import Severity
from domain.review import Move, Outcome, ReviewState, Step
from store.record_tables import review_events, reviews
from tests.store.people import LOOKED, NO_GRACE, NOW, RULES, found, notified, opened, upheld, user
from tests.store.records import DAY, finding, person
from tests.store.test_concurrency import at_once

THREADS = 8
ITEMS = 6
LATER = NOW + 8 * DAY


def steps(store, *which):
    with store.database.reading() as connection:
        query = select(review_events.c.review_id, review_events.c.actor_id).where(review_events.c.step.in_(which))
        return connection.execute(query).all()


def test_eight_threads_of_two_reviewers_decide_each_item_once(store):
    staff = person(store)
    people = [user(store), user(store, "Joss Teal")]
    made = [opened(store, staff=staff, number=number)[0] for number in range(ITEMS)]
    ready = {one.id: notified(store, one, people[0]).revision for one in made}

    def work(index):
        who, done = people[index % 2], []
        for review_id in sorted(ready, reverse=index % 4 > 1):
            words = {"outcome": Outcome.UPHELD_GUIDANCE, "note": f"Thread {index}.", "checklist": LOOKED}
            try:
                store.reviews.take(review_id, who, LATER)
                revision = store.reviews.get(review_id).revision
                store.reviews.apply(review_id, revision, Move(Step.DECIDE, who.id, LATER, **words), who, NO_GRACE)
            except (Conflict, Refused):
                continue
            done.append((review_id, f"Thread {index}.", who.id))
        return done

    won = [one for each in at_once(THREADS, work) for one in each]
    assert Counter(review_id for review_id, _, _ in won) == dict.fromkeys(ready, 1)
    for review_id, note, actor_id in won:
        review = store.reviews.get(review_id)
        (decision,) = [event for event in review.events if event.step is Step.DECIDE]
        assert (review.state, review.decided_by, decision.note) == (ReviewState.DECIDED, actor_id, note)
        assert review.revision == len(review.events), "every step counted once"
    assert len(steps(store, Step.DECIDE)) == ITEMS


def test_of_eight_who_second_at_once_one_does(store):
    (review,) = opened(store, finding(severity=Severity.S3))
    first = user(store)
    others = [user(store, f"Joss Teal {number}") for number in range(THREADS)]
    notified(store, review, first)
    revision = upheld(store, review, first, LATER).revision

    def second(index):
        who = others[index]
        move = Move(Step.SECOND, who.id, LATER, checklist=LOOKED)
        try:
            return store.reviews.apply(review.id, revision, move, who, NO_GRACE).seconded_by
        except Conflict:
            return None

    (winner,) = [one for one in at_once(THREADS, second) if one is not None]
    assert store.reviews.get(review.id).seconded_by == winner


def test_one_of_eight_gets_the_item(store):
    (review,) = opened(store)
    people = [user(store, f"Joss Teal {number}") for number in range(THREADS)]

    def take(index):
        try:
            return store.reviews.take(review.id, people[index], NOW).held_by
        except Conflict:
            return None

    (holder,) = [one for one in at_once(THREADS, take) if one is not None]
    assert store.reviews.get(review.id).held_by == holder


def test_an_answer_and_a_decision_at_the_same_moment_are_both_kept_or_one_is_told(store):
    for number in range(4):
        staff = person(store)
        (review,) = opened(store, staff=staff, number=number)
        imani, maren = (
            user(store, f"Imani {number}"),
            user(store, f"Maren Okafor {number}", Role.CLINICIAN, staff_id=staff.id),
        )
        revision = notified(store, review, imani).revision
        words = {"outcome": Outcome.UPHELD_GUIDANCE, "note": "It mocks.", "checklist": LOOKED}
        moves = [Move(Step.DECIDE, imani.id, LATER, **words), Move(Step.ANSWER, maren.id, LATER, "A joke.")]

        def act(index, moves=moves, people=(imani, maren), review=review, revision=revision):
            try:
                store.reviews.apply(review.id, revision, moves[index], people[index], NO_GRACE)
            except Conflict:
                return 0
            return 1

        assert sum(at_once(2, act)) == 1
        assert store.reviews.get(review.id).revision == revision + 1


def test_reviews_opened_by_eight_at_once_are_opened_once(store):
    staff = person(store)
    wanted = {one for number in range(ITEMS) for one in found(store, finding(), staff=staff, number=number)}
    shares = at_once(THREADS, lambda _: store.reviews.open_new(NOW, RULES))
    assert sum(len(share) for share in shares) == ITEMS
    with store.database.reading() as connection:
        assert set(connection.execute(select(reviews.c.finding_id)).scalars()) == wanted


def test_a_withdrawal_and_a_step_at_the_same_moment_leave_nothing_behind(store):
    for number in range(4):
        staff = person(store)
        (review,) = opened(store, staff=staff, number=number)
        imani = user(store, f"Imani {number}")

        def act(index, review=review, imani=imani):
            try:
                if index == 0:
                    store.accounts.withdraw(review.account_id, "Maren Okafor", NOW)
                else:
                    move = Move(Step.DISMISS, imani.id, NOW, outcome=Outcome.PROTECTED)
                    store.reviews.apply(review.id, review.revision, move, imani, NO_GRACE)
            except Conflict as gone:
                return gone
            except StoreError as error:
                return error
            return None

        results = at_once(2, act)
        assert all(one is None or isinstance(one, Conflict) for one in results), results
        assert store.reviews.get(review.id) is None
