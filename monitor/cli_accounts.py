"""`section7 accounts …`: which accounts may be read, since when, and how they stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.accounts import AccountKind, AccountState
from domain.audit import COMMAND
from domain.errors import UsageError
from domain.imports import is_imported
from domain.problems import what_is_wrong
from monitor import importing, work
from monitor.cases import cases_beside
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, local_time, opened, operator
from monitor.cli_text import say, show_table, shown
from monitor.enrol import offer, offer_import, verify_by_form, verify_by_token
from monitor.tokens import drop_withdrawn, ending

if TYPE_CHECKING:
    from datetime import datetime

    from domain.accounts import Enrolment, LedgerEntry, Staff
    from monitor.app import App
    from monitor.enrol import Offer

accounts = typer.Typer(help="Accounts, their authorisations and their state.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(help="Account number, handle or address.")]


@accounts.command("enroll")
def enroll(
    url: Annotated[
        str, typer.Argument(help="Address of the public professional profile; with --imported it may be left out.")
    ] = "",
    *,
    person: Annotated[str, typer.Option("--staff", help="Staff number, name or e-mail.")],
    kind: Annotated[AccountKind, typer.Option(help="Whose voice the account is.")] = AccountKind.PROFESSIONAL,
    imported: Annotated[
        str, typer.Option(metavar="SERVICE", help="Fetch nothing: its owner hands over exports from here.")
    ] = "",
    name: Annotated[str, typer.Option(help="With --imported: the account's name in the service's own exports.")] = "",
    platform: Annotated[
        str, typer.Option(help='Read it as this and nothing else, such as "webpage" for a page of a site with a feed.')
    ] = "",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """First step: print the notice and a proof token. Nothing is read or stored of any post yet."""
    if bool(imported) != bool(name) or not (url or imported):
        raise UsageError("Give the profile's address, or both --imported SERVICE and --name NAME.")
    with opened(config) as app:
        staff = app.store.staff.find(person)
        if imported:
            _show(_offer_import(app, imported, name, url, staff, kind))
        else:
            _show(_offer(app, url, staff, kind, platform))


def _offer(app: App, url: str, staff: Staff, kind: AccountKind, platform: str) -> Offer:
    if platform and platform not in app.platforms:
        raise UsageError(f"There is no platform {shown(platform)}; there are: {', '.join(app.platforms)}.")
    return offer(
        app.store,
        app.config,
        app.policy,
        app.http.for_account(),
        url=url,
        staff=staff,
        kind=kind,
        actor=operator(),
        now=app.clock(),
        known={platform: app.platforms[platform]} if platform else app.platforms,
        owned=app.owners().https_for,
    )


def _offer_import(app: App, service: str, name: str, url: str, staff: Staff, kind: AccountKind) -> Offer:
    return offer_import(
        app.store,
        app.config,
        app.policy,
        service=service,
        name=name,
        url=url,
        staff=staff,
        kind=kind,
        actor=operator(),
        now=app.clock(),
    )


def _show(made: Offer) -> None:
    number, profile = made.enrolment.id, made.profile
    say(made.notice.text)
    say(f"\nAccount {number}: {profile.handle} ({profile.platform}){', ' if profile.url else ''}{profile.url}")
    say(f"Notice version: {made.notice.hash[:12]}")
    say(f"\nTo agree, put this token on the profile, where everybody can see it:\n\n    {made.enrolment.token}\n")
    if is_imported(profile.platform):
        say(f"Then ask the service for an export and run: section7 accounts verify {number} --export FILE")
    else:
        say(f"Then run: section7 accounts verify {number}")
    say(f"Or, with a signed form: section7 accounts verify {number} --form FILE")


@accounts.command("verify")
def verify(
    which: Which,
    form: Annotated[Path | None, typer.Option(help="A signed form; its hash is kept, not the file.")] = None,
    export: Annotated[
        Path | None, typer.Option(help="Of an imported account: the service's own archive, with the token in the bio.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Second step: read the token back, or file a signed form. Collection starts from this moment."""
    with opened(config) as app:
        enrolment = app.store.accounts.find(which)
        done = _proven(app, enrolment, form, export)
        say(f"Account {done.id} is authorised from {local_time(done.authorised_at, app)}.")
        say("Nothing published before that will be stored. The token may be removed from the profile.")


def _proven(app: App, enrolment: Enrolment, form: Path | None, export: Path | None) -> Enrolment:
    if form is not None and export is not None:
        raise UsageError("Give one proof: --form or --export.")
    if form is not None:
        return verify_by_form(app.store, enrolment, form, app.clock(), actor=operator())
    if export is not None:
        return importing.verify(app, enrolment, export, actor=operator())
    if is_imported(enrolment.platform):
        raise UsageError(f"Account {enrolment.id} is imported, so that nothing is fetched: give --form or --export.")
    platform = app.platforms[enrolment.platform]
    reader = app.owners().http_for(platform, enrolment.platform_id)
    return verify_by_token(app.store, platform, enrolment, reader, app.clock(), actor=operator())


@accounts.command("list")
def list_accounts(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """List the accounts and how they stand; tab-separated lines when not on a terminal."""
    with opened(config) as app:
        headings = ("No.", "Account", "Platform", "Staff", "State", "Last read", "Next", "What is wrong")
        found = app.store.accounts.all()
        ends = ending(app.tokens, found, app.clock())
        show_table(headings, [_row(one, app, ends.get(one.id)) for one in found])


@accounts.command("ledger")
def ledger(
    which: Annotated[str | None, typer.Argument(help="Account number, handle or address; all without it.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Show the authorisation ledger, oldest first. It is only ever added to.

    Tab-separated lines when not on a terminal.
    """
    with opened(config) as app:
        headings = ("No.", "Account", "When", "What", "By", "Notice", "Proof", "Reference")
        account_id = app.store.accounts.find(which).id if which else None
        show_table(headings, [_line(entry, app) for entry in app.store.accounts.ledger(account_id)])


@accounts.command("pause")
def pause(which: Which, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Stop reading an account for the time being; nothing is erased."""
    with opened(config) as app:
        found = app.store.accounts.find(which)
        app.store.accounts.pause(found.id, operator(), app.clock())
        say(f"Account {found.id} is paused. Go on with: section7 accounts resume {found.id}")


@accounts.command("resume")
def resume(which: Which, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Go on reading a paused account."""
    with opened(config) as app:
        found = app.store.accounts.find(which)
        app.store.accounts.resume(found.id, operator(), app.clock())
        if is_imported(found.platform):
            say(f"Account {found.id} takes imports again, of what is published from now on.")
        else:
            say(f"Account {found.id} is read again from the next pass on.")


@accounts.command("retry")
def retry(which: Which, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Take an account out of quarantine and read it in the next pass."""
    with opened(config) as app:
        found = app.store.accounts.find(which)
        app.store.accounts.retry(found.id, app.clock())
        say(f"Account {found.id} is read again in the next pass.")


@accounts.command("withdraw")
def withdraw(
    which: Which,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """End an authorisation: reading stops at once, and what is neither decided nor critical is erased."""
    with opened(config) as app:
        found = app.store.accounts.find(which)
        if not yes and not typer.confirm(f"Withdraw account {found.id} ({shown(found.handle)}) and erase its records?"):
            raise UsageError("Nothing was changed.")
        erased = app.store.accounts.withdraw(found.id, operator(), app.clock())
        drop_withdrawn(app.tokens, app.store, app.clock(), COMMAND)
        work.archive(app, urgent=True)
        say(f"Account {found.id} is withdrawn. Reading has stopped.")
        if cases := work.drop_cases(app):
            say(f"Erased from {cases_beside(app.config.policy)}: {cases} of the practice's own cases.")
        if erased.held:
            say("A legal hold stands: nothing is erased yet. No view shows the records, and they go when it is lifted.")
        else:
            say(f"Erased: {erased.findings} findings, {erased.versions} versions, {erased.posts} posts.")
        if not erased.scrubbed:
            say("Another program is reading the database; what was erased leaves its log with the next retention pass.")


def _row(one: Enrolment, app: App, ends_at: datetime | None) -> tuple[str, ...]:
    ends = "" if ends_at is None else f"The owner's token ends on {local_time(ends_at, app)[:10]}."
    return (
        str(one.id),
        one.handle,
        one.platform,
        one.staff.name,
        one.state.value,
        local_time(one.last_read_at, app),
        "import" if is_imported(one.platform) else local_time(one.next_check_at, app),
        " ".join(said for said in (_wrong(one), ends) if said) or "-",
    )


def _wrong(one: Enrolment) -> str:
    set_aside = one.state is AccountState.QUARANTINED
    return what_is_wrong(one.problem, one.problem_code, failures=one.failures, set_aside=set_aside)


def _line(entry: LedgerEntry, app: App) -> tuple[str, ...]:
    return (
        str(entry.id),
        str(entry.account_id),
        local_time(entry.at, app),
        entry.event.value,
        entry.actor,
        entry.notice_hash[:12],
        entry.proof.value if entry.proof else "-",
        entry.proof_reference or "-",
    )
