"""Mail on its way out: each message once to each recipient, kept until the server has taken it.

The record comes before the mail: a delivery is queued in the database, claimed, marked as being sent, handed to the
server, marked as sent. A crash between the last two steps leaves "sending"; the mail is then sent again under the same
Message-ID (RFC 5322 section 3.6.4), which a maildir folder and most servers recognise. SMTP offers no more than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from domain.errors import MailServerDown, RecipientRefused
from domain.reporting import UNLOGGED, DeliveryState
from reports.render import message_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from domain.reporting import Delivery, DeliveryKind, Message
    from reports.mail import Mailer
    from store.engine import Store

log = structlog.get_logger(__name__)

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=6)
REFUSED_RETRY = timedelta(days=1)
MOST_ATTEMPTS = 60
SENDING_LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Posting:
    """What is needed to send mail."""

    store: Store
    mailer: Mailer
    clock: Callable[[], datetime]
    owner: str
    mail_domain: str


@dataclass(frozen=True, slots=True)
class SendReport:
    """What one round of sending did. `waiting` will be tried again soon; `refused` was refused for good."""

    sent: int = 0
    waiting: int = 0
    refused: int = 0
    problems: tuple[str, ...] = ()

    def __add__(self, other: SendReport) -> SendReport:
        return SendReport(
            self.sent + other.sent,
            self.waiting + other.waiting,
            self.refused + other.refused,
            tuple(dict.fromkeys(self.problems + other.problems)),
        )

    @property
    def well(self) -> bool:
        """Whether every mail that was due has gone out."""
        return not (self.waiting or self.refused)


def queue(post: Posting, kind: DeliveryKind, key: str, recipients: Iterable[str], now: datetime) -> None:
    """Record that this mail must go to these recipients; a repeat changes nothing."""
    for recipient in recipients:
        name = message_id(kind, key, recipient, post.mail_domain)
        post.store.deliveries.enqueue(kind, key, recipient, name, now)


def send_due(
    post: Posting,
    kinds: Collection[DeliveryKind],
    compose: Callable[[Delivery], Message | None],
    on_accepted: Callable[[Delivery], None],
) -> SendReport:
    """Send every queued mail of these kinds that is due. `compose` returns None when there is nothing left to say.

    `on_accepted` hears of each mail that a server has taken, before that is recorded: after a crash in between it
    hears of the same mail again, and never not at all.
    """
    report = SendReport()
    now = post.clock()
    while claimed := post.store.deliveries.claim_due(
        now, post.owner, lease_until=now + SENDING_LEASE, limit=1, kinds=kinds
    ):
        report += _send(post, claimed[0], compose(claimed[0]), on_accepted)
    return report


def _send(
    post: Posting, delivery: Delivery, message: Message | None, on_accepted: Callable[[Delivery], None]
) -> SendReport:
    if message is None:
        post.store.deliveries.drop(delivery.id, post.clock())
        return SendReport()
    try:
        post.mailer.send(message)
    except MailServerDown as error:
        return _later(post, delivery, f"The mail server could not take it: {error}")
    except RecipientRefused as error:
        if error.permanent:
            return _refused(post, delivery, str(error))
        return _later(post, delivery, str(error))
    on_accepted(delivery)
    post.store.deliveries.sent(delivery.id, post.clock(), message.content_hash)
    log.info("mail-sent", **_named(delivery))
    return SendReport(sent=1)


def _later(post: Posting, delivery: Delivery, problem: str) -> SendReport:
    wait = min(FIRST_RETRY * (2 ** min(delivery.attempts, 10)), LONGEST_RETRY)
    now = post.clock()
    post.store.deliveries.failed(delivery.id, problem, now + wait, now)
    log.warning("mail-waits", **_named(delivery), problem=problem)
    return SendReport(waiting=1, problems=(problem,))


def _refused(post: Posting, delivery: Delivery, problem: str) -> SendReport:
    """Tried once a day all the same: a mailbox that was mended must not have cost an alert."""
    now = post.clock()
    again = now + REFUSED_RETRY if delivery.attempts < MOST_ATTEMPTS else None
    post.store.deliveries.failed(delivery.id, problem, again, now)
    log.error("mail-refused", **_named(delivery), problem=problem)
    return SendReport(refused=1, problems=(problem,))


def refused_for_good(delivery: Delivery, now: datetime) -> bool:
    """Whether a server said no for good (5xx), whether or not it is asked again once a day."""
    waits_a_day = delivery.next_try_at is not None and delivery.next_try_at > now + LONGEST_RETRY
    return delivery.state is DeliveryState.REFUSED or (delivery.state is DeliveryState.QUEUED and waits_a_day)


def _named(delivery: Delivery) -> dict[str, Any]:
    """What the log says of a mail; of those in `UNLOGGED` its number only: kind and hour together would tell whose."""
    if delivery.kind in UNLOGGED:
        return {"delivery": delivery.id}
    return {"kind": delivery.kind.value, "key": delivery.key, "delivery": delivery.id}
