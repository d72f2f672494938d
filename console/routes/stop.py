"""The switch: one person stops all collection, two different people let it go on."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from console.answers import Answer, page, redirect
from console.pages import Page
from domain.access import Permission
from domain.stops import LONGEST_REASON
from reports import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from console.asked import Asked
    from domain.stops import Stop


def show(asked: Asked) -> Answer:
    """How the switch stands, and how it stood."""
    return _shown(asked, {})


def stop(asked: Asked) -> Answer:
    """Stop all collection."""
    reason = " ".join(asked.form.get("reason", "").split())
    if not reason or len(reason) > LONGEST_REASON:
        return _shown(asked, {"reason": f"Say why, in {LONGEST_REASON} characters at most."})
    asked.desk.store.stops.stop(asked.actor, reason, asked.now)
    return redirect("/stop", notice="All collection is stopped.")


def ask(asked: Asked) -> Answer:
    """The first of two says that it may go on."""
    asked.desk.store.stops.ask_resume(asked.actor, asked.now)
    return redirect("/stop", notice="You have asked. It goes on when somebody else confirms.")


def confirm(asked: Asked) -> Answer:
    """The second confirms."""
    asked.desk.store.stops.confirm_resume(asked.actor, asked.now)
    return redirect("/stop", notice="Collection goes on with the next pass.")


def take_back(asked: Asked) -> Answer:
    """It stays stopped after all."""
    asked.desk.store.stops.take_back(asked.actor, asked.now)
    return redirect("/stop", notice="The request was dropped. Collection stays stopped.")


def _shown(asked: Asked, wrong: Mapping[str, str]) -> Answer:
    store = asked.desk.store
    names = {f"user:{person.id}": person.name for person in store.users.all()}
    standing = store.stops.standing()
    return page(
        "stop.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        wrong=wrong,
        typed=asked.form.get("reason", ""),
        standing=_told(asked, standing, names) if standing else None,
        own_request=standing is not None and standing.resume_asked_by == asked.actor,
        before=[_told(asked, one, names) for one in store.stops.all() if not one.stands],
        longest=LONGEST_REASON,
    )


def _told(asked: Asked, one: Stop, names: Mapping[str, str]) -> dict[str, str]:
    def moment(instant: datetime | None) -> str:
        return words.moment(words.local(instant, asked.desk.practice.time_zone)) if instant else ""

    def who(actor: str | None) -> str:
        kind, _, login = (actor or "").partition(":")
        return f"{login}, on the command line" if kind == "command" else names.get(actor or "", "")

    return {
        "since": moment(one.at),
        "by": who(one.actor),
        "reason": one.reason,
        "asked": moment(one.resume_asked_at),
        "asked_by": who(one.resume_asked_by),
        "until": moment(one.resumed_at),
        "resumed_by": who(one.resumed_by),
    }


ROUTES = (
    Page("/stop", "GET", Permission.STOP, show, "stop"),
    Page("/stop", "POST", Permission.STOP, stop, "stop"),
    Page("/stop/ask", "POST", Permission.STOP, ask, "stop-ask"),
    Page("/stop/confirm", "POST", Permission.STOP, confirm, "stop-confirm"),
    Page("/stop/take-back", "POST", Permission.STOP, take_back, "stop-take-back"),
)
