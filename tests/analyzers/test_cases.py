from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from analyzers.cases import load_cases, parse_cases, run_cases
from analyzers.policy import parse_policy
from domain.accounts import AccountKind, Licence
from domain.errors import ConfigError
from domain.findings import Accepted, Clause
from domain.posts import Parent, ParentAuthor
from monitor.examples import POLICY as POLICY_FILE
from monitor.examples import example

POLICY = parse_policy(example(POLICY_FILE), POLICY_FILE)
OFFER = "Obsessed w CalmPetalGummies, use my code TESS15, honestly the best sleep of my life #ad"
CASE = f"""
[[cases]]
name = "gummies"
text = "{OFFER}"
expect = ["5"]
posted = 2026-03-10
reason = "A paid code"
"""
FULL = """
[[cases]]
name = "full"
text = "hey! yes, try melatonin"
expect = "none"
posted = 2026-03-11
reason = "Decided on 12 March"
account_kind = "practice"
role = "practice account"
licence = "psychiatrist"
bio = "Ours."
media = ["a chart", ""]
answers = { text = "What helps with sleep?", author = "client_unknown" }
finding = 12
by = "rosalind"
"""


def keys(text):
    with pytest.raises(ConfigError) as caught:
        parse_cases(text, "cases.toml")
    return [(mistake.key, mistake.expected) for mistake in caught.value.mistakes]


def test_a_case_needs_little_and_may_say_all_its_circumstances():
    plain, full = parse_cases(CASE + FULL, "cases.toml")
    assert (plain.name, plain.expected, plain.is_reply, plain.bio) == (
        "gummies",
        frozenset({Clause.ENDORSEMENT}),
        False,
        None,
    )
    packet = full.packet(POLICY)
    assert full.expected == frozenset()
    assert (packet.account_kind, packet.licence, packet.role) == (
        AccountKind.PRACTICE,
        Licence.PSYCHIATRIST,
        "practice account",
    )
    assert (packet.bio, packet.media, packet.is_reply) == ("Ours.", ("a chart", ""), True)
    assert packet.parent == Parent("What helps with sleep?", ParentAuthor.CLIENT_UNKNOWN)
    assert packet.created == datetime(2026, 3, 11, 12, tzinfo=UTC)
    assert (packet.register, packet.practice_name) == (POLICY.register, POLICY.practice_name)
    assert (full.finding, full.by, full.posted) == (12, "rosalind", date(2026, 3, 11))


def test_a_case_passes_when_exactly_what_was_expected_is_found():
    (case,) = parse_cases(CASE, "cases.toml")
    results = run_cases(
        [
            case,
            replace(case, expected=frozenset()),
            replace(case, expected=frozenset({Clause.ENDORSEMENT, Clause.OPINION})),
            replace(case, text="The maples have turned red."),
        ],
        POLICY,
    )
    assert [result.well for result in results] == [True, False, False, False]


def test_cases_are_judged_under_the_policy_with_its_accepted_phrases():
    (case,) = parse_cases(CASE.replace('["5"]', '"none"'), "cases.toml")
    accepting = replace(POLICY, accepted=(Accepted(OFFER, Clause.ENDORSEMENT, "Imani Okafor", "Ours"),))
    assert [run_cases([case], policy)[0].well for policy in (POLICY, accepting)] == [False, True]


def test_every_mistake_is_named_with_its_key():
    broken = (
        CASE.replace('["5"]', '["9"]').replace("posted = 2026-03-10\n", "")
        + FULL.replace('expect = "none"', "expect = []").replace('"client_unknown"', '"nobody"')
        + CASE.replace(f'"{OFFER}"', '" "').replace("reason", "raeson")
    )
    assert sorted(keys(broken)) == [
        ("cases[0].expect", '"none" or a list of clauses such as ["1", "5"]'),
        ("cases[0].posted", "a value"),
        ("cases[1].answers.author", "one of 'self', 'other' or 'client_unknown'"),
        ("cases[1].expect", '"none" or a list of clauses such as ["1", "5"]'),
        ("cases[2].raeson", "no such key"),
        ("cases[2].reason", "a value"),
        ("cases[2].text", "text that is not empty"),
    ]


def test_two_cases_of_one_name_are_a_mistake():
    assert keys(CASE + FULL + CASE) == [("cases[2].name", "a name that no other case has")]


def test_what_is_no_toml_no_text_or_no_file_is_a_mistake(tmp_path):
    assert keys("[[cases]")[0][0] == "(file)"
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_cases(tmp_path / "bytes.toml")
    with pytest.raises(ConfigError, match="a readable file"):
        load_cases(tmp_path / "none.toml")


def test_an_empty_file_holds_no_cases(tmp_path):
    (tmp_path / "cases.toml").write_text("# none yet\n", encoding="utf-8")
    assert load_cases(tmp_path / "cases.toml") == ()
