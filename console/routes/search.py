"""Looking for findings. Filters stand in the address; words do not, since they may be somebody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.answers import page, redirect
from console.browsing import FILTERS, ITEMS, address, number_in, question_of
from console.pages import Page
from console.phrases import STATE
from console.sight import shown, sight_of
from domain.access import Permission
from domain.findings import GRAVITY, Severity
from domain.review import ReviewState
from reports import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.answers import Answer
    from console.asked import Asked

_ANY = ("", "Any")


def search(asked: Asked) -> Answer:
    """The form, and what the filters in the address find."""
    return _found(asked, asked.query)


def look(asked: Asked) -> Answer:
    """What the form asks for. Without words, the same by an address that can be kept."""
    if not asked.form.get("words", "").strip() and "before" not in asked.form:
        return redirect(address("/search", {name: asked.form.get(name, "").strip() for name in FILTERS}))
    return _found(asked, asked.form)


def _found(asked: Asked, fields: Mapping[str, str]) -> Answer:
    question = question_of(fields, asked.desk.practice.time_zone)
    naming = bool(question.wanted.words or question.wanted.account_id)
    sight, before = sight_of(asked.user, asked.now, naming=naming), number_in(fields, "before")
    looked = question.anything and not question.wrong
    found = asked.desk.store.search.find(question.wanted, sight, before=before, limit=ITEMS) if looked else None
    return page(
        "browse/search.html.j2",
        status=400 if question.wrong else 200,
        typed={name: question.typed.get(name, "") for name in ("words", *FILTERS)},
        wrong=question.wrong,
        looked=looked,
        entries=[shown(asked, hit) for hit in found.hits] if found else [],
        older=found.older if found else None,
        older_link=address("/search", question.typed, before=found.older) if found and found.older else "",
        later=before is not None,
        choices=_choices(asked),
        withheld=not sight.critical,
    )


def _choices(asked: Asked) -> dict[str, list[tuple[str, str]]]:
    titles = [(text.id, text.title) for text in asked.desk.practice.clauses]
    return {
        "clause": [_ANY, *((one.value, f"{one}. {words.clause_title(one, titles)}") for one in sorted(GRAVITY))],
        "severity": [_ANY, *((str(int(one)), words.SEVERITY[one].capitalize()) for one in Severity if one)],
        "account": [
            _ANY,
            *(
                (str(number), f"{words.plain(handle)} ({name})")
                for number, handle, name in asked.desk.store.search.authors()
            ),
        ],
        "state": [_ANY, *((one.value, STATE[one].capitalize()) for one in ReviewState if one is not ReviewState.GRACE)],
    }


ROUTES = (
    Page("/search", "GET", Permission.SEE_ARCHIVE, search, "search"),
    Page("/search", "POST", Permission.SEE_ARCHIVE, look, "search for words"),
)
