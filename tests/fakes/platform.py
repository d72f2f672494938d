"""A platform whose accounts are lists of posts in memory, and a reader that needs no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from collectors.base import Consent, Http, PostRef, ProofText, Terms
from domain.accounts import Account, Profile, Proof
from domain.errors import CollectError
from domain.posts import Fetched, NotModified, Parent, Post, Presence, ProfileSeen
from tests.fakes.http import FakeHttp

EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass
class FakePlatform:
    """`posts` is what is public now. `fault` is raised by every reading while it is set."""

    name: str = "fake"
    terms: Terms = field(default_factory=lambda: Terms(source="invented"))
    consent: Consent | None = None
    posts: list[Post] = field(default_factory=list)
    parents: dict[str, Parent] = field(default_factory=dict)
    fault: CollectError | Exception | None = None
    faults: dict[int, CollectError] = field(default_factory=dict)
    """The same for single accounts, by their number."""
    proofs: list[ProofText] = field(default_factory=list)
    unchanged: bool = False
    unanswered: bool = False
    meanwhile: Callable[[], None] | None = None
    """Called in the middle of a reading: what somebody else does at that moment."""
    bio: str = ""
    """The profile's words; an empty profile is no post."""
    handle: str = ""
    """The name the account goes by now; "" where readings do not tell it."""
    bugs: dict[str, Exception] = field(default_factory=dict)
    """What a method of this name raises in place of an answer."""
    visits: list[int] = field(default_factory=list)

    def _break(self, method: str) -> None:
        if method in self.bugs:
            raise self.bugs[method]

    def recognises(self, url: str) -> bool:
        return url.startswith("https://fake.example/")

    def resolve(self, url: str, http: Http) -> Profile:
        handle = url.rpartition("/")[2]
        return Profile(self.name, handle, handle, url, "https://fake.example", reads="Public posts.")

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        return self.proofs

    def publish(self, token: str) -> None:
        self.proofs.append(ProofText(Proof.BIO, "the bio", f"Counselor. {token}"))

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched | NotModified:
        self.visits.append(account.id)
        self._break("collect")
        if self.meanwhile is not None:
            self.meanwhile()
        fault = self.faults.get(account.id, self.fault)
        if fault is not None:
            raise fault
        if self.unchanged:
            return NotModified(cursor="{}")
        return Fetched(
            tuple(self.posts),
            frozenset(p.post_id for p in self.posts),
            EPOCH,
            cursor="{}",
            profile=ProfileSeen(self.bio, handle=self.handle),
        )

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        self._break("confirm")
        here = {one.post_id for one in self.posts}
        if self.unanswered:
            return {ref.post_id: Presence.UNKNOWN for ref in post}
        return {ref.post_id: Presence.PRESENT if ref.post_id in here else Presence.ABSENT for ref in post}

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        self._break("parent")
        return self.parents.get(post.reply_to_id or "")


class FakeReader:
    """Gives every account an `Http` that knows no address."""

    def for_account(self) -> Http:
        return FakeHttp({})
