"""`section7 staff …`: who works here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from domain.accounts import Licence
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_text import say, show_table

if TYPE_CHECKING:
    from datetime import date

    from domain.accounts import Staff

staff = typer.Typer(help="The practice's staff.", no_args_is_help=True)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@staff.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Full name.")],
    role: Annotated[str, typer.Option(help='For example "clinical psychologist".')],
    email: Annotated[str, typer.Option(help="Where this person is told of findings.")],
    licence: Annotated[Licence, typer.Option(help="Licence type; clause 5 depends on it.")] = Licence.NONE,
    employed_from: Day = None,
    employed_to: Day = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Add a member of staff. Nothing is read before that person enrols an account."""
    with opened(config) as app:
        added = app.store.staff.add(name, role, licence, email, _day(employed_from), _day(employed_to), app.clock())
        say(f"Staff {added.id}: {added.name}, {added.role}")


@staff.command("change")
def change(
    who: Annotated[str, typer.Argument(help="Staff number, name or e-mail.")],
    name: Annotated[str | None, typer.Option(help="Full name.")] = None,
    role: Annotated[str | None, typer.Option(help="What this person does.")] = None,
    licence: Annotated[Licence | None, typer.Option(help="Licence type; clause 5 depends on it.")] = None,
    email: Annotated[str | None, typer.Option(help="Mail that still waits goes there as well.")] = None,
    employed_from: Day = None,
    employed_to: Day = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Change what is known of a member of staff; what is not named stays as it is."""
    with opened(config) as app:
        changed = app.store.staff.change(
            app.store.staff.find(who).id,
            name=name,
            role=role,
            licence=licence,
            email=email,
            employed_from=_day(employed_from),
            employed_to=_day(employed_to),
        )
        say(f"Staff {changed.id}: {changed.name}, {changed.role}, {changed.licence}, {changed.email}")


@staff.command("list")
def list_staff(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """List the staff; tab-separated lines when not on a terminal."""
    with opened(config) as app:
        headings = ("No.", "Name", "Role", "Licence", "E-mail", "From", "To")
        show_table(headings, [_row(person) for person in app.store.staff.all()])


def _row(person: Staff) -> tuple[str, ...]:
    return (
        str(person.id),
        person.name,
        person.role,
        person.licence.value,
        person.email,
        str(person.employed_from or "-"),
        str(person.employed_to or "-"),
    )


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None
