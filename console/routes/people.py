"""Who may sign in: the administrator's pages. They show people and roles, and no word of any post."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from console import letters
from console.answers import Answer, NotHere, page, redirect
from console.own_password import asks, unproven
from console.pages import Page
from console.posting import deliver, unsent_since
from domain.access import ConflictOfInterest, Permission, Role, training_end
from domain.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from console.asked import Asked
    from console.desk import Desk
    from domain.access import User
    from domain.reporting import Message

_NOT_SENT = "The mail could not be sent; look at the mail server, then send it again from this page."


def people(asked: Asked) -> Answer:
    """Everybody, and the form to invite somebody."""
    return _list(asked)


def invite(asked: Asked) -> Answer:
    """Somebody new. What is wrong is said beside the form, which keeps what was typed."""
    if doubt := unproven(asked):
        return doubt if isinstance(doubt, Answer) else _list(asked, doubt)
    try:
        user = asked.desk.store.users.add(
            asked.form.get("name", ""),
            asked.form.get("email", ""),
            _roles(asked),
            _staff(asked),
            asked.actor,
            asked.now,
        )
    except UsageError as error:
        return _list(asked, {"": str(error)})
    return redirect(f"/people/{user.id}", notice=_sent(asked, user, letters.invitation, "An invitation"))


def person(asked: Asked) -> Answer:
    """One person: roles, conflicts, training, sessions."""
    return _person_page(asked, _who(asked))


def change(asked: Asked) -> Answer:
    """Another name or address. Another address is told to the one of before, which a stranger's hand cannot reach."""

    def act(user: User) -> str:
        after = asked.desk.store.users.change(
            user.id, asked.form.get("name", ""), asked.form.get("email", ""), asked.actor, asked.now
        )
        told = "" if after.email == user.email else _told(asked, user, "address", signed_out=False)
        return f"Name and address are changed.{told}"

    return _done(asked, act)


def change_roles(asked: Asked) -> Answer:
    """Other roles, at once."""
    if doubt := unproven(asked):
        return doubt if isinstance(doubt, Answer) else _person_page(asked, _who(asked), doubt)

    def act(user: User) -> str:
        _not_self(asked, user)
        asked.desk.store.users.change_roles(user.id, _roles(asked), _staff(asked), asked.actor, asked.now)
        return "The roles are changed, and every session of this person is ended."

    return _done(asked, act)


def add_conflict(asked: Asked) -> Answer:
    """Whom this person may not judge."""

    def act(user: User) -> str:
        staff_id = _staff(asked)
        if staff_id is None:
            raise UsageError("Nothing was changed: choose a member of staff.")
        conflict = ConflictOfInterest(staff_id, asked.form.get("reason", ""), "line-manager" in asked.form)
        asked.desk.store.users.add_conflict(user.id, conflict, asked.actor, asked.now)
        return "The conflict is on record."

    return _done(asked, act)


def drop_conflict(asked: Asked) -> Answer:
    """A conflict that is no more."""
    staff_id = asked.number("staff")
    if staff_id is None:
        raise NotHere

    def act(user: User) -> str:
        _not_self(asked, user)
        asked.desk.store.users.drop_conflict(user.id, staff_id, asked.actor, asked.now)
        return "The conflict is ended."

    return _done(asked, act)


def record_training(asked: Asked) -> Answer:
    """How long the reviewer's training holds; an empty day takes it off the record."""

    def act(user: User) -> str:
        until = _end_of(asked.form.get("until", ""), asked.desk.practice.zone)
        asked.desk.store.users.record_training(user.id, until, asked.actor, asked.now)
        return "The training is on record." if until else "The training is off the record."

    return _done(asked, act)


def deactivate(asked: Asked) -> Answer:
    """Somebody may not sign in any more."""

    def act(user: User) -> str:
        _not_self(asked, user)
        asked.desk.store.users.deactivate(user.id, asked.actor, asked.now)
        return "This person cannot sign in any more."

    return _done(asked, act)


def activate(asked: Asked) -> Answer:
    """Somebody may sign in again."""

    def act(user: User) -> str:
        asked.desk.store.users.activate(user.id, asked.actor, asked.now)
        return "This person can sign in again."

    return _done(asked, act)


def invite_again(asked: Asked) -> Answer:
    """Another invitation; the one of before ends."""
    return _done(asked, lambda user: _sent(asked, user, letters.invitation, "A new invitation"))


def end_sessions(asked: Asked) -> Answer:
    """Sign somebody out everywhere."""

    def act(user: User) -> str:
        count = asked.desk.store.sessions.end_all(user.id, asked.actor, asked.now)
        return f"Sessions ended: {count}."

    return _done(asked, act)


def forget_code(asked: Asked) -> Answer:
    """A telephone was lost: it is set up anew at the next sign-in."""

    def act(user: User) -> str:
        _not_self(asked, user)
        asked.desk.store.credentials.forget_code(user.id, asked.actor, asked.now)
        told = _told(asked, user, "telephone for one-time codes", signed_out=True)
        return f"One-time codes are set up anew at the next sign-in.{told}"

    return _done(asked, act)


def _done(asked: Asked, act: Callable[[User], str]) -> Answer:
    """Back to the person's page with a notice, or the page with what is wrong."""
    user = _who(asked)
    try:
        return redirect(f"/people/{user.id}", notice=act(user))
    except (UsageError, Refused) as error:
        return _person_page(asked, user, {"": str(error)})


def _who(asked: Asked) -> User:
    number = asked.number("id")
    user = asked.desk.store.users.get(number) if number else None
    if user is None:
        raise NotHere
    return user


def _not_self(asked: Asked, user: User) -> None:
    if user.id == asked.user.id:
        raise Refused("Nothing was changed: ask another administrator to change your own access.")


def _told(asked: Asked, user: User, what: str, *, signed_out: bool) -> str:
    """Write to the person that somebody changed how they sign in (NIST SP 800-63B section 4.6)."""
    letter = letters.changed(asked.desk, user, what, asked.now, signed_out=signed_out)
    if deliver(asked.desk, user, "changed", letter, asked.now):
        return ""
    return " The mail that tells of it could not be sent; tell the person yourself."


def _sent(asked: Asked, user: User, compose: Callable[[Desk, User, str, datetime], Message], what: str) -> str:
    letter = compose(asked.desk, user, asked.actor, asked.now)
    went = deliver(asked.desk, user, "invitation", letter, asked.now)
    return f"{what} is on its way to {user.email}." if went else _NOT_SENT


def _roles(asked: Asked) -> tuple[Role, ...]:
    try:
        return tuple(Role(value) for value in asked.lists.get("roles", ()))
    except ValueError as error:
        raise UsageError("Nothing was changed: there is no such role.") from error


def _staff(asked: Asked) -> int | None:
    typed = asked.form.get("staff", "")
    known = {str(person.id): person.id for person in asked.desk.store.staff.all()}
    if typed and typed not in known:
        raise UsageError("Nothing was changed: there is no such member of staff.")
    return known.get(typed)


def _end_of(day: str, zone: ZoneInfo) -> datetime | None:
    """The last moment of a day typed as 2026-11-30; None for no day."""
    if not day.strip():
        return None
    try:
        typed = datetime.strptime(day.strip(), "%Y-%m-%d")  # noqa: DTZ007 - a day; the zone comes next
    except ValueError as error:
        raise UsageError("Nothing was changed: write the day as year-month-day, such as 2027-01-31.") from error
    return training_end(typed.date(), zone)


def _list(asked: Asked, wrong: dict[str, str] | None = None) -> Answer:
    return page(
        "people/people.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        people=asked.desk.store.users.all(),
        staff=asked.desk.store.staff.all(),
        roles=tuple(Role),
        asks_password=asks(asked),
        typed=asked.form if wrong else {},
        ticked=asked.lists.get("roles", ()) if wrong else (),
        wrong=wrong or {},
    )


def _person_page(asked: Asked, user: User, wrong: dict[str, str] | None = None) -> Answer:
    store = asked.desk.store
    staff = store.staff.all()
    return page(
        "people/person.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        user=user,
        own=user.id == asked.user.id,
        staff=staff,
        names={person.id: person.name for person in staff},
        roles=tuple(Role),
        asks_password=asks(asked),
        sessions=store.sessions.of(user.id, asked.now, asked.desk.settings.idle),
        has_code=store.credentials.has_code(user.id),
        unsent=unsent_since(asked.desk, user),
        until=user.trained_until.astimezone(asked.desk.practice.zone).date() if user.trained_until else "",
        typed=asked.form if wrong else {},
        wrong=wrong or {},
    )


_NEEDS = Permission.MANAGE_PEOPLE
ROUTES = (
    Page("/people", "GET", _NEEDS, people, "people"),
    Page("/people", "POST", _NEEDS, invite, "invite"),
    Page("/people/{id}", "GET", _NEEDS, person, "person"),
    Page("/people/{id}", "POST", _NEEDS, change, "change-person"),
    Page("/people/{id}/roles", "POST", _NEEDS, change_roles, "change-roles"),
    Page("/people/{id}/conflicts", "POST", _NEEDS, add_conflict, "name-conflict"),
    Page("/people/{id}/conflicts/{staff}/end", "POST", _NEEDS, drop_conflict, "end-conflict"),
    Page("/people/{id}/training", "POST", _NEEDS, record_training, "record-training"),
    Page("/people/{id}/deactivate", "POST", _NEEDS, deactivate, "deactivate"),
    Page("/people/{id}/activate", "POST", _NEEDS, activate, "activate"),
    Page("/people/{id}/invite", "POST", _NEEDS, invite_again, "invite-again"),
    Page("/people/{id}/sessions/end", "POST", _NEEDS, end_sessions, "end-sessions"),
    Page("/people/{id}/code/forget", "POST", _NEEDS, forget_code, "forget-code"),
)
