from collections import Counter
from pathlib import Path

import pytest

from analyzers.clauses.identifiers import IDENTIFIERS, KINDS, SAFE_HARBOR, identifiers_in
from analyzers.clauses.names import names_in, people_in
from analyzers.patterns import scan
from analyzers.text import Passage, names_pattern


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("ring 555-0142 now", "555-0142"),
        ("ring (312) 555-0142 now", "(312) 555-0142"),
        ("write jo.b@home.example today", "jo.b@home.example"),
        ("see https://x.example/a?b=1 there", "https://x.example/a?b=1"),
        ("ssn 123-45-6789 shown", "123-45-6789"),
        ("chart 889912 open", "889912"),
        ("from 10.0.0.12 again", "10.0.0.12"),
        ("born March 3rd at home", "March 3rd"),
        ("on 03/04/1999 it", "03/04/1999"),
        ("she is 91 years old", "91"),
        ("at 12 Elm Street there", "12 Elm Street"),
        ("in Rusk County court", "Rusk County"),
    ],
)
def test_an_identifier_is_quoted_as_written(text, quoted):
    assert quoted in [hit.span.quote for hit in scan(IDENTIFIERS, Passage.of("text", text))]


def test_names_are_capitals_within_a_sentence():
    passage = Passage.of("text", "Yesterday Brantley O. met Dana Whitlock. Spring is here on Monday. I told Dr. Abara.")
    assert [hit.span.quote for hit in names_in(passage)] == ["Brantley O.", "Dana Whitlock", "Abara"]


def test_the_practices_own_name_is_nobodys():
    passage = Passage.of("text", "We met at Larkspur Bend today", names_pattern(["Larkspur Bend"]))
    assert names_in(passage) == ()


LINES = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "identifiers.tsv").read_text(encoding="utf-8").splitlines()
]


def test_all_eighteen_kinds_of_the_statute_have_rules_and_lines():
    letters = {rule.group[0] for rule in SAFE_HARBOR} | {"A"}
    assert letters == set(KINDS) == set("ABCDEFGHIJKLMNOPQR")
    assert min(Counter(letter for letter, _, _ in LINES).values()) >= 10
    for letter in KINDS:
        assert [quote for kind, quote, _ in LINES if kind == letter].count("-") >= 2


@pytest.mark.parametrize(("letter", "quote", "text"), LINES)
def test_an_identifier_of_each_kind_is_told_from_what_looks_like_one(letter, quote, text):
    found = [one for one in identifiers_in(Passage.of("text", text)) if one.letter == letter]
    if quote == "-":
        assert not found
    else:
        assert any(quote in one.hit.span.quote for one in found)
        assert all(one.kind == KINDS[letter] for one in found)


def test_the_authors_own_name_is_no_clients():
    passage = Passage.of("text", "renee here, and I saw kyle")
    assert [hit.span.quote for hit in people_in(passage, frozenset({"renee"}))] == ["kyle"]
