"""Every registered platform, whatever it is sent: damaged seeds of its own and others', and JSON of any shape."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.harness import BETWEEN, PLATFORMS, mutated, readings, seeds, visit

KEYS = sorted(
    {
        key
        for name in PLATFORMS
        for seed in seeds(name)
        if seed.lstrip()[:1] in (b"{", b"[")
        for key in re.findall(r'"(\w{2,24})":', seed.decode("utf-8", "replace"))
    }
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just("https://fern-street.example/1")
)
SHAPES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)


@st.composite
def damaged(draw, name):
    """A seed of the platform with a piece cut out, doubled or replaced."""
    seed = draw(st.sampled_from(seeds(name)))
    start = draw(st.integers(0, len(seed)))
    end = min(len(seed), start + draw(st.integers(0, 60)))
    piece = draw(st.sampled_from([b"", b"null", b"[]", b"{}", b'"\\u0000\\ud800"', b"1e999", b"<!--", b"]]>", b"\x00"]))
    return seed[:start] + piece + seed[start if draw(st.booleans()) else end :]


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_no_answer_breaks_a_platform(name):
    answers = st.one_of(damaged(name), SHAPES.map(lambda value: json.dumps(value).encode()), st.binary(max_size=40))

    @given(dial=st.integers(0, 255), bodies=st.lists(answers, min_size=1, max_size=4))
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    def search(dial, bodies):
        visit(name, bytes([dial]) + BETWEEN.join(bodies))

    search()


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_no_change_in_a_whole_reading_breaks_a_platform(name):
    @given(reading=st.sampled_from(readings(name)), chance=st.randoms(use_true_random=False), times=st.integers(1, 4))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    def search(reading, chance, times):
        for _ in range(times):
            reading = mutated(reading, chance)
        visit(name, reading)

    search()
