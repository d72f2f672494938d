"""Legal holds: who audits sees them, the privacy officer places and lifts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.answers import NotHere, page, redirect
from console.pages import Page
from domain.access import Permission
from domain.errors import UsageError

if TYPE_CHECKING:
    from console.answers import Answer
    from console.asked import Asked

EVERYTHING = "everything"
LONGEST_REASON = 500


def holds(asked: Asked) -> Answer:
    """Every hold there ever was, and the form for a new one."""
    return _page(asked, {})


def place(asked: Asked) -> Answer:
    """A new hold, on one account or on everything."""
    reason, on = asked.form.get("reason", "").strip(), asked.form.get("on", "")
    known = {str(one.id): one.id for one in asked.desk.store.accounts.all()}
    wrong = {}
    if on != EVERYTHING and on not in known:
        wrong["on"] = "Choose what the hold is on."
    if not reason or len(reason) > LONGEST_REASON:
        wrong["reason"] = f"Say which dispute, inquiry or claim it is for, in at most {LONGEST_REASON} letters."
    if wrong:
        return _page(asked, wrong)
    asked.desk.store.holds.place(known.get(on), reason, asked.actor, asked.now)
    return redirect("/holds", notice="The hold stands. Nothing it bears on is erased until somebody else lifts it.")


def lift(asked: Asked) -> Answer:
    """The end of a hold, by somebody who did not place it."""
    number = asked.number("hold")
    if number is None:
        raise NotHere
    if not asked.form.get("sure"):
        return _page(asked, {"": "Tick that what was withdrawn meanwhile may be erased."})
    try:
        asked.desk.store.holds.lift(number, asked.actor, asked.now)
    except UsageError as error:
        raise NotHere from error
    return redirect("/holds", notice="The hold is lifted. The retention rules apply again.")


def _page(asked: Asked, wrong: dict[str, str]) -> Answer:
    every = asked.desk.store.holds.all()
    names = {f"user:{one.id}": one.name for one in asked.desk.store.users.all()}
    accounts = [(str(one.id), f"{one.handle} ({one.platform})") for one in asked.desk.store.accounts.all()]
    return page(
        "record/holds.html.j2",
        status=400 if wrong else 200,
        wrong=wrong,
        given=asked.form,
        standing=[each for each in every if each.stands],
        lifted=[each for each in every if not each.stands],
        names=names,
        accounts=dict(accounts),
        options=[(EVERYTHING, "Everything that is stored"), *accounts],
        longest=LONGEST_REASON,
        may_place=asked.user.may(Permission.REVIEW_CRITICAL),
        actor=asked.actor,
    )


ROUTES = (
    Page("/holds", "GET", Permission.EXPORT, holds, "holds"),
    Page("/holds", "POST", Permission.REVIEW_CRITICAL, place, "holds-place"),
    Page("/holds/{hold}/lift", "POST", Permission.REVIEW_CRITICAL, lift, "holds-lift"),
)
