"""Any platform against answers of any kind: whatever a server sends, a reading is sound or a CollectError says why.

Nothing here knows a platform: each that is registered is driven through all it offers. `visit` is the property; the
search for answers that break it is hypothesis' (test_platforms.py, in every test run) or libFuzzer's (__main__.py).
"""

from __future__ import annotations

import json
import resource
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from collectors.base import PostRef, Response
from collectors.fields import is_web_address
from collectors.rate_limits import earliest_next
from collectors.registry import platforms
from collectors.statuses import raise_for_status
from domain.accounts import Profile
from domain.errors import CollectError, TooLarge, WrongContent
from domain.posts import Fetched, NotModified, Parent, Post, PostKind, Presence
from tests.collectors.meta import facebook, instagram, threads
from tests.fakes.collected import NOW, account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

    from collectors.base import Platform
    from domain.accounts import Account

DATA = Path(__file__).parent.parent / "collectors"
PLATFORMS = platforms()
SITE = "https://fern-street.example"
SLOWEST = 1.0
"""Seconds that one visit may take."""
MOST_GROWTH = 64 * 1024 * 1024
"""Bytes by which one visit may raise the most memory the process ever held."""
MOST_REQUESTS = 60
MOST_PIECES = 12
ODD: tuple[object, ...] = (
    *(None, True, 0, -1, 2**63, 1.5e308, "", " ", "\x00", "\ud800", "a" * 5000, [], {}, [[]], [None], {"": {}}),
    *("https://fern-street.example/1", "http://127.0.0.1/", "https://[::1", "at://did:plc:x/a/b", "did:web:a%3A1"),
    *("2026-11-20T10:00:00Z", "9999-12-31T23:59:60+99:99", "<p>" * 300, "&#x110000;", "0001-01-01", "1e999"),
)
"""What a server may put in any place."""
BETWEEN = b"\xff\xfe--\xfe\xff"
"""Stands between the answers in one input; in no valid UTF-8, so that no seed holds it."""

_STATUSES = (*(200,) * 11, 304, 401, 404, 410, 429)
_TYPES = ("application/json", "text/html; charset=utf-8", "application/xml", "text/plain", "")
_IDS: Mapping[str, str] = {
    "mastodon": "109@fern-street.example",
    "wordpress": f"{SITE}/|user:3",
    "bluesky": "did:plc:tc4qefa6jfuctrjy3qpnufw6",
    "activitypub": "https://fern-street.example/users/dana",
    "google_review_reply": "accounts/1/locations/22",
    "linkedin": "urn:li:organization:2414183",
    "tiktok": "723f24d7-e717-40f8-a2b6-cb8464cd23b4",
    "x": "2244994945",
    "facebook_page": "1001",
    "instagram": "17841400000000001",
    "threads": "42",
    "youtube_comments": f"UC{'f' * 22}",
}
_URLS: Mapping[str, str] = {
    "google_review_reply": "https://maps.google.com/maps?cid=12345678901234567890",
    "linkedin": "https://www.linkedin.com/company/fern-street",
    "tiktok": "https://www.tiktok.com/@dana.fern",
    "x": "https://x.com/dana_fern",
    "facebook_page": "https://www.facebook.com/FernStreet",
    "instagram": "https://www.instagram.com/dana.therapy/",
    "threads": "https://www.threads.com/@dana",
    "youtube_comments": "https://www.youtube.com/@fernstreet#comments",
}
"""For platforms that take addresses of one site only."""
_BASES: Mapping[str, str] = {"mastodon": f"{SITE}/api/v1/accounts/109", "wordpress": f"{SITE}/wp-json/"}


class Broken(AssertionError):  # noqa: N818 - reads as what happened
    """A visit that gave what it must not give."""


@dataclass
class Server:
    """An `Http` that answers every question with the next of `answers`, and from the beginning after the last one."""

    answers: Sequence[bytes]
    dial: int = 0
    """Turned by one an answer: which status and media type it has."""
    asked: int = 0

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        validators: Mapping[str, str] | None = None,
        expect: Sequence[int] = (),
        **_: object,
    ) -> Response:
        return self._answer(url, expect, conditional=bool(validators))

    def post(self, url: str, *, expect: Sequence[int] = (), **_: object) -> Response:
        return self._answer(url, expect, conditional=False)

    def txt(self, name: str) -> Sequence[str]:
        return [answer[:500].decode("utf-8", "replace") for answer in self.answers[:3]]

    def _answer(self, url: str, expect: Sequence[int], *, conditional: bool) -> Response:
        if not is_web_address(url):
            raise Broken(f"asked for {url!r}")
        if self.asked >= MOST_REQUESTS:
            raise TooLarge(f"more than {MOST_REQUESTS} requests")
        body = self.answers[self.asked % len(self.answers)]
        turn = self.dial + self.asked
        self.asked += 1
        status = _STATUSES[turn * self.dial % len(_STATUSES)]
        stated = _TYPES[turn % len(_TYPES)] if self.dial % 2 else _type_of(body)
        headers = {"content-type": stated, "etag": '"1"', "x-wp-totalpages": "2"}
        response = Response(status, url, headers, body, not_before=earliest_next(status, headers, NOW))
        raise_for_status(response, expect, NOW)
        if response.not_modified and not conditional:
            raise WrongContent("304 to an unconditional request")
        return response


def _type_of(body: bytes) -> str:
    """What a well-meant server would call it."""
    head = body.lstrip()[:200].lower()
    return _TYPES[0] if head[:1] in (b"{", b"[") else _TYPES[1] if b"<html" in head else _TYPES[2]


def seeds(name: str) -> list[bytes]:
    """Files that stand in the platform's data folders, or every platform's where it has none."""
    every = sorted(file for file in DATA.rglob("data/**/*") if file.is_file() and file.stat().st_size < 100_000)
    own = [file for file in every if name in file.parts]
    return [file.read_bytes() for file in own or every]


def _in_order(name: str) -> Iterator[list[bytes]]:
    """What a server answers to the questions of one reading, where a folder's names do not tell their order."""
    folder = DATA / "data" / name
    if name == "bluesky":
        asked = [(folder / f"{part}.json").read_bytes() for part in ("identity", "profile", "list-records")]
        newest = b'{"cid": "bafyreiftvm4n3", "rev": "3n2vvuewwas23"}'
        yield [asked[0], _IDS[name].encode(), newest, *asked[1:], b'{"records": []}']
    if name == "mastodon":
        known = b"ba740e267c3d066673ebca7cd94eba61"
        asked = [(folder / "snac" / f"{part}.json").read_bytes() for part in ("account", "page1")]
        yield [*(answer.replace(known, b"109") for answer in asked), b"[]"]
    if name == "webpage":
        yield [PAGE]
    if name in _META:
        with _META[name]() as server:
            listed = [{"data": posts, "paging": {}} for posts in server.edges.values()]
        yield [json.dumps(answer).encode() for answer in (server.me, *server.lookups.values(), *listed)]
    if name == "wordpress":
        asked = [(folder / "rich" / f"{part}.json").read_bytes() for part in ("root", "posts", "pages", "comments")]
        # Every listing goes on for two pages.
        yield [asked[0], *(answer for listing in asked[1:] for answer in (listing, b"[]"))]


_META = {"facebook_page": facebook, "instagram": instagram, "threads": threads}
PAGE = b"""<!doctype html><html lang=en><head><title>Dana Ferreira</title><meta name=section7 content=x>
<meta property="og:description" content="Counselor"><script type="application/ld+json">{"@context": "https://schema.org",
"@type": "BlogPosting", "headline": "Rest", "datePublished": "2026-11-20", "author": {"@type": "Person", "name": "Dana"}}
</script></head><body><nav>Home</nav><main class=h-feed><div class=h-card><a class="p-name u-url" rel=me href=/about>Dana</a>
<p class=p-note>Counselor</p></div><article class=h-entry><a class="p-name u-url" href=/1>Rest</a><time class=dt-published
datetime=2026-11-20>x</time><p class=e-content>Sleep <img src=a.png alt="A bed"> well.</p><div class="u-comment h-cite">
<p>Thanks</p></div></article><article class=h-entry><a class="u-url" href=/2>2</a><p class=e-content>Walk.</p></article>
</main><aside>Ads</aside></body></html>"""


def readings(name: str) -> list[bytes]:
    """The answers of each of the platform's cases in the order of their names, as inputs that `visit` takes."""
    folders: dict[Path, list[Path]] = {}
    for file in sorted((DATA / "data" / name).rglob("*")):
        if file.is_file() and not file.name.startswith("expected"):
            folders.setdefault(file.parent, []).append(file)
    whole = [b"\x00" + BETWEEN.join(file.read_bytes() for file in files) for files in folders.values()]
    whole += [b"\x00" + BETWEEN.join(answers) for answers in _in_order(name)]
    return whole + [b"\x00" + BETWEEN.join([seed, seed]) for seed in seeds(name)]


def mutated(data: bytes, chance: Random) -> bytes:
    """The input with one thing changed in the JSON of one answer, or with answers exchanged or repeated."""
    dial, pieces = data[:1] or b"\x00", data[1:].split(BETWEEN)
    place = chance.randrange(len(pieces))
    try:
        value = json.loads(pieces[place])
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict | list) and chance.random() < 0.8:
        _change(value, chance)
        pieces[place] = json.dumps(value).encode()
    elif chance.random() < 0.5:
        pieces.insert(chance.randrange(len(pieces) + 1), pieces[place])
    else:
        chance.shuffle(pieces)
    return dial + BETWEEN.join(pieces[:MOST_PIECES])


def _change(value: dict[str, object] | list[object], chance: Random) -> None:
    """One node, wherever it lies, taken away, doubled or made into something else."""
    node: dict[str, object] | list[object] = value
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = chance.choice(keys)
        below = node[key]
        if isinstance(below, dict | list) and below and chance.random() < 0.8:
            node = below
            continue
        if chance.random() < 0.2:
            del node[key]
        elif isinstance(node, list) and chance.random() < 0.3:
            node.extend([below] * chance.choice((1, 2, 50)))
        else:
            node[key] = chance.choice(ODD)
        return


def visit(name: str, data: bytes) -> None:
    """Drive one platform through all that it offers with the answers in `data`; the first byte turns the dial.

    Raises Broken, or whatever else than a CollectError came out.
    """
    platform = PLATFORMS[name]
    server = Server(data[1:].split(BETWEEN), data[0] if data else 0)
    profile = _found(platform, server)
    enrolled = account(name, profile.api_base, profile.platform_id, url=profile.url)
    for look in (
        lambda: [_sound_text(place.text) for place in platform.proof_texts(profile, server)],
        lambda: _twice(platform, enrolled, server),
        lambda: _sound_presence(platform.confirm(enrolled, [PostRef("1", f"{SITE}/1"), PostRef("é", "")], server)),
        lambda: _sound_parent(platform.parent(enrolled, _answering(), server)),
    ):
        server.asked = 0
        try:
            look()
        except CollectError as error:
            _sound_text(str(error))


def _found(platform: Platform, server: Server) -> Profile:
    """The profile that the answers make, or one of our own making where they make none."""
    name = platform.name
    try:
        profile = platform.resolve(_URLS.get(name, f"{SITE}/@dana"), server)
    except CollectError as error:
        _sound_text(str(error))
        base = _BASES.get(name, f"{SITE}/feed")
        return Profile(name, _IDS.get(name, "UC123"), "dana", f"{SITE}/@dana", base)
    _sound_profile(profile)
    return profile


def bounded(name: str, data: bytes) -> None:
    """`visit`, within SLOWEST of processor time and MOST_GROWTH of memory."""
    held, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    visit(name, data)
    took = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) * 1024
    if took > SLOWEST or grown > MOST_GROWTH:
        raise Broken(f"{took:.2f} s, {grown / 2**20:.0f} MiB")


def _twice(platform: Platform, enrolled: Account, server: Server) -> None:
    """A reading, and another one that goes on from its cursor."""
    first = platform.collect(enrolled, server, NOW)
    _sound_reading(first)
    server.asked = 0
    _sound_reading(platform.collect(replace(enrolled, cursor=first.cursor), server, NOW + timedelta(days=1)))


def _answering() -> Post:
    return Post("2", f"{SITE}/2", PostKind.REPLY, "yes", reply_to_id="1")


def _sound_reading(reading: Fetched | NotModified) -> None:
    if reading.cursor is not None:
        _sound_text(reading.cursor)
    if isinstance(reading, NotModified):
        return
    ids = [post.post_id for post in reading.posts]
    if len(ids) != len(set(ids)) or not reading.listed_ids.issuperset(ids) or "" in ids:
        raise Broken("a post twice, without an id, or not among those listed")
    for post in reading.posts:
        _sound_post(post)
    if reading.profile is not None:
        _sound_text(f"{reading.profile.bio}{reading.profile.display_name}{reading.profile.avatar_alt}")
    for instant in (reading.covers_since, reading.not_before):
        if instant is not None and instant.utcoffset() is None:
            raise Broken("a time without a zone")


def _sound_post(post: Post) -> None:
    _sound_text(f"{post.post_id}{post.url}{post.full_text}{post.reply_to_id or ''}{post.language or ''}")
    for words in (*post.links, *(medium.alt for medium in post.media)):
        _sound_text(words)
    if post.url and not is_web_address(post.url):
        raise Broken("a post's address that is none")
    for instant in (post.published_at, post.edited_at):
        if instant is not None and instant.utcoffset() is None:
            raise Broken("a time without a zone")
    if len(post.content_hash) != 64:
        raise Broken("no hash")


def _sound_profile(profile: Profile) -> None:
    _sound_text(f"{profile.platform_id}{profile.handle}{profile.url}{profile.display_name}{profile.bio}")
    if not profile.platform_id or not is_web_address(profile.url) or not is_web_address(profile.api_base):
        raise Broken("a profile without a lasting key or an address")


def _sound_presence(answers: Mapping[str, Presence]) -> None:
    if set(answers) != {"1", "é"}:
        raise Broken("other posts were answered for than were asked about")


def _sound_parent(parent: Parent | None) -> None:
    if parent is not None:
        _sound_text(parent.text)


def _sound_text(words: str) -> None:
    """What a database takes: no NUL, no lone surrogate."""
    if "\x00" in words:
        raise Broken("NUL")
    try:
        words.encode()
        json.dumps(words)
    except UnicodeEncodeError as error:
        raise Broken("a lone surrogate") from error
