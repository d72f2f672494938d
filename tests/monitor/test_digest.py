from pathlib import Path

import pytest

from domain.errors import MailServerDown, RecipientRefused, Unreachable
from domain.reporting import DeliveryKind, DeliveryState, Reading
from monitor.alerts import alert_due
from monitor.digest import DigestReport, digest_due
from store.engine import Store
from tests.fakes.practice import GRAVE, HARMLESS, Practice, practice_on

MANAGER = "manager@larkspurbend.example"
AUTHOR = "tess@larkspurbend.example"
OFFER = "Obsessed w @CalmPetalGummies, code TESS15, honestly the best sleep of my life #ad"
MONDAY_MORNING = "2026-10-12T11:00:00+00:00"


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    return practice_on(store, tmp_path)


def recipients(practice: Practice) -> list[str]:
    return [message.recipient for message in practice.mailer.sent]


def weekly(practice: Practice) -> DigestReport:
    return digest_due(practice.reporting())


def a_week_with(practice: Practice, *texts: str) -> None:
    practice.authorise()
    for number, text in enumerate(texts):
        practice.publish(f"p{number}", text)
    practice.collect()
    practice.clock.to(MONDAY_MORNING)


def test_nothing_is_due_before_the_week_has_ended(practice: Practice) -> None:
    practice.authorise()
    practice.clock.to("2026-10-12T10:59:59+00:00")

    assert weekly(practice).built == ()


def test_nothing_is_due_where_nobody_ever_opted_in(practice: Practice) -> None:
    practice.enroll()
    practice.clock.to("2027-01-01T00:00:00+00:00")

    assert weekly(practice).built == ()


def test_a_week_without_findings_is_sent_too(practice: Practice) -> None:
    a_week_with(practice, HARMLESS)

    report = weekly(practice)

    assert report.built == ("2026-W41",)
    assert recipients(practice) == [MANAGER]


def test_the_author_hears_before_management(practice: Practice) -> None:
    a_week_with(practice, OFFER)
    weekly(practice)

    assert recipients(practice) == [AUTHOR, MANAGER]
    told = practice.store.findings.seen_between(practice.clock().replace(day=1), practice.clock())
    assert all(finding.author_told_at is not None for finding in told)


def test_running_again_sends_nothing_twice(practice: Practice) -> None:
    a_week_with(practice, OFFER)
    for _ in range(3):
        weekly(practice)

    assert recipients(practice) == [AUTHOR, MANAGER]


def test_a_dead_mail_server_loses_nothing(practice: Practice) -> None:
    a_week_with(practice, HARMLESS)
    practice.mailer.answers = [MailServerDown("mail.example:587: no answer")]
    report = weekly(practice)
    practice.clock.forward(hours=1)
    weekly(practice)

    assert report.mail.waiting == 1
    assert recipients(practice) == [MANAGER]


def test_a_notice_that_waits_holds_the_digest(practice: Practice) -> None:
    a_week_with(practice, OFFER)
    practice.mailer.answers = [MailServerDown("mail.example:587: no answer")]
    report = weekly(practice)

    assert report.held == ("2026-W41",)
    assert recipients(practice) == []


def test_the_digest_is_not_held_for_ever(practice: Practice) -> None:
    a_week_with(practice, OFFER)
    practice.mailer.answers = [RecipientRefused("452 for now", permanent=False)] * 20
    weekly(practice)
    practice.clock.forward(hours=49)
    practice.mailer.answers = [RecipientRefused("452 for now", permanent=False)]
    report = weekly(practice)

    assert report.built == ("2026-W41",)
    assert recipients(practice) == [MANAGER]


def test_an_address_refused_for_good_is_named_and_does_not_hold_the_digest(practice: Practice) -> None:
    a_week_with(practice, OFFER)
    practice.mailer.answers = [RecipientRefused("550 no such user", permanent=True)]
    report = weekly(practice)

    assert report.mail.refused == 1
    assert recipients(practice) == [MANAGER]
    states = [(one.kind, one.recipient, one.state) for one in practice.store.deliveries.unsent()]
    assert states == [(DeliveryKind.NOTICE, AUTHOR, DeliveryState.QUEUED)]


def test_a_mailbox_that_was_mended_gets_what_it_had_refused(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)
    practice.collect()
    practice.mailer.answers = [None, RecipientRefused("550 no such user", permanent=True)]
    refused = alert_due(practice.reporting())
    practice.clock.forward(hours=25)
    mended = alert_due(practice.reporting())

    assert (refused.refused, mended.sent) == (1, 1)
    assert recipients(practice) == [AUTHOR, practice.policy.privacy_officer.email]


def test_mail_goes_to_whoever_is_entitled_when_it_leaves(practice: Practice) -> None:
    a_week_with(practice, HARMLESS)
    practice.mailer.answers = [MailServerDown("mail.example:587: no answer")]
    weekly(practice)
    practice.clock.forward(hours=1)
    mail = practice.config.mail.model_copy(update={"recipients": ["new@larkspurbend.example"]})
    practice.config = practice.config.model_copy(update={"mail": mail})
    weekly(practice)

    assert recipients(practice) == ["new@larkspurbend.example"]


def test_a_finding_written_while_its_digest_was_made_is_in_the_next_one(practice: Practice) -> None:
    practice.authorise()
    practice.clock.to("2026-10-12T10:59:00+00:00")
    practice.clock.to(MONDAY_MORNING)
    weekly(practice)
    practice.clock.to("2026-10-11T23:59:50+00:00")
    practice.publish("offer", OFFER)
    practice.collect()
    practice.clock.to("2026-10-19T11:00:00+00:00")
    weekly(practice)
    digest = practice.store.digests.get("2026-W42")

    assert digest is not None
    assert len(digest.findings) == 1
    assert AUTHOR in recipients(practice)


def test_a_withdrawal_of_another_account_does_not_silence_an_authors_notice(practice: Practice) -> None:
    practice.authorise("one")
    staff = practice.store.staff.find(AUTHOR)
    other = practice.authorise("two", staff)
    practice.publish("offer", OFFER)
    practice.collect()
    practice.clock.to(MONDAY_MORNING)
    practice.mailer.answers = [MailServerDown("mail.example:587: no answer")]
    weekly(practice)
    practice.store.accounts.withdraw(other.id, "tess", practice.clock())
    practice.clock.forward(hours=1)
    weekly(practice)

    assert recipients(practice) == [AUTHOR, MANAGER]


def test_every_week_missed_is_made_up_for_in_order(practice: Practice) -> None:
    practice.authorise()
    practice.clock.to("2026-10-26T11:00:00+00:00")

    assert weekly(practice).built == ("2026-W41", "2026-W42", "2026-W43")


def test_the_same_digest_is_sent_byte_for_byte_after_a_crash(practice: Practice) -> None:
    a_week_with(practice, OFFER)
    practice.mailer.answers = [None, MailServerDown("broken while sending")]
    weekly(practice)
    practice.clock.forward(hours=2)
    weekly(practice)
    attempts = [message for message in practice.mailer.tried if message.recipient == MANAGER]

    assert len(attempts) == 2
    assert attempts[0] == attempts[1]


def test_a_failing_account_is_named_with_its_reason(practice: Practice) -> None:
    account = practice.authorise()
    practice.platform.faults[account.id] = Unreachable()
    for _ in range(3):
        practice.collect()
        practice.clock.forward(hours=25)
    practice.clock.to(MONDAY_MORNING)
    weekly(practice)
    digest = practice.store.digests.get("2026-W41")

    assert digest is not None
    assert digest.coverage[0].reading in (Reading.FAILING, Reading.QUARANTINED)
    assert digest.coverage[0].reason
    assert digest.coverage[0].reason in practice.mailer.sent[0].text.replace("\n", " ")


def test_mail_holds_no_client_detail(practice: Practice) -> None:
    a_week_with(practice, GRAVE, OFFER)
    alert_due(practice.reporting())
    weekly(practice)
    mail = " ".join(message.subject + message.text + message.html for message in practice.mailer.sent)

    assert len(practice.mailer.sent) == 4
    for detail in ("Whitlock", "Dana", "Elm Street", "Mercy", "bipolar", "CalmPetal"):
        assert detail not in mail


def test_a_critical_finding_alerts_the_officer_and_its_author_the_same_day(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)
    practice.collect()

    alert_due(practice.reporting())
    alert_due(practice.reporting())

    assert recipients(practice) == [AUTHOR, practice.policy.privacy_officer.email]


def test_an_alert_never_waits_for_the_author(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)
    practice.collect()
    practice.mailer.answers = [RecipientRefused("452 for now", permanent=False)]

    report = alert_due(practice.reporting())

    assert recipients(practice) == [practice.policy.privacy_officer.email]
    assert report.waiting == 1


def test_a_withdrawn_account_vanishes_from_what_is_built_later(practice: Practice) -> None:
    account = practice.authorise()
    practice.publish("a", OFFER)
    practice.collect()
    practice.store.accounts.withdraw(account.id, "tess", practice.clock())
    practice.clock.to(MONDAY_MORNING)
    weekly(practice)
    digest = practice.store.digests.get("2026-W41")

    assert digest is not None
    assert (digest.findings, digest.coverage) == ((), ())


def test_an_author_told_late_is_recorded_as_told(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)
    practice.collect()
    practice.mailer.answers = [RecipientRefused("452 for now", permanent=False)]
    alert_due(practice.reporting())
    before = [finding.author_told_at for finding in practice.store.findings.all()]
    practice.clock.forward(hours=1)
    alert_due(practice.reporting())

    assert before == [None]
    assert [finding.author_told_at for finding in practice.store.findings.all()] == [practice.clock()]
