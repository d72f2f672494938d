"""A platform that answers from an export alone, and a reader without a network to go with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from collectors.base import Terms
from domain.errors import AddressRefused, UsageError
from domain.posts import Fetched, Parent, ParentAuthor, Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Consent, Grant, Http, PostRef, ProofText
    from domain.accounts import Account, Profile
    from domain.posts import Post

NO_TERMS = Terms(source="No contract with the service: the owner hands over the own posts.")


class HandedOver:
    """`collectors.base.Platform` for one import: every answer comes from the export."""

    name = "import"
    terms = NO_TERMS
    consent: Consent | None = None

    def __init__(self, fetched: Fetched) -> None:
        self._fetched = fetched
        self._by_id = {post.post_id: post for post in fetched.posts}

    def recognises(self, url: str) -> bool:  # noqa: ARG002 - the protocol's
        """Never: nobody finds it by an address."""
        return False

    def resolve(self, url: str, http: Http) -> Profile:  # noqa: ARG002 - the protocol's
        """Raises UsageError: there is nothing to find."""
        raise UsageError("An imported account has no address that could be read.")

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:  # noqa: ARG002 - the protocol's
        """None: nothing is looked at but the file."""
        return ()

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:  # noqa: ARG002 - the protocol's
        """What the export showed."""
        return self._fetched

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:  # noqa: ARG002
        """ABSENT for all: they are asked for only where the export is whole, and are not in it."""
        return {ref.post_id: Presence.ABSENT for ref in post}

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:  # noqa: ARG002 - the protocol's
        """The owner's own post that is answered, if the export has it; other people's words are in none."""
        found = self._by_id.get(post.reply_to_id or "")
        return Parent(found.full_text, ParentAuthor.SELF) if found else None


class NoHttp:
    """An `Http` that reaches nothing: an import must not ask a platform anything, whatever the code above it does."""

    def get(self, url: str, **how: object) -> NoReturn:  # noqa: ARG002 - the protocol's
        """Raises AddressRefused."""
        raise AddressRefused("an import fetches nothing")

    def post(self, url: str, **how: object) -> NoReturn:  # noqa: ARG002 - the protocol's
        """Raises AddressRefused."""
        raise AddressRefused("an import fetches nothing")

    def txt(self, name: str) -> NoReturn:  # noqa: ARG002 - the protocol's
        """Raises AddressRefused."""
        raise AddressRefused("an import fetches nothing")


@dataclass(frozen=True, slots=True)
class Nowhere:
    """A reader without a network."""

    http: NoHttp = field(default_factory=NoHttp)

    def for_account(
        self,
        *,
        grant: Grant | None = None,  # noqa: ARG002 - no token goes anywhere
        hosts: frozenset[str] = frozenset(),  # noqa: ARG002
    ) -> Http:
        """The same for all."""
        return self.http
