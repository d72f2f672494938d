from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.cases import Case, load_cases, parse_cases, run_cases
from analyzers.keep import MASK
from domain.accounts import AccountKind, Licence
from domain.errors import ConfigError, UsageError
from domain.findings import Accepted, Clause
from domain.plans import Ceiling
from domain.posts import Parent, ParentAuthor
from monitor import work
from monitor.cases import Decision, append_case, as_toml, case_from, cases_beside, drop_erased
from store.engine import Store
from tests.fakes.practice import GRAVE, Practice, practice_on
from tests.store.test_retention import FOREVER

OFFER = "Obsessed w CalmPetalGummies, use my code TESS15, honestly the best sleep of my life #ad"
SPEAKS = "Kyle from Elm Street asked @kim. As a team we at Larkspur Bend believe homework is harmful. Met on May 3."
CLIENT = "One of my clients told me on Tuesday that she is getting married."


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    made = practice_on(store, tmp_path)
    made.authorise()
    return made


def finding_on(practice: Practice, text: str, **more: object) -> int:
    practice.publish("post", text, **more)
    practice.collect()
    return next(iter(practice.store.findings.all())).id


def made(practice: Practice, number: int, *expected: Clause) -> Case:
    decision = Decision(number, frozenset(expected), "Dismissed: our own wording", "rosalind")
    return case_from(practice.store, practice.policy, decision)


def test_a_case_holds_the_words_of_the_finding_and_masks_the_rest(practice: Practice) -> None:
    number = finding_on(practice, SPEAKS)

    case = made(practice, number)

    assert "we at Larkspur Bend believe" in case.text
    assert MASK in case.text
    assert not any(word in case.text for word in ("Kyle", "Elm", "kim", "@p-", "May", "3"))
    assert (case.name, case.finding, case.expected) == (f"finding-{number}", number, frozenset())
    assert (case.posted, case.role, case.licence) == (date(2026, 10, 7), "counselor", Licence.COUNSELOR)
    assert (case.reason, case.by) == ("Dismissed: our own wording", "rosalind")


def test_a_dismissed_finding_fails_as_a_case_until_its_phrase_is_accepted(practice: Practice) -> None:
    case = made(practice, finding_on(practice, OFFER))
    accepting = replace(
        practice.policy, accepted=(Accepted("code TESS15", Clause.ENDORSEMENT, "Imani Okafor", "Ours"),)
    )
    whole = replace(practice.policy, accepted=(Accepted(OFFER, Clause.ENDORSEMENT, "Imani Okafor", "Ours"),))

    assert [run_cases([case], policy)[0].well for policy in (practice.policy, accepting, whole)] == [False, False, True]


def test_a_confirmed_finding_passes_as_a_case(practice: Practice) -> None:
    case = made(practice, finding_on(practice, OFFER), Clause.ENDORSEMENT)

    assert run_cases([case], practice.policy)[0].well


@pytest.mark.parametrize("text", [GRAVE, CLIENT, f"{OFFER} {CLIENT}"])
def test_a_post_with_client_detail_never_becomes_a_case(practice: Practice, text: str) -> None:
    finding_on(practice, text)

    for found in practice.store.findings.all():
        with pytest.raises(UsageError, match="client detail") as refused:
            made(practice, found.id)
        assert not any(word in str(refused.value) for word in ("Dana", "married", "Tuesday", "TESS15"))


def test_client_detail_that_an_older_detector_found_counts_too(practice: Practice) -> None:
    number = finding_on(practice, OFFER)
    (kept,) = practice.store.findings.kept_for_rescore()
    (found,) = practice.store.judgements.on_record([kept.version_id])[kept.version_id]
    practice.store.findings.add_rescored(
        kept.version_id,
        [replace_clause(practice, found.id)],
        ["Masked."],
        policy_version="older",
        now=practice.clock(),
    )

    with pytest.raises(UsageError, match="client detail"):
        made(practice, number)


def replace_clause(practice: Practice, number: int):
    from_offer = run_cases([made(practice, number)], practice.policy)[0].findings[0]
    return replace(from_offer, clause=Clause.CONFIDENTIALITY)


def test_there_is_no_case_of_a_finding_that_is_not_there_or_whose_words_are_gone(practice: Practice) -> None:
    number = finding_on(practice, OFFER)
    with pytest.raises(UsageError, match="There is no finding 999"):
        made(practice, 999)
    practice.delete("post")
    for _ in range(2):
        practice.clock.forward(hours=25)
        practice.collect()
    practice.store.retention.apply(FOREVER, {"fake": Ceiling()}, practice.clock())

    with pytest.raises(UsageError, match="not kept any more"):
        made(practice, number)


def test_a_reply_that_shows_nothing_without_the_post_it_answers_is_refused(practice: Practice) -> None:
    asked = "My panic attacks are getting worse, should I stop taking my lexapro? What should I do?"
    practice.platform.parents["9"] = Parent(asked, ParentAuthor.OTHER)
    advice = "You should stop taking it and do 20 min of breathing each morning."
    number = finding_on(practice, advice, reply_to_id="9")

    with pytest.raises(UsageError, match="without the post it answers"):
        made(practice, number)


def test_a_finding_that_rests_on_what_is_masked_is_refused(practice: Practice) -> None:
    """The attack lands on a person who is named, and names are masked."""
    number = finding_on(practice, "Kyle Branford is a pathetic idiot and a fraud and everyone should know it.")

    with pytest.raises(UsageError, match="no longer show"):
        made(practice, number)


FULL = Case(
    name="full",
    text='A "quoted"\n\\ text \x7f \x00 with \U0001f499 and ',
    expected=frozenset({Clause.OPINION, Clause.SEPARATION}),
    posted=date(2026, 3, 11),
    reason="Decided.",
    account_kind=AccountKind.PRACTICE,
    role="practice account",
    licence=Licence.PSYCHIATRIST,
    bio="",
    media=("a chart", ""),
    is_reply=True,
    parent=Parent("What helps?", ParentAuthor.CLIENT_UNKNOWN),
    finding=12,
    by="rosalind",
)


def test_a_case_reads_back_as_it_was_written() -> None:
    assert parse_cases(as_toml(FULL), "cases.toml") == (FULL,)


@given(st.text(min_size=1).filter(lambda text: text.strip()), st.text())
def test_any_words_read_back_as_they_were_written(text: str, bio: str) -> None:
    case = Case("a", text, frozenset(), date(2026, 3, 11), "Why.", bio=bio)
    storable = [words.encode("utf-8", "replace").decode("utf-8") for words in (text, bio)]

    (read,) = parse_cases(as_toml(case), "cases.toml")

    assert [read.text, read.bio] == storable


def test_cases_are_added_at_the_end_of_a_file_of_the_owners_own(tmp_path: Path) -> None:
    file = tmp_path / "cases.toml"
    second = replace(FULL, name="second")
    append_case(file, FULL)
    append_case(file, second)

    assert load_cases(file) == (FULL, second)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="full already"):
        append_case(file, FULL)
    assert load_cases(file) == (FULL, second)


def test_a_file_with_mistakes_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "cases.toml"
    file.write_text('[[cases]]\nname = "a"\n', encoding="utf-8")

    with pytest.raises(ConfigError):
        append_case(file, FULL)

    assert file.read_text(encoding="utf-8") == '[[cases]]\nname = "a"\n'


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        append_case(tmp_path / "none" / "cases.toml", FULL)


HAND = """# Ours, by hand.
[[cases]]
name = "by hand"
text = "Our [[cases]] are invented."
expect = "none"
posted = 2026-10-07
reason = "Invented"
"""


def withdrawn(practice: Practice) -> None:
    (account,) = practice.store.accounts.all()
    practice.store.accounts.withdraw(account.id, "tess", practice.clock())


def test_a_case_goes_with_the_finding_it_was_made_of_and_the_others_stay(practice: Practice, tmp_path: Path) -> None:
    file = tmp_path / "cases.toml"
    file.write_text(HAND, encoding="utf-8")
    case = made(practice, finding_on(practice, OFFER))
    append_case(file, case)
    assert drop_erased(file, practice.store) == ()

    withdrawn(practice)

    assert drop_erased(file, practice.store) == (case.name,)
    assert "CalmPetalGummies" not in file.read_text(encoding="utf-8")
    assert file.read_text(encoding="utf-8").strip() == HAND.strip()
    assert file.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("cases")] == ["cases.toml"]


def test_a_heading_within_a_text_costs_no_case(practice: Practice, tmp_path: Path) -> None:
    file = tmp_path / "cases.toml"
    text = HAND.replace('"Our [[cases]] are invented."', '"""Our\n[[cases]]\nare invented."""')
    file.write_text(text, encoding="utf-8")
    (before,) = load_cases(file)
    append_case(file, made(practice, finding_on(practice, OFFER)))
    withdrawn(practice)

    assert len(drop_erased(file, practice.store)) == 1
    assert load_cases(file) == (before,)


def test_the_daily_pass_takes_the_cases_of_what_was_erased(practice: Practice) -> None:
    file = cases_beside(practice.config.policy)
    append_case(file, made(practice, finding_on(practice, OFFER)))
    work.retention(practice.app())
    assert len(load_cases(file)) == 1

    withdrawn(practice)
    work.retention(practice.app())
    assert load_cases(file) == ()


def test_a_broken_file_of_cases_stops_no_retention_and_is_not_touched(practice: Practice) -> None:
    file = cases_beside(practice.config.policy)
    file.write_text("[[cases]]\nname = 3", encoding="utf-8")

    assert work.retention(practice.app()).removed is not None
    assert file.read_text(encoding="utf-8") == "[[cases]]\nname = 3"


def test_a_database_that_nobody_has_enrolled_in_costs_no_case(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "cases.toml"
    file.write_text(HAND + "finding = 7\n", encoding="utf-8")

    assert drop_erased(file, store) == ()
    assert file.read_text(encoding="utf-8") == HAND + "finding = 7\n"
