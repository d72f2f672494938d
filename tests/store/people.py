"""Who reviews in the tests of the store: people of an invented practice, trained and without conflicts."""

from __future__ import annotations

from sqlalchemy import insert, update

from domain.access import Role
from domain.review import Checklist, Move, Outcome, Step
from domain.review_locks import ReviewRules
from store.record_tables import conflicts, users
from tests.store.records import DAY, HOUR, START, active, finding, flagged, person, post, visit

RULES = ReviewRules()
NO_GRACE = ReviewRules(grace_days=0)
NOW = START + 2 * HOUR
LOOKED = Checklist(not_protected=True, own_words=True, public_and_in_scope=True, author_heard=True, alike_compared=True)


def user(store, name="Imani Reyes", *roles, staff_id=None, trained=True, against=()):
    """Somebody who can sign in; `against` are conflicts of interest."""
    roles = roles or (Role.REVIEWER,)
    added = store.users.add(name, f"{name.replace(' ', '.').lower()}@example.org", roles, staff_id, "command", START)
    trained_until = START + 365 * DAY if trained else None
    with store.database.writing() as connection:
        connection.execute(update(users).where(users.c.id == added.id).values(trained_until=trained_until))
        for one in against:
            row = {"user_id": added.id, "staff_id": one.staff_id, "reason": one.reason}
            connection.execute(insert(conflicts).values(row | {"line_manager": one.line_manager}))
    return store.users.get(added.id)


def officer(store, name="Odile Marsh", **how):
    return user(store, name, Role.PRIVACY_OFFICER, **how)


def author(store, staff, name="Maren Okafor"):
    return user(store, name, Role.CLINICIAN, staff_id=staff.id)


def found(store, *findings, staff=None, number=1, now=NOW):
    """An account with one post with these findings; ids of the findings."""
    account = active(store, staff or person(store))
    return visit(store, flagged(post(str(number)), *findings), of=account, now=now).findings


def opened(store, *findings, rules=NO_GRACE, now=NOW, **how):
    """As `found`, with the reviews of the findings."""
    found(store, *(findings or (finding(),)), now=now, **how)
    return [store.reviews.get(review_id) for review_id in store.reviews.open_new(now, rules)]


def go(store, review, who, step, now=NOW, rules=NO_GRACE, **words):
    """One step on the review as it stands now."""
    revision = store.reviews.get(review.id).revision
    move = Move(step, who.id if who else None, now, **words)
    return store.reviews.apply(review.id, revision, move, who, rules)


def notified(store, review, who, now=NOW):
    """Triaged, and the author was told by mail."""
    go(store, review, who, Step.TRIAGE_OPEN, now)
    go(store, review, who, Step.NOTIFY, now)
    store.reviews.author_told(review.id, now, NO_GRACE)
    return store.reviews.get(review.id)


def upheld(store, review, who, now, outcome=Outcome.UPHELD_GUIDANCE, **more):
    return go(store, review, who, Step.DECIDE, now, note="It mocks.", outcome=outcome, checklist=LOOKED, **more)
