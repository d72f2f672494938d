"""Digest, alert and notice -> Message. The same input gives byte-identical mail; no mail holds client detail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.findings import Clause
from domain.reporting import DeliveryKind, Message
from domain.safety import AtRisk
from reports import links, words
from reports.environment import for_mail, render
from reports.items import DigestMail, Limits, MailItem, digest_mail, mail_item
from reports.letters import letter_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from domain.findings import Reviewer
    from domain.reporting import Digest, ReportedFinding
    from domain.safety import Danger
    from reports.letters import ReviewLetter

# RFC 3834 section 5; the second keeps Exchange from answering with absence notes.
HEADERS = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"))
LARGEST_HTML = 90_000
"""Bytes. Gmail cuts a message at 102 KB."""
HIPAA_DAYS = 60
"""45 CFR 164.404(b): without unreasonable delay, at most 60 calendar days after discovery."""
GDPR_HOURS = 72
"""Regulation (EU) 2016/679, Art. 33(1)."""
ANSWER_DAYS = 7
"""The author has at least this long to answer."""


def message_id(kind: str, key: str, recipient: str, domain: str) -> str:
    """The same for the same mail to the same person, so that a repeat is recognised (RFC 5322 section 3.6.4)."""
    digest = sha256(f"{kind}\0{key}\0{recipient.casefold()}\0{domain}".encode()).hexdigest()
    return f"<{digest[:32]}@{domain}>"


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes mails for one practice.

    `archive_url` is where the archive is read (https://, http:// or file://), or "" when it has no address.
    `privacy_contact` is who answers questions about privacy: a name, an address or both, on one line.
    `time_zone` is the practice's; `error_rates` one or two sentences on how often the detector errs, as measured;
    `clause_titles` (id, title) in the practice's words, for alerts and notices (a digest brings its own).
    `console_url` is where authors find their own page, or "" where people reach no console.
    """

    practice: str
    sender: str
    archive_url: str
    mail_domain: str
    privacy_contact: str
    time_zone: str = "UTC"
    error_rates: str = ""
    clause_titles: tuple[tuple[str, str], ...] = ()
    console_url: str = ""

    def digest(self, digest: Digest, recipient: str, now: datetime) -> Message:
        """One week for one manager. Dated `now`: give `digest.built_at` to get the same bytes again."""
        limits = Limits()
        message = self._digest(digest, recipient, now, limits)
        while len(message.html.encode()) > LARGEST_HTML and limits.unread + limits.items + limits.read:
            limits = limits.smaller()
            message = self._digest(digest, recipient, now, limits)
        return message

    def alert(self, finding: ReportedFinding, recipient: str, now: datetime) -> Message:
        """A critical item, for the privacy officer: the breach clocks from `first_seen_at`, a checklist, a link."""
        week = words.week_of(finding.first_seen_at, self.time_zone)
        first_seen = words.local(finding.first_seen_at, self.time_zone)
        item = mail_item(
            finding,
            words.clause_title(finding.clause, self.clause_titles),
            self.time_zone,
            links.archived(self.archive_url, week, f"finding-{finding.id}"),
        )
        values = {
            "item": item,
            "week": words.week(week),
            "first_seen": words.moment(first_seen),
            "hipaa_day": words.weekday(first_seen.date() + timedelta(days=HIPAA_DAYS)),
            "gdpr_moment": words.moment(
                words.local(finding.first_seen_at + timedelta(hours=GDPR_HOURS), self.time_zone)
            ),
        }
        return self._message(DeliveryKind.ALERT, str(finding.id), recipient, now, values)

    def safety(self, danger: Danger, recipient: str, now: datetime) -> Message:
        """To the clinical lead: whose post, when and where it is, and what helps. No word of the post."""
        values = {
            "author": words.plain(danger.author),
            "own": AtRisk.SELF in danger.kinds,
            "other": AtRisk.OTHER in danger.kinds,
            "account": words.plain(danger.account),
            "platform": words.platform(danger.platform),
            "published": words.moment(words.local(danger.published_at, self.time_zone)),
            "noticed": words.moment(words.local(danger.seen_at, self.time_zone)),
            "link": links.own_post(danger.post_url) or links.web_address(danger.account_url),
        }
        return self._message(DeliveryKind.SAFETY, danger.key, recipient, now, values)

    def undelivered(self, key: str, lead: Reviewer, recipient: str, now: datetime) -> Message:
        """To those who are told when a safety mail was refused for good: whom it was for. Neither author nor post."""
        values = {
            "lead": words.plain(lead.name),
            "address": words.plain(lead.email),
            "refused": words.moment(words.local(now, self.time_zone)),
        }
        return self._message(DeliveryKind.SAFETY, key, recipient, now, values, template="undelivered")

    def notice(  # noqa: PLR0917 - what a mail is about, to whom, and when
        self,
        findings: Sequence[ReportedFinding],
        author_name: str,
        recipient: str,
        key: str,
        now: datetime,
        grace_until: datetime | None = None,
    ) -> Message:
        """To the author of the posts: which clause, where, when, and how to answer.

        `grace_until`: how long they stay with the author alone; None where they do not.
        """
        items = self._own_items(findings)
        answer_by = words.local(now, self.time_zone).date() + timedelta(days=ANSWER_DAYS)
        values = {
            "items": items,
            "author": words.plain(author_name),
            "answer_by": words.weekday(answer_by),
            "grace_until": words.moment(words.local(grace_until, self.time_zone)) if grace_until else "",
            "page": links.own_page(self.console_url),
        }
        return self._message(DeliveryKind.NOTICE, key, recipient, now, values)

    def notice_alone(
        self, findings: Sequence[ReportedFinding], author_name: str, recipient: str, key: str, now: datetime
    ) -> Message:
        """To the author, about what the terms of its platform let nobody else see: nobody else acts on it."""
        values = {
            "items": self._own_items(findings),
            "author": words.plain(author_name),
            "page": links.own_page(self.console_url),
        }
        return self._message(DeliveryKind.NOTICE, key, recipient, now, values, template="alone")

    def _own_items(self, findings: Sequence[ReportedFinding]) -> list[MailItem]:
        private = {finding.post_url for finding in findings if finding.clause is Clause.CONFIDENTIALITY}
        return [
            mail_item(
                finding,
                words.clause_title(finding.clause, self.clause_titles),
                self.time_zone,
                links.own_post(finding.post_url),
                confidential=finding.post_url in private,
            )
            for finding in findings
        ]

    def review(self, letter: ReviewLetter, recipient: str, key: str, now: datetime) -> Message:
        """To the author, about one review: that an answer is asked for, what was decided, or that it is closed."""
        values = letter_values(letter, self.time_zone, self.clause_titles)
        values |= {"page": links.own_page(self.console_url, letter.review_id)}
        return self._message(DeliveryKind.NOTICE, key, recipient, now, values, template="review")

    def _digest(self, digest: Digest, recipient: str, now: datetime, limits: Limits) -> Message:
        mail: DigestMail = digest_mail(digest, self.archive_url, limits)
        return self._message(DeliveryKind.DIGEST, digest.period.week, recipient, now, {"mail": mail})

    def _message(
        self,
        kind: DeliveryKind,
        key: str,
        recipient: str,
        now: datetime,
        values: Mapping[str, object],
        *,
        template: str = "",
    ) -> Message:
        folder = template or kind
        known = {
            **values,
            "practice": words.plain(self.practice),
            "privacy_contact": words.plain(self.privacy_contact),
            "error_rates": words.plain(self.error_rates),
        }
        return Message(
            message_id=message_id(kind, key, recipient, self.mail_domain),
            sender=self.sender,
            recipient=recipient,
            subject=words.plain(render(f"{folder}/subject.txt.j2", **known)),
            text=render(f"{folder}/body.txt.j2", **known),
            html=for_mail(render(f"{folder}/body.html.j2", **known)),
            date=now,
            headers=HEADERS,
        )
