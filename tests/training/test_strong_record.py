"""The strong model's blend is one that scoring reads, and its headline says what its figures say."""

import json
from pathlib import Path

from analyzers.model.blend import load_blend
from analyzers.statistics import Proportion

STRONG = Path(__file__).parents[2] / "training" / "strong"


def hundredths(share, total):
    return " to ".join(str(round(100 * bound)) for bound in Proportion(round(share * total), total).interval)


def test_the_blend_is_one_that_scoring_reads():
    blend = load_blend(STRONG / "blend.json")

    assert 0 < blend.closed < blend.plain < 1
    assert all(blend.report[clause] <= blend.stands[clause] for clause in blend.report)


def test_the_headline_says_what_was_measured():
    record = json.loads((STRONG / "measured.json").read_text())
    told = record["headline"]

    for judge, verb in (("teacher", "with the rules, noticed"), ("small", "measured the same way, noticed")):
        recall, alarms = record[judge]["recall"], record[judge]["alarms"]
        assert f"{verb} {round(100 * recall)} " in told
        assert f"{hundredths(recall, record['violations'])})" in told
        assert f"pointed at {round(100 * alarms)} " in told
        assert f"({hundredths(alarms, record['fine'])})" in told
    assert f"{record['violations'] + record['fine']:,} invented posts" in told
