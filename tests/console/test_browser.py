"""The console in a real browser: accessible, no wider than a telephone, whole without script, worked by keyboard alone."""

from __future__ import annotations

import shutil
import socket
import threading
from dataclasses import dataclass, replace

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe

from console.app import make_app
from console.cookies import SESSION
from domain.access import Role
from domain.findings import Clause, Severity
from domain.review import ReviewState
from store.engine import open_store
from tests.console.test_archive import reported
from tests.fakes.desk import Office, office_on
from tests.fakes.findings import account_of, flag, marked, notice, trained
from tests.fakes.keys import KEYRING

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OPEN_ALL = "document.querySelectorAll('details').forEach(part => { part.open = true })"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NAME = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Jones"
UNBROKEN = "https://elsewhere.example/" + "a" * 300
OFFICER, REVIEWER = Role.PRIVACY_OFFICER, Role.REVIEWER
PAGES = (
    (None, "/sign-in"),
    (None, "/recovery"),
    (None, "/concerns/new"),
    (None, "/concerns/follow"),
    *((role, "/") for role in Role),
    (OFFICER, "/queue"),
    (OFFICER, "/queue?show=overdue"),
    (OFFICER, "/queue/1"),
    (OFFICER, "/queue/2"),
    (OFFICER, "/queue/3"),
    (REVIEWER, "/queue"),
    (REVIEWER, "/queue?done=6"),
    (REVIEWER, "/queue/1"),
    (REVIEWER, "/queue/4"),
    (REVIEWER, "/queue/6"),
    (REVIEWER, "/queue/6/teach"),
    (OFFICER, "/weeks"),
    (OFFICER, "/weeks/2026-W41"),
    (OFFICER, "/weeks/2026-W42"),
    (OFFICER, "/weeks/2026-W20"),
    (Role.MANAGER, "/weeks/2026-W41"),
    (REVIEWER, "/weeks/2026-W41"),
    (OFFICER, "/clauses/2"),
    (REVIEWER, "/clauses/2"),
    (OFFICER, "/clauses/9"),
    (OFFICER, "/accounts"),
    (OFFICER, "/accounts/1"),
    (OFFICER, "/search"),
    (OFFICER, "/search?clause=5"),
    (OFFICER, "/search?clause=6"),
    (OFFICER, "/search?from=soon&severity=9"),
    (OFFICER, "/findings/1"),
    (OFFICER, "/findings/3"),
    (Role.AUDITOR, "/findings/3"),
    (OFFICER, "/figures"),
    (Role.MANAGER, "/queue"),
    (OFFICER, "/no/such/page"),
    (Role.MANAGER, "/stop"),
    (Role.ADMINISTRATOR, "/people"),
    (OFFICER, "/me"),
    (OFFICER, "/concerns"),
    (OFFICER, "/holds"),
    (OFFICER, "/record"),
    (OFFICER, "/record?kind=backup&who=nobody"),
    (Role.AUDITOR, "/record"),
    (OFFICER, "/record/export"),
    (Role.CLINICIAN, "/my"),
    (Role.CLINICIAN, "/my/withdraw"),
)


@dataclass
class Served:
    """An office behind a port of this machine, and a browser in front of it."""

    office: Office
    address: str
    browser: object

    def page(self, role: Role | None, **settings: object):
        """A page of a fresh browser; what it complains of and what it asks of others is collected in `.said`."""
        context = self.browser.new_context(**settings)
        if role is not None:
            user, lasts = self.office.people[role], self.office.desk.settings.session_length
            token, _ = self.office.store.sessions.begin(user.id, self.office.clock(), lasts, verified=True)
            context.add_cookies([{"name": SESSION, "value": token, "url": self.address}])
        page = context.new_page()
        page.said = []
        # What a browser says of an answer that is an error, and of an icon that it asks for by itself, is no fault.
        page.on("console", lambda message: "status of" in message.text or page.said.append(message.text))
        page.on("request", lambda asked: asked.url.startswith(self.address) or page.said.append(asked.url))
        return page


def serving(office: Office, browser):
    """The office on a port; a generator for fixtures."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    office.desk = replace(office.desk, base_url=address, teach=lambda lesson, actor: None)
    settings = uvicorn.Config(make_app(office.desk), log_config=None, lifespan="off", ws="none", http="h11")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield Served(office, address, browser)
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(scope="module")
def full(chromium, migrated_file, tmp_path_factory):
    """A practice with everything: an edited post, a serious one, client detail, a decision, a long name, a digest."""
    file = tmp_path_factory.mktemp("full") / "section7.db"
    shutil.copy(migrated_file, file)
    store = open_store(f"sqlite:///{file}", KEYRING)
    office = office_on(store)
    trained(office, REVIEWER, OFFICER)
    account = account_of(office, NAME, handle="@" + "unbroken" * 12 + ".example")
    notice(office, account, flag(office, 1, marked(severity=Severity.S3), reply_to_id="7"))
    notice(office, account, flag(office, 1, marked(severity=Severity.S4), text=f"Changed now. {UNBROKEN}"))
    client = marked(Clause.CONFIDENTIALITY, Severity.S3)
    notice(office, account, flag(office, 2, client, text="My client Dana Whitlock is back.", excerpt="[masked]"))
    notice(office, account, flag(office, 3, text=f"שלום {UNBROKEN} " * 3), flag(office, 4, marked()))
    (done,) = notice(office, account, flag(office, 5, marked()))
    page = office.signed_in(REVIEWER)
    dismissing(office, page, done)
    reported(office)
    for role in (REVIEWER, OFFICER):
        trained(office, role)
    yield from serving(office, chromium)
    store.close()


@pytest.fixture
def week(chromium, sqlite_store):
    """A practice with a week of 60 findings that nobody has looked at."""
    office = office_on(sqlite_store)
    trained(office, REVIEWER)
    notice(office, account_of(office), *(flag(office, number) for number in range(60)))
    yield from serving(office, chromium)


def dismissing(office: Office, browser, number: int) -> None:
    page = browser.get(f"/queue/{number}").text
    token = page.split('name="form-token" value="', 1)[1].split('"', 1)[0]
    revision = page.split('name="revision" value="', 1)[1].split('"', 1)[0]
    fields = {"form-token": token, "revision": revision, "outcome-dismiss": "permitted"}
    assert browser.post(f"/queue/{number}/dismiss", data=fields).status_code == 303


def violations(page) -> list[tuple[str, str]]:
    page.evaluate(OPEN_ALL)
    result = Axe().run(page, options=RULES)
    return [(one["id"], node["html"][:200]) for one in result.response["violations"] for node in one["nodes"]]


def named(value: object) -> str:
    return value.value if isinstance(value, Role) else str(value or "nobody").replace("/", "_")


@pytest.mark.parametrize(("role", "path"), PAGES, ids=named)
def test_nothing_stands_in_anybodys_way_on_any_screen(full, role, path):
    for scheme in ("light", "dark"):
        page = full.page(role, color_scheme=scheme, bypass_csp=True)
        page.goto(full.address + path)
        assert violations(page) == [], scheme
        page.context.close()
    page = full.page(role)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(full.address + path)
        page.evaluate(OPEN_ALL)
        assert page.evaluate(TOO_WIDE) == 0, width
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 650, "height": 900})
    assert page.evaluate(TOO_WIDE) == 0, "paper"
    assert page.said == []
    page.context.close()


def test_faults_of_forms_are_told_where_everybody_finds_them(full):
    page = full.page(OFFICER, bypass_csp=True)
    page.goto(f"{full.address}/queue/5")
    page.eval_on_selector_all("textarea", "all => all.forEach(one => one.removeAttribute('required'))")
    page.click("form[action$='/dismiss'] button")
    assert page.inner_text(".mistakes a") == "Choose one."
    assert violations(page) == []
    page.click(".mistakes a")
    assert page.evaluate("document.activeElement.id") == "outcome-dismiss"
    page.context.close()


def test_who_comes_second_and_whose_session_ended_keep_their_words(full):
    page = full.page(OFFICER, bypass_csp=True)
    page.goto(f"{full.address}/queue/5")
    note = "I read it twice, and it is our own wording."
    page.check("input[name='outcome-dismiss'][value='permitted']")
    page.fill("#note-dismiss", note)
    review = full.office.store.reviews.get(5)
    page.eval_on_selector(
        "form[action$='/dismiss'] input[name='revision']", f"one => one.value = {review.revision - 1}"
    )
    page.click("form[action$='/dismiss'] button")
    assert page.inner_text("h1") == "Somebody else was first"
    assert page.input_value("#kept") == note + "\n" or page.input_value("#kept") == note
    assert violations(page) == []
    page.goto(f"{full.address}/queue/5")
    page.check("input[name='outcome-dismiss'][value='permitted']")
    page.fill("#note-dismiss", note)
    page.context.clear_cookies()
    page.click("form[action$='/dismiss'] button")
    assert note in page.content()
    assert violations(page) == []
    page.context.close()


def press_until(page, wanted: str, limit: int = 60) -> None:
    """Tab, as somebody without a mouse does, until what `wanted` selects has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({wanted!r})"):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 360])
def test_a_week_of_sixty_is_worked_through_by_keyboard_without_script(week, width):
    page = week.page(REVIEWER, java_script_enabled=False, viewport={"width": width, "height": 800})
    page.goto(f"{week.address}/queue")
    press_until(page, "main .acts a.button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue/*#item")
    seen = set()
    for _ in range(60):
        number = page.inner_text("h1").split(":")[0]
        assert number not in seen
        seen.add(number)
        assert page.evaluate("document.activeElement.id") == "item"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the decision"
        page.keyboard.press("Enter")
        press_until(page, "input[name='outcome-dismiss']")
        page.keyboard.press("Space")
        press_until(page, "#note-dismiss")
        page.keyboard.type("harmless")
        press_until(page, "form[action$='/dismiss'] button")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert "Nothing waits for you" in page.inner_text("main")
    store = week.office.store
    assert store.reviews.counts(week.office.clock()).waiting == 0
    reviews = [store.reviews.get(number) for number in range(1, 61)]
    assert all(one.state is ReviewState.CLOSED and one.events[-1].note == "harmless" for one in reviews)
    press_until(page, "button[accesskey='u']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert store.reviews.counts(week.office.clock()).waiting == 1
    assert page.said == []
    page.context.close()


def test_everything_that_takes_the_keyboard_shows_it(full):
    page = full.page(OFFICER)
    page.goto(f"{full.address}/queue/5")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        tag, style = page.evaluate(
            "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if tag == "BODY":
            break
        seen.add(tag)
        assert style == "solid", tag
    assert {"A", "BUTTON", "INPUT", "TEXTAREA", "SUMMARY"} <= seen
    page.context.close()
