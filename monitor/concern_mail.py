"""Word to whoever handles concerns that something waits: queued like every mail, made when it leaves, without content.

What is queued follows from what is stored, so that no concern stays untold because a server or a program was away. Who
may handle a concern may change at any time; whoever does when the mail leaves gets it, and nobody else.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.concerns import ACKNOWLEDGE_WITHIN, OUTCOME_WITHIN
from domain.reporting import DeliveryKind
from domain.routing import told_address
from monitor.delivery import queue
from reports import words
from reports.plain_mail import Letter, written

if TYPE_CHECKING:
    from datetime import datetime

    from domain.concerns import ConcernNews
    from domain.reporting import Delivery, Message
    from domain.routing import Routing
    from monitor.delivery import Posting
    from reports.render import Renderer

LONGEST = timedelta(days=30)
"""Older news is not written about any more; the record of mails may have forgotten that it was."""


def queue_news(post: Posting, routing: Routing) -> None:
    """One mail for each concern that nobody has acknowledged, and for each newest word that is its reporter's."""
    now = post.clock()
    for news in post.store.concerns.news(now - LONGEST):
        queue(post, DeliveryKind.CONCERN, _key(news), _recipients(news, routing), now)


def concern_recipients(post: Posting, routing: Routing, delivery: Delivery) -> frozenset[str]:
    """Who may get this mail now; nobody once somebody has looked after it."""
    news = _news_of(post, delivery)
    return frozenset(() if news is None else _recipients(news, routing))


def compose_news(post: Posting, renderer: Renderer, delivery: Delivery, when: datetime) -> Message | None:
    """The mail: that one waits and until when, and nothing of what it says; None when nothing waits any more."""
    news = _news_of(post, delivery)
    if news is None:
        return None
    acknowledge, answer = (
        words.local_day(news.received_at + within, renderer.time_zone)
        for within in (ACKNOWLEDGE_WITHIN, OUTCOME_WITHIN)
    )
    letter = Letter(
        kind=DeliveryKind.CONCERN,
        key=delivery.key,
        recipient=delivery.recipient,
        subject="A reporter has answered" if news.messages else "A concern was received",
        paragraphs=(
            f"Number {news.concern_id}, under section 8 of the policy. This mail says nothing of it.",
            f"It is to be acknowledged by {acknowledge} and answered by {answer}.",
        ),
        link=f"{renderer.console_url}/concerns/{news.concern_id}",
        after=("Do not try to find out who reported it, and do not forward this mail.",),
    )
    return written(letter, renderer.practice, renderer.sender, when)


def _news_of(post: Posting, delivery: Delivery) -> ConcernNews | None:
    since = (delivery.queued_at or post.clock()) - LONGEST
    return next((news for news in post.store.concerns.news(since) if _key(news) == delivery.key), None)


def _key(news: ConcernNews) -> str:
    return f"{news.concern_id}:{news.messages}"


def _recipients(news: ConcernNews, routing: Routing) -> tuple[str, ...]:
    address = told_address(news.handler, routing, to_alternate=news.to_alternate)
    return (address,) if address else ()
