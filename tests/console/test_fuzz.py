"""Every page with whatever fits into a path, an address and a form, as everybody: no fault, no leak, no bare answer.

What OpenAPI tools do for programs that have a schema, made from the console's own list of pages. Repeatable: the same
examples come every time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from console.pages import Page
from domain.access import Role, User
from domain.findings import Clause
from domain.review import Outcome, ReviewState, Step
from store.engine import Store
from tests.console.surface import PAGES as OFFERED
from tests.console.surface import (
    Guest,
    at,
    enter,
    everything,
    field_names,
    guest,
    label,
    parameters,
    stranger,
    worth_stealing,
)
from tests.console.test_attack_http import assert_hardened
from tests.fakes.desk import Office, office_on

pytestmark = pytest.mark.slow

FEW, MANY = 1, 3
"""Examples for each page."""
LEAKS = ("Traceback", "sqlalchemy", "sqlite3", "psycopg", "/site-packages/", "UndefinedError", "jinja2", "SELECT ")
# Whoever signs out or ends the own session is a stranger afterwards; each example begins a session of its own.
NASTY = (
    "",
    " ",
    "0",
    "-1",
    "1",
    "2147483648",
    "9" * 40,
    "1e9",
    "\x00",
    "a\x00b",
    "\ud7ff\ue000",
    "\u202eabc",
    "\U0001f600" * 30,
    "' OR 1=1 --",
    '"><script>alert(1)</script>',
    "{{7*7}}{% raw %}",
    "../../etc/passwd",
    "..\\..",
    "%00%2e%2e%2f",
    "\r\nset-cookie: x=y",
    "//evil.example",
    "2026-W47",
    "2026-W99",
    "0000-W01",
    "9999-W52",
    "9999-12-31",
    "0001-01-01",
    "2026-02-30",
    "x" * 20_000,
    "a@b.example",
    "https://social.example/@t/1",
    "http://[::1",
    "https://\u2100.example/",
    "4,2026-11-17T12:00:00+00:00,1",
    *(one.value for kind in (Clause, Outcome, ReviewState, Step, Role) for one in kind),
)
WORDS = st.sampled_from(NASTY) | st.text(max_size=30)
IDS = st.sampled_from([*map(str, range(1, 9)), "0", "-1", "999", "2147483647", "2147483648", "x", "1 ", "٣", "1.0"])
FIELDS = st.dictionaries(st.sampled_from(field_names()), WORDS, max_size=8)
PATHS = {
    "token": WORDS.filter(bool),
    "week": st.sampled_from(["2026-W46", "2026-W47", "2026-W48", "2026-W00", "9999-W52", "0000-W01", "x"]),
    "name": st.sampled_from(["console.css", "archive.css", "..", "x\x00", "%2e"]),
    "step": st.sampled_from([one.value for one in Step] + ["x"]),
}


@st.composite
def requests(draw: DrawFn, page: Page) -> tuple[str, dict[str, str], dict[str, str]]:
    """An address of this page, a query and a form."""
    values = {name: draw(PATHS.get(name, IDS)) for name in parameters(page)}
    return at(page, values), draw(FIELDS), draw(FIELDS)


def asked(page: Page, examples: int, visit: Callable[[], Guest]) -> set[int]:
    """Ask this page so often; the statuses of its answers."""
    seen: set[int] = set()

    @settings(max_examples=examples)
    @given(requests(page))
    def asks(request) -> None:
        seen.add(ask(visit(), page, *request))

    asks()
    return seen


def assert_well(page: Page, answer) -> None:
    """What holds for every answer whatever was asked."""
    assert answer.status_code < 500, label(page)
    assert_hardened(answer.headers)
    assert [leak for leak in LEAKS if leak in answer.text] == []
    assert "<script" not in answer.text
    if "location" in answer.headers:
        assert answer.headers["location"].startswith("/")
        assert not answer.headers["location"].startswith(("//", "/\\"))
    for line in answer.headers.get_list("set-cookie"):
        assert line.startswith("__Host-section7")
        assert "HttpOnly" in line


def ask(visitor: Guest, page: Page, address: str, query: dict[str, str], fields: dict[str, str]) -> int:
    if page.method != "POST":
        answer = visitor.browser.request(page.method, address, params=query)
    else:
        answer = visitor.send(address, fields=fields, params=query)
    assert_well(page, answer)
    return int(answer.status_code)


def fresh(office: Office, user: User | None, *, verified: bool = True) -> Guest:
    """A browser of its own kind, in which each example begins a new session an hour later."""
    office.clock.forward(hours=1)
    if user is None:
        return stranger(office)
    return guest(office, office.store.users.get(user.id), verified=verified)


@pytest.mark.parametrize("role", [*Role, None, "half"], ids=str)
def test_whatever_is_asked_has_an_answer(office: Office, role: Role | str | None) -> None:
    practice = worth_stealing(office)
    user = practice.people[Role.PRIVACY_OFFICER if role == "half" else role] if role else None

    for page in OFFERED:
        assert asked(page, FEW, lambda: fresh(practice, user, verified=role != "half"))


def test_whatever_somebody_with_every_role_asks_has_an_answer_on_both_databases(store: Store) -> None:
    practice = worth_stealing(office_on(store))
    user = practice.person("Every Role", *Role, staff_id=1)
    store.users.record_training(user.id, practice.clock() + timedelta(days=999), "command", practice.clock())

    seen = {page: asked(page, MANY, lambda: fresh(practice, user)) for page in OFFERED}
    # It did get past the doors: pages showed, acted, refused and found nothing.
    assert {200, 303, 404, 422} <= set().union(*seen.values())
    assert sum(not {200, 303}.isdisjoint(statuses) for statuses in seen.values()) > len(OFFERED) / 2


def test_whatever_comes_without_its_token_changes_nothing(office: Office) -> None:
    practice = worth_stealing(office)
    user = practice.person("Every Role", *Role, staff_id=1)
    visitor = enter(practice, stranger(practice), user)
    before = everything(practice)

    for page in OFFERED:
        if page.method == "POST":
            sent_without_its_token(page, visitor)
    assert everything(practice) == before


def sent_without_its_token(page: Page, visitor: Guest) -> None:
    @settings(max_examples=FEW)
    @given(requests(page), WORDS)
    def asks(request, token: str) -> None:
        address, query, fields = request
        answer = visitor.send(address, token=token, fields=fields, params={**query, "form-token": visitor.csrf})
        assert_well(page, answer)
        assert answer.status_code in {403, 404, 413}

    asks()
