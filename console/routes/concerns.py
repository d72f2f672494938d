"""Concerns as their handler works on them: two clocks, messages, who reported, and what became of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from console.answers import Answer, NotHere, page, redirect
from console.concern_words import DISPOSITION, OPENNESS, STATE
from console.pages import Page
from domain.access import Permission
from domain.audit import AuditRecord
from domain.concerns import ConcernState, Disposition, Openness
from domain.errors import UsageError
from domain.routing import Handling
from reports import links, words
from store.concerns import LONGEST_LINE, LONGEST_TEXT

if TYPE_CHECKING:
    from console.asked import Asked
    from domain.access import User
    from domain.concerns import Concern, ConcernMessage


def show_all(asked: Asked) -> Answer:
    """Every concern that this person may see."""
    store, by = asked.desk.store.concerns, _by(asked)
    rows = [_row(asked, concern, store.messages(concern.id, by)) for concern in store.for_handler(by)]
    return page("concerns/list.html.j2", rows=rows)


def show_one(asked: Asked) -> Answer:
    """One concern. That it was opened is recorded."""
    concern = _concern(asked)
    seen = AuditRecord(asked.now, asked.actor, "concern.viewed", f"concern:{concern.id}")
    asked.desk.store.audit.record(seen)
    return _shown(asked, concern, {})


def acknowledge(asked: Asked) -> Answer:
    """Tell the reporter that it arrived."""
    concern, text = _concern(asked), asked.form.get("thanks", "")
    if wrong := _about(text, "thanks"):
        return _shown(asked, concern, wrong)
    asked.desk.store.concerns.acknowledge(concern.id, _by(asked), text, asked.now)
    return _back(concern, "The reporter can read now that it arrived.")


def look_into(asked: Asked) -> Answer:
    """Say that it is being looked into."""
    concern = _concern(asked)
    asked.desk.store.concerns.look_into(concern.id, _by(asked), asked.now)
    return _back(concern, "Noted.")


def write(asked: Asked) -> Answer:
    """A message to the reporter."""
    concern, text = _concern(asked), asked.form.get("text", "")
    if wrong := _about(text, "text"):
        return _shown(asked, concern, wrong)
    asked.desk.store.concerns.answer_as_handler(concern.id, _by(asked), text, asked.now)
    return _back(concern, "The reporter can read it with the code of the receipt.")


def mark_privacy(asked: Asked) -> Answer:
    """Record that it is a complaint about privacy."""
    concern = _concern(asked)
    asked.desk.store.concerns.mark_privacy(concern.id, _by(asked), asked.now)
    return _back(concern, "It is kept for six years now, as a complaint about privacy.")


def close(asked: Asked) -> Answer:
    """Tell the reporter the outcome, and record what became of it."""
    concern = _concern(asked)
    text, chosen = asked.form.get("outcome", ""), asked.form.get("disposition", "")
    wrong = _about(text, "outcome")
    if chosen not in set(Disposition):
        wrong["disposition"] = "Choose what became of it."
    if wrong:
        return _shown(asked, concern, wrong)
    asked.desk.store.concerns.close(concern.id, _by(asked), text, Disposition(chosen), asked.now)
    return _back(concern, "The outcome is recorded, and the reporter can read it.")


def hand_over(asked: Asked) -> Answer:
    """Give it to somebody else."""
    concern = _concern(asked)
    to = {str(person.id): person for person in _others(asked, concern)}.get(asked.form.get("to", ""))
    if to is None:
        return _shown(asked, concern, {"to": "Choose who is to take it."})
    asked.desk.store.concerns.hand_over(concern.id, _by(asked), to, asked.now)
    return redirect("/concerns", notice=f"Concern {concern.id} is with somebody else now.")


def show_reporter(asked: Asked) -> Answer:
    """Who reported it, with a reason, which is recorded."""
    concern, reason = _concern(asked), asked.form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_LINE:
        return _shown(asked, concern, {"reason": f"Say why you need to know, in {LONGEST_LINE} characters at most."})
    reporter = asked.desk.store.concerns.reporter_of(concern.id, _by(asked), reason, asked.now)
    if reporter is None:
        raise UsageError("Nobody's name is stored for this concern.")
    return page("concerns/reporter.html.j2", concern=concern, reporter=reporter)


def _shown(asked: Asked, concern: Concern, wrong: dict[str, str]) -> Answer:
    store, by = asked.desk.store.concerns, _by(asked)
    said = store.messages(concern.id, by)
    names = {person.id: person.name for person in asked.desk.store.users.all()}
    looks = [
        (words.moment(words.local(look.at, asked.desk.practice.time_zone)), names.get(look.user_id, ""), look.reason)
        for look in store.looks(concern.id, by)
    ]
    return page(
        "concerns/one.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        wrong=wrong,
        typed=asked.form,
        row=_row(asked, concern, said),
        address=links.web_address(concern.url),
        subject=store.subject(concern),
        said=[(words.moment(words.local(one.at, asked.desk.practice.time_zone)), one) for one in said],
        looks=looks,
        others=[(person.id, person.name) for person in _others(asked, concern)],
        dispositions=[("", "Please choose"), *((one.value, text) for one, text in DISPOSITION.items())],
        has_reporter=concern.openness is not Openness.ANONYMOUS,
        can=_can(concern),
        longest=LONGEST_TEXT,
    )


def _row(asked: Asked, concern: Concern, said: tuple[ConcernMessage, ...]) -> dict[str, object]:
    zone = asked.desk.practice.time_zone
    titles = {clause.id: clause.title for clause in asked.desk.practice.clauses}
    clause = f"Section {concern.clause}: {titles.get(concern.clause, '')}" if concern.clause else "No section named"
    return {
        "concern": concern,
        "clause": clause,
        "state": STATE[concern.state],
        "openness": OPENNESS[concern.openness],
        "received": words.local_day(concern.received_at, zone),
        "acknowledge_by": words.local_day(concern.acknowledge_by, zone),
        "acknowledged": words.local_day(concern.acknowledged_at, zone) if concern.acknowledged_at else "",
        "outcome_by": words.local_day(concern.outcome_by, zone),
        "answered": words.local_day(concern.answered_at, zone) if concern.answered_at else "",
        "disposition": DISPOSITION[concern.disposition] if concern.disposition else "",
        "overdue": concern.overdue(asked.now),
        "unread": bool(said) and said[-1].from_reporter,
        "unassigned": concern.handler_id is None,
    }


def _can(concern: Concern) -> dict[str, bool]:
    place = list(ConcernState).index(concern.state)
    return {
        "acknowledge": place == 0,
        "look_into": place < list(ConcernState).index(ConcernState.LOOKED_INTO),
        "close": concern.state is not ConcernState.ANSWERED,
        "mark_privacy": not concern.privacy_complaint,
    }


def _others(asked: Asked, concern: Concern) -> tuple[User, ...]:
    about = concern.about_staff_id
    return tuple(
        person
        for person in asked.desk.store.users.all()
        if person.id != asked.user.id
        and person.may(Permission.HANDLE_CONCERNS)
        and (about is None or person.conflict_with(about) is None)
    )


def _concern(asked: Asked) -> Concern:
    number = asked.number("id")
    found = asked.desk.store.concerns.get(number, _by(asked)) if number else None
    if found is None:
        raise NotHere
    return found


def _by(asked: Asked) -> Handling:
    return Handling(asked.user, asked.desk.routing)


def _about(text: str, name: str) -> dict[str, str]:
    fits = text.strip() and len(text) <= LONGEST_TEXT
    return {} if fits else {name: f"Write something, in {LONGEST_TEXT:,} characters at most."}


def _back(concern: Concern, notice: str) -> Answer:
    return redirect(f"/concerns/{concern.id}", notice=notice)


_NEEDS = Permission.HANDLE_CONCERNS

ROUTES = (
    Page("/concerns", "GET", _NEEDS, show_all, "concerns"),
    Page("/concerns/{id}", "GET", _NEEDS, show_one, "concern"),
    Page("/concerns/{id}/acknowledge", "POST", _NEEDS, acknowledge, "concern-acknowledge"),
    Page("/concerns/{id}/look-into", "POST", _NEEDS, look_into, "concern-look-into"),
    Page("/concerns/{id}/message", "POST", _NEEDS, write, "concern-message"),
    Page("/concerns/{id}/privacy", "POST", _NEEDS, mark_privacy, "concern-privacy"),
    Page("/concerns/{id}/close", "POST", _NEEDS, close, "concern-close"),
    Page("/concerns/{id}/hand-over", "POST", _NEEDS, hand_over, "concern-hand-over"),
    Page("/concerns/{id}/reporter", "POST", Permission.SEE_REPORTER, show_reporter, "concern-reporter"),
)
