"""From a post on a real site to a mail in a real mailbox: alerts, notices and digests over SMTP, read back by IMAP."""

from __future__ import annotations

from datetime import timedelta

import certifi
import pytest

from domain.reporting import DeliveryKind, DeliveryState
from monitor import work
from tests.real.practice import visits

pytestmark = pytest.mark.real

CLIENT = ("Marisol", "Quintero", "Alder Street", "overdose", "relapsed")
GRAVE = "My client Marisol Quintero from Alder Street relapsed again and told me in session today about her overdose."
PROMOTION = "Everybody should buy the Calm Lantern app, it is the best. Use my code LARK20 for 20% off!"
LATER = timedelta(minutes=20)


@pytest.fixture
def person(mastodon):
    return mastodon.person()


def words_in(mail) -> str:
    return " ".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


def assert_no_client_detail(mails) -> None:
    for mail in mails:
        for word in CLIENT:
            assert word not in mail.as_string()
            assert word not in words_in(mail)


def test_a_week_with_two_breaches_and_one_account_that_cannot_be_read(mailing_practice, wordpress, mastodon, person):
    practice, server, clock = mailing_practice, mailing_practice.mail, mailing_practice.clock
    practice.install(second := f"deputy-{practice.key}@larkspurbend.example")
    author = wordpress.author(first_post_at=clock() - timedelta(days=30))
    ailing = mastodon.person()
    with practice.open() as app:
        blog = practice.enrol(app, author.url, author.describe)
        practice.enrol(app, person.url, person.describe, name="Tess Arroway")
        practice.enrol(app, ailing.url, ailing.describe, name="Wren Osei")
        author.publish("A hard day", GRAVE)
        person.toot(GRAVE)
        with mastodon.failing(ailing, type="status", status=500):
            collected = work.collect(app)

        alerts = server.mails_to(practice.officer)
        notices = server.mails_to(blog.staff.email), server.mails_to(practice.address_of("Tess Arroway"))
        assert (collected.alerts.sent, collected.alerts.waiting, collected.alerts.refused) == (4, 0, 0)
        assert len(alerts) == 2
        assert [len(each) for each in notices] == [1, 1]
        assert all("please look today" in mail["Subject"] for mail in alerts)
        assert server.mails_to(practice.manager) == []

        week = practice.to_digest_time(app)
        reports = [work.digest(app) for _ in range(3)]
        assert [report.built for report in reports] == [(week,), (), ()]
        assert [report.mail.sent for report in reports] == [2, 0, 0]

        work.archive(app)

    digests = server.mails_to(practice.manager), server.mails_to(second)
    assert [len(each) for each in digests] == [1, 1]
    digest = digests[0][0]
    assert practice.manager in digest["To"]
    assert second not in digest.as_string()
    assert digest["From"] == "section7@larkspurbend.example"
    assert "Larkspur Bend Counseling" in digest["Subject"]
    for kind in ("plain", "html"):
        body = digest.get_body((kind,)).get_content()
        assert ailing.name in body
        assert "reported an internal error" in " ".join(body.split())
        assert "unconfirmed" in body
    pages = " ".join(page.read_text("utf-8") for page in (practice.folder / "archive").rglob("*.html"))
    assert person.name in pages
    for word in ("Marisol", "Quintero", "Alder Street"):
        assert word not in pages
    assert_no_client_detail([*alerts, *notices[0], *notices[1], *digests[0], *digests[1]])


def test_while_the_mail_server_is_away_alerts_wait_and_then_go_out_once(mailing_practice, mail_server, person, clock):
    practice, server = mailing_practice, mail_server
    practice.install()
    with practice.open() as app:
        practice.enrol(app, person.url, person.describe, name="Tess Arroway")
        person.toot(GRAVE)
        with server.stopped():
            away = work.collect(app).alerts
        waiting = app.store.deliveries.unsent()
        clock.now += LATER
        back = work.collect(app).alerts
        again = work.alert(app)

    assert (away.sent, away.waiting, away.refused) == (0, 2, 0)
    assert any("mail server" in problem for problem in away.problems)
    assert {delivery.state for delivery in waiting} == {DeliveryState.QUEUED}
    assert (back.sent, back.waiting) == (2, 0)
    assert (again.sent, again.waiting) == (0, 0)
    assert len(server.mails_to(practice.officer)) == 1
    assert len(server.mails_to(practice.address_of("Tess Arroway"))) == 1


def test_management_waits_for_the_authors_notice_when_mail_stands_still(mailing_practice, mail_server, person, clock):
    practice, server = mailing_practice, mail_server
    practice.install()
    with practice.open() as app:
        practice.enrol(app, person.url, person.describe, name="Tess Arroway")
        person.toot(PROMOTION)
        with server.stopped():
            assert visits(app).popitem()[1].findings > 0
            week = practice.to_digest_time(app)
            away = work.digest(app)
        clock.now += LATER
        back = work.digest(app)

    assert (away.built, away.held, away.mail.sent) == ((), (week,), 0)
    assert (back.built, back.held, back.mail.sent) == ((week,), (), 2)
    assert len(server.mails_to(practice.address_of("Tess Arroway"))) == 1
    assert len(server.mails_to(practice.manager)) == 1


def test_a_refused_recipient_is_named_and_costs_nobody_else_the_digest(mailing_practice, mail_server, person, clock):
    practice, server = mailing_practice, mail_server
    practice.install(unknown := f"nobody-{practice.key}@larkspurbend.example")
    with practice.open() as app:
        practice.enrol(app, person.url, person.describe, name="Tess Arroway")
        visits(app)
        week = practice.to_digest_time(app)
        report = work.digest(app)
        clock.now += timedelta(days=1)
        later = work.digest(app)
        states = {each.recipient: each.state for each in app.store.deliveries.of(DeliveryKind.DIGEST, week)}

    assert (report.mail.sent, report.mail.waiting, report.mail.refused) == (1, 0, 1)
    assert any("550" in problem for problem in report.mail.problems)
    assert (later.mail.sent, later.mail.refused) == (0, 1)
    assert states == {practice.manager: DeliveryState.SENT, unknown: DeliveryState.QUEUED}
    assert len(server.mails_to(practice.manager)) == 1


def test_a_recipient_who_is_put_off_gets_the_digest_later_and_once(mailing_practice, mail_server, person, clock):
    practice, server = mailing_practice, mail_server
    practice.install()
    with practice.open() as app:
        practice.enrol(app, person.url, person.describe, name="Tess Arroway")
        visits(app)
        practice.to_digest_time(app)
        with server.putting_off(practice.manager):
            put_off = work.digest(app)
        clock.now += LATER
        accepted = work.digest(app)
        repeated = work.digest(app)

    assert (put_off.mail.sent, put_off.mail.waiting, put_off.mail.refused) == (0, 1, 0)
    assert any("451" in problem for problem in put_off.mail.problems)
    assert (accepted.mail.sent, repeated.mail.sent) == (1, 0)
    assert len(server.mails_to(practice.manager)) == 1


def test_a_server_that_no_known_authority_vouches_for_gets_no_mail(mailing_practice, mail_server):
    practice = mailing_practice
    practice.mail = mail_server.trusting(certifi.where())
    with pytest.raises(AssertionError, match=r"what='mail', well=False.*certificate"):
        practice.install()


def test_a_wrong_password_is_said_before_the_first_digest(mailing_practice, mail_server):
    practice = mailing_practice
    practice.mail = mail_server.with_password("not this one")
    with pytest.raises(AssertionError, match=r"what='mail', well=False"):
        practice.install()
