"""Plain words for a reader who is no technician: severities, platforms, days, what went wrong.

Nothing here depends on the machine's locale, so the same digest reads the same everywhere.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.findings import Clause, Severity
from domain.imports import is_imported, service_of
from domain.opinions import Stand
from domain.posts import PostKind
from domain.reporting import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from domain.reporting import Period, ReportedFinding

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SEVERITY = {
    Severity.S0: "nothing to do",
    Severity.S1: "minor",
    Severity.S2: "moderate",
    Severity.S3: "serious",
    Severity.S4: "critical",
}
SEVERITY_MEANING = {
    Severity.S1: "small or unclear",
    Severity.S2: "a clear departure from the policy; the possible harm is small",
    Severity.S3: "two people should look at it",
    Severity.S4: "somebody could be harmed; the privacy officer is told the same day",
}
CLAUSE_TITLES = {
    Clause.SEPARATION: "Separation of personal and professional accounts",
    Clause.CONFIDENTIALITY: "Protecting client confidentiality",
    Clause.THERAPEUTIC: "No therapeutic relationships on social media",
    Clause.CONDUCT: "Respectful and professional conduct",
    Clause.ENDORSEMENT: "Recommendations and endorsements",
    Clause.OPINION: "Discretion in sharing personal opinions",
}
PLATFORMS = {
    "activitypub": "ActivityPub",
    "bluesky": "Bluesky",
    "facebook": "Facebook",
    "facebook_page": "Facebook Page",
    "feed": "web feed",
    "ghost": "Ghost",
    "google_review_reply": "Google review reply",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "medium": "Medium",
    "podcast": "podcast",
    "rss": "web feed",
    "substack": "Substack",
    "threads": "Threads",
    "tiktok": "TikTok",
    "tumblr": "Tumblr",
    "webpage": "web page",
    "wordpress": "WordPress",
    "x": "X",
    "youtube": "YouTube",
    "youtube_comments": "YouTube comments",
}
READING = {
    Reading.READ: "read",
    Reading.STALE: "read less often than planned",
    Reading.FAILING: "could not be read",
    Reading.QUARANTINED: "set aside after repeated failures",
    Reading.PAUSED: "paused",
    Reading.STOPPED: "not read while collection was stopped",
    Reading.NEVER: "not read yet",
}
IMPORTED_READING = {
    Reading.READ: "imported",
    Reading.STALE: "not imported for long",
    Reading.NEVER: "not imported yet",
}
"""The same of an account whose owner hands its posts over."""
NO_REASON = {
    Reading.STALE: "It was not read as often as planned this week.",
    Reading.FAILING: "The newest attempt to read it failed; another one follows by itself.",
    Reading.QUARANTINED: "It failed too often and is now tried rarely; an administrator should look.",
    Reading.PAUSED: "Reading was paused and goes on when somebody resumes it.",
    Reading.STOPPED: "All collection was stopped.",
    Reading.NEVER: "It was authorised and has not been read for the first time yet.",
}
CONTEXT = {
    "parent": "the post that this one answers",
    "image": "a picture that has no description",
    "register": "the list of endorsements and speakers that the practice has authorised",
    "affiliation": "the dates between which the author works for the practice",
}
OPINION = {
    Stand.AGREES: "A second opinion (a language model, {model}) reads it the same way.",
    Stand.DISAGREES: "A second opinion (a language model, {model}) disagrees and reads the post as fine.",
    Stand.NONE: "A second opinion (a language model, {model}) was asked for and gave none.",
}
"""Disagreement is said as plainly as agreement; neither changes anything about the item."""
CONFIDENCE = ((0.9, "quite sure"), (0.7, "fairly sure"), (0.5, "more likely than not"), (0.0, "unsure"))


def plain(value: str) -> str:
    """One printable line: white space collapsed, control and direction characters dropped."""
    # Nearly everything is printable already, and an archive asks this question a hundred thousand times.
    safe = value if value.isprintable() else "".join(map(_printable, value))
    return " ".join(safe.split())


def paragraphs(value: str) -> str:
    """As `plain`, line by line; empty lines are dropped."""
    return "\n".join(line for line in map(plain, value.splitlines()) if line)


def visible(value: str) -> str:
    """The same text, its blanks and line ends as they are, without control and direction characters."""
    if value.isprintable():
        return value
    return "".join(letter if letter == "\n" else _printable(letter) for letter in value)


def _printable(character: str) -> str:
    # U+200C and U+200D hold scripts and emoji together; every other format character can only mislead.
    if character in "\u200c\u200d":
        return character
    category = unicodedata.category(character)
    return " " if category in {"Cc", "Zl", "Zp"} else "" if category in {"Cf", "Cs", "Co", "Cn"} else character


def platform(key: str) -> str:
    """The platform's name as people write it; of one that is imported, the service's."""
    if is_imported(key):
        return f"{platform(service_of(key))}, imported"
    return PLATFORMS.get(key) or plain(key).replace("_", " ").capitalize()


def reading(one: Reading, platform_key: str) -> str:
    """How it went with an account of this platform."""
    return IMPORTED_READING.get(one, READING[one]) if is_imported(platform_key) else READING[one]


def clause_title(clause_id: str, titles: Iterable[tuple[str, str]]) -> str:
    """The section's title in the practice's words, else the one that the software ships."""
    title = dict(titles).get(clause_id, "") or CLAUSE_TITLES.get(Clause(clause_id), "")
    return plain(title)


def confidence(probability: float) -> str:
    """How sure the software is, in words and out of 100."""
    word = next(word for floor, word in CONFIDENCE if probability >= floor)
    return f"{word} ({round(probability * 100)} of 100)"


def number(count: int, one: str, many: str = "") -> str:
    """A count with its noun: "1 item", "3 items", "1,250 posts"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def day(value: date | datetime) -> str:
    """A day: "17 November 2026"."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def weekday(value: date | datetime) -> str:
    """A day with its name: "Tuesday, 17 November 2026"."""
    return f"{WEEKDAYS[value.weekday()]}, {day(value)}"


def moment(value: datetime) -> str:
    """A day and a time of day with its zone: "17 November 2026, 14:05 (EST)"."""
    return f"{day(value)}, {value:%H:%M} ({value.tzname()})"


def local(value: datetime, time_zone: str) -> datetime:
    """The same instant on the practice's clock."""
    return value.astimezone(UTC if time_zone == "UTC" else ZoneInfo(time_zone))


def local_day(value: datetime, time_zone: str) -> str:
    """The day on the practice's calendar."""
    return day(local(value, time_zone))


def week(name: str) -> str:
    """An ISO 8601 week in words: "2026-W47" is "week 47 of 2026"."""
    year, _, count = name.partition("-W")
    return f"week {int(count)} of {year}"


def week_of(value: datetime, time_zone: str) -> str:
    """The ISO 8601 week in which an instant falls on the practice's calendar."""
    year, count, _ = local(value, time_zone).isocalendar()
    return f"{year}-W{count:02d}"


def span(period: Period) -> str:
    """First and last day of a period: "16 to 22 November 2026"."""
    first = local(period.start, period.time_zone)
    last = local(period.end - timedelta(seconds=1), period.time_zone)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day(last)}"
    if first.year == last.year:
        return f"{first.day} {MONTHS[first.month - 1]} to {day(last)}"
    return f"{day(first)} to {day(last)}"


def noun(kind: PostKind) -> str:
    """What a sentence calls it: "profile" or "post"."""
    return "profile" if kind is PostKind.PROFILE else "post"


def yours(nouns: Sequence[str]) -> str:
    """What a mail to the author is about: "your public profile", "one of your public posts", or several things."""
    posts = sum(each == "post" for each in nouns)
    said = ["one of your public posts" if posts == 1 else "some of your public posts"] if posts else []
    profile = ["your public profile"] if posts < len(nouns) else []
    return " and ".join(said + profile)


def second_opinion(finding: ReportedFinding) -> str:
    """How a language model stands to a finding, in one sentence; "" when none was asked."""
    return "" if finding.opinion is None else OPINION[finding.opinion].format(model=plain(finding.opinion_model))


def notes(finding: ReportedFinding, time_zone: str) -> tuple[str, ...]:
    """What else a reader should know: deleted, changed, context missing, author told."""
    said = [f"Not taken into account: {CONTEXT.get(missing, plain(missing))}." for missing in finding.needs_context]
    if finding.gone_at:
        said.append(f"The {noun(finding.kind)} was deleted by {local_day(finding.gone_at, time_zone)}.")
    if finding.edited:
        said.append(f"The {noun(finding.kind)} was changed after this version was read.")
    if finding.opinion is not None:
        said.append(second_opinion(finding))
    if finding.author_told_at:
        said.append(f"The author was told on {local_day(finding.author_told_at, time_zone)}.")
    else:
        said.append("The author has not been told yet.")
    return tuple(said)
