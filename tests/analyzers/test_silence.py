import pytest

from analyzers.keep import keep
from analyzers.score import score
from tests.fakes.packets import packet

CLIENT_HEALTH = "My client Dana Whitlock, 34, was admitted to Mercy Hospital on March 3 with bipolar disorder."
MIXED = "They cut our hours and now poor Kyle from Elm St, a client of mine, is off his meds."


def kept(text: str) -> str:
    post = packet(text)
    scored = score(post)
    assert scored.findings
    return keep(post, scored, lambda handle: handle, "").text


def test_a_clients_health_is_evidence_and_stays() -> None:
    assert kept(CLIENT_HEALTH) == CLIENT_HEALTH


def test_the_first_half_of_a_mixed_sentence_goes() -> None:
    words = kept(MIXED)

    assert "hours" not in words
    assert "Kyle from Elm St" in words


def test_a_sentence_of_its_own_on_a_protected_topic_goes_whole() -> None:
    words = kept(f"Our union vote is Friday and I am voting yes. {CLIENT_HEALTH}")

    assert words == f"[…] {CLIENT_HEALTH}"


@pytest.mark.parametrize("own", ["I was diagnosed with lupus", "my own therapist is on leave"])
def test_the_authors_own_health_goes_also_beside_evidence(own: str) -> None:
    words = kept(f"{own}, and my client Dana Whitlock, 34, from Elm Street, told me about her affair yesterday.")

    assert own not in words
    assert "Dana Whitlock" in words


def test_a_post_on_no_protected_topic_keeps_every_word() -> None:
    text = "What a Monday. My client Dana Whitlock, 34, from Elm Street, told me about her affair."

    assert kept(text) == text


def test_the_name_that_makes_it_critical_is_among_the_evidence() -> None:
    quotes = {span.quote for finding in score(packet(CLIENT_HEALTH)).findings for span in finding.spans}

    assert "Dana Whitlock" in quotes
