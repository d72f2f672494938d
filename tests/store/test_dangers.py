"""Dangers to life: held until the mail was taken, told once, and seen by nobody who asks for findings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import NotAuthorised
from domain.plans import Change
from domain.reporting import DeliveryKind
from domain.safety import AtRisk, Danger, Seen
from tests.store.records import DAY, HOUR, OWNER, POLICY, START, active, claim, clean, plan, post

LEAD = "lead@example.org"
KEY = "d" * 64


def dangerous(which=None, key=KEY, change=Change.NEW):
    return replace(clean(which or post(), change), danger=Seen(key, (AtRisk.SELF, AtRisk.OTHER)))


def read(store, account, *verdicts, now=START + HOUR):
    claim(store, now)
    return store.posts.apply(account, plan(*verdicts), verdicts, owner=OWNER, policy_version=POLICY, now=now)


def send(store, key=KEY, now=START + HOUR):
    mail = store.deliveries.enqueue(DeliveryKind.SAFETY, key, LEAD, "<m>", now)
    store.deliveries.claim_due(now, "w", lease_until=now + HOUR, limit=1)
    store.deliveries.sent(mail.id, now)


def test_a_danger_is_held_with_who_when_and_where(store):
    account = active(store)
    applied = read(store, account, dangerous(), clean(post("2")))

    assert applied.danger
    assert applied.findings == ()
    assert store.dangers.untold() == (
        Danger(
            key=KEY,
            kinds=(AtRisk.SELF, AtRisk.OTHER),
            author=account.staff.name,
            account=account.handle,
            account_url=f"https://social.example/@{account.platform_id}",
            platform="mastodon",
            post_url="https://social.example/p/1",
            published_at=START + HOUR,
            seen_at=START + HOUR,
        ),
    )


def test_a_pass_without_danger_says_so(store):
    assert not read(store, active(store), clean()).danger


def test_it_is_gone_once_the_mail_was_taken_and_never_comes_back(store):
    account = active(store)
    read(store, account, dangerous())
    send(store)
    assert store.dangers.untold() == ()

    edited = dangerous(post(text="The maples are bare."), change=Change.EDITED)
    assert not read(store, account, edited, now=START + DAY).danger
    assert store.dangers.untold() == ()


def test_another_mail_does_not_take_it_away(store):
    read(store, active(store), dangerous())
    send(store, key="e" * 64)
    assert [danger.key for danger in store.dangers.untold()] == [KEY]


def test_it_outlives_the_withdrawal_of_its_author_until_it_was_told(store):
    account = active(store)
    read(store, account, dangerous())
    store.accounts.withdraw(account.id, actor="Maren", now=START + HOUR)

    assert len(store.dangers.untold()) == 1
    send(store)
    assert store.dangers.untold() == ()


def test_a_post_that_may_be_older_than_the_permission_is_no_reason_to_tell(store):
    with pytest.raises(NotAuthorised, match="judged"):
        read(store, active(store), dangerous(change=Change.BASELINE))
    assert store.dangers.untold() == ()
