"""`section7 users …`: who may sign in to the console. The first administrator is made here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from console import letters
from console.posting import refusal
from domain.access import ConflictOfInterest, Identity, Role, User, is_subject, training_end
from domain.errors import DeliveryError, UsageError
from monitor.app import App
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_text import say, show_table
from monitor.serving import desk_of

users = typer.Typer(help="Who may sign in to the console.", no_args_is_help=True)

_ACTOR = "command"
Who = Annotated[str, typer.Argument(help="Number or e-mail address.")]
Roles = Annotated[list[Role], typer.Option("--role", help="May be given more than once.")]
StaffNumber = Annotated[
    str | None, typer.Option("--staff", help="Number, name or e-mail on the staff list; a clinician needs one.")
]
ShowLink = Annotated[bool, typer.Option("--show-link", help="Print the link instead of mailing it.")]


@users.command("invite")
def invite(
    name: Annotated[str, typer.Argument(help="Full name.")],
    email: Annotated[str, typer.Option(help="The address to sign in with; the invitation goes there.")],
    role: Roles,
    staff: StaffNumber = None,
    show_link: ShowLink = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Give somebody access; the invitation is mailed, and works once."""
    with opened(config) as app:
        user = app.store.users.add(name, email, role, _staff(app, staff), _ACTOR, app.clock())
        say(f"User {user.id}: {user.name}, {_named(user)}")
        _let_in(app, user, "invitation", show_link=show_link)


@users.command("recover")
def recover(
    who: Who,
    codes: Annotated[bool, typer.Option("--codes", help="The telephone is lost too: set up a new one.")] = False,
    show_link: ShowLink = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Send somebody a link to choose a new password."""
    with opened(config) as app:
        user = app.store.users.find(who)
        if codes:
            app.store.credentials.forget_code(user.id, _ACTOR, app.clock())
            say("One-time codes are set up anew at the next sign-in.")
        _let_in(app, user, "recovery", show_link=show_link)


@users.command("tie")
def tie(
    who: Who,
    subject: Annotated[str, typer.Option(help="The account's lasting name at the identity provider, its `sub`.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Note whose account at the identity provider is whose, where it verifies no addresses."""
    with opened(config) as app:
        user = app.store.users.find(who)
        if (provider := app.config.console.oidc) is None:
            raise UsageError("No identity provider is set up: there is no table [console.oidc].")
        if not is_subject(subject):
            raise UsageError("A subject is 1 to 255 plain characters.")
        app.store.identities.tie(user.id, Identity(provider.issuer, subject), _ACTOR, app.clock())
        say(f"User {user.id}: tied to the account")


@users.command("release")
def release(who: Who, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Forget somebody's account at the identity provider; the next sign-in there notes it anew."""
    with opened(config) as app:
        user = app.store.users.find(who)
        released = app.store.identities.release(user.id, _ACTOR, app.clock())
        say(f"User {user.id}: {'tied to no account any more' if released else 'was tied to no account'}")


@users.command("list")
def list_users(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """List everybody who has or had access; tab-separated lines when not on a terminal."""
    with opened(config) as app:
        headings = ("No.", "Name", "E-mail", "Roles", "Staff", "State", "Trained until", "Conflicts")
        show_table(headings, [_row(user, app) for user in app.store.users.all()])


@users.command("change")
def change(
    who: Who,
    name: Annotated[str | None, typer.Option(help="Full name.")] = None,
    email: Annotated[str | None, typer.Option(help="The address to sign in with.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Change a name or an address; what is not named stays as it is."""
    with opened(config) as app:
        user = app.store.users.find(who)
        changed = app.store.users.change(user.id, name or user.name, email or user.email, _ACTOR, app.clock())
        say(f"User {changed.id}: {changed.name}, {changed.email}")


@users.command("roles")
def roles(who: Who, role: Roles, staff: StaffNumber = None, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Give somebody these roles and no others; every session of theirs ends."""
    with opened(config) as app:
        user = app.store.users.find(who)
        staff_id = _staff(app, staff) if staff else user.staff_id
        changed = app.store.users.change_roles(user.id, role, staff_id, _ACTOR, app.clock())
        say(f"User {changed.id}: {_named(changed)}")


@users.command("deactivate")
def deactivate(
    who: Who,
    undo: Annotated[bool, typer.Option("--undo", help="Let the person in again.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Take somebody's access away, at once."""
    with opened(config) as app:
        user = app.store.users.find(who)
        change_state = app.store.users.activate if undo else app.store.users.deactivate
        changed = change_state(user.id, _ACTOR, app.clock())
        say(f"User {changed.id}: {_state(changed)}")


@users.command("conflict")
def conflict(
    who: Who,
    staff: Annotated[str, typer.Option("--staff", help="Whom this person may not judge.")],
    reason: Annotated[str, typer.Option(help="Why, in a few words.")] = "",
    line_manager: Annotated[bool, typer.Option("--line-manager", help="Leads them.")] = False,
    end: Annotated[bool, typer.Option("--end", help="The conflict is no more.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Name a conflict of interest, or end one."""
    with opened(config) as app:
        user, staff_id = app.store.users.find(who), app.store.staff.find(staff).id
        if end:
            app.store.users.drop_conflict(user.id, staff_id, _ACTOR, app.clock())
            say("The conflict is ended.")
            return
        named = ConflictOfInterest(staff_id, reason, line_manager)
        app.store.users.add_conflict(user.id, named, _ACTOR, app.clock())
        say("The conflict is on record.")


@users.command("training")
def training(
    who: Who,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; none takes it off the record.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Record how long a reviewer's training holds."""
    with opened(config) as app:
        user = app.store.users.find(who)
        zone = app.config.practice.zone
        end = training_end(until.date(), zone) if until else None
        changed = app.store.users.record_training(user.id, end, _ACTOR, app.clock())
        say(f"User {changed.id}: training {_day(changed.trained_until, app)}")


def _let_in(app: App, user: User, purpose: letters.Purpose, *, show_link: bool) -> None:
    desk = desk_of(app)
    if show_link:
        say(letters.new_link(desk, user, purpose, _ACTOR, app.clock()))
        return
    compose = letters.invitation if purpose == "invitation" else letters.recovery
    letter = compose(desk, user, _ACTOR, app.clock())
    if refused := refusal(desk, user, purpose, letter, app.clock()):
        raise DeliveryError(
            f"The mail did not go out: {refused}. Mend the mail and run `section7 users recover {user.id}`, "
            "or add --show-link to print the link."
        ) from refused
    say(f"A link is on its way to {user.email}.")


def _staff(app: App, who: str | None) -> int | None:
    return app.store.staff.find(who).id if who else None


def _row(user: User, app: App) -> tuple[str, ...]:
    return (
        str(user.id),
        user.name,
        user.email,
        _named(user),
        str(user.staff_id or "-"),
        _state(user),
        _day(user.trained_until, app),
        str(len(user.conflicts)),
    )


def _named(user: User) -> str:
    return ", ".join(sorted(user.roles))


def _state(user: User) -> str:
    return "active" if user.active else "may not sign in"


def _day(instant: datetime | None, app: App) -> str:
    return instant.astimezone(app.config.practice.zone).date().isoformat() if instant else "-"
