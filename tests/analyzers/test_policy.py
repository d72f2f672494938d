from datetime import date
from pathlib import Path

import pytest

from analyzers.policy import load_policy, parse_policy
from domain.errors import ConfigError, Mistake
from domain.findings import Clause

EXAMPLE = Path(__file__).parents[2] / "policy.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def mistakes(text):
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, "policy.toml")
    return caught.value.mistakes


def test_the_example_loads_and_holds_everything():
    policy = load_policy(EXAMPLE)
    assert policy.practice_name == "Larkspur Bend Counseling"
    assert policy.practice_aliases == ("Larkspur Bend", "Larkspur")
    assert [text.id for text in policy.clauses] == list("123456789")
    assert all(text.title and text.summary for text in policy.clauses)
    assert policy.strict_clause_3 is False
    assert policy.register.endorsements[0].valid_from == date(2026, 2, 2)
    assert policy.register.endorsements[1].valid_to is None
    assert policy.register.speakers
    assert policy.reviewers[0].clauses == ("1", "3", "4", "5", "6")
    assert policy.privacy_officer.email == "privacy@larkspurbend.example"
    assert policy.allowed_signposts
    assert policy.enabled == dict.fromkeys(Clause, True)


def test_every_key_of_the_example_is_explained():
    lines = TEXT.splitlines()
    tables = [number for number, text in enumerate(lines) if text.startswith("[")]
    unexplained = [
        lines[number] for number in tables if lines[number] != "[[sections]]" and not explained(lines, number)
    ]
    assert unexplained == ["[[reviewers]]", "[[register.endorsements]]"]


def explained(lines, number):
    """A comment stands above a table or within it; repeated tables are explained once, at the first."""
    following = next((at for at in range(number + 1, len(lines)) if not lines[at].strip()), len(lines))
    return lines[number - 1].startswith("#") or any(text.startswith("#") for text in lines[number:following])


def test_the_version_follows_the_content_and_not_the_spelling():
    first = parse_policy(TEXT, "a").version
    assert len(first) == 12
    assert parse_policy(TEXT + "\n# a remark\n", "b").version == first
    assert parse_policy(TEXT.replace('mode = "standard"', 'mode = "strict"'), "a").version != first


def test_all_mistakes_come_at_once_with_their_place():
    broken = (
        TEXT.replace("from = 2026-02-02", 'from = "soon"')
        .replace('mode = "standard"', 'mode = "lax"')
        .replace("rosalind@larkspurbend.example", "rosalind")
        .replace("speakers = [", "speekers = [")
        .replace('title = "Monitoring"', 'title = ""')
    )
    assert set(mistakes(broken)) == {
        Mistake("policy.toml", "clinical_lead.email", "'rosalind'", "an e-mail address"),
        Mistake("policy.toml", "reviewers[0].email", "'rosalind'", "an e-mail address"),
        Mistake("policy.toml", "therapeutic.mode", "'lax'", "one of 'standard' or 'strict'"),
        Mistake("policy.toml", "register.speekers", "a key that is not known", "no such key"),
        Mistake("policy.toml", "register.endorsements[0].from", "'soon'", "a day such as 2026-03-31, without quotes"),
        Mistake("policy.toml", "sections[6].title", "''", "text that is not empty"),
    }


@pytest.mark.parametrize(
    ("old", "new", "key", "expected"),
    [
        ('name = "Larkspur Bend Counseling"', "", "practice.name", "a value"),
        ("to = 2026-04-30", "to = 2026-01-01", "register.endorsements[0]", "a last day that is not before"),
        ("to = 2026-04-30", "to = 2026-04-30T10:00:00", "register.endorsements[0].to", "a day"),
        ('id = "9"', 'id = "8"', "(file)", "each of the sections 1 to 9 exactly once"),
        ('id = "9"', 'id = "9"\nenabled = false', "(file)", "only sections 1 to 6 to be switched off"),
        ('id = "1"\n', 'id = "1"\nweight = 3\n', "sections[0].weight", "no such key"),
        ("enabled = true", 'enabled = "yes"', "sections[0].enabled", "true or false"),
    ],
)
def test_a_mistake_says_what_was_expected(old, new, key, expected):
    found = mistakes(TEXT.replace(old, new, 1))
    assert [mistake.key for mistake in found] == [key]
    assert found[0].expected.startswith(expected)


def test_a_clause_can_be_switched_off():
    text = TEXT.replace("enabled = true", "enabled = false", 1)
    assert parse_policy(text, "p").enabled[Clause.SEPARATION] is False


def test_what_is_no_toml_is_a_mistake_too():
    assert mistakes("[practice")[0].key == "(file)"


def test_a_missing_file_and_one_that_is_no_text(tmp_path):
    with pytest.raises(ConfigError, match="a readable file"):
        load_policy(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_policy(tmp_path / "bytes.toml")


ACCEPTED = """
[[accepted]]
phrase = "ask me about the spring workshop"
clause = "1"
from = 2026-03-01
to = 2026-05-31
by = "Imani Okafor"
reason = "Approved wording"
"""


def test_accepted_phrases_are_part_of_the_policy_and_of_its_version():
    plain, with_one = parse_policy(TEXT, "p"), parse_policy(TEXT + ACCEPTED, "p")
    (entry,) = with_one.accepted
    assert (entry.phrase, entry.clause, entry.by, entry.reason) == (
        "ask me about the spring workshop",
        Clause.SEPARATION,
        "Imani Okafor",
        "Approved wording",
    )
    assert (entry.valid_from, entry.valid_to) == (date(2026, 3, 1), date(2026, 5, 31))
    assert plain.accepted == ()
    assert with_one.version != plain.version


def test_the_example_of_an_accepted_phrase_holds_when_it_is_switched_on():
    start = TEXT.index("# [[accepted]]")
    end = TEXT.index("\n\n", start)
    switched_on = TEXT[:start] + TEXT[start:end].replace("# ", "") + TEXT[end:]
    assert parse_policy(switched_on, "p").accepted[0].clause is Clause.SEPARATION


def test_every_mistake_in_accepted_phrases_is_named_with_its_key():
    broken = (
        ACCEPTED.replace('phrase = "ask me about the spring workshop"', 'phrase = "!?"')
        .replace('clause = "1"', 'clause = "9"')
        .replace('by = "Imani Okafor"\n', "")
        .replace('reason = "Approved wording"', 'reason = " "\nwhy = "x"')
    )
    backwards = ACCEPTED.replace("to = 2026-05-31", "to = 2026-02-01")
    found = [(mistake.key, mistake.expected) for mistake in mistakes(TEXT + broken + backwards)]
    assert sorted(found) == [
        ("accepted[0].by", "a value"),
        ("accepted[0].clause", "one of '1', '2', '3', '4', '5' or '6'"),
        ("accepted[0].phrase", "a phrase with at least one word"),
        ("accepted[0].reason", "text that is not empty"),
        ("accepted[0].why", "no such key"),
        ("accepted[1]", "a last day that is not before the first day"),
    ]


def test_the_clinical_lead_hears_of_danger_and_else_the_privacy_officer():
    lead = '[clinical_lead]\nname = "Rosalind Achterberg"\nemail = "rosalind@larkspurbend.example"\n'
    assert lead in TEXT
    named, unnamed = parse_policy(TEXT, "a"), parse_policy(TEXT.replace(lead, ""), "b")

    assert named.hears_of_danger.email == "rosalind@larkspurbend.example"
    assert unnamed.hears_of_danger == unnamed.privacy_officer
    assert named.version != unnamed.version
