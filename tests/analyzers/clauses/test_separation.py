from datetime import date

import pytest

from analyzers.clauses.separation import detect
from analyzers.reading import read
from domain.findings import Register, Severity
from tests.fakes.packets import from_practice, packet

FIRES = [
    (
        packet("On behalf of everyone at Larkspur Bend, all appointments will be honored tomorrow"),
        Severity.S2,
    ),
    (packet("Statement from Larkspur Bend: the office is closed today"), Severity.S2),
]
QUIET = [
    packet("Proud of my team at Larkspur Bend today."),
    packet("Larkspur Bend is hiring. Apply on the careers page, I'm not part of the process."),
    from_practice("On behalf of everyone at Larkspur Bend, we're sorry about the outage."),
]


@pytest.mark.parametrize(("post", "least"), FIRES, ids=lambda value: getattr(value, "text", "")[:30] or None)
def test_it_fires(post, least):
    found = detect(read(post))
    assert found.score > 0
    assert found.severity >= least
    assert found.reason.endswith(".")


@pytest.mark.parametrize("post", QUIET, ids=lambda post: post.text[:30])
def test_its_neighbour_does_not(post):
    assert detect(read(post)).score <= 0


def test_an_authorised_speaker_may_speak_for_the_practice():
    text = "On behalf of everyone at Larkspur Bend: the office is shut today. Moira Teale"
    assert detect(read(packet(text))).score > 0
    assert detect(read(packet(text, register=Register(speakers=("Moira Teale",))))).score <= 0


def test_an_affiliation_that_ended_weighs():
    text = "Still seeing folks out of the Larkspur Bend office"
    left = packet(text, affiliation=(None, date(2025, 5, 1)))
    here = packet(text, affiliation=(date(2020, 1, 1), None))
    assert detect(read(left)).score > detect(read(here)).score


def test_a_profile_line_with_an_end_asks_for_the_register():
    found = detect(
        read(packet("Fall groups at Larkspur Bend filling fast", bio="LPC. Larkspur Bend 2019 to Feb 2025."))
    )
    assert found.needs_context == ("affiliation",)
