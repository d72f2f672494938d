"""Signing in by the practice's own identity provider: off to it, and back.

Whoever is not let in reads the same page, whatever the reason; the log has it in one word.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog

from console.answers import Answer, NotHere, SentAway, page
from console.guessing import forgiven_network, slowed_network
from console.identity import BACK, NotVouched, ProviderAway, new_attempt, packed, unpacked
from console.pages import Page
from console.routes.sign_in import let_in, safe_path

if TYPE_CHECKING:
    from console.asked import Asked
    from console.identity import IdentityProvider
    from domain.access import Identity

log = structlog.get_logger(__name__)


def begin(asked: Asked) -> Answer:
    """Off to the provider, with a cookie by which the answer is known again."""
    provider = _provider(asked)
    attempt = new_attempt(safe_path(asked.form.get("next", "")), asked.now)
    try:
        address = provider.address(attempt, _back(asked), asked.now)
    except ProviderAway as error:
        return _away(provider, error)
    return Answer(SentAway(address), attempt=packed(attempt, asked.desk.key))


def end(asked: Asked) -> Answer:
    """Back from the provider. The cookie is good once, whatever comes of it."""
    provider = _provider(asked)
    if pause := slowed_network(asked, "provider"):
        return pause
    try:
        attempt = unpacked(asked.attempt, asked.desk.key, asked.now)
        identity = provider.identity(asked.query, attempt, _back(asked), asked.now)
    except NotVouched as error:
        asked.desk.store.identities.refuse(str(error), asked.now)
        answer = _refused(provider)
    except ProviderAway as error:
        answer = _away(provider, error)
    else:
        answer = _let_in(asked, provider, identity, attempt.way)
    return replace(answer, attempt="")


def _let_in(asked: Asked, provider: IdentityProvider, identity: Identity, way: str) -> Answer:
    user = asked.desk.store.identities.admit(identity, asked.now)
    if user is None:
        return _refused(provider)
    forgiven_network(asked, "provider")
    whole = provider.trusted or identity.multi_factor
    return let_in(asked, user, way, how="provider", whole=whole)


def _provider(asked: Asked) -> IdentityProvider:
    if asked.desk.identity is None:
        raise NotHere
    return asked.desk.identity


def _back(asked: Asked) -> str:
    return f"{asked.desk.base_url}{BACK}"


def _refused(provider: IdentityProvider) -> Answer:
    return page("sign-in/refused.html.j2", status=HTTPStatus.FORBIDDEN, provider=provider.name)


def _away(provider: IdentityProvider, error: ProviderAway) -> Answer:
    log.warning("identity-provider-away", problem=str(error))
    return page("sign-in/away.html.j2", status=HTTPStatus.SERVICE_UNAVAILABLE, provider=provider.name)


ROUTES = (
    Page("/sign-in/provider", "POST", None, begin, "provider"),
    Page(BACK, "GET", None, end, "provider-back"),
)
