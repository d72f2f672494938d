"""A danger to life on its way: told at once and once, to one person, and nowhere else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from domain.errors import MailServerDown, RecipientRefused
from domain.findings import Clause, Reviewer, Severity
from domain.reporting import DeliveryKind
from monitor import work
from monitor.digest import digest_due
from monitor.retention import PROFILES
from store.engine import Store
from store.tables import dangers, deliveries, metadata, posts, versions
from tests.fakes.practice import GRAVE, HARMLESS, Practice, practice_on

FAREWELL = "I've taken all of my pills. Goodbye everyone, none of it was your fault. I'm sorry."
WORDS = ("pills", "goodbye")
THREAT = "Delete it or I will come to your house with my gun. I know where you live."
LEAD = "rosalind@larkspurbend.example"
OFFICER = "privacy@larkspurbend.example"
MONDAY_MORNING = "2026-10-12T11:00:00+00:00"


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    made = practice_on(store, tmp_path)
    made.authorise()
    return made


def recipients(practice: Practice) -> list[str]:
    return [message.recipient for message in practice.mailer.sent]


def everything_stored(practice: Practice) -> str:
    """Every value of every table, but for the practice's own record of whom it reads."""
    with practice.store.database.reading() as connection:
        return repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])


def rows(practice: Practice, *columns: object) -> list[tuple[object, ...]]:
    with practice.store.database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]


def test_the_clinical_lead_hears_at_once_and_nobody_else_does(practice: Practice) -> None:
    practice.publish("a", FAREWELL)
    work.collect(practice.app())

    (mail,) = practice.mailer.sent
    assert mail.recipient == LEAD
    assert "Tess Arroway" in mail.text
    assert "https://fake.example/" in mail.text
    assert "988" in mail.text
    assert "Tess" not in mail.subject
    for part in (mail.subject, mail.text, mail.html):
        assert not any(word in part.lower() for word in WORDS)


def test_nothing_of_it_is_kept_but_a_key_that_names_nobody(practice: Practice) -> None:
    practice.publish("a", FAREWELL)
    work.collect(practice.app())

    assert not any(word in everything_stored(practice).lower() for word in WORDS)
    assert rows(practice, dangers) == []
    assert rows(practice, versions.c.kept_text) == [(None,)]
    assert rows(practice, posts.c.url) == [("",)]
    assert list(practice.store.findings.all()) == []
    (key,) = rows(practice, deliveries.c.key)[0]
    assert len(str(key)) == 64


def test_no_digest_archive_run_or_log_shows_it(practice: Practice) -> None:
    practice.publish("quiet", HARMLESS)
    practice.publish("a", FAREWELL)
    with capture_logs() as logs:
        work.collect(practice.app())
    practice.clock.to(MONDAY_MORNING)
    digest_due(practice.reporting())
    work.archive(practice.app())

    digest = practice.store.digests.get("2026-W41")
    assert digest is not None
    assert digest.findings == ()
    weekly = practice.mailer.sent[-1]
    pages = "".join(page.read_text() for page in practice.config.archive.rglob("*.html"))
    for shown in (weekly.text, weekly.html, pages, repr(logs)):
        assert not any(word in shown.lower() for word in (*WORDS, "safety", "suicide", "rosalind"))
    with practice.store.database.reading() as connection:
        counts = connection.execute(select(metadata.tables["runs"].c.counts)).scalars().all()
    assert counts == [{"accounts": 1, "failed": 0, "new": 2, "edited": 0, "gone": 0, "findings": 0}]


def test_it_is_told_once_however_often_it_is_read_or_edited(practice: Practice) -> None:
    practice.publish("a", FAREWELL)
    for _ in range(2):
        work.collect(practice.app())
        practice.clock.forward(hours=25)
    practice.edit("a", FAREWELL + " Biscuit likes the blue bowl.")
    work.collect(practice.app())

    assert recipients(practice) == [LEAD]


def test_an_edit_that_endangers_somebody_else_is_told_again(practice: Practice) -> None:
    practice.publish("a", FAREWELL)
    work.collect(practice.app())
    practice.clock.forward(hours=25)
    practice.edit("a", f"{FAREWELL} {THREAT}")
    work.collect(practice.app())

    assert recipients(practice).count(LEAD) == 2


def test_a_post_that_turns_dangerous_by_an_edit_is_told(practice: Practice) -> None:
    practice.publish("a", HARMLESS)
    work.collect(practice.app())
    practice.clock.forward(hours=25)
    practice.edit("a", FAREWELL)
    work.collect(practice.app())

    assert recipients(practice) == [LEAD]


def test_it_waits_for_no_other_account(practice: Practice) -> None:
    """Each account shows the same farewell: the first mail goes out before the second account is read."""
    politeness = practice.config.politeness.model_copy(update={"workers": 1})
    practice.config = practice.config.model_copy(update={"politeness": politeness})
    practice.authorise("wren", practice.hire("Wren Halloran"))
    practice.publish("a", FAREWELL)
    heard: list[int] = []

    work.collect(practice.app(), on_visit=lambda visit: heard.append(len(practice.mailer.sent)))

    assert heard == [0, 1]
    assert recipients(practice) == [LEAD, LEAD]


def test_a_mail_server_that_is_down_delays_and_loses_nothing(practice: Practice) -> None:
    practice.mailer.answers[:] = [MailServerDown("gone")]
    practice.publish("a", FAREWELL)
    work.collect(practice.app())
    assert [danger.author for danger in practice.store.dangers.untold()] == ["Tess Arroway"]

    practice.clock.forward(minutes=30)
    work.alert(practice.app())

    assert recipients(practice) == [LEAD]
    assert practice.store.dangers.untold() == ()


def test_others_hear_that_it_was_refused_and_not_what_it_says(practice: Practice) -> None:
    practice.mailer.answers[:] = [RecipientRefused("550 5.1.1", permanent=True)]
    practice.publish("a", FAREWELL)
    work.collect(practice.app())

    managers = practice.config.mail.recipients
    assert sorted(recipients(practice)) == sorted([OFFICER, *managers])
    for mail in practice.mailer.sent:
        for part in (mail.subject, mail.text, mail.html):
            assert not any(word in part for word in ("Tess", "tess", "fake.example", *WORDS))
        assert LEAD in mail.text
    assert [danger.author for danger in practice.store.dangers.untold()] == ["Tess Arroway"]

    practice.clock.forward(hours=1)
    work.alert(practice.app())
    assert len(practice.mailer.sent) == 1 + len(managers)
    practice.clock.forward(hours=24)
    work.alert(practice.app())
    assert recipients(practice)[1 + len(managers) :] == [LEAD]
    assert practice.store.dangers.untold() == ()


def test_word_of_a_refusal_is_not_sent_once_the_lead_was_told(practice: Practice) -> None:
    practice.mailer.answers[:] = [RecipientRefused("550", permanent=True), *[MailServerDown("gone")] * 2]
    practice.publish("a", FAREWELL)
    work.collect(practice.app())
    practice.policy = replace(practice.policy, clinical_lead=Reviewer("Imani Okafor", "imani@larkspurbend.example"))
    practice.mailer.answers.clear()

    work.alert(practice.app())
    practice.clock.forward(hours=8)
    work.alert(practice.app())

    assert recipients(practice) == ["imani@larkspurbend.example"]


def test_where_the_officer_is_the_lead_the_managers_hear_of_a_refusal(practice: Practice) -> None:
    practice.policy = _with_lead(practice, None)
    practice.mailer.answers[:] = [RecipientRefused("550", permanent=True)]
    practice.publish("a", FAREWELL)
    work.collect(practice.app())

    assert recipients(practice) == list(practice.config.mail.recipients)


def test_it_still_goes_out_when_the_author_leaves_meanwhile(practice: Practice) -> None:
    practice.mailer.answers[:] = [MailServerDown("gone")]
    practice.publish("a", FAREWELL)
    work.collect(practice.app())
    (account,) = practice.store.accounts.all()
    practice.store.accounts.withdraw(account.id, actor="tester", now=practice.clock())

    practice.clock.forward(minutes=30)
    work.alert(practice.app())

    assert recipients(practice) == [LEAD]
    assert practice.store.dangers.untold() == ()


def test_a_new_lead_hears_what_the_old_one_was_not_told(practice: Practice) -> None:
    practice.mailer.answers[:] = [MailServerDown("gone")]
    practice.publish("a", FAREWELL)
    work.collect(practice.app())

    practice.policy = _with_lead(practice, Reviewer("Oluwaseun Marsh", "marsh@larkspurbend.example"))
    practice.clock.forward(minutes=30)
    for _ in range(2):
        work.alert(practice.app())

    assert recipients(practice) == ["marsh@larkspurbend.example"]


def test_without_a_lead_the_privacy_officer_hears(practice: Practice) -> None:
    practice.policy = _with_lead(practice, None)
    practice.publish("a", FAREWELL)
    work.collect(practice.app())

    assert recipients(practice) == [OFFICER]


def test_a_threat_is_told_and_keeps_its_finding_and_its_alert(practice: Practice) -> None:
    practice.publish("a", THREAT)
    work.collect(practice.app())

    found = [(finding.clause, finding.severity) for finding in practice.store.findings.all()]
    assert found == [(Clause.CONDUCT, Severity.S4)]
    assert sorted(recipients(practice)) == sorted([LEAD, OFFICER, "tess@larkspurbend.example"])


def test_a_client_in_a_farewell_keeps_the_finding_without_the_farewell(practice: Practice) -> None:
    practice.publish("a", f"{GRAVE}\n\nAs for me, I want to die.")
    work.collect(practice.app())

    assert Clause.CONFIDENTIALITY in {finding.clause for finding in practice.store.findings.all()}
    assert "Dana Whitlock" in everything_stored(practice)
    assert "want to die" not in everything_stored(practice)


def test_what_was_sent_is_forgotten_when_a_clean_post_is(practice: Practice) -> None:
    practice.publish("a", FAREWELL)
    work.collect(practice.app())
    profile = PROFILES["us"]
    assert profile.clean_hash is not None

    practice.store.retention.apply(profile, {}, practice.clock() + profile.clean_hash)
    assert len(_safety_mails(practice)) == 1
    practice.store.retention.apply(profile, {}, practice.clock() + profile.clean_hash + timedelta(days=1))
    assert _safety_mails(practice) == []


def _safety_mails(practice: Practice) -> list[tuple[object, ...]]:
    return [row for row in rows(practice, deliveries.c.kind) if row == (DeliveryKind.SAFETY,)]


def _with_lead(practice: Practice, lead: Reviewer | None):  # type: ignore[no-untyped-def]
    return replace(practice.policy, clinical_lead=lead)
