"""What the model reads: circumstances in words, and no name or side that could move a verdict."""

from datetime import date

import pytest

from analyzers.model.inputs import segments
from domain.accounts import AccountKind
from domain.findings import Register
from domain.posts import ParentAuthor
from tests.fakes.packets import authorised, packet, reply


def test_the_practice_stands_as_a_marker_in_the_words_and_in_the_circumstances():
    text, context = segments(packet("Come to LARKSPUR BEND on Friday", bio="LPC @ Larkspur Bend Counseling"))

    assert text == "Come to {practice} on Friday"
    assert context.endswith("bio: LPC @ {practice}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Knocked doors for the Republicans", "Knocked doors for the Democrats"),
        ("Ramadan and a loud kitchen", "Easter and a loud kitchen"),
        ("Baptists can't parent", "Muslims can't parent"),
        ("I'll be in the mosque", "I'll be in the synagogue"),
        ("Somalis on my caseload lie", "Americans on my caseload lie"),
    ],
)
def test_a_side_that_is_exchanged_leaves_the_words_as_they_are(one, other):
    assert segments(packet(one))[0] == segments(packet(other))[0]


def test_a_handle_or_a_longer_word_is_no_side():
    assert segments(packet("Thanks @tory and the peoplemuslimsomething"))[0] == (
        "Thanks @tory and the peoplemuslimsomething"
    )


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, None, "authorised today: Calm app."),
        (date(2026, 4, 1), None, "authorisation not begun: Calm app."),
        (None, date(2026, 3, 9), "authorisation ended: Calm app."),
        (date(2026, 3, 10), date(2026, 3, 10), "authorised today: Calm app."),
    ],
)
def test_an_authorisation_is_told_by_whether_it_covers_the_day(first, last, said):
    assert said in segments(packet("Try it", register=authorised("Calm app", first, last)))[1]


def test_the_parent_is_told_with_who_wrote_it_and_cut():
    _, context = segments(reply("Thank you!", "word " * 100, ParentAuthor.CLIENT_UNKNOWN))

    assert "answers someone who may be a client: word word" in context
    assert context.count("word") == 70


def test_a_speaker_on_the_register_is_told_from_others():
    register = Register(speakers=("Jo Tally",))

    assert " may speak." in segments(packet("We close early", register=register, bio="Jo Tally, LPC"))[1]
    assert "others may speak." in segments(packet("We close early", register=register))[1]


def test_pictures_come_before_what_weighs_less():
    _, context = segments(packet("", media=("A planner: 10:00 K. Alvarez", " "), account_kind=AccountKind.PRACTICE))

    assert context.startswith("practice account.")
    assert context.index("image: A planner") < context.index("on mastodon.")
    assert context.count("image:") == 1


def test_a_register_without_entries_says_nothing():
    assert "authoris" not in segments(packet("x", register=Register((), ())))[1]
