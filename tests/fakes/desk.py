"""A console on a real store, with a person of every role, and a browser to open it with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from console import cookies
from console.app import make_app
from console.desk import Desk, PracticeWords, Settings
from domain.access import Role, User
from domain.accounts import Licence
from domain.findings import ClauseText
from domain.reporting import Message
from store.engine import Store
from tests.fakes.browsers import Browser
from tests.fakes.clock import FakeClock

BASE = "https://console.larkspurbend.example"
NAMES = {
    Role.MANAGER: "Mara Ellery",
    Role.REVIEWER: "Rory Quill",
    Role.PRIVACY_OFFICER: "Imani Okafor",
    Role.CLINICIAN: "Tess Arroway",
    Role.ADMINISTRATOR: "Ada Renn",
    Role.AUDITOR: "Otis Vane",
}
CLAUSES = tuple(
    ClauseText(str(number), f"Section {number}", f"Summary of section {number}.") for number in range(1, 10)
)


@dataclass
class Office:
    """One practice's console. `people` holds a person of every role; `sent` the mails that went out."""

    store: Store
    clock: FakeClock
    desk: Desk
    people: dict[Role, User]
    sent: list[Message] = field(default_factory=list)

    def browser(self) -> Browser:
        """A browser that nobody is signed in with; it follows no redirect by itself."""
        return Browser(make_app(self.desk), base_url=BASE, follow_redirects=False, raise_server_exceptions=False)

    def sign_in(self, browser: Browser, role: Role, *, verified: bool = True) -> User:
        """A real session of the person with this role, in this browser."""
        return self.sign_in_as(browser, self.people[role], verified=verified)

    def sign_in_as(self, browser: Browser, user: User, *, verified: bool = True) -> User:
        settings = self.desk.settings
        token, _ = self.store.sessions.begin(user.id, self.clock(), settings.session_length, verified=verified)
        browser.cookies.set(f"__Host-{cookies.SESSION}", token, domain="console.larkspurbend.example", path="/")
        return user

    def signed_in(self, role: Role) -> Browser:
        """A browser with the person of this role."""
        browser = self.browser()
        self.sign_in(browser, role)
        return browser

    def person(self, name: str, *roles: Role, staff_id: int | None = None) -> User:
        """One more person."""
        address = f"{name.casefold().replace(' ', '.')}@larkspurbend.example"
        return self.store.users.add(name, address, roles, staff_id, "command", self.clock())

    def with_settings(self, **settings: object) -> None:
        """The same console with other settings, for browsers made afterwards."""
        self.desk = replace(self.desk, settings=replace(self.desk.settings, **settings))  # type: ignore[arg-type]


def token_of(page: str) -> str:
    """The hidden token of the first form on a page."""
    return page.split('name="form-token" value="', 1)[1].split('"', 1)[0]


def post(browser: Browser, path: str, shown_at: str | None = None, **fields: object):
    """Send the form on the page `shown_at` (`path` itself if None) with these fields, as a browser would."""
    page = browser.get(shown_at or path)
    return browser.post(
        path,
        data={"form-token": token_of(page.text), **fields},
        headers={"origin": BASE, "sec-fetch-site": "same-origin"},
    )


def office_on(store: Store) -> Office:
    """The console of an invented practice; the clinician is on its staff."""
    clock = FakeClock()
    sent: list[Message] = []
    desk = Desk(
        store=store,
        clock=clock,
        practice=PracticeWords("Larkspur Bend Counseling", "America/New_York", "privacy@larkspurbend.example", CLAUSES),
        key=b"k" * 32,
        base_url=BASE,
        mail=sent.append,
        sender="section7@larkspurbend.example",
        settings=Settings(),
    )
    office = Office(store, clock, desk, {}, sent)
    staff = store.staff.add(
        NAMES[Role.CLINICIAN], "counselor", Licence.COUNSELOR, "tess@larkspurbend.example", None, None, clock()
    )
    for role, name in NAMES.items():
        office.people[role] = office.person(name, role, staff_id=staff.id if role is Role.CLINICIAN else None)
    return office
