"""The simulated world: one clock, six accounts, eight weeks, and what stands where at any instant.

The servers read the clock of this world with every request, so that whoever moves it moves all platforms at once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from demo import addresses
from demo.story import Verdict, load
from domain.accounts import Proof
from domain.reporting import Period

if TYPE_CHECKING:
    from demo.story import AccountStory, Expectation, Fault, Practice, Story, StoryPost


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account as the practice would enrol it, with the address of its running server."""

    story: AccountStory
    url: str

    @property
    def key(self) -> str:
        """Short name within the demonstration."""
        return self.story.key

    @property
    def needs_token(self) -> bool:
        """Whether control is shown by a token; otherwise a signed form is on file."""
        return self.story.proof is not Proof.SIGNED_FORM


@dataclass(frozen=True, slots=True)
class Expected:
    """One version of one post that appears in a week, and what a careful human would say of it.

    `at` is when this version appeared, `edit` tells that it is not the first. `gone_at` is when the post was
    deleted for good. `post_id` and `url` are the platform's own.
    """

    account: str
    story_id: str
    post_id: str
    url: str
    at: datetime
    edit: bool
    gone_at: datetime | None
    expectation: Expectation


class World:
    """The story on a settable clock. Every method may be called from any thread."""

    def __init__(self, story: Story, now: datetime) -> None:
        """Set the clock to `now`, which must be aware."""
        self._story = story
        self._lock = threading.Lock()
        self._now = now.astimezone(UTC)
        self._bases: dict[str, str] = {}
        self._tokens: dict[str, tuple[str, datetime]] = {}

    @property
    def now(self) -> datetime:
        """The simulated instant, aware UTC."""
        with self._lock:
            return self._now

    def travel(self, now: datetime) -> None:
        """Move the clock to `now`, which must be aware. Going back is allowed."""
        if now.tzinfo is None:
            raise ValueError("the world's clock takes aware times only")
        with self._lock:
            self._now = now.astimezone(UTC)

    @property
    def practice(self) -> Practice:
        """The practice and its policy data."""
        return self._story.practice

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names of the simulated hosts, each once."""
        return tuple(dict.fromkeys(account.host for account in self._story.accounts))

    @property
    def weeks(self) -> tuple[Period, ...]:
        """The simulated ISO weeks, Monday to Monday on the practice's clock, in order."""
        practice = self.practice
        year, number = practice.first_week.split("-W")
        first = date.fromisocalendar(int(year), int(number), 1)
        return tuple(_week(first + timedelta(weeks=n), practice.time_zone) for n in range(practice.week_count))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What goes wrong, and when."""
        return self._story.faults

    def fault(self, host: str, now: datetime) -> Fault | None:
        """What is wrong with a host at `now`, None when it is well."""
        return next((fault for fault in self.faults if fault.host == host and fault.start <= now < fault.until), None)

    def place(self, host: str, base: str) -> None:
        """Record the address at which a host's server listens, without a closing slash."""
        with self._lock:
            self._bases[host] = base

    def address(self, host: str) -> str:
        """Where a host listens. KeyError while its server has not been started."""
        with self._lock:
            return self._bases[host]

    @property
    def accounts(self) -> tuple[DemoAccount, ...]:
        """All accounts with their addresses. KeyError while the servers have not been started."""
        return tuple(
            DemoAccount(story, addresses.profile_url(story, self.address(story.host))) for story in self._story.accounts
        )

    def account(self, key: str) -> AccountStory:
        """The account with this key. KeyError when there is none."""
        return {story.key: story for story in self._story.accounts}[key]

    def accounts_on(self, host: str) -> tuple[AccountStory, ...]:
        """The accounts that live on a host."""
        return tuple(story for story in self._story.accounts if story.host == host)

    def posts(self, key: str) -> tuple[StoryPost, ...]:
        """Everything of an account's story, published or not, in the order of the file."""
        return tuple(post for post in self._story.posts if post.account == key)

    def post(self, story_id: str) -> StoryPost:
        """One post of the story. KeyError when there is none."""
        return {post.id: post for post in self._story.posts}[story_id]

    def url(self, post: StoryPost) -> str:
        """The post's permalink on its running server."""
        account = self.account(post.account)
        article = self.post(post.on) if post.on else None
        return addresses.post_url(post, account, self.address(account.host), article)

    def publish_token(self, key: str, token: str) -> None:
        """Put a proof token where the account's owner has chosen to show it, from the present instant on.

        Raises ValueError for an account that is enrolled by a signed form.
        """
        if self.account(key).proof is Proof.SIGNED_FORM:
            raise ValueError(f"{key} is enrolled by a signed form and shows no token")
        with self._lock:
            self._tokens[key] = (token, self._now)

    def token(self, key: str, now: datetime) -> tuple[str, datetime] | None:
        """The token that stands on the account's proof page at `now` and since when, None if there is none."""
        with self._lock:
            published = self._tokens.get(key)
        return published if published is not None and published[1] <= now else None

    def shown_token(self, key: str, way: Proof, now: datetime) -> str:
        """The token if the account shows it in this way at `now`, else ""."""
        published = self.token(key, now)
        return published[0] if published is not None and self.account(key).proof is way else ""

    def rel_me_page(self, key: str, now: datetime) -> str:
        """The page that links back to an account with rel="me": the token stands in its address, else the front."""
        token = self.shown_token(key, Proof.REL_ME, now)
        home = self.address(self.account(key).proof_host)
        return f"{home}/{token}/" if token else f"{home}/"

    def expected(self, week: Period) -> tuple[Expected, ...]:
        """All versions that appear in the week, in order of time, with the human verdict on each.

        Posts that must never be read are listed too, with the verdict "never".
        """
        found = [
            self._expected(post, number)
            for post in self._story.posts
            for number, version in enumerate(post.versions)
            if week.start <= version.at < week.end
        ]
        return tuple(sorted(found, key=lambda item: (item.at, item.story_id)))

    def never(self) -> frozenset[str]:
        """Permalinks of all posts that must never be read or stored, in any week or before the first."""
        return frozenset(
            self.url(post) for post in self._story.posts if post.versions[0].expectation.verdict is Verdict.NEVER
        )

    def _expected(self, post: StoryPost, number: int) -> Expected:
        version = post.versions[number]
        return Expected(
            account=post.account,
            story_id=post.id,
            post_id=addresses.platform_id(post, self.account(post.account).shape),
            url=self.url(post),
            at=version.at,
            edit=number > 0,
            gone_at=post.deleted_at if post.restored_at is None else None,
            expectation=version.expectation,
        )


def open_world() -> World:
    """The whole story, with the clock at six on the first morning, an hour before the first authorisation."""
    story = load()
    first = min(account.enrolled_at for account in story.accounts)
    return World(story, first)


def _week(monday: date, time_zone: str) -> Period:
    zone = ZoneInfo(time_zone)
    start = datetime.combine(monday, time(), zone).astimezone(UTC)
    end = datetime.combine(monday + timedelta(weeks=1), time(), zone).astimezone(UTC)
    year, number, _ = monday.isocalendar()
    return Period(week=f"{year}-W{number:02d}", start=start, end=end, time_zone=time_zone)
