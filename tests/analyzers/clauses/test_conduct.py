import pytest

from analyzers.clauses.conduct import detect
from analyzers.reading import read
from domain.findings import Severity
from tests.fakes.packets import packet, reply

FIRES = [
    (reply("I know where you park.", "Some of us kept copies."), Severity.S4),
    (reply("you're a clown and a quack", "New paper out today."), Severity.S3),
    (packet("Borderlines gonna borderline. Take a number"), Severity.S2),
    (packet("transference is just flirting with a copay, late slots only"), Severity.S3),
]
QUIET = [
    packet("'crazy', 'psycho', 'she's so bipolar'. Words like these keep people from calling us."),
    packet("this printer is bullshit and so is the weather"),
    packet("I'm such an idiot, I left the keys in the fridge"),
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
