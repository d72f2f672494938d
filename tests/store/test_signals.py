"""Signals: tied to their version, of one account only, and gone with it, with its owner, and with their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.findings import Severity
from domain.mosaic import WINDOW, Particular, Signal, Trace
from domain.plans import Change
from monitor.retention import PROFILES
from tests.store.records import DAY, HOUR, OWNER, POLICY, START, active, claim, clean, finding, flagged, plan, post

JOB = Signal(Particular.JOB, "a" * 64)
PLACE = Signal(Particular.PLACE, "b" * 64)
EVER = START - DAY


def told(verdict, *signals):
    return replace(verdict, signals=signals)


def read(store, account, *verdicts, now=START + HOUR):
    claim(store, now)
    return store.posts.apply(account, plan(*verdicts), verdicts, owner=OWNER, policy_version=POLICY, now=now)


def test_they_are_read_back_by_post(store):
    account = active(store)
    read(store, account, told(clean(), JOB, PLACE), told(clean(post("2")), PLACE), clean(post("3")))

    assert set(store.signals.of(account.id, EVER)) == {
        Trace("1", frozenset({JOB, PLACE})),
        Trace("2", frozenset({PLACE})),
    }


def test_versions_of_one_post_are_one_trace_and_a_repeat_adds_nothing(store):
    account = active(store)
    read(store, account, told(clean(), JOB))
    for hours in (2, 3):
        edited = told(clean(post(text="The maples are bare."), Change.EDITED), PLACE)
        read(store, account, edited, now=START + DAY * hours)

    assert store.signals.of(account.id, EVER) == (Trace("1", frozenset({JOB, PLACE})),)


def test_no_account_sees_anothers(store):
    mine, other = active(store), active(store)
    read(store, mine, told(clean(), JOB))

    assert store.signals.of(other.id, EVER) == ()


def test_older_ones_than_asked_for_are_left_out(store):
    account = active(store)
    read(store, account, told(clean(), JOB))

    assert store.signals.of(account.id, START + 2 * HOUR) == ()


def test_withdrawal_takes_all_of_them_also_where_a_finding_stays(store):
    account = active(store)
    grave = finding(severity=Severity.S4)
    read(store, account, told(flagged(post(), grave), JOB), told(clean(post("2")), PLACE))

    store.accounts.withdraw(account.id, actor="Maren", now=START + DAY)

    assert store.signals.of(account.id, EVER) == ()
    assert len(list(store.findings.all())) == 1


@pytest.mark.parametrize(("profile", "kept"), [("us", WINDOW), ("eu-uk", timedelta(days=30))])
def test_time_takes_them_though_their_post_stays(store, profile, kept):
    account = active(store)
    read(store, account, told(flagged(), JOB))

    at = START + HOUR + kept
    assert store.retention.apply(PROFILES[profile], {}, at).removed["signals"] == 0
    assert store.retention.apply(PROFILES[profile], {}, at + DAY).removed["signals"] == 1
    assert store.signals.of(account.id, EVER) == ()
    assert len(list(store.findings.all())) == 1
