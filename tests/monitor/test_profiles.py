"""The profile as a post of its own: judged once, kept like a post, never deleted by silence."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.audit import LogFilter
from domain.findings import Clause
from domain.opinions import Unasked
from domain.posts import PROFILE_ID, PostKind, PostState
from monitor.opinions import question_of
from monitor.rescore import bench_of, judged_again, kept_with_record, rescore
from store.engine import Store
from tests.fakes.practice import HARMLESS, Practice, practice_on

SPEAKS = "Official page of Larkspur Bend Counseling, run with @dana_client@social.example"
CALM = "Counselor. Opinions mine."


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    return practice_on(store, tmp_path)


def test_a_profile_that_speaks_for_the_practice_is_found_once_whatever_is_posted(practice: Practice) -> None:
    practice.authorise()
    practice.platform.bio = SPEAKS
    practice.publish("walk", HARMLESS)
    practice.publish("wordless", "")

    visit = practice.collect().visits[0]

    assert (visit.new, visit.findings) == (3, 1)
    (kept,) = practice.store.findings.kept_for_rescore()
    assert (kept.post.post_id, kept.post.kind.value) == (PROFILE_ID, "profile")


def test_its_words_are_kept_without_other_peoples_handles_and_its_evidence_counts_in_them(practice: Practice) -> None:
    account = practice.authorise()
    practice.platform.bio = SPEAKS
    practice.collect()

    ((kept, (found,)),) = kept_with_record(practice.store)

    assert "dana" not in kept.post.text
    assert found.clause is Clause.SEPARATION
    assert found.reason.startswith("The profile ")
    assert {span.field for span in found.spans} == {"text"}
    assert kept.post.text[found.spans[0].start : found.spans[0].end].lower().startswith("official page")
    assert kept.post.url == account.url


def test_a_rescoring_finds_the_same_on_the_kept_words(practice: Practice) -> None:
    practice.authorise()
    practice.platform.bio = SPEAKS
    practice.collect()
    ((kept, stored),) = kept_with_record(practice.store)

    again = judged_again(kept, stored, bench_of(practice.app()))

    assert [(one.clause, one.spans[0].field) for one in again.findings] == [(Clause.SEPARATION, "text")]
    assert [span.start for span in again.findings[0].spans] == [span.start for span in stored[0].spans]
    assert rescore(practice.app()).added == 0


def test_a_changed_profile_is_judged_anew_and_the_same_one_is_not(practice: Practice) -> None:
    account = practice.authorise()
    practice.platform.bio = SPEAKS
    practice.collect()
    practice.clock.forward(hours=25)
    same = practice.collect().visits[0]
    practice.platform.bio = CALM
    practice.clock.forward(hours=25)
    calmer = practice.collect().visits[0]

    assert [(one.new, one.edited, one.findings) for one in (same, calmer)] == [(0, 0, 0), (0, 1, 0)]
    assert practice.store.posts.known(account.id)[PROFILE_ID].state is PostState.LIVE


def test_readings_that_do_not_see_it_leave_it_standing(practice: Practice) -> None:
    account = practice.authorise()
    practice.platform.bio = SPEAKS
    practice.collect()
    practice.platform.unchanged = True
    for _ in range(3):
        practice.clock.forward(hours=25)
        practice.collect()

    assert practice.store.posts.known(account.id)[PROFILE_ID].state is PostState.LIVE


def test_a_profile_without_a_finding_keeps_neither_words_nor_address(practice: Practice) -> None:
    practice.authorise()
    practice.platform.bio = CALM
    practice.collect()

    with practice.store.database.reading() as connection:
        assert connection.execute(text("SELECT url FROM posts")).scalars().all() == [""]
        assert connection.execute(text("SELECT kept_text FROM versions")).scalars().all() == [None]


def test_a_new_name_is_taken_over_and_told_to_the_log_without_the_name(practice: Practice) -> None:
    account = practice.authorise()
    practice.platform.handle = "tess.writes"
    practice.collect()
    practice.clock.forward(hours=25)
    practice.collect()

    renamed = practice.store.accounts.account(account.id, practice.clock())
    lines = [entry.record for entry in practice.store.audit.page(LogFilter(kind="account")).entries]
    told = [line for line in lines if line.event == "account.renamed"]

    assert renamed.handle == "tess.writes"
    assert [(line.subject, dict(line.details)) for line in told] == [(f"account:{account.id}", {"account": account.id})]


def test_protected_words_of_a_profile_are_not_kept_with_a_finding_on_it(practice: Practice) -> None:
    practice.authorise()
    practice.platform.bio = (
        "Proud union steward, ask me about the strike. Official page of Larkspur Bend Counseling, DM to book."
    )
    practice.collect()

    ((kept, _),) = kept_with_record(practice.store)

    assert "union" not in kept.post.text
    assert "strike" not in kept.post.text
    assert "Official page of Larkspur Bend Counseling" in kept.post.text


def test_no_second_opinion_is_asked_about_a_profile(practice: Practice) -> None:
    practice.authorise()
    practice.platform.bio = SPEAKS
    practice.collect()
    ((kept, (found,)),) = kept_with_record(practice.store)
    asked = Unasked(found.id, found.clause, 0.9, frozenset(), kept)

    assert question_of(asked, practice.policy, None) is None
    as_post = replace(asked, kept=replace(kept, post=replace(kept.post, kind=PostKind.POST)))
    assert question_of(as_post, practice.policy, None) is not None
