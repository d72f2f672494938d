from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.accounts import AccountState
from domain.errors import AccountSuspended, NotAuthorised, RateLimited, StoreError, Unreachable
from domain.posts import Parent, ParentAuthor
from monitor.run import collect_due
from store.engine import Store
from tests.fakes.practice import GRAVE, HARMLESS, Practice, practice_on


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    return practice_on(store, tmp_path)


def test_an_account_without_proof_is_never_visited(practice: Practice) -> None:
    practice.enroll()
    practice.publish("a", GRAVE)

    assert practice.collect().visits == ()
    assert practice.platform.visits == []


def test_new_posts_are_judged_and_only_findings_keep_words(practice: Practice) -> None:
    account = practice.authorise()
    practice.publish("grave", GRAVE)
    practice.publish("fine", HARMLESS)

    visit = practice.collect().visits[0]

    assert (visit.new, visit.findings, len(visit.critical)) == (2, 1, 1)
    assert set(practice.store.posts.known(account.id)) == {"grave", "fine"}
    assert [kept.post.post_id for kept in practice.store.findings.kept_for_rescore()] == ["grave"]


def test_a_second_pass_before_the_next_check_visits_nobody(practice: Practice) -> None:
    practice.authorise()
    practice.collect()

    assert practice.collect().visits == ()


def test_the_same_listing_a_day_later_adds_nothing(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)
    practice.collect()
    practice.clock.forward(hours=25)

    visit = practice.collect().visits[0]

    assert (visit.new, visit.edited, visit.findings) == (0, 0, 0)


def test_an_edit_is_judged_as_a_version_of_its_own(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", HARMLESS)
    practice.collect()
    practice.clock.forward(hours=25)
    practice.edit("a", GRAVE)

    visit = practice.collect().visits[0]

    assert (visit.new, visit.edited, visit.findings) == (0, 1, 1)


def test_a_deleted_post_is_gone_after_two_confirmations_and_not_before(practice: Practice) -> None:
    account = practice.authorise()
    practice.publish("a", HARMLESS)
    practice.collect()
    practice.delete("a")
    practice.clock.forward(hours=25)
    first = practice.collect().visits[0]
    practice.clock.forward(hours=25)
    second = practice.collect().visits[0]

    assert (first.gone, second.gone) == (0, 1)
    assert practice.store.posts.known(account.id)["a"].state.value == "gone"


def test_an_unanswered_question_deletes_nothing(practice: Practice) -> None:
    account = practice.authorise()
    practice.publish("a", HARMLESS)
    practice.collect()
    practice.delete("a")
    practice.platform.unanswered = True
    for _ in range(4):
        practice.clock.forward(hours=25)
        practice.collect()

    assert practice.store.posts.known(account.id)["a"].state.value == "missing"


def test_one_broken_account_costs_no_other(practice: Practice) -> None:
    practice.authorise("tess")
    broken = practice.authorise("jo", practice.hire("Jo Penhallow"))
    practice.publish("a", HARMLESS)
    practice.platform.faults[broken.id] = Unreachable()

    report = practice.collect()

    assert sorted(visit.outcome for visit in report.visits) == ["read", "unreachable"]


def test_repeated_failures_set_an_account_aside_and_retry_brings_it_back(practice: Practice) -> None:
    account = practice.authorise()
    practice.platform.fault = Unreachable()
    for _ in range(3):
        practice.collect()
        practice.clock.forward(hours=25)
    aside = practice.store.accounts.find(str(account.id))
    practice.platform.fault = None
    practice.store.accounts.retry(account.id, practice.clock())
    visit = practice.collect().visits[0]

    assert (aside.state, aside.problem) == (AccountState.QUARANTINED, Unreachable.reason)
    assert visit.outcome == "read"
    assert practice.store.accounts.find(str(account.id)).state is AccountState.ACTIVE


def test_a_set_aside_account_frees_itself_at_its_slow_try(practice: Practice) -> None:
    account = practice.authorise()
    practice.platform.fault = AccountSuspended()
    for _ in range(3):
        practice.collect()
        practice.clock.forward(hours=25)
    practice.platform.fault = None
    early = practice.collect().visits
    practice.clock.forward(hours=24 * 7)
    practice.collect()
    free = practice.store.accounts.find(str(account.id))

    assert early == ()
    assert (free.state, free.failures, free.problem, free.problem_code) == (AccountState.ACTIVE, 0, None, None)


def test_a_platforms_bug_costs_its_account_alone_and_shows(practice: Practice) -> None:
    practice.authorise()
    practice.platform.fault = RecursionError("a parser went too deep")

    visit = practice.collect().visits[0]

    assert visit.outcome == "malformed"


def test_a_rate_limit_is_waited_for(practice: Practice) -> None:
    account = practice.authorise()
    until = practice.clock().replace(hour=20)
    practice.platform.fault = RateLimited(retry_at=until)
    practice.collect()

    assert practice.store.accounts.find(str(account.id)).next_check_at == until


def test_a_withdrawal_during_the_reading_stores_nothing(practice: Practice) -> None:
    account = practice.authorise()
    practice.publish("grave", GRAVE)
    practice.platform.meanwhile = lambda: practice.store.accounts.withdraw(account.id, "tess", practice.clock())

    visit = practice.collect().visits[0]

    assert visit.outcome == "dropped"
    assert practice.store.posts.known(account.id) == {}
    with pytest.raises(NotAuthorised):
        practice.store.accounts.account(account.id, practice.clock())


def test_a_reply_is_judged_with_the_post_it_answers(practice: Practice) -> None:
    practice.authorise()
    practice.platform.parents["p"] = Parent("best therapist i ever had, see you thursday", ParentAuthor.CLIENT_UNKNOWN)
    words = "Thank you so much for trusting us with your care, it's been a joy to watch you grow"
    practice.publish("r", words, reply_to_id="p", replies_to_self=False)

    visit = practice.collect().visits[0]

    assert visit.findings >= 1


def test_four_workers_visit_each_account_once(practice: Practice) -> None:
    wanted = [practice.authorise(f"site{n}", practice.hire(f"Person{n} Example")).id for n in range(12)]
    practice.publish("a", HARMLESS)

    report = practice.collect(workers=4)

    assert sorted(visit.account_id for visit in report.visits) == sorted(wanted)
    assert sorted(practice.platform.visits) == sorted(wanted)


def test_a_stop_ends_the_pass_between_two_accounts(practice: Practice) -> None:
    practice.authorise("one")
    practice.authorise("two", practice.hire("Jo Penhallow"))
    asked = iter([False, True])

    report = collect_due(practice.collecting(), stopping=lambda: next(asked), on_visit=lambda visit: None)

    assert len(report.visits) == 1


def test_of_a_clean_post_neither_address_nor_parent_is_stored(practice: Practice) -> None:
    account = practice.authorise()
    practice.publish("fine", HARMLESS, reply_to_id="https://fake.example/@dana_client/4455")
    practice.collect()
    (known,) = practice.store.posts.known(account.id).values()
    with practice.store.database.reading() as connection:
        row = connection.execute(text("SELECT url, reply_to_id FROM posts")).one()

    assert known.url == ""
    assert "dana" not in str(row)
    assert "/tess/fine" not in str(row)


def test_a_bio_is_stored_without_other_peoples_handles(practice: Practice) -> None:
    account = practice.authorise()
    practice.platform.bio = "Wife of @dana_client@social.example. Counselor."
    practice.collect()

    assert "dana" not in practice.store.accounts.account(account.id, practice.clock()).bio


@pytest.mark.parametrize("where", ["collect", "confirm", "parent"])
def test_no_word_of_a_post_is_logged_when_a_platform_breaks(
    practice: Practice, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    practice.authorise()
    practice.publish("gone", HARMLESS)
    practice.collect()
    practice.clock.forward(hours=25)
    practice.delete("gone")
    practice.publish("reply", HARMLESS, reply_to_id="p")
    practice.platform.bugs[where] = ValueError(GRAVE)
    visit = practice.collect().visits[0]
    said = capsys.readouterr()

    assert visit.outcome == ("malformed" if where == "collect" else "read")
    assert "ValueError" in said.out + said.err
    assert "Whitlock" not in said.out + said.err


def test_a_bug_in_one_visit_costs_no_other_and_no_alert(practice: Practice) -> None:
    broken = practice.authorise("jo", practice.hire("Jo Penhallow"))
    practice.authorise("tess")
    practice.publish("a", HARMLESS)
    tools = practice.collecting()

    def pseudonym(handle: str) -> str:
        raise ZeroDivisionError(handle)

    practice.platform.bio = "Wife of @dana@social.example"
    report = collect_due(replace(tools, pseudonym=pseudonym), stopping=lambda: False, on_visit=lambda visit: None)

    assert sorted(visit.outcome for visit in report.visits) == ["bug", "bug"]
    assert broken.id in {visit.account_id for visit in report.failed}


def test_a_database_that_fails_ends_the_pass_with_its_own_error(practice: Practice) -> None:
    practice.authorise()
    practice.platform.meanwhile = lambda: (_ for _ in ()).throw(StoreError("The database is gone."))

    with pytest.raises(StoreError, match="gone"):
        practice.collect(workers=2)
