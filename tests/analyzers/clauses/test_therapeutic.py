import pytest

from analyzers.clauses.therapeutic import detect
from analyzers.reading import read
from domain.findings import Severity
from domain.posts import ParentAuthor
from tests.fakes.packets import packet, reply

FIRES = [
    (
        reply("That's PTSD. Find a script, record it, start tonight.", "can't sleep since my crash"),
        Severity.S3,
    ),
    (
        reply("id halve the sertraline til you see someone", "im so dizzy and anxious on my meds"),
        Severity.S4,
    ),
    (packet("DM me your situation and i'll tell you if it's a red flag tonight"), Severity.S2),
]
QUIET = [
    reply("In general people find a worry window helps. Not advice for your situation.", "how do i stop worrying"),
    reply("I'd cut the water by half and move it off the sill.", "Help, my fern plants are going yellow"),
    packet("Pls don't DM me clinical questions, I can't answer them here."),
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


def test_meeting_a_likely_client_in_private_is_a_boundary():
    found = detect(read(reply("Coffee sometime?", "best therapist i ever had", ParentAuthor.CLIENT_UNKNOWN)))
    assert (found.score > 0, found.severity) == (True, Severity.S3)


def test_a_reply_whose_parent_is_missing_says_so():
    found = detect(read(packet("Coffee sometime? You've got my cell.", is_reply=True)))
    assert found.needs_context == ("parent",)
