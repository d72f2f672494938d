"""Scoring put together from its parts is the scoring that ships; each part left out is really out."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from analyzers.model.blend import Local, load_blend
from analyzers.model.classifier import WEIGHTS, Probabilities
from analyzers.model.inputs import segments
from analyzers.packets import read_labelled
from analyzers.reading import read
from analyzers.score import score
from domain.findings import Clause, Protected
from domain.posts import ParentAuthor
from tests.fakes.packets import packet, reply
from training.parts import (
    Parts,
    as_typed,
    judged,
    unread,
    without_circumstances,
    without_gate,
    without_parent,
    without_rules,
    without_sides,
    written_as_typed,
)

DEV = Path(__file__).parents[1] / "analyzers" / "data" / "dev-posts.jsonl"
PLAIN = Parts(None)


@dataclass(frozen=True)
class Ear:
    """Stands in for the classifier: hears clause 4 in the word "hiss", and nothing else."""

    version: str = "ear"

    def probabilities(self, packets):
        return self.of_segments([segments(one) for one in packets])

    def of_segments(self, pairs):
        return tuple(self._one(text) for text, _ in pairs)

    def _one(self, text):
        faint = dict.fromkeys(Clause, 0.02)
        loud = {**faint, Clause.CONDUCT: 0.97 if "hiss" in text else 0.02}
        return Probabilities(loud, loud, faint, 0.01, loud[Clause.CONDUCT], 0.01, dict.fromkeys(Protected, 0.02), 0.02)


@pytest.fixture
def local():
    return Local(Ear(), load_blend(WEIGHTS / "blend.json"))


def dev_packets():
    lines = DEV.read_text(encoding="utf-8").splitlines()
    return [read_labelled(line, number).packet for number, line in enumerate(lines, start=1)]


def essence(scored):
    return scored.clauses, {(one.clause, one.severity) for one in scored.findings}, scored.withheld


@pytest.mark.parametrize("heard", [False, True])
def test_the_whole_is_what_ships(local, heard):
    own = local if heard else None
    hissing = packet("Bosses like mine hiss and spit. Clients call me an idiot, hiss.")

    for one in (*dev_packets()[::3], hissing, packet("…")):
        assert essence(judged(one, Parts(own))) == essence(score(one, None, own))


def test_a_post_in_another_language_is_left_alone():
    french = packet("Je suis très heureux de vous annoncer que le cabinet est ouvert dès lundi pour tous les patients")

    assert judged(french, PLAIN).language == "fr"


def test_without_rules_only_the_model_is_heard(local):
    told = packet("My client Maria Lopez told me about her panic attacks in session today")

    assert judged(told, PLAIN).findings
    assert judged(told, without_rules(local)).findings == ()
    assert judged(told, replace(PLAIN, found=unread)).findings == ()


def test_without_the_gate_nothing_is_withheld():
    hits = [one for one in dev_packets() if judged(one, PLAIN).withheld]

    assert hits
    assert not any(judged(one, without_gate(None)).withheld for one in hits)


def test_what_the_model_reads_can_lose_each_step():
    one = packet("Every Democrat I know is t\u200bi\u200br\u200be\u200bd", bio="Counselor.")

    assert "tired" in segments(one)[0]
    assert "Democrat" not in segments(one)[0]
    assert without_circumstances(one) == (segments(one)[0], "")
    assert "Democrat" in without_sides(one)[0]
    assert "tired" not in written_as_typed(one)[0]


def test_what_the_rules_read_can_stay_as_typed():
    one = reply("s\u200ba\u200bd", "h\u200bi", ParentAuthor.OTHER, media=("o\u200bh",), bio="a\u200bm")
    typed = as_typed(one)

    assert read(one).text.text == "sad"
    assert [passage.text for passage in (typed.text, *typed.alts, typed.bio, typed.parent)] == [
        "s\u200ba\u200bd",
        "o\u200bh",
        "a\u200bm",
        "h\u200bi",
    ]


def test_the_post_answered_can_go():
    assert without_parent(reply("Rest.", "I feel ill", ParentAuthor.OTHER)).parent is None
