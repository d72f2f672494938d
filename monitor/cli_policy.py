"""`section7 policy …` and `section7 rescore`: what another policy would change, and the practice's own tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analyzers.cases import NONE, expected_clauses, load_cases, run_cases
from analyzers.policy import load_policy
from domain.errors import UsageError
from domain.findings import GRAVITY
from monitor import rehearsal, rescore
from monitor.app import local_of
from monitor.cases import Decision, append_case, case_from, cases_beside
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened, operator
from monitor.cli_text import say, show_table
from monitor.config import load_config
from monitor.rehearsal import Effect

if TYPE_CHECKING:
    from analyzers.cases import Result
    from domain.findings import Policy
    from domain.plans import NotKept
    from monitor.app import App
    from monitor.rehearsal import Example, Rehearsal

log = structlog.get_logger(__name__)

policy = typer.Typer(help="The practice's policy and its own tests of it.", no_args_is_help=True)

CasesFile = Annotated[Path | None, typer.Option("--cases", help="The practice's cases; cases.toml beside the policy.")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="Another policy file; the configured one without it.")
]
_LOGGED_EVERY = 500


def add_to(app: typer.Typer) -> None:
    """Put the verb and the group on the command line."""
    app.command("rescore")(rescore_kept)
    app.add_typer(policy, name="policy")


def rescore_kept(
    other: PolicyFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")] = False,
    cases: CasesFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Judge again the posts whose words are kept, under the policy and detector of today.

    With --dry-run nothing is written: it shows what would appear, disappear and change, also under another policy.
    It ends with 0 whether or not anything would change, with 1 when a case of the practice's own fails, and with 2
    for a mistake in a file.
    """
    if not dry_run:
        if other is not None or cases is not None:
            raise UsageError(
                "--policy and --cases go with --dry-run. To work under another policy, configure it first."
            )
        with opened(config) as app, _progress(app) as on_version:
            done = rescore.rescore(app, on_version)
        say(f"{done.versions} versions judged again, {done.added} new findings. Posts without kept words: not judged.")
        return
    with opened(config) as app:
        under = load_policy(other) if other is not None else app.policy
        # Before the long work: mistakes in the file of cases are to be mended first.
        results = _results(cases, app, under)
        with _progress(app) as on_version:
            seen = rehearsal.rehearse(app, under, on_version)
        _say_rehearsal(app, seen)
    if not _say_results(results, cases_beside(app.config.policy) if cases is None else cases):
        raise typer.Exit(1)


@policy.command("test")
def run_own_cases(cases: CasesFile = None, other: PolicyFile = None, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Run the practice's own cases against the present detector and policy; ends with 1 when one fails."""
    loaded = load_config(config, os.environ)
    under = load_policy(loaded.policy if other is None else other)
    file = cases_beside(loaded.policy) if cases is None else cases
    if not file.exists():
        raise UsageError(f"There is no file {file}. `section7 policy add-case` makes it, or name another with --cases.")
    if not _say_results(run_cases(load_cases(file), under, local_of(loaded)), file):
        raise typer.Exit(1)


@policy.command("add-case")
def add_case(
    finding: Annotated[int, typer.Option(help="Number of a stored finding.")],
    expect: Annotated[str, typer.Option(help='What is to be found: "none", or clauses such as 1,5.')],
    reason: Annotated[str, typer.Option(help="Why: one sentence for whoever reads the case later.")],
    cases: CasesFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Make a case of a stored finding, from its kept words, masked. Refused for a post with client detail."""
    try:
        expected = expected_clauses(NONE if expect == NONE else [part.strip() for part in expect.split(",")])
    except ValueError as error:
        raise UsageError(f'--expect takes "{NONE}" or clauses such as 1,5.') from error
    if not reason.strip():
        raise UsageError("--reason takes a sentence that says why.")
    with opened(config) as app:
        file = cases_beside(app.config.policy) if cases is None else cases
        case = case_from(app.store, app.policy, Decision(finding, expected, reason.strip(), operator()), app.local)
        append_case(file, case)
    say(f"{file}: case {case.name} was added. Run: section7 policy test")


def _results(cases: Path | None, app: App, under: Policy) -> tuple[Result, ...]:
    file = cases or cases_beside(app.config.policy)
    if cases is None and not file.exists():
        return ()
    return run_cases(load_cases(file), under, app.local)


def _say_results(results: tuple[Result, ...], file: Path) -> bool:
    """Print what the practice's cases came to; whether all are well."""
    failing = [(number, result) for number, result in enumerate(results) if not result.well]
    if not results:
        say(f"No cases of your own were run: {file} holds none.")
    else:
        say(f"Your own cases ({file}): {len(results)} run, {len(failing)} failed.")
    for number, result in failing:
        wanted = ", ".join(f"clause {clause}" for clause in sorted(result.case.expected)) or NONE
        found = ", ".join(f"clause {one.clause} ({one.severity.name})" for one in result.findings) or NONE
        say(f"  cases[{number}] {result.case.name}: expected {wanted}, found {found}.", err=True)
    return not failing


def _say_rehearsal(app: App, seen: Rehearsal) -> None:
    present = app.policy.version
    against = "the present policy" if seen.policy == present else f"policy {seen.policy} instead of {present}"
    say(f"Dry run under {against}, detector {seen.detector}. Nothing was written.")
    say(f"{seen.judged} post versions were judged again.\n")
    titles = {text.id: text.title for text in app.policy.clauses}
    headings = ("Clause", *(effect.value.capitalize() for effect in Effect))
    show_table(
        headings,
        [
            (f"{clause} {titles[clause]}", *(str(seen.counts.get((clause, effect), 0)) for effect in Effect))
            for clause in GRAVITY
        ],
    )
    for example in seen.examples:
        say(_shown(example, app))
    if seen.examples:
        say(f"At most {rehearsal.EXAMPLES} examples a clause; account, day and masked words point to the post.")
    if seen.total(Effect.DISAPPEARS, Effect.CHANGES):
        say("Findings on record stay there, under the policy and detector that made them.")
    say("\n" + "\n".join(_gaps(seen)))


def _shown(example: Example, app: App) -> str:
    at = example.published_at
    day = "no date" if at is None else at.astimezone(app.config.practice.zone).strftime("%Y-%m-%d")
    severities = [severity.name for severity in (example.was, example.now) if severity is not None]
    severity = " -> ".join(dict.fromkeys(severities))
    clause = f"{example.clause}" if example.to is example.clause else f"{example.clause} -> {example.to}"
    known = "" if example.finding is None else f"finding {example.finding}, "
    line = f"  {example.effect.value}, clause {clause}, {severity}: {known}{example.account}, {day}: {example.excerpt}"
    return f"{line}\n    {example.reason}" if example.reason else line


def _gaps(seen: Rehearsal) -> list[str]:
    """What could not be judged, or only with less than there was, in plain words."""
    lines = [f"Not judged again: {count} {why}." for count, why in _not_judged(seen.not_kept) if count]
    lines.append("Posts that retention has forgotten altogether are not counted.")
    if seen.replies:
        lines.append(f"{seen.replies} replies were judged without the post they answer, which is never stored.")
    if seen.cut:
        lines.append(f"{seen.cut} versions were judged without words on a protected topic, which were cut.")
    if seen.doubtful:
        lines.append(f"{seen.doubtful} differences are not counted: only these gaps may make them.")
    return lines


def _not_judged(counts: NotKept) -> tuple[tuple[int, str], ...]:
    return (
        (counts.clean, "versions without a finding, whose words were never kept"),
        (counts.expired, "versions with a finding whose words were erased since"),
        (counts.stopped, "versions of accounts that are not being read"),
        (counts.foreign, "versions in a language that is not assessed"),
        (counts.baseline, "versions perhaps older than the authorisation, which are never judged"),
    )


@contextmanager
def _progress(app: App) -> Iterator[Callable[[], None]]:
    """A moving line on a terminal, a log line every 500 versions elsewhere."""
    total = app.store.judgements.not_kept().kept
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _counting(total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Judging kept posts", total=total)
        yield lambda: progress.advance(task)


def _counting(total: int) -> Callable[[], None]:
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        if done % _LOGGED_EVERY == 0:
            log.info("judged-again", versions=done, of=total)

    return count
