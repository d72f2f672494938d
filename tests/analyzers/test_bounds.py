"""Hostile text costs no more than some times what an ordinary post of the same length costs, and twice for twice."""

import random
import re
import time
import tracemalloc
from pathlib import Path

import pytest

from analyzers.patterns import load_rules, scan
from analyzers.score import score
from analyzers.text import Passage
from domain.findings import Clause
from tests.fakes.packets import packet

LENGTH = 30_000
DEAREST = 12
"""Times an ordinary post; 4 was measured. A search that is not linear in the text costs hundreds."""
HUNGRIEST = 12
WATCHED = 10_000
"""Characters where every allocation is watched, which takes ten times as long."""
DOUBLE = 3.0
"""2.0 to 2.6 was measured, more where other work empties the caches. What is not linear costs four times as much."""
ROUNDS = 3
ORDINARY = """We opened the new room on Monday and the plants are still alive. She painted the door herself, which took
all weekend, and my brother drove two hours with the couch. Grief has no schedule. If you need someone tonight, call
988. Otherwise come by, the coffee is decent and nobody will ask you to talk about your mother.
"""
FOLDER = Path(__file__).parents[2] / "analyzers" / "rules"
RULES = sorted(path.stem for path in FOLDER.glob("*.toml") if "\npattern = " in path.read_text(encoding="utf-8"))


def filled(pattern, length=LENGTH):
    return (pattern * (length // len(pattern) + 1))[:length]


def noise(encoding, errors="strict"):
    return random.Random(7).randbytes(LENGTH).decode(encoding, errors)


HOSTILE = {
    "one word": filled("a"),
    "emoji": filled("😀"),
    "marks on one letter": "a" + filled("\u0301"),
    "marks out of order": "a" + filled("\u0301\u0323"),
    "hashtags": filled("#tag "),
    "sentence tags": filled("#MyClientCriedToday "),
    "one long tag": "#" + filled("mytherapist"),
    "brackets": filled("(", LENGTH // 2) + filled(")", LENGTH // 2),
    "quotes": filled('"'),
    "quotes within quotes": filled("“‘"),
    "quoted quotes": filled("> "),
    "nul": filled("\0"),
    "surrogates": filled("\ud800"),
    "surrogate pairs": filled("\ud83d\ude00"),
    "full stops": filled("."),
    "stops": filled(". "),
    "blanks": filled(" "),
    "lines": filled("\n"),
    "numbers": filled("1 "),
    "digits": filled("1"),
    "handles": filled("@a"),
    "links": filled("http://"),
    "apostrophes": filled("'"),
    "spaced letters": filled("c l i e n t "),
    "spaced a": filled("a "),
    "dotted": filled("a."),
    "split words": filled("cl-ient "),
    "leet": filled("cl13nt "),
    "leet in one word": filled("4a"),
    "stars": filled("c*ient "),
    "accents": filled("clíént "),
    "one accented word": filled("é"),
    "overrides": filled("\u202eabc "),
    "only overrides": filled("\u202e"),
    "upside down": filled("ʇuǝᴉlɔ "),
    "look-alikes": filled("сlіеnt "),
    "one Cyrillic word": filled("с"),
    "zero width": filled("\u200b"),
    "long ligatures": filled("ﷺ", LENGTH // 18),
    "drawn words": filled("my 👩 "),
    "keycaps": filled("1\u20e3"),
    "bytes as Latin-1": noise("latin-1"),
    "bytes as UTF-8": noise("utf-8", "replace"),
    "bytes escaped": noise("utf-8", "surrogateescape"),
    "bytes as UTF-16": noise("utf-16-le", "replace"),
}

TRIES = 3
"""Pairs that may be timed until one holds: a busy machine spoils a pair, and what is too dear spoils them all."""


def seconds(work, rounds=1):
    """Least processor time of some rounds: what others do on the machine only adds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def bearable(rule, short, long):
    once = seconds(lambda: list(scan([rule], short)), 2)
    return seconds(lambda: list(scan([rule], long))) <= max(10 * once, 0.5)


def peak(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def ordinary():
    score(packet(ORDINARY))
    return packet(filled(ORDINARY))


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_costs_little_more_than_ordinary_text(text, ordinary):
    def cheap() -> bool:
        return seconds(lambda: score(packet(text))) <= DEAREST * seconds(lambda: score(ordinary), 2)

    assert any(cheap() for _ in range(TRIES))


@pytest.mark.slow
def test_hostile_text_takes_little_more_memory_than_ordinary_text():
    # What is loaded or compiled once is no text's own.
    for text in (ORDINARY, *HOSTILE.values()):
        score(packet(text[:WATCHED]))
    allowed = HUNGRIEST * peak(lambda: score(packet(filled(ORDINARY, WATCHED))))
    worst = {name: peak(lambda text=text: score(packet(text[:WATCHED]))) for name, text in HOSTILE.items()}
    assert max(worst.values()) <= allowed, max(worst, key=worst.get)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ordinary", "spaced letters", "leet", "numbers", "bytes as Latin-1", "look-alikes"])
def test_twice_the_text_takes_twice_the_time(name):
    text = ({"ordinary": filled(ORDINARY)} | HOSTILE)[name]

    def linear() -> bool:
        once = seconds(lambda: score(packet(text)), ROUNDS)
        return seconds(lambda: score(packet(text + text)), ROUNDS) <= DOUBLE * once

    assert any(linear() for _ in range(TRIES))


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_no_rule_chokes_on_its_own_words(name):
    """Every rule on its own words and anchors, repeated: no more than ten times as dear for four times the text."""
    for rule in (rule for table in load_rules(name).values() for rule in table):
        anchors = sorted({word for words in rule.anchors for word in words})
        literals = re.findall(r"[a-z']+|\d", re.sub(r"\\[a-zA-Z]", " ", rule.source))
        for bait in (" ".join(literals[:80]), " ".join(anchors[:40]), f"my {(anchors or ['4'])[0]} 4"):
            short, long = (Passage.of("text", filled(f"{bait} ", length)) for length in (5_000, 20_000))
            list(scan([rule], short))
            assert any(bearable(rule, short, long) for _ in range(TRIES)), rule.name


def test_a_thousand_posts_of_noise_break_nothing():
    chance = random.Random(11)
    for number in range(1000):
        data = chance.randbytes(chance.randrange(200))
        text = data.decode("utf-8", ("replace", "surrogateescape", "backslashreplace")[number % 3])
        scored = score(packet(text, media=(text[::-1],)))
        assert set(scored.clauses) == set(Clause)
        for finding in scored.findings:
            for span in finding.spans:
                assert {"text": text, "media.0.alt": text[::-1]}[span.field][span.start : span.end] == span.quote
