from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from domain.concerns import ConcernState, Openness
from domain.findings import Clause, Severity
from domain.review import DISMISSALS, UPHELD, Outcome, ReviewState
from monitor.retention import PROFILES
from store import record_tables as people
from tests.store.records import DAY, active, finding, flagged, person, post, visit
from tests.store.review_records import SEEN, notes, review, review_ids
from tests.store.test_retention import FOREVER, keep, texts
from tests.store.test_withdrawal import everything_stored

BREACH = finding(Clause.CONFIDENTIALITY, Severity.S4)
LATER = SEEN + 10 * DAY


def found(store, *more, text="Telling words."):
    active(store)
    return visit(store, flagged(post("1", text), *more)).findings


@pytest.mark.parametrize(
    "outcome", [o for o in (*DISMISSALS, Outcome.NOT_UPHELD, Outcome.RESOLVED) if o is not Outcome.PROTECTED]
)
def test_words_of_what_was_dismissed_go_before_its_record(store, outcome):
    (one,) = found(store)
    number = review(store, one, outcome=outcome)
    rules = {"dismissed_text": 3 * DAY, "dismissed_record": 5 * DAY, "open_minor": DAY}
    assert keep(store, SEEN + 3 * DAY, **rules)["texts"] == 0
    assert keep(store, SEEN + 4 * DAY, **rules)["texts"] == 1
    assert (texts(store), notes(store), review_ids(store)) == ([None], [], [number])
    assert [each.excerpt for each in store.findings.all()] == [""]
    assert keep(store, SEEN + 6 * DAY, **rules)["findings"] == 1
    assert review_ids(store) == []


def test_words_stay_while_another_finding_on_them_is_not_dismissed(store):
    one, two = found(store, finding(), finding(Clause.OPINION))
    review(store, one)
    second = review(store, two, state=ReviewState.DETECTED)
    keep(store, LATER, dismissed_text=DAY)
    assert texts(store) == ["Telling words."]
    assert sorted(each.excerpt for each in store.findings.all()) == ["", "The ▒▒▒ have turned red."]
    with store.database.writing() as connection:
        closed = {"state": ReviewState.CLOSED, "outcome": Outcome.NOT_UPHELD, "closed_at": SEEN}
        connection.execute(people.reviews.update().where(people.reviews.c.id == second).values(**closed))
    keep(store, LATER, dismissed_text=DAY)
    assert texts(store) == [None]


@pytest.mark.parametrize("outcome", UPHELD)
def test_what_was_upheld_goes_by_gravity_from_the_closing(store, outcome):
    active(store)
    minor, serious, leak = visit(
        store,
        flagged(post("1")),
        flagged(post("2"), finding(severity=Severity.S3)),
        flagged(post("3"), finding(Clause.CONFIDENTIALITY)),
    ).findings
    for each in (minor, serious, leak):
        review(store, each, outcome=outcome, closed_at=SEEN + DAY)
    rules = {"upheld_minor": 1 * DAY, "upheld_serious": 2 * DAY, "upheld_confidential": 3 * DAY}
    left = []
    for days in (2, 3, 4, 5):
        keep(store, SEEN + days * DAY, **rules, open_minor=DAY, open_confidential=DAY, dismissed_text=DAY)
        left.append([each.id for each in store.findings.all()])
    assert left == [[minor, serious, leak], [serious, leak], [leak], []]
    assert (review_ids(store), notes(store)) == ([], [])


@pytest.mark.parametrize(
    "state", [ReviewState.NOTIFIED, ReviewState.PROPOSED, ReviewState.DECIDED, ReviewState.APPEALED]
)
def test_nothing_goes_by_age_while_somebody_is_owed_an_answer(store, state):
    (one,) = found(store)
    review(store, one, state=state)
    assert keep(store, LATER, open_minor=DAY)["findings"] == 0
    assert texts(store) == ["Telling words."]


@pytest.mark.parametrize("state", [ReviewState.GRACE, ReviewState.DETECTED, ReviewState.OPEN])
def test_what_nobody_decided_goes_with_its_finding(store, state):
    (one,) = found(store)
    review(store, one, state=state)
    assert keep(store, LATER, open_minor=DAY)["findings"] == 1
    assert (review_ids(store), notes(store), texts(store)) == ([], [], [None])


def test_protected_activity_goes_at_once_record_and_all(store):
    (one,) = found(store)
    review(store, one, outcome=Outcome.PROTECTED)
    assert keep(store, SEEN)["findings"] == 1
    assert (review_ids(store), notes(store), texts(store)) == ([], [], [None])


def test_a_review_stays_while_its_breach_must_be_documented(store):
    (one,) = found(store, BREACH)
    number = review(store, one, outcome=Outcome.FALSE_POSITIVE)
    with store.database.writing() as connection:
        incident = {"review_id": number, "discovered_at": SEEN, "checklist": {}, "closed_at": SEEN + DAY}
        connection.execute(insert(people.incidents).values(incident))
    rules = {"dismissed_record": DAY, "incidents": 5 * DAY}
    keep(store, SEEN + 5 * DAY, **rules)
    assert review_ids(store) == [number]
    keep(store, SEEN + 7 * DAY, **rules)
    assert review_ids(store) == []


def test_a_dry_run_counts_what_a_real_one_takes_and_changes_nothing(store):
    one, two = found(store, finding(), finding(Clause.OPINION, Severity.S3))
    review(store, one)
    review(store, two, state=ReviewState.DETECTED)
    before = everything_stored(store)
    report = store.retention.apply(PROFILES["us"], {}, SEEN + 400 * DAY, dry_run=True)
    assert everything_stored(store) == before
    assert report.dry_run
    real = store.retention.apply(PROFILES["us"], {}, SEEN + 400 * DAY)
    assert real.removed == report.removed
    assert real.removed["findings"] == 2


def concern(store, receipt, *, privacy=False, about=None, answered=SEEN):
    values = {
        "receipt_hash": receipt * 64,
        "url": "https://social.example/p/1",
        "text": "Concerned words.",
        "openness": Openness.CONFIDENTIAL,
        "state": ConcernState.ANSWERED if answered else ConcernState.RECEIVED,
        "received_at": SEEN,
        "about_staff_id": about,
        "privacy_complaint": privacy,
        "to_alternate": False,
        "answered_at": answered,
    }
    with store.database.writing() as connection:
        query = insert(people.concerns).values(values).returning(people.concerns.c.id)
        number = connection.execute(query).scalar_one()
        connection.execute(insert(people.reporters).values(concern_id=number, name="Ines Valcourt", contact="555-0100"))
    return number


def rows(store, table):
    key = next(iter(table.primary_key.columns))
    with store.database.reading() as connection:
        return list(connection.execute(select(key).order_by(key)).scalars())


def test_concerns_go_by_what_they_are_about_and_reporters_before_them(store):
    privacy, other, waiting = concern(store, "a", privacy=True), concern(store, "b"), concern(store, "c", answered=None)
    rules = {"concern_privacy": 6 * DAY, "concern_other": 3 * DAY, "reporters": DAY}
    keep(store, SEEN + 2 * DAY, **rules)
    assert (rows(store, people.concerns), rows(store, people.reporters)) == ([privacy, other, waiting], [waiting])
    keep(store, SEEN + 4 * DAY, **rules)
    assert rows(store, people.concerns) == [privacy, waiting]
    keep(store, SEEN + 7 * DAY, **rules)
    assert rows(store, people.concerns) == [waiting]


def test_a_hold_keeps_the_concerns_about_whose_account_it_is(store):
    account = active(store)
    mine = concern(store, "a", about=account.staff.id)
    concern(store, "b", about=person(store).id)
    store.holds.place(account.id, "Claim.", "user:1", SEEN)
    removed = keep(store, LATER, concern_other=DAY, reporters=DAY)
    assert (removed["concerns"], removed["reporters"]) == (1, 1)
    assert rows(store, people.concerns) == rows(store, people.reporters) == [mine]


def test_each_rule_says_how_many_it_governs_and_what_is_due_next(store):
    one, _ = found(store, finding(), finding(Clause.OPINION, Severity.S3))
    review(store, one)
    lines = store.retention.explain(PROFILES["us"], {}, SEEN + 5 * DAY)
    at = next(number for number, line in enumerate(lines) if line.startswith("Words of findings dismissed"))
    assert "erased 30 days after the closing (proposal" in lines[at]
    assert lines[at + 1] == f"    1 now; due: 0, within 30 days: 1; the first on {(SEEN + 30 * DAY).date()}."
    due = store.retention.explain(PROFILES["us"], {}, SEEN + 31 * DAY)
    assert due[at + 1] == f"    1 now; due: 1, within 30 days: 0; the first on {(SEEN + 30 * DAY).date()}."
    clause_2 = next(line for line in lines if line.startswith("Upheld findings of clause 2"))
    assert "45 CFR 164.530(e)(2) and (j)" in clause_2
    assert clause_2.endswith("; a legal duty).")
    assert any(line.startswith("The audit log: kept until a person decides (45 CFR") for line in lines)
    assert FOREVER.duty("audit_log") is None
