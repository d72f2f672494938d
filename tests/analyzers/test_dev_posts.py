"""The development set as a floor: it was tuned on, so this shows a step back and proves nothing else."""

from pathlib import Path

import pytest

from analyzers.evaluate import evaluate
from analyzers.files import score_labelled

POSTS = Path(__file__).parent / "data" / "dev-posts.jsonl"


@pytest.fixture(scope="module")
def measured():
    with POSTS.open(encoding="utf-8") as lines:
        return evaluate(score_labelled(lines))


def test_nothing_protected_leaks(measured):
    assert measured.protected_leak.total > 0
    assert measured.protected_leak.hits == 0


def test_false_alarms_stay_rare(measured):
    assert measured.false_alarms.value <= 0.03


def test_violations_are_found(measured):
    assert measured.post.recall.value >= 0.65
    assert measured.hard_plus_recall.value >= 0.6
    assert measured.critical_recall.value >= 0.6
    assert measured.span_overlap.value >= 0.85


def test_every_post_is_assessed(measured):
    assert measured.not_assessed == 0
