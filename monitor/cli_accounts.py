"""`section7 staff …` and `section7 accounts …`: who works here, and which accounts may be read."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from domain.accounts import AccountKind, Licence
from domain.errors import UsageError
from monitor import work
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, local_time, opened
from monitor.enrol import offer, verify_by_form, verify_by_token

if TYPE_CHECKING:
    from datetime import date

    from domain.accounts import Enrolment
    from monitor.app import App

staff = typer.Typer(help="The practice's staff.", no_args_is_help=True)
accounts = typer.Typer(help="Accounts, their authorisations and their state.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(help="Account number, handle or address.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@staff.command("add")
def staff_add(
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
        typer.echo(f"Staff {added.id}: {added.name}, {added.role}")


@staff.command("list")
def staff_list(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """List the staff."""
    with opened(config) as app:
        table = Table("No.", "Name", "Role", "Licence", "E-mail", "From", "To")
        for person in app.store.staff.all():
            first, last = person.employed_from, person.employed_to
            table.add_row(
                str(person.id),
                person.name,
                person.role,
                person.licence.value,
                person.email,
                str(first or "-"),
                str(last or "-"),
            )
        Console().print(table)


@accounts.command("enroll")
def enroll(
    url: Annotated[str, typer.Argument(help="Address of the public professional profile.")],
    person: Annotated[str, typer.Option("--staff", help="Staff number, name or e-mail.")],
    kind: Annotated[AccountKind, typer.Option(help="Whose voice the account is.")] = AccountKind.PROFESSIONAL,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """First step: print the notice and a proof token. Nothing is read or stored of any post yet."""
    with opened(config) as app:
        made = offer(
            app.store,
            app.config,
            app.policy,
            app.http.for_account(),
            url=url,
            staff=app.store.staff.find(person),
            kind=kind,
            actor=getpass.getuser(),
            now=app.clock(),
        )
        typer.echo(made.notice.text)
        number = made.enrolment.id
        typer.echo(f"\nAccount {number}: {made.profile.handle} ({made.profile.platform}), {made.profile.url}")
        typer.echo(f"Notice version: {made.notice.hash[:12]}")
        typer.echo(
            f"\nTo agree, put this token on the profile, where everybody can see it:\n\n    {made.enrolment.token}\n"
        )
        typer.echo(f"Then run: section7 accounts verify {number}")
        typer.echo(f"Or, with a signed form: section7 accounts verify {number} --form FILE")


@accounts.command("verify")
def verify(
    which: Which,
    form: Annotated[Path | None, typer.Option(help="A signed form; its hash is kept, not the file.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Second step: read the token back, or file a signed form. Collection starts from this moment."""
    with opened(config) as app:
        enrolment = app.store.accounts.find(which)
        if form is not None:
            done = verify_by_form(app.store, enrolment, form, app.clock())
        else:
            platform = app.platforms[enrolment.platform]
            done = verify_by_token(app.store, platform, enrolment, app.http.for_account(), app.clock())
        typer.echo(f"Account {done.id} is authorised from {local_time(done.authorised_at, app)}.")
        typer.echo("Nothing published before that will be stored. The token may be removed from the profile.")


@accounts.command("list")
def list_accounts(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """List the accounts and how they stand."""
    with opened(config) as app:
        table = Table("No.", "Account", "Platform", "Staff", "State", "Last read", "Next", "What is wrong")
        for one in app.store.accounts.all():
            table.add_row(*_row(one, app))
        Console().print(table)


@accounts.command("ledger")
def ledger(
    which: Annotated[str | None, typer.Argument(help="Account number, handle or address; all without it.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Show the authorisation ledger, oldest first. It is only ever added to."""
    with opened(config) as app:
        table = Table("No.", "Account", "When", "What", "By", "Notice", "Proof", "Reference")
        account_id = app.store.accounts.find(which).id if which else None
        for line in app.store.accounts.ledger(account_id):
            proof = line.proof.value if line.proof else "-"
            when = local_time(line.at, app)
            table.add_row(
                str(line.id),
                str(line.account_id),
                when,
                line.event.value,
                line.actor,
                line.notice_hash[:12],
                proof,
                line.proof_reference or "-",
            )
        Console().print(table)


@accounts.command("pause")
def pause(which: Which, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Stop reading an account for the time being; nothing is erased."""
    with opened(config) as app:
        found = app.store.accounts.find(which)
        app.store.accounts.pause(found.id, getpass.getuser(), app.clock())
        typer.echo(f"Account {found.id} is paused. Go on with: section7 accounts resume {found.id}")


@accounts.command("resume")
def resume(which: Which, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Go on reading a paused account."""
    with opened(config) as app:
        found = app.store.accounts.find(which)
        app.store.accounts.resume(found.id, getpass.getuser(), app.clock())
        typer.echo(f"Account {found.id} is read again from the next pass on.")


@accounts.command("retry")
def retry(which: Which, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Take an account out of quarantine and read it in the next pass."""
    with opened(config) as app:
        found = app.store.accounts.find(which)
        app.store.accounts.retry(found.id, app.clock())
        typer.echo(f"Account {found.id} is read again in the next pass.")


@accounts.command("withdraw")
def withdraw(
    which: Which,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """End an authorisation: reading stops at once, and what is neither decided nor critical is erased."""
    with opened(config) as app:
        found = app.store.accounts.find(which)
        if not yes and not typer.confirm(f"Withdraw account {found.id} ({found.handle}) and erase its records?"):
            raise UsageError("Nothing was changed.")
        erased = app.store.accounts.withdraw(found.id, getpass.getuser(), app.clock())
        work.archive(app)
        typer.echo(f"Account {found.id} is withdrawn. Reading has stopped.")
        typer.echo(f"Erased: {erased.findings} findings, {erased.versions} versions, {erased.posts} posts.")


def _row(one: Enrolment, app: App) -> tuple[str, ...]:
    return (
        str(one.id),
        one.handle,
        one.platform,
        one.staff.name,
        one.state.value,
        local_time(one.last_read_at, app),
        local_time(one.next_check_at, app),
        one.problem or "-",
    )


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None
