"""Words that a manager reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.findings import Clause, Severity
from domain.opinions import Stand
from domain.posts import PostKind
from domain.reporting import Reading
from reports import words
from tests.reports.samples import ZONE, finding, period


def test_every_severity_reading_and_clause_has_words():
    assert set(words.SEVERITY) == set(Severity)
    assert set(words.SEVERITY_MEANING) == set(Severity) - {Severity.S0}
    assert set(words.READING) == set(Reading)
    assert set(words.NO_REASON) == set(Reading) - {Reading.READ}
    assert set(words.CLAUSE_TITLES) == set(Clause)
    assert set(words.OPINION) == set(Stand)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("  two\t words ", "two words"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("null\x00byte", "null byte"),
        ("\u2066isolate\u2069", "isolate"),
        ("zero\u200bwidth", "zerowidth"),
        ("\U0001f469\u200d\u2695\ufe0f on call", "\U0001f469\u200d\u2695\ufe0f on call"),
        ("ne\u200cither", "ne\u200cither"),
        ("line\u2028separator", "line separator"),
        ("lone \ud800 surrogate", "lone surrogate"),
    ],
)
def test_plain_drops_what_could_mislead(raw, shown):
    assert words.plain(raw) == shown


def test_paragraphs_keep_lines():
    assert words.paragraphs("one\n\n  two \r\nthree") == "one\ntwo\nthree"


def test_an_unknown_platform_still_reads_well():
    assert words.platform("some_new_place") == "Some new place"
    assert words.platform("bluesky") == "Bluesky"


def test_days_fall_on_the_practices_calendar():
    night = datetime(2026, 11, 18, 4, 30, tzinfo=UTC)
    assert words.local_day(night, "America/Denver") == "17 November 2026"
    assert words.local_day(night, "UTC") == "18 November 2026"
    assert words.week_of(datetime(2026, 11, 23, 5, 0, tzinfo=UTC), "America/Denver") == "2026-W47"


def test_the_first_days_of_january_can_belong_to_the_old_year():
    assert words.week_of(datetime(2027, 1, 2, tzinfo=UTC), "UTC") == "2026-W53"
    assert words.week("2026-W53") == "week 53 of 2026"


@pytest.mark.parametrize(
    ("week", "days"),
    [
        (47, "16 to 22 November 2026"),
        (44, "26 October to 1 November 2026"),
        (53, "28 December 2026 to 3 January 2027"),
    ],
)
def test_spans_say_no_more_than_needed(week, days):
    assert words.span(period(week)) == days


def test_a_week_with_a_clock_change_ends_on_sunday():
    # In Denver the clock goes back on Sunday 1 November 2026; the week has 169 hours.
    changed = period(44)
    assert (changed.end - changed.start).total_seconds() == 169 * 3600
    assert words.span(changed) == "26 October to 1 November 2026"


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (1.0, "quite sure (100 of 100)"),
        (0.83, "fairly sure (83 of 100)"),
        (0.5, "more likely than not (50 of 100)"),
        (0, "unsure (0 of 100)"),
    ],
)
def test_confidence_is_said_in_words(probability, said):
    assert words.confidence(probability) == said


def test_numbers_agree_with_their_noun():
    assert words.number(1, "item") == "1 item"
    assert words.number(1250, "post") == "1,250 posts"
    assert words.number(2, "post was", "posts were") == "2 posts were"


def test_notes_tell_what_is_missing_and_what_changed():
    noted = words.notes(finding(needs_context=("parent", "unheard-of"), edited=True), "UTC")
    assert noted == (
        "Not taken into account: the post that this one answers.",
        "Not taken into account: unheard-of.",
        "The post was changed after this version was read.",
        "The author has not been told yet.",
    )


@pytest.mark.parametrize(
    ("stand", "said"),
    [
        (Stand.AGREES, "A second opinion (a language model, small {0}) reads it the same way."),
        (Stand.DISAGREES, "A second opinion (a language model, small {0}) disagrees and reads the post as fine."),
        (Stand.NONE, "A second opinion (a language model, small {0}) was asked for and gave none."),
    ],
)
def test_a_second_opinion_is_said_whichever_way_it_goes(stand, said):
    asked = finding(opinion=stand, opinion_model="small\n{0}\u202e")
    assert words.second_opinion(asked) == said
    assert said in words.notes(asked, "UTC")


def test_without_a_second_opinion_nothing_is_said_of_one():
    assert words.second_opinion(finding()) == ""
    assert not any("second opinion" in note for note in words.notes(finding(), "UTC"))


def test_the_practices_own_title_wins():
    assert words.clause_title("2", [("2", "Our clients")]) == "Our clients"
    assert words.clause_title("2", [("2", "")]) == "Protecting client confidentiality"


@pytest.mark.parametrize(
    ("nouns", "said"),
    [
        (["post"], "one of your public posts"),
        (["post", "post"], "some of your public posts"),
        (["profile"], "your public profile"),
        (["post", "profile"], "one of your public posts and your public profile"),
    ],
)
def test_a_mail_says_what_it_is_about(nouns, said):
    assert words.yours(nouns) == said


def test_a_profile_is_called_a_profile():
    notes = words.notes(finding(kind=PostKind.PROFILE, edited=True), ZONE)
    assert "The profile was changed after this version was read." in notes
    assert (words.noun(PostKind.PROFILE), words.noun(PostKind.ARTICLE)) == ("profile", "post")
