"""What the rules find, they find in disguise too; and a disguise makes no fine post a fault."""

from dataclasses import replace
from pathlib import Path

import pytest

from analyzers.letters import spelled
from analyzers.packets import read_labelled
from analyzers.score import score
from analyzers.text import normalise, sentences
from domain.findings import Clause, Severity
from domain.posts import Parent, ParentAuthor
from tests.fakes.disguises import TRICKS, dotted, spaced, spaced_throughout, starred_vowels, tagged, upside_down

CORPUS = Path(__file__).parents[2] / "training" / "corpus"
FILES = "DEFGHIJ"
FOUND_AT_LEAST = 0.95
HARD = {starred_vowels: 0.88, spaced: 0.88, dotted: 0.92, tagged: 0.8, spaced_throughout: 0.92, upside_down: 0.92}
"""A star stands for any vowel, letters in one even row hide where an unknown name ends, a tag has no stops; upside-down
letters have no capitals, and so no names."""
MORE_ALARMS_AT_MOST = 0.015
ORDINARY_THAT_CHANGES = 4
STORIES = {Clause.CONFIDENTIALITY, Clause.THERAPEUTIC}


def labelled(name):
    lines = (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [read_labelled(line, number) for number, line in enumerate(lines, start=1)]


def is_flagged(packet, among=frozenset(Clause)):
    scored = score(packet)
    for finding in scored.findings:
        for span in finding.spans:
            if span.field == "text":
                assert packet.text[span.start : span.end] == span.quote != ""
    return any(finding.severity >= Severity.S2 and finding.clause in among for finding in scored.findings)


@pytest.fixture(scope="module")
def posts():
    return [post for name in FILES for post in labelled(name)]


@pytest.fixture(scope="module")
def found(posts):
    return [post.packet for post in posts if post.verdict == "violation" and is_flagged(post.packet)][::2]


@pytest.fixture(scope="module")
def fine(posts):
    return [post.packet for post in posts if post.verdict == "fine"][::4]


@pytest.mark.slow
@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_a_disguised_violation_is_found(trick, found):
    assert len(found) > 100
    still = sum(is_flagged(replace(packet, text=trick(packet.text))) for packet in found)
    assert still >= HARD.get(trick, FOUND_AT_LEAST) * len(found)


@pytest.mark.slow
@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_a_disguised_fine_post_is_no_fault(trick, fine):
    before = sum(is_flagged(packet) for packet in fine)
    after = sum(is_flagged(replace(packet, text=trick(packet.text))) for packet in fine)
    assert after <= before + MORE_ALARMS_AT_MOST * len(fine)


@pytest.mark.slow
def test_a_story_split_over_two_posts_is_found(found):
    split = told = 0
    for packet in found:
        middle = min((start for start, _ in sentences(packet.text)), key=lambda at: abs(at - len(packet.text) / 2))
        first, second = packet.text[:middle].strip(), packet.text[middle:].strip()
        if packet.parent is not None or not (first and second and is_flagged(packet, STORIES)):
            continue
        split += 1
        thread = replace(packet, text=second, parent=Parent(first, ParentAuthor.SELF), is_reply=True)
        told += is_flagged(replace(packet, text=first), STORIES) or is_flagged(thread, STORIES)
    assert split > 15
    assert told >= FOUND_AT_LEAST * split


def test_ordinary_posts_are_read_as_they_stand(posts):
    texts = [post.packet.text for post in posts]
    changed = sum(normalise(text).text != spelled(text).text for text in texts)
    assert changed <= ORDINARY_THAT_CHANGES
