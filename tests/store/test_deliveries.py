from __future__ import annotations

from domain.reporting import DeliveryKind, DeliveryState
from tests.store.records import HOUR, START


def queue(store, recipient="manager@example.org", kind=DeliveryKind.DIGEST, key="2026-W47"):
    return store.deliveries.enqueue(kind, key, recipient, f"<{key}.{recipient}>", START, content_hash="c")


def take(store, now=START, limit=10, owner="w1", **more):
    return store.deliveries.claim_due(now, owner, lease_until=now + HOUR, limit=limit, **more)


def test_a_mail_is_queued_once(store):
    first = queue(store)
    again = store.deliveries.enqueue(DeliveryKind.DIGEST, "2026-W47", "manager@example.org", "<other>", START + HOUR)
    assert again == first
    assert (first.state, first.attempts, first.queued_at) == (DeliveryState.QUEUED, 0, START)
    assert store.deliveries.of(DeliveryKind.DIGEST, "2026-W47") == (first,)


def test_a_claimed_mail_is_being_sent_and_nobody_elses(store):
    queue(store)
    (claimed,) = take(store)
    assert (claimed.state, claimed.attempts) == (DeliveryState.SENDING, 1)
    assert take(store, owner="w2") == ()


def test_a_dead_senders_mail_is_claimed_again_under_the_same_message_id(store):
    queued = queue(store)
    take(store)
    (again,) = take(store, START + HOUR, owner="w2")
    assert (again.message_id, again.attempts) == (queued.message_id, 2)


def test_a_sent_mail_is_done(store):
    queued = queue(store)
    take(store)
    store.deliveries.sent(queued.id, START)
    assert take(store, START + 100 * HOUR) == ()
    assert store.deliveries.unsent() == ()
    (done,) = store.deliveries.of(DeliveryKind.DIGEST, "2026-W47")
    assert (done.state, done.sent_at) == (DeliveryState.SENT, START)


def test_a_failed_mail_waits_for_its_next_try(store):
    queued = queue(store)
    take(store)
    store.deliveries.failed(queued.id, "The server is down." + "x" * 9999, START + 2 * HOUR, START + HOUR)
    assert take(store, START + HOUR) == ()
    (again,) = take(store, START + 2 * HOUR)
    assert again.attempts == 2
    assert len(again.problem) == 500


def test_a_refused_mail_is_never_tried_again_and_still_shown(store):
    queued = queue(store)
    take(store)
    store.deliveries.failed(queued.id, "No such mailbox.", None, START + HOUR)
    assert take(store, START + 100 * HOUR) == ()
    assert [each.state for each in store.deliveries.unsent()] == [DeliveryState.REFUSED]


def test_only_the_kinds_asked_for_are_claimed(store):
    queue(store)
    notice = queue(store, kind=DeliveryKind.NOTICE)
    assert [each.id for each in take(store, kinds=(DeliveryKind.NOTICE,))] == [notice.id]


def test_a_dropped_mail_is_forgotten(store):
    store.deliveries.drop(queue(store).id, START)
    assert store.deliveries.unsent() == ()


def test_the_limit_is_kept(store):
    for number in range(3):
        queue(store, f"m{number}@example.org")
    assert len(take(store, limit=2)) == 2
    assert len(take(store, limit=2)) == 1
