"""`section7 score` and `section7 evaluate`: the scoring contract on files of posts, and its measures."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from analyzers.evaluate import as_json, evaluate, table
from analyzers.files import score_lines
from analyzers.judge import judge
from analyzers.packets import read_labelled, scored_to_json
from analyzers.policy import load_policy
from domain.errors import PacketError, UsageError
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile
from monitor.cli_opinion import measure_model, require_model
from monitor.cli_policy import rescore_kept
from monitor.cli_text import say
from monitor.config import load_config
from monitor.opinion_quality import opinion_json, opinion_table

if TYPE_CHECKING:
    from domain.findings import Policy

Posts = Annotated[Path | None, typer.Argument(help="Posts, one JSON packet a line; without it, rescore what is kept.")]
Labelled = Annotated[Path, typer.Argument(help="Labelled posts, one JSON packet a line.")]


def add_to(app: typer.Typer) -> None:
    """Put both verbs on the command line."""
    app.command("score")(score)
    app.command("evaluate")(evaluate_file)


def score(
    posts: Posts = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Findings file; standard output without it.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Score a file of posts, or rescore the posts whose words retention has kept."""
    if posts is None:
        rescore_kept(config=config)
        return
    well = _score_file(posts, output, _policy_if_any(config))
    if not well:
        raise typer.Exit(1)


def evaluate_file(
    labelled: Labelled,
    as_data: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
    with_opinion: Annotated[
        bool, typer.Option("--with-opinion", help="Ask the configured model too, and measure it on the same findings.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Score labelled posts and print every measure of the contract with its interval."""
    if with_opinion:
        require_model(config)
    policy = _policy_if_any(config)
    well = True
    pairs = []
    for number, line in enumerate(_lines(labelled), start=1):
        try:
            post = read_labelled(line, number)
        except PacketError as error:
            say(f"{labelled}: {error}", err=True)
            well = False
            continue
        pairs.append((post, judge(post.packet, policy)))
    measured = evaluate(pairs)
    second = measure_model(pairs, config) if with_opinion else None
    if as_data:
        say(json.dumps(as_json(measured) | ({"second_opinion": opinion_json(second)} if second else {}), indent=2))
    else:
        say("\n\n".join((table(measured), *([opinion_table(second)] if second else []))))
    if not well:
        raise typer.Exit(1)


def _score_file(posts: Path, output: Path | None, policy: Policy | None) -> bool:
    """Write findings beside their final name first, so that a full disk leaves no half file under it."""
    if output is None:
        return _score_to(sys.stdout, posts, policy)
    draft = output.with_name(f".{output.name}.partial")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            well = _score_to(stream, posts, policy)
        draft.replace(output)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return well


def _score_to(stream: TextIO, posts: Path, policy: Policy | None) -> bool:
    well = True
    for result in score_lines(_lines(posts), policy):
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


def _policy_if_any(config: Path) -> Policy | None:
    """A file can be scored without an installation; where there is one, its policy counts."""
    return load_policy(load_config(config, os.environ).policy) if config.exists() else None
