"""granary's test data through our parsers: no exception, no item without an id, no words lost.

    python -m tests.conformance.granary_suite DIR

DIR is granary's unpacked source distribution (CC0-1.0). What is ours to read there: posts of Bluesky, RSS and JSON
feeds, pages with microformats, and objects of ActivityPub. Words that stand in a file's own text fields must stand in
our text, both as plain text; where a file is of a kind that holds no words of its author's (a like, a repost, an
answer to an invitation), it must be left out. Exit status 1 and a list when something is missing.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collectors import fields
from collectors.activitypub_objects import KINDS, parse_item, types
from collectors.bluesky_records import Home, parse_record, parse_view
from collectors.feeds.parse import parse_feed
from collectors.feeds.posts import to_items
from collectors.html import to_text
from collectors.web.page import read
from domain.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.posts import Post

URL = "http://example.com/post"
ACTOR = "https://example.com/users/dana"
HOME = Home("did:plc:foo", URL)
REASONED = {
    "actor.mf2.html": "a card and no post",
    "quote_and_": "posts of Bluesky without an address, which no server gives",
    "facebook": "another site's own markup, which nothing here reads",
}
"""Beginnings of the names of files that are not ours to read, each with the reason."""
_WORDLESS = ("like", "repost", "follow", "favorite", "rsvp", "bookmark", "multiple_types", "invite", "tag_of")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one file went."""

    outcome: str
    items: int = 0
    compared: int = 0
    faults: tuple[str, ...] = ()


def bluesky(body: bytes) -> list[Post]:
    value = json.loads(body)
    view = fields.child(value, "post")
    if not view:
        listed = parse_record({"uri": "at://did:plc:foo/app.bsky.feed.post/3jv3wdw2hkt25", "value": value}, HOME)
        return [listed.post] if listed.post else []
    # Where the suite leaves out whose a post is, its address says so.
    did = fields.text(view, "uri").removeprefix("at://").partition("/")[0]
    listed = parse_view({**value, "post": {**view, "author": {"did": did}}}, did)
    return [listed.post] if listed.post else []


def feed(body: bytes) -> list[Post]:
    return [item.post for item in to_items(parse_feed(body, "", URL), URL).items]


def page(body: bytes) -> list[Post]:
    return [item.post for item in to_items(read(body, "text/html; charset=utf-8", URL).listing, URL).items]


def activitypub(body: bytes) -> list[Post]:
    """The suite leaves out whose an object is and who may see it, or invents both: here it is its author's, for all."""
    note = json.loads(body)
    given = {"id": f"{ACTOR}/1", "attributedTo": ACTOR, "to": ["https://www.w3.org/ns/activitystreams#Public"]}
    listed = parse_item({**note, **given}, ACTOR)
    return [listed.post] if listed.post else []


READERS: dict[str, Callable[[bytes], list[Post]]] = {
    "as2.json": activitypub,
    "bsky.json": bluesky,
    "feed.json": feed,
    "rss.xml": feed,
    "mf2.html": page,
}


def expected(file: Path, kind: str) -> Iterator[str]:
    """The words that the file's own text fields hold."""
    if kind == "bsky.json":
        value = json.loads(file.read_bytes())
        record = fields.child(fields.child(value, "post"), "record") or value
        yield fields.text(record, "text")
    elif kind == "as2.json":
        value = json.loads(file.read_bytes())
        if isinstance(value.get("content"), str) and types(value) & KINDS.keys():
            yield to_text(value["content"])
    elif kind == "feed.json":
        for item in fields.children(json.loads(file.read_bytes()), "items"):
            yield fields.text(item, "content_text") or to_text(fields.text(item, "content_html"))
    elif kind == "mf2.html":
        yield from _of_microformats(file.with_name(file.name.replace("mf2.html", "mf2.json")))


def _of_microformats(beside: Path) -> Iterator[str]:
    if not beside.is_file():
        return
    try:
        value = json.loads(beside.read_bytes(), strict=False)
    except ValueError:
        return
    for content in fields.as_object(fields.as_object(value).get("properties")).get("content", []):
        yield to_text(_markup(content))


def _markup(content: Any) -> str:
    if isinstance(content, dict):
        return fields.text(content, "html") or fields.text(content, "value")
    return content if isinstance(content, str) else ""


def judge(file: Path, kind: str) -> Verdict:
    """Parse one file and compare. Any exception but a CollectError is a fault of ours."""
    try:
        posts = READERS[kind](file.read_bytes())
    except CollectError as error:
        return _refused(file, kind, error)
    except Exception as error:  # noqa: BLE001 - finding these is what this script is for
        return Verdict("crashed", faults=(f"{type(error).__name__}: {error}",))
    text = _squeezed(" ".join(post.full_text for post in posts))
    wanted = [words for words in expected(file, kind) if words.strip() and not file.name.startswith(_WORDLESS)]
    lost = [f"lost {words[:70]!r}" for words in wanted if _squeezed(words) not in text]
    unnamed = ["an item without id" for post in posts if not post.post_id]
    return Verdict("read", len(posts), len(wanted), (*lost, *unnamed))


def _refused(file: Path, kind: str, error: CollectError) -> Verdict:
    wordless = file.name.startswith(_WORDLESS) or not any(words.strip() for words in expected(file, kind))
    return Verdict(error.code, faults=() if wordless else (f"refused: {error}",))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def main(root: Path) -> int:
    """Print counts and faults; 1 when there are any."""
    outcomes: Counter[str] = Counter()
    files = items = compared = 0
    faults: list[str] = []
    for file in sorted((root / "granary" / "tests" / "testdata").iterdir()):
        kind = next((each for each in READERS if file.name.endswith(f".{each}")), None)
        if kind is None or file.name.startswith(tuple(REASONED)):
            continue
        verdict = judge(file, kind)
        files, items, compared = files + 1, items + verdict.items, compared + verdict.compared
        outcomes[verdict.outcome] += 1
        faults += [f"{file.name}: {fault}" for fault in verdict.faults]
    print(f"{files} files, {items} items, {compared} texts compared, {len(faults)} faults; {dict(outcomes)}")
    print(*faults, sep="\n")
    return 1 if faults or not compared else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
