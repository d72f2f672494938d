"""`section7 score` and `section7 evaluate`: the scoring contract on files of posts, and its measures."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from analyzers.evaluate import as_json, evaluate, table
from analyzers.files import score_lines
from analyzers.judge import judge
from analyzers.model.blend import load_local
from analyzers.model.classifier import WEIGHTS
from analyzers.packets import read_labelled, scored_to_json
from analyzers.policy import load_policy
from domain.errors import PacketError, UsageError
from monitor.app import local_of
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile
from monitor.cli_opinion import measure_model, require_model
from monitor.cli_policy import rescore_kept
from monitor.cli_text import say
from monitor.config import load_config
from monitor.opinion_quality import opinion_json, opinion_table

if TYPE_CHECKING:
    from analyzers.model.blend import Local
    from domain.findings import Policy

Posts = Annotated[Path | None, typer.Argument(help="Posts, one JSON packet a line; without it, rescore what is kept.")]
Labelled = Annotated[Path, typer.Argument(help="Labelled posts, one JSON packet a line.")]
RulesOnly = Annotated[bool, typer.Option("--rules-only", help="Leave the local model out.")]


@dataclass(frozen=True, slots=True)
class _Bench:
    """What judges a file: the policy and model of the installation, or no policy and the shipped model."""

    policy: Policy | None
    local: Local | None


def add_to(app: typer.Typer) -> None:
    """Put both verbs on the command line."""
    app.command("score")(score)
    app.command("evaluate")(evaluate_file)


def score(
    posts: Posts = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Findings file; standard output without it.")
    ] = None,
    rules_only: RulesOnly = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Score a file of posts, or rescore the posts whose words retention has kept."""
    if posts is None:
        rescore_kept(config=config)
        return
    well = _score_file(posts, output, _bench(config, rules_only=rules_only))
    if not well:
        raise typer.Exit(1)


def evaluate_file(
    labelled: Labelled,
    as_data: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
    with_opinion: Annotated[
        bool, typer.Option("--with-opinion", help="Ask the configured model too, and measure it on the same findings.")
    ] = False,
    rules_only: RulesOnly = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Score labelled posts and print every measure of the contract with its interval."""
    if with_opinion:
        require_model(config)
    bench = _bench(config, rules_only=rules_only)
    well = True
    pairs = []
    for number, line in enumerate(_lines(labelled), start=1):
        try:
            post = read_labelled(line, number)
        except PacketError as error:
            say(f"{labelled}: {error}", err=True)
            well = False
            continue
        pairs.append((post, judge(post.packet, bench.policy, bench.local)))
    measured = evaluate(pairs)
    second = measure_model(pairs, config) if with_opinion else None
    if as_data:
        say(json.dumps(as_json(measured) | ({"second_opinion": opinion_json(second)} if second else {}), indent=2))
    else:
        say("\n\n".join((table(measured), *([opinion_table(second)] if second else []))))
    if not well:
        raise typer.Exit(1)


def _score_file(posts: Path, output: Path | None, bench: _Bench) -> bool:
    """Write findings beside their final name first, so that a full disk leaves no half file under it."""
    if output is None:
        return _score_to(sys.stdout, posts, bench)
    draft = output.with_name(f".{output.name}.partial")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            well = _score_to(stream, posts, bench)
        draft.replace(output)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return well


def _score_to(stream: TextIO, posts: Path, bench: _Bench) -> bool:
    well = True
    for result in score_lines(_lines(posts), bench.policy, bench.local):
        if isinstance(result, PacketError):
            say(f"{posts}: {result}", err=True)
            well = False
        else:
            stream.write(json.dumps(scored_to_json(result)) + "\n")
    return well


def _lines(file: Path) -> Iterator[str]:
    """Lines end at a line feed and nowhere else; a byte that is not UTF-8 spoils its own line only."""
    try:
        with file.open(encoding="utf-8", errors="surrogateescape", newline="\n") as stream:
            yield from stream
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error


def _bench(config: Path, *, rules_only: bool) -> _Bench:
    """A file can be scored without an installation; where there is one, its policy and its model count."""
    if not config.exists():
        return _Bench(None, None if rules_only else load_local(WEIGHTS))
    settings = load_config(config, os.environ)
    return _Bench(load_policy(settings.policy), None if rules_only else local_of(settings))
