"""`section7 export …`: findings and decisions for an auditor, one whole case, one person's record."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.exporting import Exporter
from domain.access import Permission
from domain.errors import UsageError
from domain.exports import ExportFilter, ExportFormat, Ground
from domain.findings import Clause, Severity
from domain.periods import period_named
from domain.review import Outcome, ReviewState
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_text import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.exports import Made
    from domain.reporting import Period
    from monitor.app import App

export = typer.Typer(help="Exports for an auditor, a court or the person concerned.", no_args_is_help=True)

Out = Annotated[Path, typer.Option("--out", "-o", help="The file to write; it must not exist yet.")]
Form = Annotated[ExportFormat, typer.Option("--format", help="The form of the file.")]
Shown = Annotated[
    Ground | None, typer.Option("--unmasked", help="Show client detail, on this ground; written into the audit log.")
]
WantedBy = Annotated[str, typer.Option("--for", help="With --unmasked: e-mail of the privacy officer who asks for it.")]


@export.command("findings")
def findings(
    out: Out,
    form: Form = ExportFormat.CSV,
    from_week: Annotated[str, typer.Option(help="First ISO week, such as 2026-W40.")] = "",
    to_week: Annotated[str, typer.Option(help="Last ISO week.")] = "",
    clause: Annotated[list[Clause] | None, typer.Option(help="May be given several times.")] = None,
    severity: Annotated[
        list[int] | None, typer.Option(min=1, max=4, help="1 to 4; may be given several times.")
    ] = None,
    state: Annotated[list[ReviewState] | None, typer.Option(help="May be given several times.")] = None,
    outcome: Annotated[list[Outcome] | None, typer.Option(help="May be given several times.")] = None,
    unmasked: Shown = None,
    wanted_by: WantedBy = "",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Findings and decisions by filter. Nothing is ranked, nothing counted by person."""
    with opened(config) as app:
        zone = app.config.practice.time_zone
        first, last = _week(from_week, zone), _week(to_week, zone)
        chosen = ExportFilter(
            since=first.start if first else None,
            until=last.end if last else None,
            clauses=frozenset(clause or ()),
            severities=frozenset(map(Severity, severity or ())),
            states=frozenset(state or ()),
            outcomes=frozenset(outcome or ()),
        )
        _write(out, lambda: _exporter(app, unmasked, wanted_by).findings(chosen, form))


@export.command("case")
def case(
    review: Annotated[int, typer.Argument(help="The review's number.")],
    out: Out,
    form: Form = ExportFormat.JSON,
    unmasked: Shown = None,
    wanted_by: WantedBy = "",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """One case as a whole: steps, versions, notices, decisions, mails' metadata, lines of the audit log, hashes."""
    with opened(config) as app:
        _write(out, lambda: _exporter(app, unmasked, wanted_by).case(review, form))


@export.command("personnel")
def personnel(
    person: Annotated[str, typer.Argument(help="Staff number, name or e-mail.")],
    out: Out,
    form: Form = ExportFormat.PDF,
    unmasked: Shown = None,
    wanted_by: WantedBy = "",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """All that is kept about one member of staff, for that person (820 ILCS 40/2, MCL 423.503, Cal. Labor 1198.5)."""
    with opened(config) as app:
        staff = app.store.staff.find(person)
        _write(out, lambda: _exporter(app, unmasked, wanted_by).personnel(staff.id, form))


def _exporter(app: App, ground: Ground | None, wanted_by: str) -> Exporter:
    asked_by = ""
    if ground is not None:
        user = app.store.users.with_email(wanted_by)
        if user is None or not user.may(Permission.UNMASK):
            raise UsageError("--unmasked needs --for with the e-mail of somebody who may see client detail.")
        asked_by = f"user:{user.id}"
    return Exporter(app.store, app.policy.practice_name, "command", app.clock(), ground, wanted_by=asked_by)


def _week(name: str, time_zone: str) -> Period | None:
    if not name:
        return None
    try:
        return period_named(name, time_zone)
    except ValueError as error:
        raise UsageError(f"{error}.") from error


def _write(out: Path, make: Callable[[], Made]) -> None:
    """The file is claimed before anything is made, so that the audit log tells of no export that nobody has."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            made = make()
            stream.write(made.content)
    except BaseException:
        out.unlink()
        raise
    say(f"{out}: {made.count} items, SHA-256 {made.sha256}")
