from datetime import UTC, datetime

import pytest

from analyzers.clauses.confidentiality import detect
from analyzers.clauses.identifiability import QUASI, identifiability, narrowing
from analyzers.reading import read
from tests.fakes.packets import packet

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


def counted(text):
    return identifiability(narrowing(read(packet(text)).own, NOW), ())


def test_rare_particulars_add_up_to_one_person():
    found = counted("a retired lighthouse keeper, 91, who lost his twin in the ferry accident here last fall")
    assert found.singled_out
    assert ("an unusual job", 4.0) in found.breakdown
    assert found.number == sum(weight for _, weight in found.breakdown)
    assert [weight for _, weight in found.breakdown] == sorted((w for _, w in found.breakdown), reverse=True)


def test_a_kind_counts_once_by_its_rarest():
    one = counted("a nurse")
    assert counted("a nurse, a teacher and a beekeeper").number == counted("a beekeeper").number > one.number > 0


@pytest.mark.parametrize(
    "text",
    [
        "the dog ate the bread and i was glad of it",
        "we sat in silence and then we both laughed",
        "anxiety is loud and then it is not",
    ],
)
def test_what_fits_everybody_narrows_nobody_down(text):
    assert not counted(text).recognisable


def test_the_reason_names_kinds_and_rarity_without_the_words():
    found = detect(read(packet("One of my people is a retired beekeeper, 91, from Rusk County. He finally slept.")))
    assert found.reason.endswith("it may single out one person.")
    assert "an unusual job" in found.reason
    assert "beekeeper" not in found.reason


def test_only_what_stands_near_the_cue_counts_in_a_long_text():
    filler = "bread rises slowly when the kitchen is cold. " * 40
    reading = read(packet(f"Client told me today she hums. {filler} The mayor opened the fair."))
    pointers = [hit for hit in detect(reading).evidence if hit.start < 60]
    assert pointers
    assert not identifiability(narrowing(reading.own, NOW), pointers).recognisable
    assert identifiability(narrowing(reading.own, NOW), ()).recognisable


def test_every_kind_has_a_rarity_and_says_what_it_is():
    for rule in QUASI:
        assert 0 < rule.weight <= 6
        assert rule.says


def test_the_posts_own_time_makes_an_hour_exact():
    assert ("an hour on a day that the date of the post makes exact", 2.5) in counted("my 4 pm yesterday").breakdown
    assert counted("my 4 pm").number < counted("my 4 pm yesterday").number
    assert counted("on tuesdays").number == 0 < counted("last tuesday").number
