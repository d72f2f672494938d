"""Drives Bluesky's own servers (PLC directory, PDS, AppView) as their users and their administrator do."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from collectors.bluesky_identity import Directory
from collectors.platforms.bluesky import Bluesky
from domain.accounts import AccountKind, Licence
from monitor.enrol import verify_by_token
from tests.fakes.loopback import reply
from tests.real.mastodon import PIXEL
from tests.real.web import Client, basic, bearer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.accounts import Enrolment
    from monitor.app import App
    from tests.fakes.loopback import Loopback
    from tests.real.practice import Practice

POSTS = "app.bsky.feed.post"
PATIENCE = 30.0
"""Seconds in which an AppView must have heard of a post."""


@dataclass(frozen=True)
class Xrpc(Client):
    """Speaks to one server as one user, in AT Protocol's own way."""

    def read(self, method: str, **asked: str) -> Any:
        request = urllib.request.Request(
            f"{self.base}/xrpc/{method}?{urllib.parse.urlencode(asked)}", headers=self.headers
        )
        with urllib.request.urlopen(request, timeout=self.seconds) as answer:
            return json.loads(answer.read())

    def tell(self, method: str, **content: Any) -> Any:
        return self.ask("POST", f"/xrpc/{method}", **content)

    def bare(self, method: str) -> None:
        """A method that takes nothing, not even an empty object."""
        request = urllib.request.Request(f"{self.base}/xrpc/{method}", method="POST", headers=self.headers)
        urllib.request.urlopen(request, timeout=self.seconds).close()

    def blob(self, content: bytes, kind: str) -> Any:
        return self._send("POST", "/xrpc/com.atproto.repo.uploadBlob", content, kind)["blob"]


@dataclass(frozen=True)
class Ref:
    """A record's address and content, as a reply or a quote names it."""

    uri: str
    cid: str

    @property
    def key(self) -> str:
        return self.uri.rpartition("/")[2]

    @property
    def strong(self) -> dict[str, str]:
        return {"uri": self.uri, "cid": self.cid}


@dataclass(frozen=True)
class Person:
    """One account with its own session."""

    did: str
    handle: str
    client: Xrpc

    @property
    def url(self) -> str:
        return f"https://bsky.app/profile/{self.handle}"

    def _create(self, collection: str, **record: Any) -> Ref:
        body = {"$type": collection, "createdAt": stamp(), **record}
        made = self.client.tell("com.atproto.repo.createRecord", repo=self.did, collection=collection, record=body)
        return Ref(made["uri"], made["cid"])

    def post(self, words: str, **more: Any) -> Ref:
        return self._create(POSTS, text=words, langs=["en"], **more)

    def answer(self, words: str, parent: Ref) -> Ref:
        return self.post(words, reply={"root": parent.strong, "parent": parent.strong})

    def many(self, words: Sequence[str]) -> None:
        """Post all of them in one commit."""
        writes = [
            {"$type": "com.atproto.repo.applyWrites#create", "collection": POSTS, "value": _post(text)}
            for text in words
        ]
        self.client.tell("com.atproto.repo.applyWrites", repo=self.did, writes=writes)

    def edit(self, ref: Ref, words: str) -> None:
        where = {"repo": self.did, "collection": POSTS, "rkey": ref.key}
        record = self.client.read("com.atproto.repo.getRecord", **where)["value"]
        self.client.tell("com.atproto.repo.putRecord", **where, record=record | {"text": words})

    def delete(self, ref: Ref) -> None:
        self.client.tell("com.atproto.repo.deleteRecord", repo=self.did, collection=POSTS, rkey=ref.key)

    def repost(self, ref: Ref) -> None:
        self._create("app.bsky.feed.repost", subject=ref.strong)

    def like(self, ref: Ref) -> None:
        self._create("app.bsky.feed.like", subject=ref.strong)

    def picture(self, alt: str) -> dict[str, Any]:
        """An embed with one picture."""
        blob = self.client.blob(PIXEL, "image/png")
        return {"$type": "app.bsky.embed.images", "images": [{"alt": alt, "image": blob}]}

    def describe(self, words: str, **more: Any) -> None:
        """Write the profile."""
        record = {"$type": "app.bsky.actor.profile", "displayName": "Odalys Brennan", "description": words, **more}
        where = {"repo": self.did, "collection": "app.bsky.actor.profile", "rkey": "self"}
        self.client.tell("com.atproto.repo.putRecord", **where, record=record)

    def rename(self) -> str:
        """Take another handle; returns it."""
        handle = f"renamed-{secrets.token_hex(4)}.test"
        self.client.tell("com.atproto.identity.updateHandle", handle=handle)
        return handle

    def deactivate(self) -> None:
        self.client.tell("com.atproto.server.deactivateAccount")

    def activate(self) -> None:
        self.client.bare("com.atproto.server.activateAccount")


@dataclass(frozen=True)
class Network:
    """The servers together. Their administrator is everybody's moderator."""

    plc: str
    pds: str
    appview: str
    admin: Xrpc

    @classmethod
    def at(cls, plc: str, pds: str, appview: str, login: str) -> Network:
        user, _, password = login.partition(":")
        return cls(plc, pds, appview, Xrpc(pds, basic(user, password)))

    @property
    def servers(self) -> tuple[str, ...]:
        return (self.plc, self.pds, self.appview)

    def person(self) -> Person:
        handle = f"odalys-{secrets.token_hex(4)}.test"
        asked = {"handle": handle, "email": f"{handle}@larkspurbend.example", "password": secrets.token_hex(8)}
        made = Xrpc(self.pds).tell("com.atproto.server.createAccount", **asked)
        return Person(made["did"], handle, Xrpc(self.pds, bearer(made["accessJwt"])))

    def take_down(self, person: Person, post: Ref | None = None, *, applied: bool = True) -> None:
        """A moderator removes the account, or one post of it, or restores it."""
        subject = (
            {"$type": "com.atproto.repo.strongRef", **post.strong}
            if post
            else {"$type": "com.atproto.admin.defs#repoRef", "did": person.did}
        )
        state = {"applied": applied, "ref": "tests"} if applied else {"applied": False}
        self.admin.tell("com.atproto.admin.updateSubjectStatus", subject=subject, takedown=state)

    def delete(self, person: Person) -> None:
        self.admin.tell("com.atproto.admin.deleteAccount", did=person.did)

    def records(self, name: str, _patience: float) -> Sequence[str]:
        """What DNS would say of "_atproto.HANDLE": these servers' handles are in no DNS."""
        handle = name.removeprefix("_atproto.")
        try:
            found = Xrpc(self.pds).read("com.atproto.identity.resolveHandle", handle=handle)
        except urllib.error.HTTPError:
            return ()
        return (f"did={found['did']}",)

    def wait_for(self, post: Ref) -> None:
        """Until the AppView has heard of the post."""
        end = time.monotonic() + PATIENCE
        while not Xrpc(self.appview).read("app.bsky.feed.getPosts", uris=post.uri)["posts"]:
            assert time.monotonic() < end, "the AppView has not heard of the post"

    def program(self, app: App) -> App:
        """The program as wired in production, except that the directory, the AppView and DNS are these servers'."""
        return replace(
            app,
            http=replace(app.http, lookup=self.records),
            platforms={**app.platforms, "bluesky": self.platform(self.plc)},
        )

    def platform(self, plc: str, *trusted: str) -> Bluesky:
        directory = Directory(plc=plc, trusted=frozenset({self.pds, *trusted}))
        return Bluesky(directory=directory, appview=self.appview)

    def silent(self, app: App, person: Person, elsewhere: Loopback) -> App:
        """The program while the directory says that the account is `elsewhere`, which fails whenever it is asked."""
        place = elsewhere.url("").rstrip("/")
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": place}
        document = {"id": person.did, "alsoKnownAs": [f"at://{person.handle}"], "service": [service]}
        elsewhere.routes[f"/{person.did}"] = reply(json.dumps(document).encode(), content_type="application/json")
        newest = f"/xrpc/com.atproto.sync.getLatestCommit?did={urllib.parse.quote(person.did, safe='')}"
        elsewhere.routes[newest] = reply(status="503 Service Unavailable")
        return replace(app, platforms={**app.platforms, "bluesky": self.platform(place, place)})


def _post(words: str) -> dict[str, Any]:
    return {"$type": POSTS, "text": words, "langs": ["en"], "createdAt": stamp()}


def stamp() -> str:
    """The present time as clients claim it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def enrol(practice: Practice, app: App, person: Person, publish: Callable[[str], None]) -> Enrolment:
    """Both steps, the token published in the profile and read back from it."""
    staff = app.store.staff.add(
        "Odalys Brennan", "counselor", Licence.COUNSELOR, practice.address_of("Odalys"), None, None, practice.clock()
    )
    reader, platform = app.http.for_account(), app.platforms["bluesky"]
    token = f"section7-{secrets.token_hex(8)}"
    made = app.store.accounts.enroll(
        staff_id=staff.id,
        kind=AccountKind.PROFESSIONAL,
        profile=platform.resolve(person.url, reader),
        token=token,
        notice_hash="notice",
        notice_text="The notice.",
        actor="an administrator",
        now=practice.clock(),
    )
    publish(token)
    return verify_by_token(app.store, platform, made, reader, practice.clock())
