"""Danger to life: heard where it is said, quiet where the same words say something else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from analyzers.judge import judge
from analyzers.reading import read
from analyzers.safety import dangers_in, kept_private
from analyzers.score import score
from domain.findings import Clause, Finding, Scored, Severity, Span
from domain.safety import AtRisk, Safety
from tests.fakes.packets import packet

LINES = tomllib.loads((Path(__file__).parent / "data" / "safety-lines.toml").read_text(encoding="utf-8"))
FEWEST = 80


def kinds(text, **changes):
    return [danger.kind for danger in dangers_in(read(packet(text, **changes)))]


def test_there_are_enough_lines_each_way():
    assert len(LINES["self"]) + len(LINES["other"]) >= FEWEST
    assert len(LINES["quiet"]) >= FEWEST
    assert len(set(LINES["self"] + LINES["other"] + LINES["quiet"])) == sum(map(len, LINES.values()))


@pytest.mark.parametrize("line", LINES["self"])
def test_a_danger_to_the_authors_own_life_is_heard(line):
    assert AtRisk.SELF in kinds(line)


@pytest.mark.parametrize("line", LINES["other"])
def test_a_danger_to_another_life_is_heard(line):
    assert AtRisk.OTHER in kinds(line)


@pytest.mark.parametrize("line", LINES["quiet"])
def test_words_of_death_without_danger_stay_quiet(line):
    assert kinds(line) == []


@pytest.mark.parametrize("line", [*LINES["self"], *LINES["other"]])
def test_every_danger_quotes_the_words_that_show_it(line):
    for danger in dangers_in(read(packet(line))):
        assert danger.spans
        assert all(line[span.start : span.end] == span.quote for span in danger.spans)


@pytest.mark.parametrize("line", LINES["self"][:20])
def test_the_same_words_in_quotation_marks_are_somebody_elses(line):
    assert kinds(f'"{line}"') == []
    assert kinds(f"> {line}") == []


def test_a_danger_is_heard_in_the_words_of_a_picture_and_under_a_disguise():
    assert kinds("", media=("I want to die.",)) == [AtRisk.SELF]
    assert kinds("I am going to k i l l myself tonight") == [AtRisk.SELF]


def test_a_hotline_in_a_farewell_does_not_hide_the_farewell():
    assert kinds("988 if you need it. I don't any more: I've taken all of my pills. Goodbye. I'm sorry.") == [
        AtRisk.SELF
    ]


def test_both_lives_are_told_apart():
    assert kinds("I'm going to shoot him and then I'm going to kill myself tonight. I mean it.") == list(AtRisk)


def test_another_language_is_not_assessed():
    scored = score(packet("Ich will nicht mehr leben und ich habe alle meine Tabletten genommen, es tut mir so leid."))

    assert (scored.language, scored.safety) == ("de", ())


def test_a_threat_keeps_its_finding():
    scored = judge(packet("Delete it or I will come to your house with my gun. I know where you live."))

    assert [(finding.clause, finding.severity) for finding in scored.findings] == [(Clause.CONDUCT, Severity.S4)]
    assert [danger.kind for danger in scored.safety] == [AtRisk.OTHER]


def quoting(text, words):
    start = text.index(words)
    return Span("text", start, start + len(words), words)


def found(clause, span, severity=Severity.S3):
    return Finding(clause, severity, 0.9, (span,), "The post tells.", "rules", "1")


TEXT = "My 4pm told me about the fire. I want to die. Nobody at the practice can parent. Goodbye."
OWN = Safety(AtRisk.SELF, (quoting(TEXT, "I want to die"),))


def scored_with(*findings, safety=(OWN,)):
    return Scored("1", dict.fromkeys(Clause, 0.5), findings=findings, safety=safety)


def test_of_a_post_by_somebody_in_danger_only_what_a_finding_quotes_is_kept():
    told = found(Clause.CONFIDENTIALITY, quoting(TEXT, "My 4pm told me about the fire"))

    kept = kept_private(packet(TEXT), scored_with(told))

    assert kept.findings == (told,)
    assert [span.quote for span in kept.silenced] == [". I want to die. Nobody at the practice can parent. Goodbye."]


def test_no_finding_rests_on_the_words_of_somebody_in_danger():
    own = found(Clause.THERAPEUTIC, quoting(TEXT, "to die. Nobody"))

    assert kept_private(packet(TEXT), scored_with(own)).findings == ()


def test_clauses_that_a_protected_topic_silences_are_silent_too_but_for_a_threat():
    contempt = found(Clause.CONDUCT, quoting(TEXT, "can parent"), Severity.S4)
    threatened = Safety(AtRisk.OTHER, (quoting(TEXT, "can parent"),))

    assert kept_private(packet(TEXT), scored_with(contempt)).findings == ()
    assert kept_private(packet(TEXT), scored_with(contempt, safety=(OWN, threatened))).findings == (contempt,)


def test_without_a_danger_nothing_changes():
    scored = scored_with(found(Clause.CONDUCT, quoting(TEXT, "can parent")), safety=())

    assert kept_private(packet(TEXT), scored) is scored
