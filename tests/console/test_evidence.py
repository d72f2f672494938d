from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from console.evidence import MOST_WORDS, Piece, compared, difference, marked
from domain.archive import SeenVersion

WHEN = datetime(2026, 11, 17, 9, tzinfo=UTC)


def version(number, words, alts=()):
    return SeenVersion(number, WHEN, None, words, alts)


def test_evidence_is_marked_where_it_stands():
    assert marked("My client Dana left.", [(3, 14)]) == (Piece("My "), Piece("client Dana", "mark"), Piece(" left."))


def test_places_that_overlap_are_one_and_places_outside_are_cut():
    assert marked("abcdef", [(1, 3), (2, 4), (5, 99), (8, 9), (3, 3)]) == (
        Piece("a"),
        Piece("bcd", "mark"),
        Piece("e"),
        Piece("f", "mark"),
    )


@given(
    st.text(st.characters(categories=["L", "Nd", "Zs"])), st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)))
)
def test_marking_loses_and_adds_nothing(text, places):
    assert "".join(piece.words for piece in marked(text, places)) == text


def test_characters_that_mislead_are_dropped_and_line_ends_stay():
    assert marked("one\u202etwo\nthree\x00", []) == (Piece("onetwo\nthree "),)


def test_a_difference_shows_what_went_and_what_came():
    assert difference("The old office is open", "The new office is open now") == (
        Piece("The "),
        Piece("old", "del"),
        Piece("new", "ins"),
        Piece(" office is open"),
        Piece(" now", "ins"),
    )
    assert difference("same", "same") == (Piece("same"),)
    assert difference("one two three", "four five three") == (
        Piece("one two", "del"),
        Piece("four five", "ins"),
        Piece(" three"),
    )


@given(
    st.lists(st.sampled_from(["a", "b", " ", "\n"])).map("".join),
    st.lists(st.sampled_from(["a", "c", " "])).map("".join),
)
def test_both_versions_can_be_read_from_their_difference(before, after):
    pieces = difference(before, after)
    assert "".join(piece.words for piece in pieces if piece.kind != "ins") == before
    assert "".join(piece.words for piece in pieces if piece.kind != "del") == after


def test_what_is_too_long_or_not_kept_is_said():
    long = "word " * (MOST_WORDS + 1)
    assert difference(long, "short") is None
    first, second, third = compared([version(1, "a"), version(2, None), version(3, long), version(4, "b")], "UTC")
    assert "not kept" in first.problem
    assert "not kept" in second.problem
    assert "too long" in third.problem
    assert (first.pieces, third.pieces) == ((), ())
