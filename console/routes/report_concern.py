"""Reporting a concern, and asking after it with the receipt's code: open to everybody, signed in or not.

Nothing here looks at who is signed in, on purpose.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from console import concern_words, faults
from console.answers import Answer, page
from console.pages import Page
from domain.findings import Clause
from domain.receipts import receipt_hash
from reports import words
from store.concerns import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.asked import Asked
    from console.desk import Desk
    from domain.concerns import Concern, ConcernMessage

_SECONDS_AN_HOUR = 3600


def show_form(asked: Asked) -> Answer:
    """The form, with what a reporter is entitled to know."""
    return _form(asked, {}, {})


def report(asked: Asked) -> Answer:
    """Take the concern in and show the receipt, once."""
    new, wrong = concern_words.concern_in(asked.form)
    if new is None:
        return _form(asked, asked.form, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not _may_come(asked):
        return faults.too_often(_SECONDS_AN_HOUR)
    desk = asked.desk
    got = desk.store.concerns.receive(new, desk.routing, asked.now)
    shown = page("concerns/receipt.html.j2", code=got.code, concern=got.concern, dates=_dates(desk, got.concern))
    return Answer(shown.content, after=desk.tell_handlers)


def show_follow(_asked: Asked) -> Answer:
    """The form for the code."""
    return page("concerns/follow.html.j2", wrong={}, typed="")


def follow(asked: Asked) -> Answer:
    """What the holder of the code may know; with words, a message to the handler."""
    code, text = asked.form.get("code", "").strip(), asked.form.get("text", "").strip()
    store = asked.desk.store.concerns
    found = store.follow(code) if receipt_hash(code) else None
    if found is None:
        if not _may_come(asked):
            return faults.too_often(_SECONDS_AN_HOUR)
        wrong = {"code": "No concern has this code. Compare it with your receipt, letter by letter."}
        return page("concerns/follow.html.j2", status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong=wrong, typed=code)
    if "text" not in asked.form:
        return _followed(asked, code, *found)
    if not text or len(text) > LONGEST_TEXT:
        wrong = {"text": f"Write something, in {LONGEST_TEXT:,} characters at most."}
        return _followed(asked, code, *found, typed=text, wrong=wrong)
    return _say(asked, code, text, *found)


def _say(asked: Asked, code: str, text: str, concern: Concern, said: tuple[ConcernMessage, ...]) -> Answer:
    # A page that is loaded again sends the same words again.
    if said and said[-1].text == text:
        return _followed(asked, code, concern, said)
    if not _may_come(asked):
        return faults.too_often(_SECONDS_AN_HOUR)
    asked.desk.store.concerns.answer_as_reporter(code, text, asked.now)
    found = asked.desk.store.concerns.follow(code)
    assert found is not None
    return Answer(_followed(asked, code, *found).content, after=asked.desk.tell_handlers)


def _form(asked: Asked, typed: Mapping[str, str], wrong: dict[str, str], status: int = HTTPStatus.OK) -> Answer:
    values = {name: typed.get(name, "") for name in concern_words.FIELDS}
    titles = {clause.id: clause.title for clause in asked.desk.practice.clauses}
    clauses = [("", "I am not sure")]
    clauses += [(one.value, f"Section {one.value}: {titles.get(one.value, '')}".rstrip(": ")) for one in Clause]
    return page(
        "concerns/new.html.j2",
        status=status,
        typed=values,
        wrong=wrong,
        clauses=clauses,
        choices=concern_words.CHOICES,
        has_alternate=bool(asked.desk.routing.alternate or asked.desk.routing.counsel),
        longest=LONGEST_TEXT,
    )


def _followed(
    asked: Asked,
    code: str,
    concern: Concern,
    said: tuple[ConcernMessage, ...],
    *,
    typed: str = "",
    wrong: dict[str, str] | None = None,
) -> Answer:
    return page(
        "concerns/followed.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        code=code,
        concern=concern,
        state=concern_words.STATE[concern.state],
        said=[(words.moment(words.local(one.at, asked.desk.practice.time_zone)), one) for one in said],
        typed=typed,
        wrong=wrong or {},
        longest=LONGEST_TEXT,
        dates=_dates(asked.desk, concern),
    )


def _dates(desk: Desk, concern: Concern) -> dict[str, str]:
    zone = desk.practice.time_zone
    return {
        "received": words.local_day(concern.received_at, zone),
        "acknowledge_by": words.local_day(concern.acknowledge_by, zone),
        "outcome_by": words.local_day(concern.outcome_by, zone),
    }


def _may_come(asked: Asked) -> bool:
    return asked.desk.flood.lets_in(asked.network, asked.desk.settings.concerns_per_hour, asked.now)


ROUTES = (
    Page("/concerns/new", "GET", None, show_form, "concern-form"),
    Page("/concerns/new", "POST", None, report, "concern-form"),
    Page("/concerns/follow", "GET", None, show_follow, "concern-follow"),
    Page("/concerns/follow", "POST", None, follow, "concern-follow"),
)
