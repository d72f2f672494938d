from datetime import date

import pytest

from analyzers.clauses.affiliation import Standing, standing
from analyzers.reading import read
from tests.fakes.packets import packet

BEFORE, LATER = date(2024, 6, 1), date(2027, 1, 1)
"""The packets of these tests were written on 10 March 2026."""


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, Standing.CURRENT),
        (BEFORE, None, Standing.CURRENT),
        (BEFORE, LATER, Standing.CURRENT),
        (date(2026, 3, 10), date(2026, 3, 10), Standing.CURRENT),
        (LATER, None, Standing.BEFORE),
        (None, BEFORE, Standing.AFTER),
        (None, date(2026, 3, 9), Standing.AFTER),
    ],
)
def test_the_registers_dates_decide(first, last, expected):
    assert standing(read(packet("hello", affiliation=(first, last)))) is expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("therapist (left the practice 2025-04-30)", Standing.AFTER),
        ("therapist (affiliation ends and ended 2027-04-30)", Standing.CURRENT),
        ("former front desk", Standing.AFTER),
        ("therapist (left 2025-13-90)", Standing.CURRENT),
        ("therapist", Standing.CURRENT),
    ],
)
def test_a_role_that_the_practice_marks_as_former_counts(role, expected):
    assert standing(read(packet("hello", role=role))) is expected


def test_a_profile_line_is_the_authors_word_and_dates_go_before_it():
    line = "LPC. Larkspur Bend 2019 to Feb 2025."
    assert standing(read(packet("hello", bio=line))) is Standing.PROFILE_ENDED
    assert standing(read(packet("hello", bio=line, affiliation=(None, LATER)))) is Standing.CURRENT
    assert standing(read(packet("hello", bio="LPC. Formerly a baker."))) is Standing.CURRENT
