"""Particulars as kinds and values: near a client only, in one spelling, and never of the author's own life."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzers.judge import judge
from analyzers.quasi import client_particulars, quasi_identifiers
from analyzers.reading import read
from domain.mosaic import Particular
from domain.safety import AtRisk, Safety
from tests.fakes.packets import packet

STORY = "My client who is a 34-year-old beekeeper cried in session today."


def seen(text):
    return {(quasi.kind, quasi.value) for quasi in quasi_identifiers(read(packet(text)))}


def test_kinds_and_values_are_read_where_a_client_is_spoken_of():
    assert {(Particular.AGE, "34"), (Particular.JOB, "beekeeper")} <= seen(STORY)


def test_two_spellings_are_one_value():
    other = seen("one of my clients, a 34 yo beekeeper, came to session today")
    assert {(Particular.AGE, "34"), (Particular.JOB, "beekeeper")} <= other


def test_every_particular_quotes_its_words():
    for quasi in quasi_identifiers(read(packet(STORY))):
        assert STORY[quasi.span.start : quasi.span.end] == quasi.span.quote


@pytest.mark.parametrize(
    "text",
    [
        "My neighbor the beekeeper is 34 and the honey is excellent.",
        "The lighthouse in Harrow Ferry turns a hundred this year.",
        "",
    ],
)
def test_a_post_without_a_client_gives_nothing(text):
    assert seen(text) == set()


def test_far_from_the_client_in_a_long_post_nothing_is_read():
    far = f"My client laughed in session. {'The road was long and the day was grey. ' * 40}A beekeeper waved."
    assert (Particular.JOB, "beekeeper") not in seen(far)


def test_what_may_not_be_remembered_is_not():
    asked = packet(STORY)
    scored = judge(asked)
    own = Safety(AtRisk.SELF, scored.findings[0].spans)

    assert client_particulars(asked, scored)
    assert client_particulars(asked, replace(scored, safety=(own,))) == ()
    assert client_particulars(asked, replace(scored, language="de")) == ()


def test_a_protected_post_without_a_finding_of_clause_2_leaves_nothing():
    asked = packet("My own therapist says that a client like me, 34, a beekeeper with OCD, does best in the morning.")
    scored = replace(judge(asked), findings=(), protected=("HEALTH",))

    assert client_particulars(asked, scored) == ()
