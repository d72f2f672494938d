"""Word of a concern to whoever handles it: once, whatever was down meanwhile, and without a word of the concern."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, select
from structlog.testing import capture_logs

from domain.access import Role, User
from domain.concerns import NewConcern, Openness, Received, Reporter
from domain.errors import MailServerDown
from domain.findings import Clause
from domain.reporting import Message
from domain.routing import Handling, Routing
from monitor import work
from monitor.alerts import tell_handlers
from monitor.concern_mail import LONGEST
from monitor.config_concerns import ConcernsTable
from monitor.retention import PROFILES
from store.engine import Store
from store.tables import deliveries
from tests.fakes.practice import Practice, practice_on

OFFICER, ALTERNATE = "privacy@larkspurbend.example", "jonas@larkspurbend.example"
NEW = NewConcern(
    "https://social.example/@maren/77",
    Clause.CONDUCT,
    "Please look at this.",
    Openness.CONFIDENTIAL,
    Reporter("Odile Brandt", "555-0188"),
)


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    made = practice_on(store, tmp_path)
    concerns = ConcernsTable(alternate_name="Jonas Wray", alternate_email=ALTERNATE)
    made.config = made.config.model_copy(update={"concerns": concerns})
    return made


def person(practice: Practice, email: str, name: str = "Imani Okafor") -> User:
    return practice.store.users.add(name, email, {Role.PRIVACY_OFFICER}, None, "command", practice.clock())


def received(practice: Practice, new: NewConcern = NEW) -> Received:
    return practice.store.concerns.receive(new, routing(practice), practice.clock())


def routing(practice: Practice) -> Routing:
    return practice.config.concerns.routing(practice.policy)


def tell(practice: Practice) -> list[Message]:
    """What goes out now."""
    before = len(practice.mailer.sent)
    tell_handlers(practice.reporting())
    return practice.mailer.sent[before:]


def test_the_handler_hears_once_that_one_waits_and_nothing_of_it(practice: Practice) -> None:
    person(practice, OFFICER)
    got = received(practice)

    (mail,) = tell(practice)
    assert (mail.recipient, mail.subject) == (OFFICER, "A concern was received")
    assert f"/concerns/{got.concern.id}" in mail.text
    everything = f"{mail.subject}{mail.text}{mail.html}"
    for secret in ("maren", "Please look", "Odile", "555-0188", "Section 4", got.code):
        assert secret not in everything
    assert tell(practice) == []


def test_a_dead_server_delays_it_and_loses_nothing(practice: Practice) -> None:
    received(practice)
    practice.mailer.answers.append(MailServerDown("no connection"))

    report = tell_handlers(practice.reporting())
    assert (report.sent, report.waiting) == (0, 1)
    practice.clock.forward(hours=1)
    work.collect(practice.app())
    assert [mail.recipient for mail in practice.mailer.sent] == [OFFICER]


def test_an_answer_of_the_reporter_is_told_until_the_handler_has_answered(practice: Practice) -> None:
    officer, got = person(practice, OFFICER), received(practice)
    handling = Handling(officer, routing(practice))
    tell(practice)
    practice.store.concerns.acknowledge(got.concern.id, handling, "Thank you.", practice.clock())
    practice.store.concerns.answer_as_reporter(got.code, "It is still there.", practice.clock())

    (mail,) = tell(practice)
    assert mail.subject == "A reporter has answered"
    assert "still there" not in mail.text
    practice.store.concerns.answer_as_reporter(got.code, "And another one.", practice.clock())
    practice.store.concerns.answer_as_handler(got.concern.id, handling, "We have seen both.", practice.clock())
    assert tell(practice) == []


def test_one_kept_from_the_usual_handler_goes_to_the_alternate_alone(practice: Practice) -> None:
    aside = NewConcern(NEW.url, NEW.clause, NEW.text, Openness.ANONYMOUS, to_alternate=True)
    received(practice, aside)
    assert [mail.recipient for mail in tell(practice)] == [ALTERNATE]


def test_whoever_handles_it_when_the_mail_leaves_gets_it(practice: Practice) -> None:
    officer, other = person(practice, OFFICER), person(practice, "odalys@larkspurbend.example", "Odalys Finch")
    got = received(practice)
    practice.mailer.answers.append(MailServerDown("no connection"))
    tell(practice)
    handling = Handling(officer, routing(practice))
    practice.store.concerns.hand_over(got.concern.id, handling, other, practice.clock())
    practice.clock.forward(hours=1)

    assert [mail.recipient for mail in tell(practice)] == [other.email]
    assert practice.store.deliveries.unsent() == ()


def test_what_was_looked_after_meanwhile_is_not_written_about(practice: Practice) -> None:
    officer, got = person(practice, OFFICER), received(practice)
    practice.mailer.answers.append(MailServerDown("no connection"))
    tell(practice)
    handling = Handling(officer, routing(practice))
    practice.store.concerns.acknowledge(got.concern.id, handling, "Thank you.", practice.clock())
    practice.clock.forward(hours=1)

    assert tell(practice) == []
    assert practice.store.deliveries.unsent() == ()


def test_old_news_is_not_told_again_when_the_record_of_mails_forgets(practice: Practice) -> None:
    received(practice)
    tell(practice)
    with practice.store.database.writing() as connection:
        connection.execute(delete(deliveries))
    practice.clock.forward(days=LONGEST.days + 1)
    assert tell(practice) == []


def test_no_log_tells_that_one_came(practice: Practice) -> None:
    received(practice)
    with capture_logs() as lines:
        tell(practice)
    assert [line.keys() - {"event", "log_level"} for line in lines] == [{"delivery"}]
    events = [entry.record.event for entry in practice.store.audit.entries()]
    assert "concern.received" in events
    assert not [event for event in events if event.startswith("mail.")]


def test_its_line_is_forgotten_with_the_other_unlogged_ones(practice: Practice) -> None:
    received(practice)
    tell(practice)
    practice.clock.forward(days=8 * 365)
    practice.store.retention.apply(PROFILES["us"], {}, practice.clock())
    with practice.store.database.reading() as connection:
        assert connection.execute(select(deliveries.c.kind)).all() == []
