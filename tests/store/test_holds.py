from __future__ import annotations

import pytest

from domain.accounts import AccountState
from domain.errors import Conflict, NotAuthorised, Refused, UsageError
from domain.findings import Clause, Severity
from tests.store.records import DAY, HOUR, START, active, clean, finding, flagged, post, visit
from tests.store.test_digests import digest_of
from tests.store.test_retention import keep, texts
from tests.store.test_withdrawal import everything_stored

OFFICER, SECOND = "user:1", "user:2"
NOW = START + 2 * HOUR
BREACH = finding(Clause.CONFIDENTIALITY, Severity.S4)
EVERYTHING_ERASED = {"clean_hash": DAY, "open_minor": DAY, "run_log": DAY, "delivery_log": DAY}


def test_a_hold_is_placed_with_a_reason_and_shows(store):
    account, other = active(store), active(store)
    hold = store.holds.place(account.id, " Claim of 2026. ", OFFICER, NOW)
    everything = store.holds.place(None, "Inquiry.", OFFICER, NOW)
    assert (hold.account_id, hold.reason, hold.actor, hold.since, hold.stands) == (
        account.id, "Claim of 2026.", OFFICER, NOW, True,
    )  # fmt: skip
    assert store.holds.all() == store.holds.standing() == (hold, everything)
    assert store.holds.standing(account.id) == (hold, everything)
    assert store.holds.standing(other.id) == (everything,)


def test_a_hold_needs_a_reason_and_an_account_that_exists(store):
    active(store)
    for number, reason in ((1, "  "), (99, "Claim.")):
        with pytest.raises(UsageError):
            store.holds.place(number, reason, OFFICER, NOW)
    assert store.holds.all() == ()


def test_somebody_else_lifts_it_and_once(store):
    hold = store.holds.place(None, "Inquiry.", OFFICER, NOW)
    with pytest.raises(Refused):
        store.holds.lift(hold.id, OFFICER, NOW)
    assert store.holds.standing() == (hold,)
    lifted = store.holds.lift(hold.id, SECOND, NOW + HOUR)
    assert (lifted.hold.lifted_by, lifted.hold.lifted_at) == (SECOND, NOW + HOUR)
    assert store.holds.standing() == ()
    assert store.holds.all() == (lifted.hold,)
    with pytest.raises(Conflict):
        store.holds.lift(hold.id, SECOND, NOW)
    with pytest.raises(UsageError):
        store.holds.lift(99, SECOND, NOW)


def test_the_audit_log_has_no_word_of_the_reason(store):
    hold = store.holds.place(None, "About Elowen.", OFFICER, NOW)
    store.holds.lift(hold.id, SECOND, NOW)
    lines = [entry.record for entry in store.audit.entries() if entry.record.event.startswith("hold.")]
    assert [(line.event, line.subject, line.actor) for line in lines] == [
        ("hold.placed", f"hold:{hold.id}", OFFICER),
        ("hold.lifted", f"hold:{hold.id}", SECOND),
    ]
    assert not any("Elowen" in str(line.details) for line in lines)


def test_retention_leaves_a_held_account_alone(store):
    account, other = active(store), active(store)
    visit(store, clean(post("1")), flagged(post("2", "Held words.")), of=account)
    visit(store, clean(post("1")), flagged(post("2", "Free words.")), of=other)
    hold = store.holds.place(account.id, "Claim.", OFFICER, NOW)
    removed = keep(store, START + 9 * DAY, **EVERYTHING_ERASED)
    assert (removed["findings"], removed["passes"]) == (1, 1)
    assert texts(store) == [None, "Held words."]
    assert set(store.posts.known(account.id)) == {"1", "2"}
    store.holds.lift(hold.id, SECOND, NOW)
    assert keep(store, START + 9 * DAY, **EVERYTHING_ERASED)["findings"] == 1
    assert texts(store) == []


def test_a_hold_on_everything_stops_retention_whole(store):
    active(store)
    visit(store, clean(post("1")), flagged(post("2", "Held words.")))
    store.holds.place(None, "Inquiry.", OFFICER, NOW)
    before = everything_stored(store)
    assert set(keep(store, START + 9 * DAY, **EVERYTHING_ERASED).values()) == {0}
    assert everything_stored(store) == before


def test_a_withdrawal_under_hold_ends_reading_and_hides_the_words_until_the_hold_is_lifted(store):
    account = active(store)
    visit(store, clean(post("1")), flagged(post("2", "Held words.")), flagged(post("3", "Breach."), BREACH))
    week = store.digests.save(digest_of(store, store.findings.all(), account_id=account.id)).period.week
    hold = store.holds.place(account.id, "Claim.", OFFICER, NOW)

    erased = store.accounts.withdraw(account.id, "tester", NOW)

    assert (erased.held, erased.findings, erased.versions, erased.posts) == (True, 0, 0, 0)
    assert store.accounts.find(str(account.id)).state is AccountState.WITHDRAWN
    with pytest.raises(NotAuthorised):
        store.accounts.account(account.id, NOW)
    assert texts(store) == [None, "Held words.", "Breach."]
    assert [each.severity for each in store.findings.all()] == [Severity.S4]
    assert [each.severity for each in store.digests.get(week).findings] == [Severity.S4]
    assert list(store.findings.kept_for_rescore()) == []

    lifted = store.holds.lift(hold.id, SECOND, NOW + DAY)

    assert lifted.erased == {"findings": 1, "versions": 2, "posts": 2}
    assert texts(store) == ["Breach."]


def test_what_withdrew_stays_while_another_hold_stands(store):
    account = active(store)
    visit(store, flagged(post("2", "Held words.")))
    first = store.holds.place(account.id, "Claim.", OFFICER, NOW)
    second = store.holds.place(None, "Inquiry.", OFFICER, NOW)
    store.accounts.withdraw(account.id, "tester", NOW)
    assert store.holds.lift(first.id, SECOND, NOW).erased["findings"] == 0
    assert texts(store) == ["Held words."]
    assert store.holds.lift(second.id, SECOND, NOW).erased["findings"] == 1
    assert texts(store) == []
