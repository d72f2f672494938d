"""Every page of the microformats project's own test suite through our reader of pages.

    python -m tests.conformance.microformats_suite DIR

DIR is a folder that holds the suite (CC0-1.0) as `tests/microformats-*/*/*.html`, each beside a .json of what a parser
must find; mf2dom's source distribution has it. Nothing but a CollectError may come out, within SLOWEST seconds; the
names, summaries, notes and contents of entries and cards must stand in what was read; what reviews and citations say
must not. Exit status 1 and a list when something is amiss. `REASONED` names the only exceptions, each with its reason.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from collectors.feeds.posts import to_items
from collectors.html import to_text
from collectors.web.page import read
from domain.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collectors.web.page import Page

PAGE_URL = "http://example.com/"
"""Where the suite says its pages are found."""
OWN = frozenset({"h-entry", "h-card", "h-feed"})
OTHERS = frozenset({"h-cite", "h-review", "h-review-aggregate"})
WORDS = ("name", "summary", "note", "content", "description")
SLOWEST = 2.0
"""Seconds one page may take."""

_AUTHOR = "the author's name beside an entry of a list: compared with the owner's, and not kept"
REASONED: Mapping[str, str] = {
    "microformats-mixed/h-entry/mixedroots.html": _AUTHOR,
    "microformats-v1/hentry/summarycontent.html": _AUTHOR,
    "microformats-v1/hnews/all.html": _AUTHOR,
    "microformats-v1/hnews/minimum.html": _AUTHOR,
    "microformats-v2/h-entry/summarycontent.html": _AUTHOR,
    "microformats-v2/h-feed/simple.html": "the name of the list, of which only the entries are posts",
}
"""Path below tests/ -> why the expected words need not be found."""

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one page went: the CollectError's code or "read", its posts, texts compared, and what is wrong with it."""

    outcome: str
    posts: int
    compared: int
    faults: tuple[str, ...]


def judge(path: Path) -> Verdict:
    """Read one page and compare it with the .json beside it. Any exception but a CollectError is a fault of ours."""
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    mine, others = list(_words(expected["items"], others=False)), list(_words(expected["items"], others=True))
    started = time.perf_counter()
    try:
        page = read(path.read_bytes(), "text/html; charset=utf-8", PAGE_URL)
        posts = to_items(page.listing, PAGE_URL).items
    except CollectError as error:
        return Verdict(error.code, 0, len(mine), tuple(f"{error.code}: lost {words[:60]!r}" for words in mine))
    except Exception as error:  # noqa: BLE001 - finding these is what this script is for
        return Verdict("crashed", 0, 0, (f"{type(error).__name__}: {error}",))
    faults = [f"took {seconds:.1f} s" for seconds in [time.perf_counter() - started] if seconds > SLOWEST]
    alts = [medium.alt for item in posts for medium in item.post.media]
    said = _squeezed(" ".join([*(item.post.text for item in posts), *_card(page), *alts]))
    faults += [f"lost {words[:80]!r}" for words in mine if _squeezed(words) not in said]
    faults += [f"kept another's {words[:80]!r}" for words in others if _squeezed(words) in said]
    return Verdict("read", len(posts), len(mine) + len(others), tuple(faults))


def _words(items: list[object], *, others: bool) -> Iterator[str]:
    """The words of the suite's entries and cards, or those of its reviews and citations, however deep they stand."""
    waiting = [(item, False) for item in items]
    while waiting:
        item, inside = waiting.pop(0)
        if not isinstance(item, dict) or "type" not in item:
            continue
        kinds = frozenset(item["type"])
        is_others = inside or bool(kinds & OTHERS)
        properties = item.get("properties", {})
        if is_others == others and kinds & (OTHERS if others else OWN):
            yield from (words for name in WORDS for value in properties.get(name, ()) if (words := _text(value)))
        nested = [value for values in properties.values() for value in values]
        waiting += [(inner, is_others) for inner in (*nested, *item.get("children", ()))]


def _text(value: object) -> str:
    """A property's words; those of a nested item are its own."""
    if isinstance(value, dict):
        return "" if "type" in value else to_text(value.get("html", ""))
    return value if isinstance(value, str) else ""


def _card(page: Page) -> tuple[str, ...]:
    seen = page.profile
    return (seen.display_name, seen.bio, seen.avatar_alt) if seen else ()


def _squeezed(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def main(arguments: list[str], reasoned: Mapping[str, str] = REASONED) -> int:
    """Run the whole suite, print counts and every miss; 1 when there is one that is not reasoned."""
    roots = [path for folder in arguments[:1] for path in Path(folder).rglob("microformats-v2") if path.is_dir()]
    if not roots:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    tests = roots[0].parent
    verdicts = {str(path.relative_to(tests)): judge(path) for path in sorted(tests.rglob("*.html")) if _has_pair(path)}
    misses = {name: verdict.faults for name, verdict in verdicts.items() if verdict.faults}
    wrong = [f"MISS {name}: {'; '.join(faults)}" for name, faults in misses.items() if name not in reasoned]
    wrong += [f"no longer needed in REASONED: {name}" for name in sorted(reasoned.keys() - misses.keys())]
    sys.stdout.write("\n".join([*_counts(verdicts, reasoned), *wrong, f"misses: {len(wrong)}"]) + "\n")
    return 1 if wrong or not verdicts else 0


def _has_pair(path: Path) -> bool:
    return path.with_suffix(".json").is_file()


def _counts(verdicts: Mapping[str, Verdict], reasoned: Mapping[str, str]) -> list[str]:
    posts = sum(verdict.posts for verdict in verdicts.values())
    compared = sum(verdict.compared for verdict in verdicts.values())
    outcomes = Counter(verdict.outcome for verdict in verdicts.values()).most_common()
    return [
        f"pages: {len(verdicts)}; posts: {posts}; expected texts compared: {compared}",
        *(f"  {outcome}: {count}" for outcome, count in outcomes),
        *(f"  reasoned exception: {name}: {reason}" for name, reason in reasoned.items()),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
