"""Enrolment in two steps: show the notice and hand out a token; read the token back, or file a signed form.

Nothing is collected before the second step, and nothing dated before it is ever stored.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.registry import detect
from domain.accounts import AccountState, Profile, Proof
from domain.errors import NotProven, UsageError
from domain.imports import imported_from, is_service
from monitor.notice import notice_facts
from reports.enrolment import NoticeText, enrolment_notice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from collectors.base import Http, Platform
    from domain.accounts import AccountKind, Enrolment, Staff
    from domain.findings import Policy
    from domain.posts import ProfileSeen
    from monitor.config import Config
    from store.engine import Store

TOKEN_BYTES = 10
IMPORT_READS = (
    "Public posts and the profile text, out of the exports or pasted words that are handed over; messages, contacts "
    "and advertising in them are never opened."
)


@dataclass(frozen=True, slots=True)
class Offer:
    """The first step's outcome: what was found, the notice to read, the token to publish."""

    enrolment: Enrolment
    profile: Profile
    notice: NoticeText


def new_token() -> str:
    """A fresh proof token: "section7-" and sixteen letters and digits, eighty random bits."""
    return f"section7-{base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().lower()}"


def offer(
    store: Store,
    config: Config,
    policy: Policy,
    http: Http,
    *,
    url: str,
    staff: Staff,
    kind: AccountKind,
    actor: str,
    now: datetime,
    make_token: Callable[[], str] = new_token,
    known: Mapping[str, Platform] | None = None,
    owned: Callable[[Platform], Sequence[Http]] = lambda _: (),
) -> Offer:
    """First step: find the profile, record that it was asked for, and return the notice and the token.

    `known` are the platforms that are asked, all of them without it; `owned` gives readers with the tokens that owners
    gave for a platform that wants one.
    Raises UsageError when no platform can read the address, and CollectError when its site does not answer.
    """
    _, profile = detect(url, http, known, owned)
    return _offered(store, config, policy, profile, staff, kind, actor, now, make_token)


def offer_import(
    store: Store,
    config: Config,
    policy: Policy,
    *,
    service: str,
    name: str,
    url: str = "",
    staff: Staff,
    kind: AccountKind,
    actor: str,
    now: datetime,
    make_token: Callable[[], str] = new_token,
) -> Offer:
    """The same for an account whose owner hands its posts over: nothing is asked of its platform, now or later.

    `name` is how the service's own exports call the account. Raises UsageError for an unusable service, name or URL.
    """
    handle = " ".join(name.split()).lstrip("@")
    if not is_service(service) or not handle:
        raise UsageError("Give the service in small letters (linkedin, x, instagram …) and the account's name there.")
    if url and not url.startswith("https://"):
        raise UsageError("Give the profile's address with https://, or leave it out.")
    profile = Profile(
        platform=imported_from(service),
        platform_id=handle.casefold(),
        handle=handle,
        url=url,
        api_base="",
        reads=IMPORT_READS,
    )
    return _offered(store, config, policy, profile, staff, kind, actor, now, make_token)


def _offered(  # noqa: PLR0917 - what both ways of asking have at hand
    store: Store,
    config: Config,
    policy: Policy,
    profile: Profile,
    staff: Staff,
    kind: AccountKind,
    actor: str,
    now: datetime,
    make_token: Callable[[], str],
) -> Offer:
    notice = enrolment_notice(policy, notice_facts(config, policy, profile))
    enrolment = store.accounts.enroll(
        staff_id=staff.id,
        kind=kind,
        profile=profile,
        token=make_token(),
        notice_hash=notice.hash,
        notice_text=notice.text,
        actor=actor,
        now=now,
    )
    return Offer(enrolment, profile, notice)


def verify_by_token(
    store: Store, platform: Platform, enrolment: Enrolment, http: Http, now: datetime, *, actor: str | None = None
) -> Enrolment:
    """Second step: read the token back from the profile and authorise the account from `now` on.

    The ledger names `actor`, who ran the command; without one, the member of staff. Raises NotProven with the places
    that were looked at when the token stands in none of them, and UsageError when the account waits for no proof.
    """
    _must_be_open(enrolment)
    looked_at: list[str] = []
    for text in platform.proof_texts(store.accounts.profile_of(enrolment.id), http):
        if enrolment.token in text.text:
            return _authorise(store, enrolment, text.proof, text.place, actor, now)
        looked_at.append(text.place)
    places = "; ".join(looked_at) or "no place could be read"
    raise NotProven(f"The token {enrolment.token} was not found. Looked at: {places}. Nothing has been authorised.")


def verify_by_form(
    store: Store, enrolment: Enrolment, form: Path, now: datetime, *, actor: str | None = None
) -> Enrolment:
    """Second step, the other way: a signed form, of which the SHA-256 is kept and nothing else.

    The ledger names `actor` as for a token. Raises UsageError when the form is no regular file or holds nothing.
    """
    _must_be_open(enrolment)
    digest = hashlib.sha256(_content_of(form)).hexdigest()
    return _authorise(store, enrolment, Proof.SIGNED_FORM, f"sha256:{digest}", actor, now)


def verify_by_export(
    store: Store, enrolment: Enrolment, profile: ProfileSeen | None, form: str, now: datetime, *, actor: str
) -> Enrolment:
    """Second step for an imported account: the token stands in the profile that the service's own export shows.

    `form` names the format, for the ledger. Raises NotProven when it does not, UsageError as the others.
    """
    _must_be_open(enrolment)
    shown = (profile.bio, profile.display_name) if profile else ()
    if not any(enrolment.token in text for text in shown):
        raise NotProven(
            f"The token {enrolment.token} was not found in the export's profile. Nothing has been authorised."
        )
    return _authorise(store, enrolment, Proof.BIO, f"profile in an export ({form})", actor, now)


def _content_of(form: Path) -> bytes:
    try:
        if not stat.S_ISREG(form.stat().st_mode):
            raise UsageError(f"The form {form} is not a file that can be kept. Nothing has been authorised.")
        content = form.read_bytes()
    except OSError as error:
        raise UsageError(f"The form {form} cannot be read: {error.strerror}.") from error
    if not content:
        raise UsageError(f"The form {form} is empty. Nothing has been authorised.")
    return content


def _must_be_open(enrolment: Enrolment) -> None:
    if enrolment.state is not AccountState.ENROLLED:
        raise UsageError(f"Account {enrolment.id} is {enrolment.state}; only an enrolled account waits for proof.")


def _authorise(  # noqa: PLR0917 - one argument a column
    store: Store, enrolment: Enrolment, proof: Proof, reference: str, actor: str | None, now: datetime
) -> Enrolment:
    return store.accounts.authorise(
        enrolment.id,
        proof=proof,
        proof_reference=reference,
        actor=actor or enrolment.staff.name,
        starts_at=now,
        ends_at=None,
        now=now,
    )
