"""A finding as archive pages show it, in the static archive and in the console alike: words and links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.findings import Severity
from domain.reporting import Judged
from reports import links, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.reporting import ReportedFinding

UNCONFIRMED = "Unconfirmed"
_JUDGED: Mapping[Judged, str] = {
    Judged.DECIDED: "Decided by people, may be appealed",
    Judged.APPEALED: "Decided by people, appealed",
    Judged.UPHELD: "Upheld by people",
    Judged.NOT_UPHELD: "Not upheld by people",
    Judged.MENDED: "Mended by its author",
}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an item stands. Links are relative to the site's root; "" where there is no such page.

    `anchor` is unique on its page, `link` is a page of the item's own.
    """

    anchor: str
    account_link: str
    week: str = ""
    week_link: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding as the archive shows it. What a reader may not see is "": account, author, reason, excerpt, url."""

    anchor: str
    id: int
    clause: str
    title: str
    severity: str
    meaning: str
    status: str
    """Where its review stands, in a word or two."""
    grave: bool
    platform: str
    day: str
    first_seen: str
    account_id: int
    account: str
    author: str
    reason: str
    excerpt: str
    url: str
    confidence: str
    notes: tuple[str, ...]
    made_by: str
    account_link: str
    week: str
    week_link: str
    link: str = ""
    noun: str = "post"
    """What it was noticed on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one page of a long list stands; file names are relative to the page itself, "" at the ends."""

    number: int
    first: bool
    newer: str
    older: str


def stands(finding: ReportedFinding) -> str:
    """What people had made of it when it was reported, in a few words."""
    return UNCONFIRMED if finding.judged is None else _JUDGED[finding.judged]


def entry_of(
    finding: ReportedFinding,
    titles: Iterable[tuple[str, str]],
    time_zone: str,
    where: Whereabouts,
    status: str = "",
) -> Entry:
    """The finding in words. `titles` are (clause id, title in the practice's words).

    `status` is where it stands now, "" for how it stood when it was reported.
    """
    return Entry(
        anchor=where.anchor,
        id=finding.id,
        clause=finding.clause.value,
        title=words.clause_title(finding.clause, titles),
        severity=words.SEVERITY[finding.severity],
        meaning=words.SEVERITY_MEANING.get(finding.severity, ""),
        status=status or stands(finding),
        grave=finding.severity >= Severity.S3,
        platform=words.platform(finding.platform),
        day=words.local_day(finding.published_at, time_zone),
        first_seen=words.moment(words.local(finding.first_seen_at, time_zone)),
        account_id=finding.account_id,
        account=words.plain(finding.account),
        author=words.plain(finding.author),
        reason=words.plain(finding.reason),
        excerpt=words.paragraphs(finding.excerpt),
        url=links.own_post(finding.post_url),
        confidence=words.confidence(finding.probability),
        notes=words.notes(finding, time_zone),
        made_by=f"{words.plain(finding.detector)} {finding.detector_version}, policy {finding.policy_version}",
        account_link=where.account_link,
        week=words.week(where.week) if where.week else "",
        week_link=where.week_link,
        link=where.link,
        noun=words.noun(finding.kind),
    )
