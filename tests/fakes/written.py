"""A practice's record with something of every kind in it: what export, check and backup are tried on."""

from __future__ import annotations

from datetime import timedelta

from domain.findings import Clause, Severity
from domain.plans import Change
from domain.reporting import DeliveryKind
from store.engine import Store
from tests.store.records import DAY, HOUR, START, active, clean, finding, flagged, post, visit
from tests.store.test_digests import digest_of

S4 = finding(Clause.CONFIDENTIALITY, Severity.S4)
SECRET = "Secret garden words"


def write_record(store: Store) -> None:
    """Enrolments, posts that are clean, flagged, edited and gone, a digest, mails, and an account that withdrew."""
    stays, leaves = active(store), active(store)
    visit(store, clean(post("1")), flagged(post("2", f"{SECRET}.")), flagged(post("3", "Grave."), S4), of=stays)
    visit(store, flagged(post("4", "Words that go.")), flagged(post("5", "They stay."), S4), of=leaves)
    later = START + 2 * HOUR
    visit(store, flagged(post("2", f"{SECRET}, edited."), change=Change.EDITED), of=stays, now=later, gone=("3",))
    store.digests.save(digest_of(store, store.findings.all(), account_id=stays.id))
    for number, kind in enumerate((DeliveryKind.DIGEST, DeliveryKind.NOTICE, DeliveryKind.SAFETY)):
        mail = store.deliveries.enqueue(kind, f"2026-W{46 + number}", "manager@example.org", f"<{number}@x>", later)
        store.deliveries.sent(mail.id, later + timedelta(minutes=5), "c" * 64)
    store.accounts.withdraw(leaves.id, "Maren Okafor", START + DAY)
    run = store.runs.start("collect", "test", later)
    store.runs.finish(run, START + DAY, {"accounts": 2, "failed": 0})
