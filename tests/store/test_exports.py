from __future__ import annotations

import pytest

from domain.errors import UsageError
from domain.exports import ExportFilter
from domain.findings import Clause, Severity
from domain.plans import Change
from domain.reporting import DeliveryKind
from domain.review import Outcome, ReviewState
from store.findings import ALERT_PREFIX
from tests.store.records import DAY, HOUR, START, active, clean, finding, flagged, person, post, visit
from tests.store.review_records import SEEN, review
from tests.store.test_retention import keep

NOW = START + 30 * DAY
EVERYTHING = ExportFilter()
LEAK = finding(Clause.CONFIDENTIALITY, Severity.S3)


def ids(found):
    return [each.finding_id for each in found]


def test_findings_come_in_the_order_they_were_found_whosever_they_are(store):
    one, two = active(store), active(store)
    first = visit(store, flagged(post("1")), of=two).findings
    second = visit(store, flagged(post("1")), of=one, now=START + 2 * HOUR).findings
    third = visit(store, flagged(post("2")), of=two, now=START + 3 * HOUR).findings
    assert ids(store.exports.findings(EVERYTHING, NOW)) == [*first, *second, *third]


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        (ExportFilter(clauses=frozenset({Clause.OPINION})), {"b"}),
        (ExportFilter(severities=frozenset({Severity.S2})), {"a"}),
        (ExportFilter(states=frozenset({ReviewState.OPEN})), {"b"}),
        (ExportFilter(outcomes=frozenset({Outcome.NOT_UPHELD})), {"a"}),
        (ExportFilter(since=SEEN + HOUR), set()),
        (ExportFilter(since=SEEN, until=SEEN + HOUR), {"a", "b"}),
        (ExportFilter(until=SEEN), set()),
    ],
)
def test_every_part_of_the_filter_narrows(store, chosen, kept):
    active(store)
    visit(store, flagged(post("1")), flagged(post("2"), finding(Clause.OPINION, Severity.S3)))
    names = {}
    for each in store.findings.all():
        names[each.id] = "a" if each.clause is Clause.CONDUCT else "b"
        state = ReviewState.CLOSED if each.clause is Clause.CONDUCT else ReviewState.OPEN
        review(store, each.id, state=state, outcome=Outcome.NOT_UPHELD)
    assert {names[number] for number in ids(store.exports.findings(chosen, NOW))} == kept


def test_client_detail_is_masked_unless_it_is_asked_for(store):
    active(store)
    visit(store, flagged(post("1", "Elowen told me so."), LEAK, finding()), flagged(post("2", "Plain words.")))
    hidden = store.exports.findings(EVERYTHING, NOW)
    assert "Elowen" not in repr(hidden)
    assert "Plain words." not in repr(hidden)
    assert [(each.confidential, bool(each.address), bool(each.excerpt), bool(each.account)) for each in hidden] == [
        (True, False, False, False),
        (True, False, False, False),
        (False, True, True, True),
    ]
    shown = store.exports.findings(EVERYTHING, NOW, unmasked=True)
    assert [each.words for each in shown] == ["Elowen told me so."] * 2 + ["Plain words."]


def test_protected_activity_and_grace_are_told_to_nobody(store):
    active(store)
    one, two = visit(store, flagged(post("1")), flagged(post("2"))).findings
    protected = review(store, one, outcome=Outcome.PROTECTED)
    review(store, two, state=ReviewState.GRACE)
    assert store.exports.findings(EVERYTHING, NOW) == ()
    with pytest.raises(UsageError):
        store.exports.case(protected, NOW)


def test_a_decision_outlives_its_finding_in_the_export(store):
    active(store)
    (one,) = visit(store, flagged(post("1"))).findings
    number = review(store, one)
    store.accounts.withdraw(1, "tester", NOW)
    (left,) = store.exports.findings(EVERYTHING, NOW)
    assert (left.finding_id, left.review_id, left.outcome, left.reason) == (None, number, Outcome.NOT_UPHELD, "")
    assert store.exports.case(number, NOW).versions == ()


def test_who_has_a_conflict_is_not_shown_those_findings(store):
    one, two = active(store), active(store)
    visit(store, flagged(post("1")), of=one)
    (seen,) = visit(store, flagged(post("1")), of=two).findings
    assert ids(store.exports.findings(EVERYTHING, NOW, hidden_staff=[one.staff.id])) == [seen]


def test_a_case_is_whole(store):
    account = active(store)
    (one,) = visit(store, flagged(post("1", "First words."))).findings
    visit(store, clean(post("1", "Other words."), change=Change.EDITED), now=START + 2 * HOUR)
    number = review(store, one, note="Heard and weighed.")
    mail = store.deliveries.enqueue(DeliveryKind.ALERT, f"{ALERT_PREFIX}{one}", "o@example.org", "<a@x>", SEEN)
    store.deliveries.enqueue(DeliveryKind.ALERT, f"{ALERT_PREFIX}{one}1", "o@example.org", "<b@x>", SEEN)
    store.holds.place(account.id, "Claim.", "user:1", NOW)

    case = store.exports.case(number, NOW)

    assert [event.note for event in case.review.events] == ["Heard and weighed."]
    assert [(each.kept, each.text) for each in case.versions] == [(True, None), (False, None)]
    assert all(len(each.content_hash) == 64 for each in case.versions)
    assert [each.id for each in case.mails] == [mail.id]
    assert [each.event.value for each in case.ledger] == ["enrolled", "authorised"]
    assert [each.text for each in case.notices] == ["What is read, and why."]
    assert (case.author, len(case.holds)) == ("Maren Okafor", 1)
    assert [each.text for each in store.exports.case(number, NOW, unmasked=True).versions] == ["First words.", None]
    with pytest.raises(UsageError):
        store.exports.case(99, NOW)


def test_notes_on_client_detail_are_left_out_of_a_masked_case(store):
    active(store)
    (one,) = visit(store, flagged(post("1"), LEAK)).findings
    number = review(store, one, note="Elowen is named.")
    assert "Elowen" not in repr(store.exports.case(number, NOW))
    assert "Elowen" in repr(store.exports.case(number, NOW, unmasked=True))


def test_a_personnel_record_holds_all_of_one_person_and_nothing_of_others(store):
    who = person(store)
    mine, other = active(store, who), active(store)
    one, two = visit(store, flagged(post("1")), flagged(post("2")), of=mine).findings
    (foreign,) = visit(store, flagged(post("1")), of=other).findings
    number = review(store, one, outcome=Outcome.FALSE_POSITIVE)
    review(store, foreign)
    record = store.exports.personnel(who.id, NOW)
    assert [case.review.id for case in record.cases] == [number]
    assert ids(record.unreviewed) == [two]
    assert (record.staff.id, len(record.accounts), len(record.ledger)) == (who.id, 1, 2)
    with pytest.raises(UsageError):
        store.exports.personnel(99, NOW)


def test_nothing_that_was_erased_is_exported(store):
    active(store)
    (one,) = visit(store, flagged(post("1", "Erased words."))).findings
    number = review(store, one, note="Erased note.")
    keep(store, NOW, dismissed_text=DAY)
    everything = repr(
        (store.exports.findings(EVERYTHING, NOW, unmasked=True), store.exports.case(number, NOW, unmasked=True))
    )
    assert "Erased" not in everything
