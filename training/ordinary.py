"""How often the whole scorer points at public texts: ordinary posts, health information, answers to a person asking.

The texts lie outside the project (real people's words). Each stands as a counsellor's post: ordinary posts and health
information on their own, answers as a reply to somebody who asks about themselves (the question itself is not in the
data; one neutral question stands in for all of them).
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.model.blend import load_local
from analyzers.score import score
from analyzers.statistics import Proportion
from domain.accounts import AccountKind, Licence
from domain.findings import Clause, Packet, Register, Severity
from domain.posts import Parent, ParentAuthor

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from analyzers.model.blend import Local

SEED = 5
QUESTION = (
    "I have been anxious and depressed for months now, I can't sleep, and I don't know what I should do. Any advice?"
)
ORDINARY = ("c1_tweettopic_personal", "c2_btc_person", "c2_wnut17_person", "c2_illness_third_party")
INFORMATION = ("c3_medquad_general_info",)
ANSWERS = ("c3_counselchat_answers",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    parser.add_argument("--public", type=Path, required=True, help="folder with public texts (JSON Lines with `text`)")
    parser.add_argument("--model", type=Path, default=None, help="folder of the model; rules alone without it")
    parser.add_argument("--most", type=int, default=800, help="texts of each file")


def main(options: argparse.Namespace) -> None:
    """Print the share of each file with a finding, its interval, and by clause."""
    local = load_local(options.model) if options.model else None
    for names, asked in ((ORDINARY, False), (INFORMATION, False), (ANSWERS, True)):
        for name in names:
            print(_line(name, options, local, asked=asked))


def _line(name: str, options: argparse.Namespace, local: Local | None, *, asked: bool) -> str:
    flagged, total = 0, 0
    clauses = dict.fromkeys(Clause, 0)
    for packet in _packets(options.public / f"{name}.jsonl", options.most, asked=asked):
        found = {one.clause for one in score(packet, None, local).findings if one.severity >= Severity.S2}
        total += 1
        flagged += bool(found)
        for clause in found:
            clauses[clause] += 1
    if not total:
        return f"{name}: no texts"
    share = Proportion(flagged, total)
    low, high = share.interval or (0.0, 1.0)
    shares = " ".join(f"{clause.value}:{count}" for clause, count in clauses.items() if count)
    return f"{name}: {flagged} of {total}, {share.value:.4f} [{low:.4f}-{high:.4f}] {shares}"


def _packets(path: Path, most: int, *, asked: bool) -> Iterator[Packet]:
    texts = sorted({str(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines()})
    random.Random(SEED).shuffle(texts)  # noqa: S311 - drawing examples, not secrecy
    for number, text in enumerate(texts[:most]):
        yield Packet(
            id=f"{path.stem}-{number}",
            platform="mastodon",
            account_kind=AccountKind.PROFESSIONAL,
            role="licensed counselor",
            licence=Licence.COUNSELOR,
            practice_name="Larkspur Bend Counseling",
            practice_aliases=("Larkspur Bend",),
            created=datetime(2026, 3, 10, 9, tzinfo=UTC),
            text=text,
            register=Register(),
            parent=Parent(QUESTION, ParentAuthor.CLIENT_UNKNOWN) if asked else None,
            is_reply=asked,
            bio="Counselor. Opinions mine.",
        )
