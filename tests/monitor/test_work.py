from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import Unreachable
from monitor import work
from monitor.rescore import rescore
from store.engine import Store
from tests.fakes.practice import GRAVE, HARMLESS, Practice, practice_on

FIRST_WEEK = "2026-W41.html"


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    return practice_on(store, tmp_path)


def recipients(practice: Practice) -> list[str]:
    return [message.recipient for message in practice.mailer.sent]


def test_a_pass_alerts_by_itself_about_what_is_critical(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)

    done = work.collect(practice.app())

    assert done.well
    assert practice.policy.privacy_officer.email in recipients(practice)


def test_a_pass_with_a_failed_account_is_not_well(practice: Practice) -> None:
    practice.authorise()
    practice.platform.fault = Unreachable()

    assert not work.collect(practice.app()).well


def test_a_day_of_ticks_reads_once_and_forgets_nothing(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", HARMLESS)
    app = practice.app()
    for _ in range(24):
        work.tick(app, work.never)
        practice.clock.forward(hours=1)

    assert len(practice.platform.visits) == 1
    assert (practice.config.archive / "index.html").exists()


def test_weeks_of_ticks_send_one_digest_a_week(practice: Practice) -> None:
    practice.authorise()
    app = practice.app()
    for _ in range(4 * 28):
        work.tick(app, work.never)
        practice.clock.forward(hours=6)

    assert recipients(practice) == ["manager@larkspurbend.example"] * 4
    assert min(page.name for page in (practice.config.archive / "weeks").glob("*.html")) == FIRST_WEEK


def test_a_stop_in_the_middle_leaves_the_rest_to_the_next_tick(practice: Practice) -> None:
    practice.authorise()
    practice.clock.to("2026-10-12T12:00:00+00:00")
    work.tick(practice.app(), lambda: True)
    stopped = recipients(practice)
    work.tick(practice.app(), work.never)

    assert (stopped, recipients(practice)) == ([], ["manager@larkspurbend.example"])


def test_work_that_another_process_does_is_left_to_it(practice: Practice) -> None:
    practice.authorise()
    now = practice.clock()
    practice.store.leases.acquire("digest", "another", now, now + timedelta(minutes=30))
    practice.store.leases.acquire("archive", "another", now, now + timedelta(minutes=30))

    assert work.digest(practice.app()) is None
    assert work.archive(practice.app()) is None


def test_a_lease_is_given_back_when_the_work_fails(practice: Practice) -> None:
    practice.authorise()
    blocked = practice.config.archive
    blocked.write_text("a file where the folder should be", encoding="utf-8")

    with pytest.raises(Exception, match=r"archive|folder|file"):
        work.archive(practice.app())
    blocked.unlink()

    assert work.archive(practice.app()) is not None


def test_the_archive_shows_no_finding_before_its_author_was_told(practice: Practice) -> None:
    practice.authorise()
    practice.publish("offer", "Obsessed w @CalmPetalGummies, code TESS15, honestly the best sleep of my life #ad")
    practice.collect()
    work.archive(practice.app())
    page = (practice.config.archive / "weeks" / FIRST_WEEK).read_text(encoding="utf-8")

    assert "finding-" not in page


def test_retention_forgets_a_clean_post_that_left_its_page(practice: Practice) -> None:
    account = practice.authorise()
    practice.publish("a", HARMLESS)
    practice.collect()
    practice.delete("a")
    practice.clock.forward(days=91)
    report = work.retention(practice.app())

    assert sum(report.removed.values()) >= 1
    assert practice.store.posts.known(account.id) == {}


def test_rescoring_under_the_same_rules_adds_nothing(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)
    practice.collect()

    done = rescore(practice.app())

    assert (done.versions, done.added) == (1, 0)


def test_rescoring_under_another_policy_adds_and_keeps_the_old(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)
    practice.collect()
    before = len(list(practice.store.findings.all()))
    app = replace(practice.app(), policy=replace(practice.policy, version="another"))

    done = rescore(app)

    assert done.added >= 1
    assert len(list(practice.store.findings.all())) == before + done.added


def test_rescoring_tells_nobody_twice(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)
    work.collect(practice.app())
    sent = len(practice.mailer.sent)
    rescore(replace(practice.app(), policy=replace(practice.policy, version="another")))
    work.alert(practice.app())

    assert len(practice.mailer.sent) == sent


def test_a_post_that_was_gone_and_stands_again_has_its_evidence_again(practice: Practice) -> None:
    practice.authorise()
    offer = "Obsessed w @CalmPetalGummies, code TESS15, honestly the best sleep of my life #ad"
    published = practice.clock()
    practice.publish("offer", offer, published)
    practice.collect()
    before = list(practice.store.findings.all())
    practice.delete("offer")
    for _ in range(2):
        practice.clock.forward(hours=25)
        practice.collect()
    work.retention(practice.app())
    between = list(practice.store.findings.all())
    practice.publish("offer", offer, published)
    practice.clock.forward(hours=25)
    practice.collect()
    after = list(practice.store.findings.all())

    assert [finding.excerpt for finding in between] == [""]
    assert [(one.id, one.excerpt) for one in after] == [(one.id, one.excerpt) for one in before]
