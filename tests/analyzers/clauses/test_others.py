"""Clauses 1, 3, 4 and 6: a line or two for each thing that may fire, and its harmless neighbour."""

from datetime import date

import pytest

from analyzers.clauses import conduct, opinion, separation, therapeutic
from analyzers.reading import read
from domain.findings import Register, Severity
from domain.posts import ParentAuthor
from tests.fakes.packets import from_practice, packet, reply

FIRES = [
    (
        separation,
        packet("On behalf of everyone at Larkspur Bend, all appointments will be honored tomorrow"),
        Severity.S2,
    ),
    (separation, packet("Statement from Larkspur Bend: the office is closed today"), Severity.S2),
    (
        therapeutic,
        reply("That's PTSD. Find a script, record it, start tonight.", "can't sleep since my crash"),
        Severity.S3,
    ),
    (
        therapeutic,
        reply("id halve the sertraline til you see someone", "im so dizzy and anxious on my meds"),
        Severity.S4,
    ),
    (therapeutic, packet("DM me your situation and i'll tell you if it's a red flag tonight"), Severity.S2),
    (conduct, reply("I know where you park.", "Some of us kept copies."), Severity.S4),
    (conduct, reply("you're a clown and a quack", "New paper out today."), Severity.S3),
    (conduct, packet("Borderlines gonna borderline. Take a number"), Severity.S2),
    (conduct, packet("transference is just flirting with a copay, late slots only"), Severity.S3),
    (opinion, packet("We at Larkspur Bend believe Measure 12 is wrong. Vote no."), Severity.S2),
    (opinion, packet("As a psychologist I can tell you that senator is a textbook narcissist."), Severity.S2),
    (opinion, from_practice("Larkspur Bend won't be booking families who signed the petition."), Severity.S3),
]
QUIET = [
    (separation, packet("Proud of my team at Larkspur Bend today.")),
    (separation, packet("Larkspur Bend is hiring. Apply on the careers page, I'm not part of the process.")),
    (separation, from_practice("On behalf of everyone at Larkspur Bend, we're sorry about the outage.")),
    (
        therapeutic,
        reply("In general people find a worry window helps. Not advice for your situation.", "how do i stop worrying"),
    ),
    (therapeutic, reply("I'd halve it, wait a fortnight, and only then change anything else.", "My monstera hates me")),
    (therapeutic, packet("Pls don't DM me clinical questions, I can't answer them here.")),
    (conduct, packet("'crazy', 'psycho', 'she's so bipolar'. Words like these keep people from calling us.")),
    (conduct, packet("this printer is bullshit and so is the weather")),
    (conduct, packet("I'm such an idiot, I left the keys in the fridge")),
    (opinion, packet("I think the non-competes are wrong and the state should ban them.")),
    (opinion, packet("Unpopular opinion: pineapple on pizza is fine. As an LPC I will not be taking questions")),
    (opinion, packet("Stop diagnosing strangers on TV. As a psychologist I can't diagnose a senator.")),
]


@pytest.mark.parametrize(("clause", "post", "least"), FIRES, ids=lambda value: getattr(value, "text", "")[:30] or None)
def test_it_fires(clause, post, least):
    found = clause.detect(read(post))
    assert found.score > 0
    assert found.severity >= least
    assert found.reason.endswith(".")


@pytest.mark.parametrize(("clause", "post"), QUIET, ids=lambda value: getattr(value, "text", "")[:30] or None)
def test_its_neighbour_does_not(clause, post):
    assert clause.detect(read(post)).score <= 0


def test_an_authorised_speaker_may_speak_for_the_practice():
    text = "On behalf of everyone at Larkspur Bend: the office is shut today. Moira Teale"
    assert separation.detect(read(packet(text))).score > 0
    assert separation.detect(read(packet(text, register=Register(speakers=("Moira Teale",))))).score <= 0


def test_an_affiliation_that_ended_weighs():
    text = "Still seeing folks out of the Larkspur Bend office"
    left = packet(text, affiliation=(None, date(2025, 5, 1)))
    here = packet(text, affiliation=(date(2020, 1, 1), None))
    assert separation.detect(read(left)).score > separation.detect(read(here)).score


def test_a_profile_line_with_an_end_asks_for_the_register():
    found = separation.detect(
        read(packet("Fall groups at Larkspur Bend filling fast", bio="LPC. Larkspur Bend 2019 to Feb 2025."))
    )
    assert found.needs_context == ("affiliation",)


def test_meeting_a_likely_client_in_private_is_a_boundary():
    found = therapeutic.detect(
        read(reply("Coffee sometime?", "best therapist i ever had", ParentAuthor.CLIENT_UNKNOWN))
    )
    assert (found.score > 0, found.severity) == (True, Severity.S3)


def test_a_reply_whose_parent_is_missing_says_so():
    found = therapeutic.detect(read(packet("Coffee sometime? You've got my cell.", is_reply=True)))
    assert found.needs_context == ("parent",)
