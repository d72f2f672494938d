"""`section7 tokens …`: owners' tokens for platforms that want one. None is taken as an argument, and none is shown."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collectors.base import Grant, Owned, Owning
from domain.audit import COMMAND
from domain.errors import UsageError
from monitor import tokens as use
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, local_time, opened
from monitor.cli_text import say, show_table
from monitor.token_answer import brought_in, secret_in
from monitor.token_file import Kept

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collectors.base import Consent, Platform
    from domain.accounts import Profile
    from monitor.app import App
    from monitor.token_answer import Brought

tokens = typer.Typer(help="Owners' tokens for platforms that want one.", no_args_is_help=True)

_LONGEST = 65_536


@dataclass(frozen=True, slots=True)
class _Given:
    """What the command was told besides the token."""

    url: str
    scopes: frozenset[str]
    ends: datetime | None


@tokens.command("add")
def add(
    platform: Annotated[str, typer.Argument(help="The platform's name, such as instagram.")],
    file: Annotated[Path | None, typer.Option(help="Read the token from this file instead of standard input.")] = None,
    env: Annotated[str, typer.Option(help="Environment variable that holds the token; only its name is kept.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="A permission that the owner granted, where the platform does not tell.")
    ] = None,
    ends: Annotated[datetime | None, typer.Option(help="When the token ends (UTC), where nobody tells.")] = None,
    url: Annotated[str, typer.Option(help="The profile's address, for a token that names no owner.")] = "",
    client_id: Annotated[str, typer.Option(help="Your application's id, where renewing takes it.")] = "",
    client_secret_file: Annotated[
        Path | None, typer.Option(help="A file with your application's secret, where renewing takes it.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Store an owner's token, or the whole JSON answer that it came in, after asking the platform whose it is.

    One with which more than public posts could be read is refused.
    """
    given = _Given(url, frozenset(scope or ()), ends.replace(tzinfo=UTC) if ends else None)
    with opened(config) as app:
        one, consent = _wanting(platform, app)
        brought = _brought(app, file, env)
        secret = secret_in(_content(client_secret_file), "the client secret") if client_secret_file else ""
        grant = Grant(
            platform=one.name,
            platform_id="",
            token=brought.token,
            refresh_token=brought.refresh_token,
            client_id=client_id,
            client_secret=secret,
            obtained_at=app.clock(),
        )
        told = _owned(one, consent, grant, given, app)
        grant = _checked(grant, consent, told, brought, given, app.clock())
        replaced = use.add(app.tokens, app.store, Kept(grant, {"token": env} if env else {}), app.clock())
        for line in _stored(told.profile, grant, app, replaced=replaced):
            say(line)


@tokens.command("list")
def list_tokens(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """List whose tokens are stored, until when and for what; tab-separated lines when not on a terminal."""
    with opened(config) as app:
        headings = ("Platform", "Owner's id", "Account", "Ends", "Allows", "What is wrong")
        show_table(headings, [_row(kept, app) for kept in app.tokens.read()])


@tokens.command("remove")
def remove(
    platform: Annotated[str, typer.Argument(help="The platform's name, such as instagram.")],
    owner: Annotated[str, typer.Argument(help="The owner's id there, as `tokens list` shows it.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Forget an owner's token. What it allowed is withdrawn only by the owner, on the platform."""
    with opened(config) as app:
        if not use.drop(app.tokens, app.store, Grant(platform, owner, ""), COMMAND, app.clock()):
            raise UsageError(f"No token of {owner} on {platform} is stored. `section7 tokens list` shows which are.")
        say("The token is removed. The owner can withdraw the permission itself on the platform.")


def _wanting(name: str, app: App) -> tuple[Platform, Consent]:
    platform = app.platforms.get(name)
    if platform is None or platform.consent is None:
        wanting = ", ".join(each.name for each in app.platforms.values() if each.consent is not None)
        raise UsageError(f"No platform that wants a token is named {name!r}. Those that do: {wanting}.")
    return platform, platform.consent


def _brought(app: App, file: Path | None, env: str) -> Brought:
    if file is not None and env:
        raise UsageError("Give the token by --file or by --env, not by both.")
    if env:
        return brought_in(app.environment.get(env, ""), app.clock())
    if file is not None:
        return brought_in(_content(file), app.clock())
    if sys.stdin.isatty():
        return brought_in(typer.prompt("Token", hide_input=True), app.clock())
    return brought_in(sys.stdin.read(_LONGEST), app.clock())


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")[:_LONGEST]
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text.") from None


def _owned(platform: Platform, consent: Consent, grant: Grant, given: _Given, app: App) -> Owned:
    http = app.http.for_account(grant=grant, hosts=consent.hosts)
    if isinstance(platform, Owning):
        return platform.owned(grant, http, app.clock())
    if not given.url:
        raise UsageError(f"A token for {platform.name} names no owner: give the profile's address with --url.")
    return Owned(platform.resolve(given.url, http))


def _checked(grant: Grant, consent: Consent, told: Owned, brought: Brought, given: _Given, now: datetime) -> Grant:
    """The grant as it may be stored. What the platform says goes before what a person says."""
    scopes = told.scopes
    if scopes is None and (brought.scopes is not None or given.scopes):
        scopes = (brought.scopes or frozenset()) | given.scopes
    if scopes is None and consent.needed:
        raise UsageError(
            f"{grant.platform} does not say what a token allows. Say what the owner granted, "
            f"each with --scope: {', '.join(sorted(consent.allowed))}. {consent.how}"
        )
    whole = replace(
        grant,
        platform_id=told.profile.platform_id,
        scopes=scopes or frozenset(),
        expires_at=told.expires_at or brought.expires_at or given.ends,
    )
    if fault := use.fault_of(whole, consent, now):
        raise UsageError(f"This token is not stored: {fault}. {consent.how}")
    return whole


def _stored(profile: Profile, grant: Grant, app: App, *, replaced: bool) -> Iterable[str]:
    ends = local_time(grant.expires_at, app) if grant.expires_at else "nobody says when"
    account = use.account_of(app.store, grant.platform, grant.platform_id)
    yield f"Stored in {app.tokens.path}{', in place of the one before' if replaced else ''}."
    yield f"Owner: {profile.handle} ({profile.platform}), {profile.url}"
    yield f"It ends: {ends}"
    yield f"It allows: {', '.join(sorted(grant.scopes)) or 'nothing that has a name'}"
    yield f"Read with it: {profile.reads}"
    if account is None:
        yield f"Nothing is read yet. To enrol: section7 accounts enroll {profile.url} --staff NAME"
    else:
        yield f"Account {account.id} is {account.state.value}."


def _row(kept: Kept, app: App) -> tuple[str, ...]:
    grant = kept.grant
    consent = app.platforms[grant.platform].consent
    account = use.account_of(app.store, grant.platform, grant.platform_id)
    return (
        grant.platform,
        grant.platform_id,
        f"{account.id} {account.handle} ({account.state.value})" if account else "not enrolled",
        local_time(grant.expires_at, app),
        ", ".join(sorted(grant.scopes)),
        (_problem(grant, consent, app.clock()) if consent else "") or "-",
    )


def _problem(grant: Grant, consent: Consent, now: datetime) -> str:
    if grant.refresh_token:
        return use.scope_fault(grant.scopes, consent)
    return use.fault_of(grant, consent, now) or ("ends within two weeks" if use.ends_soon(grant, now) else "")
