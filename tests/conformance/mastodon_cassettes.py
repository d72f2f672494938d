"""Run the Mastodon parsers over the answers that Mastodon.py recorded from real servers.

    python -m tests.conformance.mastodon_cassettes DIRECTORY

DIRECTORY is the unpacked source distribution of Mastodon.py (PyPI). Every status, list of statuses, account and
context in every cassette goes through the parsers, however deep it lies. Prints counts by kind and exits with 1 when
an exception escapes, an item has no id, a date is lost, or words are lost without a stated reason.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from collectors import fields
from collectors.mastodon_statuses import (
    Listing,
    bio_of,
    check_account,
    parse_parent,
    parse_status,
    presence_of,
    to_fetched,
)
from domain.errors import CollectError
from domain.posts import Presence
from tests.fakes.collected import NOW, STARTS_AT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
STATED_REASONS = frozenset({"boost", "not-public"})
STATUS_KEYS = frozenset({"id", "content", "visibility", "account", "created_at"})
ACCOUNT_KEYS = frozenset({"id", "username", "acct", "note"})


@dataclass
class Tally:
    """What was seen, by kind, and every violation as a line."""

    seen: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


class Words(HTMLParser):
    """The words of a piece of HTML by another parser than the one under test."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(" " if tag in {"br", "p"} else "")

    @property
    def found(self) -> list[str]:
        return "".join(self.parts).split()


def bodies(directory: Path) -> Iterator[tuple[str, object]]:
    """(file and number, JSON value) of every recorded answer that is JSON; None for one that is not."""
    for path in sorted(directory.glob("tests/cassettes*/**/*.yaml")):
        recorded = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
        for number, interaction in enumerate(recorded.get("interactions") or []):
            try:
                yield f"{path.parent.name}/{path.name}#{number}", json.loads(interaction["response"]["body"]["string"])
            except (KeyError, TypeError, ValueError):
                yield f"{path.parent.name}/{path.name}#{number}", None


def inside(value: object) -> Iterator[object]:
    """The value and all that it holds."""
    yield value
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from inside(member)


def is_status(value: object) -> bool:
    return isinstance(value, dict) and value.keys() >= STATUS_KEYS


def is_account(value: object) -> bool:
    return isinstance(value, dict) and value.keys() >= ACCOUNT_KEYS


def missing_words(words: list[str], text: str) -> list[str]:
    """Words that stand in `words` more often than in `text`; white space is ignored, since parsers set it freely."""
    return [] if "".join(words) in "".join(text.split()) else [word for word in words if word not in text] or words


def check_status(status: Mapping[str, object], place: str, tally: Tally) -> None:
    author = fields.identifier(fields.child(status, "account"), "id")
    listed = parse_status(status, author)
    tally.seen["status"] += 1
    if not listed.post_id:
        tally.violations.append(f"{place}: a status without an id")
    presence = presence_of(status, listed.post_id)
    parent = parse_parent(status, author)
    if listed.post is None:
        tally.seen[f"skipped {listed.skipped}"] += 1
        if listed.skipped not in STATED_REASONS:
            tally.violations.append(f"{place}: skipped for {listed.skipped}")
        return
    post = listed.post
    tally.seen[f"post ({post.kind})"] += 1
    words = Words(fields.text(status, "content")).found
    if "quote-inline" in fields.text(status, "content"):  # "RE: <address>" was put there by the server
        tally.seen["quote, its address left out"] += 1
        at = words.index("RE:")
        words = words[:at] + words[at + 2 :]
    lost = missing_words(words, post.text)
    lost += missing_words(fields.text(status, "spoiler_text").split(), post.content_warning)
    for option in fields.children(fields.child(status, "poll"), "options"):
        tally.seen["poll option"] += 1
        lost += missing_words(fields.text(option, "title").split(), post.text)
    for medium in fields.children(status, "media_attachments"):
        tally.seen["picture or film"] += 1
        lost += missing_words(fields.text(medium, "description").split(), " ".join(one.alt for one in post.media))
    checks = {
        f"words lost: {lost}": not lost,
        "its date is lost": post.published_at is not None,
        "its edit is lost": (post.edited_at is None) == (status.get("edited_at") is None),
        "its address is lost": bool(post.url),
        "it answers something and does not say so": bool(post.reply_to_id) == bool(status.get("in_reply_to_id")),
        "it is not present in itself": presence is Presence.PRESENT,
        "it gives no parent": parent is not None and post.text in parent.text,
    }
    tally.violations += [f"{place}: {said}" for said, holds in checks.items() if not holds]
    tally.seen["edited"] += post.edited_at is not None


def check_listing(statuses: list[object], place: str, tally: Tally) -> None:
    """A list of statuses as if it were one account's: that of its first status."""
    tally.seen["list of statuses"] += 1
    author = fields.identifier(fields.child(fields.as_object(statuses[0]), "account"), "id")
    listing = Listing(tuple(parse_status(status, author) for status in statuses), complete=True, not_before=None)
    fetched = to_fetched(listing, entity={}, starts_at=STARTS_AT, now=NOW)
    counted = len(fetched.posts) + sum(fetched.skipped.values())
    if counted != len(statuses):
        tally.violations.append(f"{place}: {len(statuses)} statuses became {counted}")


def check_profile(entity: Mapping[str, object], place: str, tally: Tally) -> None:
    tally.seen["account"] += 1
    try:
        check_account(entity)
    except CollectError as error:
        tally.seen[f"account refused ({error.code})"] += 1
    bio = bio_of(entity)
    words = Words(fields.text(entity, "note")).found
    for row in fields.children(entity, "fields"):
        words += [*fields.text(row, "name").split(), *Words(fields.text(row, "value")).found]
    lost = [word for word in words if word.strip(": ") not in bio]
    tally.violations += [f"{place}: words of the profile lost: {lost}"] if lost else []


def check_value(value: object, place: str, tally: Tally) -> None:
    if isinstance(value, dict) and value.keys() >= {"ancestors", "descendants"}:
        tally.seen["context"] += 1
    if isinstance(value, list) and value and all(is_status(member) for member in value):
        check_listing(value, place, tally)
    elif is_status(value):
        check_status(fields.as_object(value), place, tally)
    elif is_account(value):
        check_profile(fields.as_object(value), place, tally)


def check(directory: Path) -> Tally:
    """Check every recorded answer below `directory`. An exception of a parser ends the run with its traceback."""
    tally = Tally()
    for place, body in bodies(directory):
        tally.seen["answer" if body is not None else "answer that is not JSON"] += 1
        for value in inside(body):
            check_value(value, place, tally)
    return tally


def main(arguments: list[str]) -> int:
    tally = check(Path(arguments[0]))
    lines = [f"{count:7} {kind}" for kind, count in sorted(tally.seen.items())]
    lines += [f"violation: {line}" for line in tally.violations]
    sys.stdout.write("\n".join([*lines, f"{len(tally.violations)} violations", ""]))
    return 1 if tally.violations or not tally.seen["status"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
