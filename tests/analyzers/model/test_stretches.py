from itertools import pairwise

import pytest

from analyzers.model.stretches import LENGTH, MOST, stretches

PROSE = "We opened the new room on Monday and the plants are still alive. "


@pytest.mark.parametrize("length", [0, 1, LENGTH, LENGTH + 1, 5_000, MOST * LENGTH - 3_000])
def test_a_text_that_is_not_very_long_is_covered(length):
    text = (PROSE * (length // len(PROSE) + 1))[:length]
    found = stretches(text)
    assert {place for start, end in found for place in range(start, end)} == set(range(length))


@pytest.mark.parametrize("text", [PROSE * 16_000, "a" * 1_000_000, " " * 1_000_000])
def test_of_a_very_long_text_parts_at_equal_distances_are_read_from_beginning_to_end(text):
    found = stretches(text)
    assert len(found) == MOST
    assert (found[0][0], found[-1][1]) == (0, len(text))
    assert all(LENGTH - 200 <= end - start <= LENGTH + 200 for start, end in found)
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(found)]
    assert max(gaps) - min(gaps) <= 202


def test_words_stay_whole():
    text = PROSE * 16_000
    words = set(PROSE.split())
    assert all(set(text[start:end].split()) <= words for start, end in stretches(text))
