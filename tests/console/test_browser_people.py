"""The pages for clinicians, reporters of concerns and officers in a real browser, by eye and by keyboard."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from domain.access import Role
from domain.concerns import NewConcern, Openness, Reporter
from domain.findings import Clause, Severity
from domain.review import Move, Outcome, Step
from domain.review_locks import ReviewRules
from domain.routing import Handling, Routing
from store.engine import open_store
from tests.console.test_browser import TOO_WIDE, UNBROKEN, named, serving, violations
from tests.fakes.desk import NAMES, office_on
from tests.fakes.findings import flag, marked, notice, trained
from tests.fakes.keys import KEYRING
from tests.store.records import active, profile, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CLINICIAN, OFFICER, MANAGER = Role.CLINICIAN, Role.PRIVACY_OFFICER, Role.MANAGER
REPORTER = Reporter("Odile Brandt", "555-0188")
NEW = NewConcern(f"https://social.example/@tess/{'7' * 120}", Clause.CONDUCT, UNBROKEN, Openness.CONFIDENTIAL, REPORTER)
PAGES = (
    (None, "/concerns/new"),
    (CLINICIAN, "/concerns/new"),
    (None, "/concerns/follow"),
    (CLINICIAN, "/my"),
    (CLINICIAN, "/my/findings/1"),
    (CLINICIAN, "/my/findings/2"),
    (CLINICIAN, "/my/findings/3"),
    (CLINICIAN, "/my/record"),
    (CLINICIAN, "/my/notices"),
    (CLINICIAN, "/my/withdraw"),
    (OFFICER, "/concerns"),
    (OFFICER, "/concerns/1"),
    (OFFICER, "/concerns/2"),
    (OFFICER, "/critical"),
    (OFFICER, "/critical/1"),
    (OFFICER, "/critical/1/letter"),
    (MANAGER, "/stop"),
)


@pytest.fixture(scope="module")
def people(chromium, migrated_file, tmp_path_factory):
    """A clinician with a critical, a dismissed and a new finding; two concerns; an earlier stop."""
    file = tmp_path_factory.mktemp("people") / "section7.db"
    shutil.copy(migrated_file, file)
    store = open_store(f"sqlite:///{file}", KEYRING)
    office = office_on(store)
    trained(office, OFFICER)
    officer = office.people[OFFICER]
    office.desk = replace(office.desk, routing=Routing(officer.email), retention=("Posts without a finding: 90 days.",))
    _findings(office)
    _concerns(office, officer)
    store.stops.stop("command:maren", "The model is being measured again.", office.clock())
    store.stops.ask_resume(f"user:{officer.id}", office.clock())
    store.stops.confirm_resume(f"user:{office.people[MANAGER].id}", office.clock())
    trained(office, OFFICER)
    yield from serving(office, chromium)
    store.close()


def _findings(office) -> None:
    staff = office.store.staff.find(NAMES[CLINICIAN])
    account = active(office.store, staff, profile("tess", url="https://social.example/@tess"), office.clock())
    grave = marked(Clause.CONFIDENTIALITY, Severity.S4)
    notice(office, account, flag(office, 1, grave, text=f"My client Dana Whitlock is back. {UNBROKEN}"))
    (second,) = notice(office, account, flag(office, 2, marked()))
    office.clock.forward(minutes=1)
    visit(office.store, flag(office, 3, marked()), of=account, now=office.clock())
    office.store.reviews.open_new(office.clock(), ReviewRules())
    visit(office.store, flag(office, 2, marked(version="2")), of=account, now=office.clock())
    _permit(office, second)


def _permit(office, review_id: int) -> None:
    officer, rules = office.people[OFFICER], ReviewRules(grace_days=0)

    def go(step: Step, **words) -> None:
        review = office.store.reviews.get(review_id)
        office.store.reviews.apply(
            review_id, review.revision, Move(step, officer.id, office.clock(), **words), officer, rules
        )

    go(Step.DISMISS, outcome=Outcome.PERMITTED, note="It is on the register since May.")
    office.clock.forward(minutes=10)


def _concerns(office, officer) -> None:
    store, routing = office.store.concerns, office.desk.routing
    first = store.receive(NEW, routing, office.clock())
    store.answer_as_reporter(first.code, f"More words. {UNBROKEN}", office.clock())
    by = Handling(officer, routing)
    store.acknowledge(first.concern.id, by, "Thank you.", office.clock())
    store.reporter_of(first.concern.id, by, "To ask back.", office.clock())
    store.receive(replace(NEW, openness=Openness.ANONYMOUS, reporter=None, clause=None), routing, office.clock())
    office.clock.forward(days=9)


@pytest.mark.parametrize(("role", "path"), PAGES, ids=named)
def test_nothing_stands_in_anybodys_way_on_any_screen(people, role, path):
    for scheme in ("light", "dark"):
        page = people.page(role, color_scheme=scheme, bypass_csp=True)
        page.goto(people.address + path)
        assert violations(page) == [], scheme
        page.context.close()
    page = people.page(role, java_script_enabled=True)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(people.address + path)
        assert page.evaluate(TOO_WIDE) == 0, width
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 650, "height": 900})
    assert page.evaluate(TOO_WIDE) == 0, "paper"
    assert page.said == []
    page.context.close()


def fill(page, **fields: str) -> None:
    """Type into the fields by keyboard, one after the other, as somebody without a mouse does."""
    for name, text in fields.items():
        page.focus(f"#{name}")
        page.keyboard.type(text)


def follow(page) -> None:
    """Press the enter key and wait for the page it leads to: a key press alone waits for nothing."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_concern_is_reported_and_followed_by_keyboard_without_script(people, width):
    page = people.page(None, java_script_enabled=False, viewport={"width": width, "height": 800})
    page.goto(f"{people.address}/concerns/new")
    fill(page, url="https://social.example/@tess/9", text="Please look at this.")
    page.focus("input[name=openness][value=named]")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    assert page.is_checked("input[name=openness][value=anonymous]")
    follow(page)
    assert page.inner_text("h1") == "Your concern has arrived"
    code = page.inner_text(".receipt")
    page.goto(f"{people.address}/concerns/follow")
    fill(page, code=code)
    follow(page)
    assert "received, not acknowledged yet" in page.inner_text("main")
    fill(page, text="It is still there.")
    page.keyboard.press("Tab")
    follow(page)
    assert "It is still there." in page.inner_text("main ol")
    page.context.close()


def test_mistakes_lead_to_their_fields(people):
    page = people.page(None, bypass_csp=True)
    page.goto(f"{people.address}/concerns/new")
    page.click("main button[type=submit]")
    assert page.title().startswith("Mistake: ")
    assert violations(page) == []
    for name in ("url", "text", "openness"):
        page.click(f".mistakes a[href='#{name}']")
        assert page.evaluate("document.activeElement.id || location.hash") in (name, f"#{name}")
    page.context.close()


def test_a_receipt_prints_its_code(people):
    page = people.page(None, bypass_csp=True)
    page.goto(f"{people.address}/concerns/new")
    fill(page, url="https://social.example/@tess/9", text="Please look at this.")
    page.check("input[value=anonymous]")
    page.click("main button[type=submit]")
    assert violations(page) == []
    page.emulate_media(media="print")
    assert page.locator(".receipt").is_visible()
    page.context.close()


def test_a_clinician_answers_by_keyboard_without_script(people):
    page = people.page(CLINICIAN, java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(f"{people.address}/my")
    page.focus("a[href='/my/findings/2']")
    follow(page)
    fill(page, answer="It is my own book, authorised in May.")
    page.keyboard.press("Tab")
    follow(page)
    assert "Your answer is part of the record now" in page.inner_text("[role=status]")
    assert "authorised in May." in page.inner_text("main ol")
    page.context.close()


def test_one_stops_and_two_go_on_by_keyboard_without_script(people):
    manager = people.page(MANAGER, java_script_enabled=False)
    manager.goto(f"{people.address}/stop")
    fill(manager, reason="Too many false alarms.")
    manager.keyboard.press("Tab")
    follow(manager)
    assert manager.inner_text("h1") == "Collection is stopped"
    manager.focus("form[action='/stop/ask'] button")
    follow(manager)
    officer = people.page(OFFICER, java_script_enabled=False)
    officer.goto(f"{people.address}/stop")
    officer.focus("form[action='/stop/confirm'] button")
    follow(officer)
    assert officer.inner_text("h1") == "Stop all collection"
    for page in (manager, officer):
        page.context.close()
