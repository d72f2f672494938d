"""`section7 templates`: drafts of the papers that a practice needs around the monitor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import UsageError
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_text import say
from monitor.forms import form_facts
from reports.forms import FORMS, filled_form

if TYPE_CHECKING:
    from collections.abc import Mapping


def add_to(app: typer.Typer) -> None:
    """Put this verb on the command line."""
    app.command("templates")(templates)


def templates(
    out: Annotated[Path, typer.Option(help="The folder to write to; made when it is not there.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Write over drafts that are there.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Write drafts of notice, authorisation, DPIA, balancing test, NLRA annex, AI-system card, training, instructions.

    They hold what this installation knows; the rest is marked to be filled in. Have counsel check them.
    """
    with opened(config) as app:
        facts = form_facts(app, app.clock())
    drafts = {out / f"{name}.md": filled_form(name, facts) for name in FORMS}
    _write(out, drafts, replace=replace)
    for file, text in drafts.items():
        say(f"{file}: {text.count('[fill in: ')} places to fill in")
    say("They are drafts, not legal advice: have counsel check them.")


def _write(out: Path, drafts: Mapping[Path, str], *, replace: bool) -> None:
    there = [str(file) for file in drafts if file.exists()]
    if there and not replace:
        # Somebody may have filled it in.
        raise UsageError(f"Nothing was written, because this is there already (--replace): {', '.join(there)}")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file, text in drafts.items():
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The drafts cannot be written to {out}: {error.strerror}.") from error
