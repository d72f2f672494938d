import pytest

from analyzers.clauses.opinion import detect
from analyzers.reading import read
from domain.findings import Severity
from tests.fakes.packets import from_practice, packet

FIRES = [
    (packet("We at Larkspur Bend believe Measure 12 is wrong. Vote no."), Severity.S2),
    (packet("As a psychologist I can tell you that senator is a textbook narcissist."), Severity.S2),
    (from_practice("Larkspur Bend won't be booking families who signed the petition."), Severity.S3),
]
QUIET = [
    packet("I think the non-competes are wrong and the state should ban them."),
    packet("Unpopular opinion: pineapple on pizza is fine. As an LPC I will not be taking questions"),
    packet("Larkspur Bend takes no position on Measure 4. We take everybody on Tuesdays."),
    packet("Stop diagnosing strangers on TV. As a psychologist I can't diagnose a senator."),
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
