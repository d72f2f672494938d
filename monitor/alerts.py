"""Same-day alerts: an S4 finding reaches the privacy officer, and its author, as soon as it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.reporting import DeliveryKind
from monitor.delivery import SendReport, queue
from monitor.digest import CRITICAL_PREFIX, send, tell_authors

if TYPE_CHECKING:
    from monitor.digest import Reporting


def alert_due(tools: Reporting) -> SendReport:
    """Queue an alert for every critical finding that has none, then send all alerts and notices that are due.

    The author hears first, though the alert never waits for that: the breach clock may already run
    (45 CFR 164.404(a)(2), GDPR Art. 33).
    """
    post = tools.post
    report = SendReport()
    for finding in post.store.findings.critical_unalerted():
        key = f"{CRITICAL_PREFIX}{finding.id}"
        report += tell_authors(tools, key, [finding])
        queue(post, DeliveryKind.ALERT, key, [tools.policy.privacy_officer.email], post.clock())
    return report + send(tools, DeliveryKind.ALERT, DeliveryKind.NOTICE)
