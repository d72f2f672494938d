"""The clinician's page: everything found about one's own posts, answers and appeals, the record to take, the way out.

Nothing of anybody else can be reached here: every id is looked up among one's own.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog

from console import own
from console.answers import Answer, NotHere, Redirected, download, page, redirect
from console.own_export import OwnItem, as_json, as_page, own_item, own_items, with_words
from console.pages import Page
from domain.access import Permission
from domain.accounts import AccountState
from domain.audit import AuditRecord
from domain.errors import ArchiveError, Conflict, UsageError
from domain.review import Move, ReviewState, Step
from domain.review_locks import NOTE_LIMIT
from reports import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.asked import Asked
    from console.desk import Desk
    from domain.accounts import Enrolment, LedgerEntry
    from domain.review import Review

log = structlog.get_logger(__name__)

_TRIES = 3
_STEPS = {"answer": Step.ANSWER, "appeal": Step.APPEAL}
_DONE = {
    Step.ANSWER: "Your answer is part of the record now, and goes wherever the item goes.",
    Step.APPEAL: "Your appeal is recorded. Somebody who has not decided before looks at it.",
}


def show(asked: Asked) -> Answer:
    """Every finding, what is read, and what can be done."""
    staff_id = _staff_id(asked)
    return page(
        "my/list.html.j2",
        items=own_items(asked, staff_id),
        accounts=_reading(asked),
        held=_held(asked, _accounts(asked)),
        retention=asked.desk.retention,
        error_rates=asked.desk.practice.error_rates,
    )


def show_item(asked: Asked) -> Answer:
    """One finding with its evidence."""
    return _item_page(asked, _review(asked), {})


def answer(asked: Asked) -> Answer:
    """An answer or an appeal in one's own words. The words travel with the record."""
    review, step = _review(asked), _STEPS.get(asked.path["step"])
    if step is None:
        raise NotHere
    text = asked.form.get(asked.path["step"], "").strip()
    if not text or len(text) > NOTE_LIMIT:
        return _item_page(asked, review, {asked.path["step"]: f"Write it down, in {NOTE_LIMIT:,} characters at most."})
    if step is Step.APPEAL and not own.may_appeal(review, asked.user, asked.now):
        return _item_page(asked, review, {"appeal": "There is nothing to appeal now. You can still add an answer."})
    after = _taken(asked, review, Move(step, asked.user.id, asked.now, text))
    return redirect(f"/my/findings/{after.id}", notice=_DONE[step])


def export_json(asked: Asked) -> Answer:
    """The whole record as data."""
    accounts = _accounts(asked)
    content = as_json(asked, _everything(asked), accounts, _ledger(asked, accounts))
    _record_export(asked, "json")
    return download(content, "application/json", "my-record.json")


def export_pdf(asked: Asked) -> Answer:
    """The whole record as PDF/UA; where that cannot be made, the page to print."""
    accounts = _accounts(asked)
    try:
        content = asked.desk.pdf(as_page(asked, _everything(asked), accounts, _ledger(asked, accounts)))
    except UsageError:
        return redirect("/my/record", notice="This installation makes no PDF files. You can print this page instead.")
    _record_export(asked, "pdf")
    return download(content, "application/pdf", "my-record.pdf")


def show_record(asked: Asked) -> Answer:
    """The whole record as a page to print."""
    accounts = _accounts(asked)
    zone = asked.desk.practice.time_zone
    return page(
        "my/print.html.j2",
        person=asked.user.name,
        made=words.moment(words.local(asked.now, zone)),
        items=_everything(asked),
        accounts=accounts,
        ledger=[(words.moment(words.local(line.at, zone)), line) for line in _ledger(asked, accounts)],
        retention=asked.desk.retention,
    )


def show_notices(asked: Asked) -> Answer:
    """What one was told and what one agreed to, when, in the very words."""
    accounts, zone = _accounts(asked), asked.desk.practice.time_zone
    lines = _ledger(asked, accounts)
    texts = {line.notice_hash: asked.desk.store.accounts.notice(line.notice_hash) for line in lines}
    handles = {account.id: account.handle for account in accounts}
    return page(
        "my/notices.html.j2",
        lines=[(words.moment(words.local(line.at, zone)), handles[line.account_id], line) for line in lines],
        texts=texts,
    )


def show_withdraw(asked: Asked) -> Answer:
    """What a withdrawal does, before it is done."""
    return _withdraw_page(asked, {})


def withdraw(asked: Asked) -> Answer:
    """End the reading of the chosen accounts, at once."""
    chosen = set(asked.lists.get("account", ()))
    accounts = [account for account in _standing(asked) if str(account.id) in chosen]
    if not accounts or len(accounts) != len(chosen):
        return _withdraw_page(asked, {"account": "Choose at least one of your accounts."})
    held = _held(asked, accounts)
    for account in accounts:
        asked.desk.store.accounts.withdraw(account.id, asked.actor, asked.now)
    names = " and ".join(words.plain(account.handle) for account in accounts)
    erased = "what a legal hold keeps leaves every view" if held else "what could be erased is erased"
    notice = f"You have withdrawn. {names}: nothing more is read, and {erased}."
    desk = asked.desk
    return Answer(Redirected("/my", notice), after=lambda: _republish(desk))


def _republish(desk: Desk) -> None:
    if desk.on_withdrawal is None:
        return
    try:
        desk.on_withdrawal()
    except ArchiveError as error:
        # What the database erased is gone; the pages follow with the next pass of the daemon.
        log.warning("archive-not-rewritten", problem=str(error))


def _withdraw_page(asked: Asked, wrong: dict[str, str]) -> Answer:
    accounts = _standing(asked)
    return page(
        "my/withdraw.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        accounts=accounts,
        held=_held(asked, accounts),
        wrong=wrong,
    )


def _item_page(asked: Asked, review: Review, wrong: dict[str, str]) -> Answer:
    zone = asked.desk.practice.time_zone
    found = asked.desk.store.findings.get([review.finding_id]) if review.finding_id else ()
    item = with_words(asked, own_item(asked, review, found[0] if found else None))
    summary = next((one.summary for one in asked.desk.practice.clauses if one.id == review.clause), "")
    grace = review.grace_until if review.state is ReviewState.GRACE else None
    return page(
        "my/item.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        item=item,
        review=review,
        summary=summary,
        severity=words.SEVERITY[review.severity],
        meaning=words.SEVERITY_MEANING.get(review.severity, ""),
        by_itself=own.closes_by_itself(review),
        grace=words.moment(words.local(grace, zone)) if grace else "",
        answer_until=_until(review, zone),
        appeal=own.may_appeal(review, asked.user, asked.now),
        appeal_until=words.moment(words.local(review.appeal_until, zone)) if review.appeal_until else "",
        typed=asked.form,
        wrong=wrong,
        longest=NOTE_LIMIT,
    )


def _until(review: Review, zone: str) -> str:
    waits = review.state is ReviewState.NOTIFIED and review.answer_until is not None
    return words.moment(words.local(review.answer_until, zone)) if waits and review.answer_until else ""


def _taken(asked: Asked, review: Review, move: Move) -> Review:
    """An answer does not hang on what somebody did meanwhile: it is taken on whatever stands."""
    store = asked.desk.store.reviews
    for last in (*(False for _ in range(_TRIES - 1)), True):
        try:
            return store.apply(review.id, review.revision, move, asked.user, asked.desk.rules)
        except Conflict:
            review = _review(asked)
            if last:
                raise
    raise AssertionError


def _review(asked: Asked) -> Review:
    number = asked.number("id")
    review = asked.desk.store.reviews.get(number) if number else None
    if review is None or review.staff_id != _staff_id(asked):
        raise NotHere
    return review


def _staff_id(asked: Asked) -> int:
    if asked.user.staff_id is None:
        raise NotHere
    return asked.user.staff_id


def _accounts(asked: Asked) -> tuple[Enrolment, ...]:
    staff_id = _staff_id(asked)
    return tuple(account for account in asked.desk.store.accounts.all() if account.staff.id == staff_id)


def _standing(asked: Asked) -> tuple[Enrolment, ...]:
    return tuple(account for account in _accounts(asked) if account.state is not AccountState.WITHDRAWN)


def _reading(asked: Asked) -> list[dict[str, str]]:
    """What is read of each account, in the words of its platform."""
    zone = asked.desk.practice.time_zone
    stopped = asked.desk.store.stops.standing() is not None
    return [
        {
            "account": account.handle,
            "platform": words.platform(account.platform),
            "state": account.state.value,
            "why": own.why_unread(account, stopped=stopped),
            "reads": asked.desk.store.accounts.profile_of(account.id).reads,
            "since": words.local_day(account.authorised_at, zone) if account.authorised_at else "",
            "last": words.moment(words.local(account.last_read_at, zone)) if account.last_read_at else "",
        }
        for account in _accounts(asked)
    ]


def _held(asked: Asked, accounts: Sequence[Enrolment]) -> list[str]:
    """The accounts that a legal hold bears on. Its reason is not told: it may be about a claim by somebody else."""
    return [account.handle for account in accounts if asked.desk.store.holds.standing(account.id)]


def _ledger(asked: Asked, accounts: tuple[Enrolment, ...]) -> tuple[LedgerEntry, ...]:
    store = asked.desk.store.accounts
    return tuple(line for account in accounts for line in store.ledger(account.id))


def _everything(asked: Asked) -> tuple[OwnItem, ...]:
    return tuple(with_words(asked, item) for item in own_items(asked, _staff_id(asked)))


def _record_export(asked: Asked, form: str) -> None:
    details = {"form": form, "of": "own"}
    asked.desk.store.audit.record(
        AuditRecord(asked.now, asked.actor, "export.made", f"staff:{_staff_id(asked)}", details)
    )


_NEEDS = Permission.OWN_PAGE

ROUTES = (
    Page("/my", "GET", _NEEDS, show, "my findings"),
    Page("/my/findings/{id}", "GET", _NEEDS, show_item, "my finding"),
    Page("/my/findings/{id}/{step}", "POST", _NEEDS, answer, "my answer"),
    Page("/my/record", "GET", _NEEDS, show_record, "my record"),
    Page("/my/export.json", "GET", _NEEDS, export_json, "my export"),
    Page("/my/export.pdf", "GET", _NEEDS, export_pdf, "my export"),
    Page("/my/notices", "GET", _NEEDS, show_notices, "my notices"),
    Page("/my/withdraw", "GET", _NEEDS, show_withdraw, "withdraw"),
    Page("/my/withdraw", "POST", _NEEDS, withdraw, "withdraw"),
)
