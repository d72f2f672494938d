"""Every feed of feedparser's own test suite through our parser: nothing escapes, nothing lacks an id, no words are lost.

    python -m tests.conformance.feedparser_suite DIR

DIR is feedparser's unpacked source distribution (BSD-2-Clause). Where a test expects words in an item ("Expect:
entries[0]['title'] == u'...'"), those words must stand in our item's text, both as plain text. Exit status 1 and a
list when something is missing. `REASONED` names the only exceptions, each with its reason.
"""

from __future__ import annotations

import ast
import gzip
import re
import sys
import time
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from collectors.feeds.parse import parse_feed
from collectors.feeds.posts import to_items
from collectors.html import to_text
from domain.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collectors.feeds.posts import Items

FEED_URL = "http://127.0.0.1:8097/tests/feed.xml"
WORD_FIELDS = frozenset({"title", "summary", "description", "content", "subtitle"})
SLOWEST = 2.0
"""Seconds one file may take."""

REASONED: Mapping[str, str] = {
    "encoding/bozo_linenoise.xml": "bytes in no encoding: any reading of them is a guess, and ours is another one",
    "wellformed/rss/item_description_not_a_doctype.xml": "'<!' in HTML opens a bogus comment, which no reader sees",
    "wellformed/sanitize/item_content_encoded_script_nested_cdata.xml": "CDATA in HTML is a bogus comment as well",
}
"""Path below tests/ -> why the expected words need not be found."""

_HEADER = re.compile(rb"^Header:\s+([^:\r\n]+):([^\r\n]+)$", re.MULTILINE)
_EXPECT = re.compile(r"Expect:\s*(.*?)\s*-->", re.DOTALL)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Case:
    """One file of the suite: its path below tests/, its bytes, its headers in lower case."""

    name: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one case went: the CollectError's code or "read", its items, and what is wrong with it."""

    outcome: str
    items: int
    compared: int
    faults: tuple[str, ...]


def cases(root: Path) -> Iterator[Case]:
    """Every data file of the suite, unpacked where the file is compressed and the packing is sound."""
    for path in sorted((root / "tests").rglob("*")):
        if path.is_file() and path.suffix in {".xml", ".gz", ".z"}:
            body = _unpacked(path)
            headers = {
                key.decode("latin-1").strip().lower(): value.decode("latin-1").strip()
                for key, value in _HEADER.findall(body)
            }
            yield Case(str(path.relative_to(root / "tests")), body, headers)


def _unpacked(path: Path) -> bytes:
    raw = path.read_bytes()
    try:
        if path.suffix == ".gz":
            return gzip.decompress(raw)
        return zlib.decompress(raw) if path.suffix == ".z" else raw
    except (OSError, EOFError, zlib.error):  # broken on purpose: the HTTP layer's business, here just more bytes
        return raw


def judge(case: Case) -> Verdict:
    """Parse one case and compare. Any exception but a CollectError is a fault of ours."""
    started = time.perf_counter()
    try:
        found = to_items(parse_feed(case.body, case.headers.get("content-type", ""), FEED_URL), FEED_URL)
    except CollectError as error:
        return Verdict(error.code, 0, 0, tuple(_refused(case, error)))
    except Exception as error:  # noqa: BLE001 - finding these is what this script is for
        return Verdict("crashed", 0, 0, (f"{type(error).__name__}: {error}",))
    faults = [f"took {seconds:.1f} s" for seconds in [time.perf_counter() - started] if seconds > SLOWEST]
    faults += ["an item without id" for item in found.items if not item.post.post_id]
    wanted = list(expected_words(case.body))
    faults += [
        f"lost words of {field}: {words[:80]!r}" for number, field, words in wanted if not _holds(found, number, words)
    ]
    return Verdict("read", len(found.items), len(wanted), tuple(faults))


def _refused(case: Case, error: CollectError) -> list[str]:
    """A refusal of a file with expected words loses them, unless entities were refused, which is on purpose."""
    on_purpose = "entities of its own" in error.detail
    return [] if on_purpose else [f"{error.code}: lost {words[:60]!r}" for _, _, words in expected_words(case.body)]


def expected_words(body: bytes) -> Iterator[tuple[int, str, str]]:
    """(item number, field, expected value) of every `entries[N][field]... == "text"` in the file's Expect line."""
    found = _EXPECT.search(_readable(body))
    if found is None:
        return
    try:
        tree = ast.parse(found[1].strip(), mode="eval")
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
            path = _path(node.left)
            value = node.comparators[0]
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and _names_words(path):
                yield int(path[1]), str(path[2]), value.value


def _readable(body: bytes) -> str:
    """The file as text, enough to read its Expect line, which is ASCII in every encoding but the wide ones."""
    for name in ("utf-8", "utf-16", "utf-32"):
        try:
            text = body.decode(name)
        except UnicodeError:
            continue
        if "Expect:" in text:
            return text
    return body.replace(b"\0", b"").decode("latin-1")


def _path(node: ast.expr) -> list[str | int]:
    """`entries[0]['content'][0]['value']` and `entries[0].title` as ["entries", 0, ...]; [] for anything else."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_path(node.value), node.attr]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return [*_path(node.value), node.slice.value]
    return []


def _names_words(path: list[str | int]) -> bool:
    if len(path) < 3 or path[0] != "entries" or not isinstance(path[1], int):
        return False
    field = str(path[2])
    if field in WORD_FIELDS - {"content"}:
        return len(path) == 3
    return field.removesuffix("_detail") in WORD_FIELDS and path[-1] == "value"


def _holds(found: Items, number: int, words: str) -> bool:
    """Whether item `number` holds the expected words, read as HTML or as they are."""
    wanted = {_squeezed(words), _squeezed(to_text(words))}
    if number >= len(found.items):
        return "" in wanted
    text = _squeezed(found.items[number].post.text)
    return any(one in text for one in wanted)


def _squeezed(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def main(arguments: list[str]) -> int:
    """Run the whole suite, print counts and every miss; 1 when there is one that is not reasoned."""
    if len(arguments) != 1 or not (Path(arguments[0]) / "tests").is_dir():
        sys.stderr.write(f"{__doc__}\n")
        return 2
    verdicts = {case.name: judge(case) for case in cases(Path(arguments[0]))}
    misses = {name: verdict.faults for name, verdict in verdicts.items() if verdict.faults}
    wrong = [f"MISS {name}: {'; '.join(faults)}" for name, faults in misses.items() if name not in REASONED]
    wrong += [f"no longer needed in REASONED: {name}" for name in sorted(REASONED.keys() - misses.keys())]
    sys.stdout.write("\n".join([*_counts(verdicts), *wrong, f"misses: {len(wrong)}"]) + "\n")
    return 1 if wrong or not verdicts else 0


def _counts(verdicts: Mapping[str, Verdict]) -> list[str]:
    items = sum(verdict.items for verdict in verdicts.values())
    compared = sum(verdict.compared for verdict in verdicts.values())
    outcomes = Counter(verdict.outcome for verdict in verdicts.values()).most_common()
    return [
        f"files: {len(verdicts)}; items: {items}; expected texts compared: {compared}",
        *(f"  {outcome}: {count}" for outcome, count in outcomes),
        *(f"  reasoned exception: {name}: {reason}" for name, reason in REASONED.items()),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
