"""Mail that does not wait for the week: a danger to life and a concern at once, an S4 finding the same day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.reporting import DeliveryKind
from monitor.concern_mail import queue_news
from monitor.delivery import SendReport, queue, refused_for_good
from monitor.digest import CRITICAL_PREFIX, hears_of_refusal, send, tell_authors, undelivered_key

if TYPE_CHECKING:
    from monitor.digest import Reporting


def warn_due(tools: Reporting) -> SendReport:
    """Tell the clinical lead of every danger to life that is not told yet.

    Nobody else hears of it, and no program tells the author: a person speaks to them. Where the mail is refused for
    good, others hear that there is one, and neither whose post it is about nor what stands there.
    """
    post = tools.post
    for danger in post.store.dangers.untold():
        queue(post, DeliveryKind.SAFETY, danger.key, [tools.policy.hears_of_danger.email], post.clock())
    report = send(tools, DeliveryKind.SAFETY)
    return report + send(tools, DeliveryKind.SAFETY) if _call_others(tools) else report


def _call_others(tools: Reporting) -> bool:
    """Queue word of every safety mail that its present recipient's server refused for good; whether there is one."""
    post, lead = tools.post, tools.policy.hears_of_danger.email
    found = False
    for danger in post.store.dangers.untold():
        mails = post.store.deliveries.of(DeliveryKind.SAFETY, danger.key)
        if any(mail.recipient == lead and refused_for_good(mail, post.clock()) for mail in mails):
            queue(post, DeliveryKind.SAFETY, undelivered_key(danger), sorted(hears_of_refusal(tools)), post.clock())
            found = True
    return found


def alert_due(tools: Reporting) -> SendReport:
    """Warn of dangers to life, queue an alert for every critical finding that has none, and send what is due.

    The author hears first, though the alert never waits for that: the breach clock may already run
    (45 CFR 164.404(a)(2), GDPR Art. 33).
    """
    post = tools.post
    report = warn_due(tools)
    for finding in post.store.findings.critical_unalerted():
        key = f"{CRITICAL_PREFIX}{finding.id}"
        report += tell_authors(tools, key, [finding])
        queue(post, DeliveryKind.ALERT, key, [tools.policy.privacy_officer.email], post.clock())
    return report + send(tools, DeliveryKind.ALERT, DeliveryKind.NOTICE) + tell_handlers(tools)


def tell_handlers(tools: Reporting) -> SendReport:
    """Tell whoever handles concerns of each that waits for them and of each answer of a reporter."""
    queue_news(tools.post, tools.config.concerns.routing(tools.policy))
    return send(tools, DeliveryKind.CONCERN)
