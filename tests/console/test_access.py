"""Every role against every page and verb, generated from the pages themselves: a new page is in here by being one."""

from __future__ import annotations

import re
import shutil
import types
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console.admission import CSRF_FIELD
from console.answers import Answer, inline
from console.app import make_app
from console.asked import Asked
from console.pages import Page
from console.registry import PUBLIC, checked, pages
from domain.access import Permission, Role
from store.engine import Store, open_store
from tests.fakes.browsers import Browser
from tests.fakes.desk import BASE, Office, office_on, token_of
from tests.fakes.keys import KEYRING

PAGES = pages()
PATHS = sorted({page.path for page in PAGES})
ABROAD = {"origin": "https://evil.example"}
VERBS = {"HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "GET", "POST"}
HERE = {"origin": BASE, "sec-fetch-site": "same-origin"}

M, R, P, C, A, U = Role.MANAGER, Role.REVIEWER, Role.PRIVACY_OFFICER, Role.CLINICIAN, Role.ADMINISTRATOR, Role.AUDITOR
MAY: dict[Permission, set[Role]] = {
    Permission.OWN_SESSION: {M, R, P, C, A, U},
    Permission.OWN_PAGE: {C},
    Permission.SEE_FIGURES: {M, R, P, U},
    Permission.SEE_ARCHIVE: {R, P, U},
    Permission.SEE_POST: {R, P},
    Permission.UNMASK: {P},
    Permission.REVIEW: {R, P},
    Permission.REVIEW_CRITICAL: {P},
    Permission.TEACH: {R, P},
    Permission.HANDLE_CONCERNS: {P},
    Permission.SEE_REPORTER: {P},
    Permission.STOP: {M, R, P, A},
    Permission.MANAGE_PEOPLE: {A},
    Permission.CONFIGURE: {A},
    Permission.VERIFY: {P, U},
    Permission.EXPORT: {P, U},
}
"""Written out once more, apart from the program: whoever changes who may do what changes it here too, and knows."""

OPEN = {
    ("/sign-in", "GET"),
    ("/sign-in", "POST"),
    ("/sign-in/code", "GET"),
    ("/sign-in/code", "POST"),
    ("/sign-in/provider", "POST"),
    ("/sign-in/provider/back", "GET"),
    ("/invitation/{token}", "GET"),
    ("/invitation/{token}", "POST"),
    ("/recovery", "GET"),
    ("/recovery", "POST"),
    ("/recovery/{token}", "GET"),
    ("/recovery/{token}", "POST"),
    ("/concerns/new", "GET"),
    ("/concerns/new", "POST"),
    ("/concerns/follow", "GET"),
    ("/concerns/follow", "POST"),
    ("/health", "GET"),
    ("/health", "HEAD"),
    ("/style/{name}", "GET"),
}
"""Every page that opens without signing in."""


def titled(page: Page) -> str:
    return f"{page.method} {page.path}"


def address(path: str) -> str:
    return re.sub(r"{[^}]+}", "1", path)


class Probe:
    """The same pages, whose handlers only say that they were reached."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.reached: list[tuple[str, str]] = []
        known = [replace(page, handler=self._handler(page)) for page in PAGES]
        # This one stays, since a visitor's token is on it.
        form = next(page for page in PAGES if titled(page) == "GET /sign-in")
        known = [form if titled(page) == "GET /sign-in" else page for page in known]
        self.app = make_app(office.desk, known)

    def _handler(self, page: Page):
        def reach(asked: Asked) -> Answer:
            self.reached.append((page.method, page.path))
            return inline(b"reached", "text/plain")

        return reach

    def browser(self, role: Role | None = None, *, verified: bool = True) -> Browser:
        browser = Browser(self.app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)
        if role is not None:
            self.office.sign_in(browser, role, verified=verified)
        return browser

    def csrf(self, browser: Browser, role: Role | None) -> str:
        if role is None:
            return token_of(browser.get("/sign-in").text)
        settings = self.office.desk.settings
        token = browser.cookies["__Host-section7"]
        found = self.office.store.sessions.find(token, self.office.clock(), settings.idle)
        assert found is not None
        return found[0].csrf

    def send(self, browser: Browser, page: Page, role: Role | None):
        self.reached.clear()
        if page.method != "POST":
            return browser.request(page.method, address(page.path))
        return browser.post(address(page.path), data={CSRF_FIELD: self.csrf(browser, role)}, headers=HERE)

    def was(self, page: Page) -> bool:
        return (page.method, page.path) in self.reached or titled(page) == "GET /sign-in"


@pytest.fixture(scope="module")
def furnished(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for many looks, which change nothing but who is signed in."""
    file = tmp_path_factory.mktemp("furnished") / "section7.db"
    shutil.copy(migrated_file, file)
    store: Store = open_store(f"sqlite:///{file}", KEYRING)
    yield office_on(store)
    store.close()


@pytest.fixture(scope="module")
def app_of_probes(furnished: Office) -> Probe:
    return Probe(furnished)


@pytest.fixture
def probe(app_of_probes: Probe) -> Probe:
    app_of_probes.reached.clear()
    return app_of_probes


@pytest.mark.parametrize("page", PAGES, ids=titled)
def test_a_page_opens_for_the_roles_that_may_and_for_no_other(probe: Probe, page: Page) -> None:
    for role in Role:
        answer = probe.send(probe.browser(role), page, role)

        if page.needs is None or role in MAY[page.needs]:
            assert probe.was(page), role
        else:
            assert (answer.status_code, probe.reached) == (403, []), role
            assert "not part of your role" in answer.text


@pytest.mark.parametrize("page", [page for page in PAGES if page.needs], ids=titled)
def test_a_stranger_is_shown_the_way_in_and_nothing_else(probe: Probe, page: Page) -> None:
    browser = probe.browser()
    answer = probe.send(browser, page, None)

    assert probe.reached == []
    if page.method == "GET":
        assert answer.status_code == 303
        assert answer.headers["location"].partition("?")[0] == "/sign-in"
    else:
        assert answer.status_code == 401
        assert 'href="/sign-in"' in answer.text


@pytest.mark.parametrize("page", [page for page in PAGES if page.needs], ids=titled)
def test_the_password_alone_opens_nothing(probe: Probe, page: Page) -> None:
    for role in MAY[page.needs]:
        browser = probe.browser(role, verified=False)
        answer = probe.send(browser, page, role)

        assert probe.reached == []
        assert answer.status_code == (303 if page.method == "GET" else 401)
        assert "/sign-in/code" in answer.headers.get("location", answer.text)


@pytest.mark.parametrize("page", [page for page in PAGES if page.needs], ids=titled)
def test_an_ended_session_opens_nothing(probe: Probe, page: Page) -> None:
    role = next(iter(sorted(MAY[page.needs])))
    browser = probe.browser(role)
    token = probe.csrf(browser, role)
    probe.office.clock.forward(minutes=31)
    try:
        if page.method == "GET":
            answer = browser.get(address(page.path))
        else:
            answer = browser.post(address(page.path), data={CSRF_FIELD: token}, headers=HERE)
    finally:
        probe.office.clock.forward(minutes=-31)

    assert probe.reached == []
    assert answer.status_code in (303, 401)


@pytest.mark.parametrize("page", [page for page in PAGES if page.method == "POST"], ids=titled)
def test_a_form_without_its_own_token_or_from_elsewhere_does_nothing(probe: Probe, page: Page) -> None:
    role = next(iter(sorted(MAY[page.needs]))) if page.needs else None
    browser, other = probe.browser(role), probe.browser(role)
    own, foreign = probe.csrf(browser, role), probe.csrf(other, role)
    assert own != foreign
    probe.reached.clear()
    forged = [
        ({}, HERE),
        ({CSRF_FIELD: ""}, HERE),
        ({CSRF_FIELD: foreign}, HERE),
        ({CSRF_FIELD: own[:-1]}, HERE),
        ({CSRF_FIELD: own}, ABROAD),
        ({CSRF_FIELD: own}, {"origin": "null"}),
        ({CSRF_FIELD: own}, {"origin": BASE.replace("https:", "http:")}),
        ({CSRF_FIELD: own}, {"origin": f"{BASE}.evil.example"}),
        ({CSRF_FIELD: own}, {**HERE, "sec-fetch-site": "cross-site"}),
        ({CSRF_FIELD: own}, {**HERE, "sec-fetch-site": "same-site"}),
    ]
    for fields, headers in forged:
        answer = browser.post(address(page.path), data=fields, headers=headers)
        assert (answer.status_code, probe.reached) == (403, []), (fields, headers)

    assert browser.post(address(page.path), data={CSRF_FIELD: own}, headers=HERE).text == "reached"


@pytest.mark.parametrize("path", PATHS)
def test_a_verb_that_no_page_offers_is_refused(probe: Probe, path: str) -> None:
    offered = {page.method for page in PAGES if page.path == path}
    browser = probe.browser(Role.PRIVACY_OFFICER)
    for verb in VERBS - offered:
        answer = browser.request(verb, address(path))

        assert (answer.status_code, probe.reached) == (405, []), verb
        assert answer.headers["allow"] == ", ".join(sorted(offered))


def test_what_is_open_to_everybody_is_known_one_by_one() -> None:
    unguarded = {(page.path, page.method) for page in PAGES if page.needs is None}

    assert unguarded <= OPEN
    assert {path for path, _ in OPEN} <= PUBLIC


def test_a_page_that_nobody_guards_cannot_be_served(office: Office) -> None:
    bare = Page("/everything", "GET", None, lambda asked: inline(b"", "text/plain"), "everything")

    with pytest.raises(ValueError, match="/everything names no permission"):
        make_app(office.desk, [*PAGES, bare])


def test_two_pages_that_answer_alike_cannot_be_served() -> None:
    with pytest.raises(ValueError, match="two pages answer"):
        checked([*PAGES, PAGES[0]])


def test_a_module_without_pages_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some_routes").mkdir()
    (tmp_path / "some_routes" / "__init__.py").touch()
    (tmp_path / "some_routes" / "forgotten.py").write_text("ROUTES = []\n")
    monkeypatch.syspath_prepend(tmp_path)
    package = types.ModuleType("some_routes")
    package.__path__ = [str(tmp_path / "some_routes")]

    with pytest.raises(TypeError, match=r"some_routes\.forgotten"):
        pages(package)


def test_every_permission_is_some_roles_and_the_table_is_whole() -> None:
    assert set(MAY) == set(Permission)
    assert {page.needs for page in PAGES} - {None} <= set(MAY)


@pytest.mark.parametrize("page", [page for page in PAGES if page.method == "GET"], ids=titled)
def test_every_page_answers_whoever_may_open_it_without_a_fault(furnished: Office, page: Page) -> None:
    for role in MAY[page.needs] if page.needs else {None}:
        browser = furnished.signed_in(role) if role else furnished.browser()
        for path in (
            address(page.path),
            re.sub(r"{[^}]+}", "no-such-thing", page.path),
            address(page.path) + "?page=x&q=%00",
        ):
            answer = browser.get(path)
            assert answer.status_code < 500, (role, path, answer.text)
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert answer.text.count("<h1") == 1, (role, path)
                assert "<script" not in answer.text
                assert " style=" not in answer.text


def test_roles_add_up_and_a_change_counts_at_once(office: Office) -> None:
    user = office.person("Two Hats", Role.MANAGER, Role.AUDITOR)
    browser = office.browser()
    office.sign_in_as(browser, user)
    assert browser.get("/people").status_code == 403

    office.store.users.change_roles(user.id, [Role.ADMINISTRATOR], None, "command", office.clock())
    assert browser.get("/people").headers["location"].startswith("/sign-in")
    office.sign_in_as(browser, user)
    assert browser.get("/people").status_code == 200


def test_who_comes_back_too_late_is_told_once_that_the_session_ended(office: Office) -> None:
    browser = office.signed_in(Role.REVIEWER)
    office.clock.forward(hours=24)
    answer = browser.get("/queue?show=mine")
    assert answer.headers["location"] == "/sign-in?next=%2Fqueue%3Fshow%3Dmine"
    assert "Your session has ended." in browser.get(answer.headers["location"]).text
    browser.get("/queue")
    assert "Your session has ended." not in browser.get("/sign-in").text


def test_a_stranger_is_not_told_of_a_session(office: Office) -> None:
    browser = office.browser()
    browser.get("/queue")
    assert "session has ended" not in browser.get("/sign-in").text


def test_a_session_ends_after_its_length_however_busy(office: Office) -> None:
    browser = office.signed_in(Role.MANAGER)
    for _ in range(35):
        office.clock.forward(minutes=20)
        assert browser.get("/").status_code == 200
    office.clock.forward(minutes=20)

    assert browser.get("/").status_code == 303
    assert office.desk.settings.session_length == timedelta(hours=12)
