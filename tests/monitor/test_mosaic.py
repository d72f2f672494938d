"""A client told in pieces: the later post is graver for the earlier ones, of the same account and within the window."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.findings import Clause, Span
from domain.mosaic import WINDOW, Particular, Quasi
from monitor.packets import signals_of
from store.engine import Store
from store.tables import signals
from tests.fakes.practice import Practice, practice_on

FIRST = "A client of mine from Tillman County, a beekeeper, is on my mind."
LATER = "My client the beekeeper came back to session after the shooting, and we sat there."


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    made = practice_on(store, tmp_path)
    made.authorise()
    return made


def reasons(practice: Practice) -> str:
    found = practice.store.findings.all()
    return " ".join(finding.reason for finding in found if finding.clause is Clause.CONFIDENTIALITY)


def test_an_earlier_post_is_told_of_in_the_reason(practice: Practice) -> None:
    practice.publish("a", FIRST)
    practice.collect()
    practice.clock.forward(days=3)
    practice.publish("b", LATER)
    practice.collect()

    assert reasons(practice).count("Together with one earlier post: an event, a job and a place.") == 1


def test_posts_of_one_pass_are_judged_in_the_order_they_were_published(practice: Practice) -> None:
    practice.publish("b", LATER, practice.clock() + timedelta(minutes=2))
    practice.publish("a", FIRST, practice.clock() + timedelta(minutes=1))
    practice.clock.forward(hours=1)
    practice.collect()

    (told,) = [finding for finding in practice.store.findings.all() if "Together" in finding.reason]
    assert told.post_url.endswith("/b")


def test_a_post_is_no_earlier_post_of_itself(practice: Practice) -> None:
    practice.publish("a", FIRST)
    practice.collect()
    practice.clock.forward(days=1, hours=1)
    practice.edit("a", LATER)
    practice.collect()

    assert "Together" not in reasons(practice)


def test_after_the_window_the_earlier_post_adds_nothing(practice: Practice) -> None:
    practice.publish("a", FIRST)
    practice.collect()
    practice.clock.forward(days=WINDOW.days + 1)
    practice.publish("b", LATER)
    practice.collect()

    assert "Together" not in reasons(practice)


def test_kinds_and_hashes_are_kept_and_no_value(practice: Practice) -> None:
    practice.publish("a", FIRST)
    practice.collect()

    with practice.store.database.reading() as connection:
        kept = connection.execute(select(signals.c.kind, signals.c.digest)).all()
    assert {row.kind for row in kept} == {"job", "place"}
    assert all(len(row.digest) == 64 and set(row.digest) <= set("0123456789abcdef") for row in kept)


def test_the_same_value_is_another_hash_for_another_account_or_key() -> None:
    value = (Quasi(Particular.JOB, "beekeeper", Span("text", 0, 9, "beekeeper")),)
    made = {signals_of(key, account, value)[0].digest for key in (b"k" * 32, b"l" * 32) for account in (1, 2)}

    assert len(made) == 4
