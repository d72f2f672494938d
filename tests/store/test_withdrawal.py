from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from domain.findings import Clause, Severity
from domain.plans import Change, Erased
from domain.reporting import DeliveryKind
from store import tables
from tests.store.records import DAY, HOUR, START, active, clean, finding, flagged, person, post, visit
from tests.store.test_digests import digest_of

S4 = finding(Clause.CONFIDENTIALITY, Severity.S4)


def everything_stored(store):
    """Every value of every row, as one text."""
    with store.database.reading() as connection:
        return "\n".join(
            repr(tuple(row)) for table in tables.metadata.sorted_tables for row in connection.execute(select(table))
        )


def test_withdrawal_erases_all_but_what_carries_an_s4_finding(store):
    account = active(store)
    visit(
        store, clean(post("1")), flagged(post("2", "Minor words.")), flagged(post("3", "Grave words."), S4, finding())
    )
    visit(store, clean(post("3", "Mild words."), Change.EDITED), now=START + 2 * HOUR)
    erased = store.accounts.withdraw(account.id, "Maren Okafor", START + 3 * HOUR)
    assert erased == Erased(posts=2, versions=3, findings=2)
    (left,) = store.findings.all()
    assert (left.severity, left.clause) == (Severity.S4, Clause.CONFIDENTIALITY)
    assert set(store.posts.known(account.id)) == {"3"}


def test_no_erased_word_is_left_anywhere(store):
    account = active(store)
    flaw = {"outcome": "malformed", "problem_code": "malformed", "problem": "Telling problem.", "failures": 1}
    visit(store, flagged(post("2", "Secret garden words.")), bio="Telling bio.")
    visit(store, now=START + 2 * HOUR, **flaw)
    store.digests.save(digest_of(store, store.findings.all(), account_id=account.id))
    assert "Secret garden" in everything_stored(store)
    store.accounts.withdraw(account.id, "Maren Okafor", START + 3 * HOUR)
    left = everything_stored(store)
    for word in ("Secret garden", "Telling", "mocks a colleague", "▒▒▒", "section7-abc", "social.example/p/"):
        assert word not in left


def test_no_erased_word_is_left_in_the_files(sqlite_store, tmp_path):
    """Deleted rows stay readable in a database file and its log until something overwrites them."""
    account = active(sqlite_store)
    visit(sqlite_store, flagged(post("2", "Secret garden words. " * 500)), flagged(post("3", "Secret garden.")))
    sqlite_store.digests.save(digest_of(sqlite_store, sqlite_store.findings.all(), account_id=account.id))

    def in_files(words):
        return [file.name for file in tmp_path.glob("section7.db*") if words in file.read_bytes()]

    # Kept words are sealed and stand in no file; what a finding says of them does, until it is erased.
    assert in_files(b"Secret garden") == []
    assert in_files(b"mocks a colleague") == ["section7.db-wal"]
    sqlite_store.accounts.withdraw(account.id, "Maren Okafor", START + DAY)
    assert in_files(b"Secret garden") == in_files(b"mocks a colleague") == []


def test_digests_lose_the_findings_and_the_coverage_line(store):
    account, other = active(store), active(store)
    visit(store, flagged(post("1")), flagged(post("2"), S4), now=START + HOUR)
    visit(store, flagged(post("1")), of=other, now=START + 2 * HOUR)
    before = store.digests.save(digest_of(store, store.findings.all(), account_id=account.id))
    assert len(before.findings) == 3
    store.accounts.withdraw(account.id, "Maren Okafor", START + DAY)
    after = store.digests.get(before.period.week)
    assert [(each.account_id, each.severity) for each in after.findings] == [
        (account.id, Severity.S4),
        (other.id, Severity.S2),
    ]
    assert after.coverage == ()


def test_mail_about_other_accounts_of_the_author_still_goes_out(store):
    staff = person(store, email="maren@example.org")
    account = active(store, staff)
    enqueue = store.deliveries.enqueue
    sent = enqueue(DeliveryKind.NOTICE, "2026-W46", staff.email, "<a@x>", START)
    store.deliveries.claim_due(START, "w", START + HOUR, 1)
    store.deliveries.sent(sent.id, START)
    enqueue(DeliveryKind.NOTICE, "2026-W47", staff.email, "<b@x>", START)
    enqueue(DeliveryKind.NOTICE, "2026-W47", "other@example.org", "<c@x>", START)
    enqueue(DeliveryKind.DIGEST, "2026-W47", staff.email, "<d@x>", START)
    store.accounts.withdraw(account.id, "Maren Okafor", START)
    assert [each.message_id for each in store.deliveries.unsent()] == ["<b@x>", "<c@x>", "<d@x>"]
    assert len(store.deliveries.of(DeliveryKind.NOTICE, "2026-W46")) == 1


def test_other_accounts_keep_everything(store):
    account, other = active(store), active(store)
    visit(store, flagged(post("1")))
    visit(store, flagged(post("1")), of=other)
    store.accounts.withdraw(account.id, "Maren Okafor", START + DAY)
    assert [each.account_id for each in store.findings.all()] == [other.id]
    assert set(store.posts.known(other.id)) == {"1"}


def test_the_number_of_an_erased_finding_is_never_given_again(store):
    account = active(store)
    first = visit(store, flagged(post("1"))).findings
    store.accounts.withdraw(account.id, "Maren Okafor", START + DAY)
    active(store, now=START)
    again = visit(store, flagged(post("1")), now=START + DAY + timedelta(hours=1)).findings
    assert again > first
