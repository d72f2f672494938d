from dataclasses import replace

import pytest

from analyzers.keep import CUT, MASK
from analyzers.outside import PRACTICE, for_outside
from analyzers.score import score
from domain.findings import Clause, Finding, Scored, Severity, Span
from tests.fakes.packets import packet


def span(words: str, quote: str, field: str = "text") -> Span:
    start = words.index(quote)
    return Span(field, start, start + len(quote), quote)


def shown(words: str, *, identifiers=(), silenced=(), findings=(), **more) -> str:
    scored = Scored("1", dict.fromkeys(Clause, 0.0), findings, identifiers=identifiers, silenced=silenced)
    return for_outside(packet(words, **more), scored).text


@pytest.mark.parametrize(
    "secret",
    [
        *("Dana", "@dana.w", "@dana@social.example", "34", "3/12", "March", "tuesday", "555-0142", "a@b.example"),
        *("https://example.org/x", "www.example.org", "Elm", "iPhone", "#TeamDana"),
    ],
)
def test_whatever_could_name_or_date_somebody_is_masked(secret):
    assert (
        shown(f"you should stop those pills, {secret} told me so") == f"you should stop those pills, {MASK} told me so"
    )


def test_identifiers_are_masked_also_in_small_letters():
    words = "poor kyle from the bakery should stop those pills"
    assert shown(words, identifiers=(span(words, "kyle from the bakery"),)) == f"poor {MASK} should stop those pills"


def test_the_evidence_of_clause_2_is_masked():
    words = "my client cried and you should stop those pills"
    evidence = Finding(Clause.CONFIDENTIALITY, Severity.S2, 0.5, (span(words, "my client cried"),), "why", "rules", "1")
    assert shown(words, findings=(evidence,)) == f"{MASK} and you should stop those pills"


def test_protected_topics_are_cut():
    words = "they cut our hours again. you should stop those pills"
    assert shown(words, silenced=(span(words, "they cut our hours again."),)) == f"{CUT} you should stop those pills"


def test_what_is_too_short_for_a_mark_is_cut_too():
    words = "a vote b"
    assert shown(words, silenced=(Span("text", 2, 4, "vo"), Span("text", 4, 6, "te"))) == "a b"


def test_the_practice_is_named_by_its_part_and_not_by_its_name():
    words = "on behalf of Larkspur Bend Counseling, LARKSPUR BEND and larkspur: sorry. Larkspurs bloom."
    names = {"practice_name": "Larkspur Bend Counseling", "practice_aliases": ("Larkspur", "Larkspur Bend")}
    assert shown(words, **names) == f"on behalf of {PRACTICE}, {PRACTICE} and {PRACTICE}: sorry. {MASK} bloom."


def test_the_stand_in_of_the_practice_cannot_be_smuggled_in():
    assert PRACTICE not in shown("pass \ue000\ue000 for it")


def test_descriptions_of_pictures_are_treated_alike():
    given = packet("look", media=("the desk of Dana", "my mug"))
    alts = for_outside(given, Scored("1", dict.fromkeys(Clause, 0.0))).alts
    assert alts == (f"the desk of {MASK}", "my mug")


def test_offsets_count_in_each_field_alone():
    given = packet("abcdef ghi", media=("kyle waits",))
    scored = Scored("1", dict.fromkeys(Clause, 0.0), identifiers=(Span("media.0.alt", 0, 4, "kyle"),))
    assert for_outside(given, scored).text == "abcdef ghi"
    assert for_outside(given, scored).alts == (f"{MASK} waits",)


def test_neither_bio_nor_parent_appear():
    given = replace(packet("look", bio="reachable at the old mill"), role="therapist")
    assert "mill" not in repr(for_outside(given, score(given)))
