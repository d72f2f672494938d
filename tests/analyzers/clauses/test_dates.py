from datetime import date, datetime, timedelta, timezone

import pytest

from analyzers.clauses.dates import completed
from analyzers.text import Passage

TUESDAY_NIGHT = datetime(2026, 3, 10, 23, 30, tzinfo=timezone(timedelta(hours=-6)))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("my 4 pm yesterday brought a cake", date(2026, 3, 9)),
        ("this morning's session undid me", date(2026, 3, 10)),
        ("Last Tuesday he told me", date(2026, 3, 3)),
        ("she came in on Friday", date(2026, 3, 6)),
        ("Tuesday she laughed", date(2026, 3, 10)),
        ("see you next Thursday", date(2026, 3, 12)),
        ("see you this thursday", date(2026, 3, 12)),
        ("next tuesday is her last", date(2026, 3, 17)),
        ("two weeks ago he lost his job", date(2026, 2, 24)),
        ("3 days ago it rained in the group room", date(2026, 3, 7)),
        ("tomorrow is hard for him", date(2026, 3, 11)),
    ],
)
def test_the_posts_own_time_completes_the_day(text, day):
    assert [found.day for found in completed(Passage.of("text", text), TUESDAY_NIGHT)] == [day]


@pytest.mark.parametrize("text", ["every tuesday we bake", "on tuesdays we bake", "someday soon", "the sunshine"])
def test_what_means_no_single_day_is_left_open(text):
    assert completed(Passage.of("text", text), TUESDAY_NIGHT) == ()


def test_offsets_quote_the_phrase():
    passage = Passage.of("text", "He said it last Tuesday, twice.")
    (found,) = completed(passage, TUESDAY_NIGHT)
    assert passage.text[found.start : found.end] == "last Tuesday"
