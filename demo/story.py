"""The demonstration's story as data: who posts what and when, and what a careful human would say of it.

Everything here is read from `stories/*.toml`. Nothing in it is used to score: expectations exist for the closing
print, "expected and found". All people, places and products are invented.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from domain.accounts import AccountKind, Licence, Proof
from domain.findings import Clause, Endorsement, Protected, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STORIES = Path(__file__).with_name("stories")
POST_KEYS = frozenset(
    {
        *("id", "kind", "at", "by", "on", "to", "title", "slug", "text", "cw", "language", "visibility", "status"),
        *("pinned", "media", "poll", "parent", "parent_id", "boost", "deleted", "restored", "edits"),
        *("expect", "findings", "protected", "hard", "why", "reason"),
    }
)


class Shape(StrEnum):
    """Which platform's wire format a simulated host speaks."""

    MASTODON = "mastodon"
    SNAC = "snac"
    WORDPRESS = "wordpress"
    ATOM = "atom"
    JSON_FEED = "json-feed"


class Verdict(StrEnum):
    """What a careful human would say of one version of a post."""

    FINE = "fine"
    BORDERLINE = "borderline"
    VIOLATION = "violation"
    NEVER = "never"
    """Must never be read or stored; `Expectation.why` names the reason."""


class FaultKind(StrEnum):
    """How a simulated host fails."""

    DOWN = "down"
    """Connections are closed without a word."""
    RATE_LIMITED = "rate-limited"
    """429 on every API path, with a reset time and without Retry-After, as Mastodon does."""
    MAINTENANCE_PAGE = "maintenance-page"
    """200 and an HTML page for every address."""
    MALFORMED = "malformed"
    """The feed breaks off inside its first entry."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The human verdict on one version: clauses with severities, protected topics, and the reason in a sentence."""

    verdict: Verdict
    findings: tuple[tuple[Clause, Severity], ...] = ()
    protected: tuple[Protected, ...] = ()
    hard: str = ""
    """"+": a violation without a tell-tale word. "-": tell-tale words and no violation."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """The words of a post from `at` on."""

    at: datetime
    text: str
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class Quoted:
    """Another person's post that is answered or boosted; `by` is an invented handle with its host."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An attachment by its words only."""

    kind: str
    alt: str


@dataclass(frozen=True, slots=True)
class StoryPost:
    """One post of the story. Times are aware UTC; `versions` are in order of time and never empty.

    `number` is the position in the file, counted from 1. `by` is "" for the account's owner. `on` and `to` are
    story ids of the article and the comment that a comment answers. `restored_at` ends a deletion.
    """

    id: str
    account: str
    number: int
    kind: str
    versions: tuple[Version, ...]
    by: str = ""
    title: str = ""
    slug: str = ""
    on: str = ""
    to: str = ""
    content_warning: str = ""
    language: str = "en"
    visibility: str = "public"
    status: str = "publish"
    pinned: bool = False
    pictures: tuple[Picture, ...] = ()
    poll: tuple[str, ...] = ()
    parent: Quoted | None = None
    parent_id: str = ""
    boost: Quoted | None = None
    deleted_at: datetime | None = None
    restored_at: datetime | None = None

    @property
    def published_at(self) -> datetime:
        """When the first version appeared."""
        return self.versions[0].at

    def version(self, now: datetime) -> Version | None:
        """The words as they stand at `now`; None before the post exists. A deletion does not matter here."""
        return next((version for version in reversed(self.versions) if version.at <= now), None)

    def removed(self, now: datetime) -> bool:
        """Whether the author has taken the post away at `now`."""
        return (
            self.deleted_at is not None
            and self.deleted_at <= now
            and (self.restored_at is None or now < self.restored_at)
        )

    def changed_at(self, now: datetime) -> datetime:
        """The newest change up to `now`: publication, edit or restoration."""
        moments = [version.at for version in self.versions]
        moments += [self.restored_at] if self.restored_at else []
        return max((moment for moment in moments if moment <= now), default=self.published_at)

    def stands(self, now: datetime) -> bool:
        """Whether anybody without a login can read the post at `now`."""
        open_to_all = self.status == "publish" and self.visibility in {"public", "unlisted"}
        return open_to_all and self.published_at <= now and not self.removed(now)


@dataclass(frozen=True, slots=True)
class Person:
    """A reader of digests."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Practice:
    """The invented practice, and what its policy file is filled with."""

    name: str
    aliases: tuple[str, ...]
    time_zone: str
    first_week: str
    week_count: int
    speakers: tuple[str, ...]
    endorsements: tuple[Endorsement, ...]
    crisis_resources: tuple[str, ...]
    manager: Person
    privacy_officer: Person
    clinical_lead: Person


@dataclass(frozen=True, slots=True)
class AccountStory:
    """One opted-in account and the person behind it, without the address that its server gets when it starts."""

    key: str
    host: str
    shape: Shape
    handle: str
    display_name: str
    bio: str
    kind: AccountKind
    name: str
    role: str
    licence: Licence
    email: str
    employed_from: date
    joined_at: datetime
    proof: Proof
    proof_host: str
    """Host of the page that carries the token; differs from `host` only for a rel=me page."""
    enrolled_at: datetime
    authorised_from: datetime
    withdraws_at: datetime | None = None
    bios: tuple[Version, ...] = ()
    """Later profile texts, in order of time."""

    def bio_at(self, now: datetime) -> str:
        """The profile text as it stands at `now`."""
        return next((version.text for version in reversed(self.bios) if version.at <= now), self.bio)


@dataclass(frozen=True, slots=True)
class Fault:
    """A host that fails from `start` until the first instant at which it is well again."""

    host: str
    kind: FaultKind
    start: datetime
    until: datetime
    story: str


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that was written, in the order of the files."""

    practice: Practice
    accounts: tuple[AccountStory, ...]
    faults: tuple[Fault, ...]
    posts: tuple[StoryPost, ...]


STORY_FILES: Mapping[str, str] = {
    "tess": "tess.toml",
    "practice": "practice_account.toml",
    "jo": "jo.toml",
    "marcus": "marcus.toml",
    "priya": "priya.toml",
    "sam": "sam.toml",
}
"""Account key and the file with its posts."""


def load() -> Story:
    """Read the story. Raises ValueError that names a post whose keys are unknown, KeyError for a missing one."""
    raw = tomllib.loads((STORIES / "practice.toml").read_text(encoding="utf-8"))
    zone = ZoneInfo(raw["time_zone"])
    return Story(
        practice=_practice(raw),
        accounts=tuple(_account(item, zone) for item in raw["account"]),
        faults=tuple(_fault(item, zone) for item in raw["fault"]),
        posts=tuple(post for key, name in STORY_FILES.items() for post in _posts(key, STORIES / name, zone)),
    )


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    """A TOML time on the practice's clock, or with an offset of its own, in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _practice(raw: Mapping[str, Any]) -> Practice:
    endorsements = (Endorsement(item["item"], item.get("from"), item.get("to")) for item in raw["endorsement"])
    return Practice(
        name=raw["name"],
        aliases=tuple(raw["aliases"]),
        time_zone=raw["time_zone"],
        first_week=raw["first_week"],
        week_count=raw["weeks"],
        speakers=tuple(raw["speakers"]),
        endorsements=tuple(endorsements),
        crisis_resources=tuple(raw["crisis_resources"]),
        manager=Person(**raw["manager"]),
        privacy_officer=Person(**raw["privacy_officer"]),
        clinical_lead=Person(**raw["clinical_lead"]),
    )


def _account(raw: Mapping[str, Any], zone: ZoneInfo) -> AccountStory:
    withdraws = raw.get("withdraws_at")
    return AccountStory(
        **{key: raw[key] for key in ("key", "host", "handle", "display_name", "bio", "name", "role", "email")},
        shape=Shape(raw["shape"]),
        kind=AccountKind(raw["kind"]),
        licence=Licence(raw["licence"]),
        employed_from=raw["employed_from"],
        joined_at=_utc(raw["joined"], zone),
        proof=Proof(raw["proof"]),
        proof_host=raw.get("proof_host", raw["host"]),
        enrolled_at=_utc(raw["enrolled_at"], zone),
        authorised_from=_utc(raw["authorised_from"], zone),
        withdraws_at=_utc(withdraws, zone) if withdraws else None,
        bios=tuple(_version(item, zone) for item in raw.get("bios", [])),
    )


def _fault(raw: Mapping[str, Any], zone: ZoneInfo) -> Fault:
    start, until = _utc(raw["from"], zone), _utc(raw["until"], zone)
    return Fault(raw["host"], FaultKind(raw["kind"]), start, until, raw["story"])


def _posts(account: str, path: Path, zone: ZoneInfo) -> Sequence[StoryPost]:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return [_post(item, account, number, zone) for number, item in enumerate(raw["post"], 1)]


def _post(raw: Mapping[str, Any], account: str, number: int, zone: ZoneInfo) -> StoryPost:
    if unknown := raw.keys() - POST_KEYS:
        raise ValueError(f"{account}: {raw['id']}: unknown keys {sorted(unknown)}")
    plain = ("by", "title", "slug", "on", "to", "language", "visibility", "status", "pinned", "parent_id")
    return StoryPost(
        id=raw["id"],
        account=account,
        number=number,
        kind=raw.get("kind", "post"),
        versions=tuple(_version(item, zone) for item in [raw, *raw.get("edits", [])]),
        content_warning=raw.get("cw", ""),
        pictures=tuple(Picture(**item) for item in raw.get("media", [])),
        poll=tuple(raw.get("poll", [])),
        parent=Quoted(**raw["parent"]) if "parent" in raw else None,
        boost=Quoted(**raw["boost"]) if "boost" in raw else None,
        deleted_at=_utc(raw["deleted"], zone) if "deleted" in raw else None,
        restored_at=_utc(raw["restored"], zone) if "restored" in raw else None,
        **{key: raw[key] for key in plain if key in raw},
    )


def _version(raw: Mapping[str, Any], zone: ZoneInfo) -> Version:
    return Version(_utc(raw["at"], zone), raw.get("text", "").strip(), _expectation(raw))


def _expectation(raw: Mapping[str, Any]) -> Expectation:
    pairs = (item.split(":S") for item in raw.get("findings", []))
    return Expectation(
        verdict=Verdict(raw["expect"]),
        findings=tuple((Clause(clause), Severity(int(severity))) for clause, severity in pairs),
        protected=tuple(Protected(item) for item in raw.get("protected", [])),
        hard=raw.get("hard", ""),
        why=raw.get("why", raw.get("reason", "")),
    )
