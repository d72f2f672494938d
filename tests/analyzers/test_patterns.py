import json
import time
from pathlib import Path

import pytest

from analyzers.patterns import Table, _rule, load_rules, scan
from analyzers.score import score
from analyzers.text import Passage
from tests.fakes.packets import packet

TABLES = sorted(
    {path.stem for path in (Path(__file__).parents[2] / "analyzers" / "rules").glob("*.toml")}
    - {"identifiers_kinds", "identifiers_names"}
)
"""Left out are tables of words and letters in forms of their own."""
UNWEIGHED = {"confidentiality", "identifiers"}
"""These name claims and things that are no identifiers: they are asked about, and not added up."""
EVERYDAY = "\n".join(
    json.loads(line)["text"]
    for line in (Path(__file__).parent / "data" / "dev-posts.jsonl").read_text(encoding="utf-8").splitlines()
)
HOSTILE = {
    "one letter": "a" * 100_000,
    "blanks": " " * 100_000,
    "dots": "." * 100_000,
    "sentences": ". " * 50_000,
    "at signs": "@" * 100_000,
    "figures": "5-" * 50_000,
    "my": "my " * 33_000,
    "names": "Ab Cd " * 17_000,
    "the practice": "Larkspur Bend " * 7_000,
    "clients": "the one who told me her mom client " * 3_000,
    "invisible": "e\u0301\u200b" * 33_000,
    "addresses": "http://" * 14_000,
    "quotes": "\"')" * 33_000,
    "threat": "i know where you " * 6_000,
}


@pytest.mark.parametrize("table", TABLES)
def test_every_rule_speaks_to_a_manager(table):
    rules = [rule for rows in load_rules(table).values() for rule in rows]
    assert rules
    # None may fail only when a post comes that it is to be searched in.
    assert all(rule.pattern.pattern == rule.source for rule in rules)
    assert all(rule.says for rule in rules)


@pytest.mark.parametrize("table", sorted(set(TABLES) - UNWEIGHED))
def test_every_rule_of_a_clause_and_of_the_gate_weighs_something(table):
    assert all(rule.weight for rows in load_rules(table).values() for rule in rows)


def test_an_anchor_limits_the_search_to_sentences_with_its_words():
    rule = _rule("x", 1.0, r"(?P<a>rang the bell).{0,40}", "rings")
    passage = Passage.of("text", "Somebody rang. They rang the bell twice. The bell is old.")
    assert rule.anchors == frozenset({("rang", "the", "bell")})
    assert [hit.span.quote for hit in scan([rule], passage)] == ["rang the bell twice."]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_looks_up_its_rules_and_finds_what_a_search_for_each_finds(table):
    passage = Passage.of("text", EVERYDAY)
    for rules in load_rules(table).values():
        assert list(scan(rules, passage)) == list(scan(tuple(rules), passage))
        assert len(rules.likely(passage)) <= len(rules)


def test_a_rule_whose_words_are_not_there_is_not_searched_for():
    here, elsewhere, anywhere = (
        _rule("here", 1.0, r"(?P<a>rang the bell)", "rings"),
        _rule("elsewhere", 1.0, r"(?P<a>blew the horn)", "blows"),
        _rule("anywhere", 1.0, r"bell.{0,9}twice", "rings"),
    )
    table = Table((anywhere, elsewhere, here))
    assert table.likely(Passage.of("text", "They rang the bell twice.")) == [anywhere, here]


def test_a_digit_mark_limits_the_search_to_sentences_with_a_digit():
    rule = _rule("x", 1.0, r"(?P<digit>\d{2}) pm", "gives a time")
    assert rule.digits
    assert [hit.span.quote for hit in scan([rule], Passage.of("text", "No time. At 10 pm. pm"))] == ["10 pm"]


def test_an_anchor_that_is_no_plain_word_is_refused():
    with pytest.raises(ValueError, match="plain words"):
        _rule("x", 1.0, r"(?P<a>one|t[wu]o)", "counts")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_no_more_than_its_length(name):
    began = time.process_time()
    score(packet(HOSTILE[name]))
    assert time.process_time() - began < 5


def test_a_long_ordinary_post_is_quick():
    text = (
        "We read about sleep today. People ask what helps, and the honest answer is patience. It rained again. " * 640
    )
    score(packet(text))
    began = time.process_time()
    score(packet(text))
    assert len(text) > 64_000
    assert time.process_time() - began < 1
