"""Everything of the console that can be touched from outside, and a practice with something to steal behind it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from console import cookies
from console.app import make_app
from console.pages import Page
from console.registry import pages
from console.signing import mark
from domain.access import Role, Session, User
from domain.accounts import Licence
from domain.concerns import NewConcern, Openness, Reporter
from domain.findings import Clause, Severity
from domain.review_locks import ReviewRules
from domain.routing import Routing
from store.tables import metadata
from tests.fakes.browsers import Browser
from tests.fakes.desk import BASE, Office
from tests.store.records import DAY, active, finding, flagged, post, profile, visit

PAGES = pages()
POSTS = tuple(page for page in PAGES if page.method == "POST")
GETS = tuple(page for page in PAGES if page.method == "GET")
HOST = "console.larkspurbend.example"
CONSOLE = Path(__file__).parents[2] / "console"
_PARAMETER = re.compile(r"\{(\w+)\}")

# Words that only those may read who need them: each stands in one place of the record.
CLIENT = "zzclientdetail"
THREAT = "zzthreatening"
ORDINARY = "zzordinary"
OWN = "zzabouttheofficer"
REPORT = "zzreporterwords"
NAME = "zzreportername"
KEPT = "zzkept"
"""How the words of each post begin as they are kept; the word above goes on from there."""


def parameters(page: Page) -> tuple[str, ...]:
    """The names of what stands in a page's path."""
    return tuple(_PARAMETER.findall(page.path))


def at(page: Page, values: dict[str, str]) -> str:
    """The page's address with these in its path, escaped as a browser escapes them."""
    return _PARAMETER.sub(lambda found: quote(values[found[1]], safe=""), page.path)


def label(page: Page) -> str:
    return f"{page.method} {page.path}"


def field_names() -> tuple[str, ...]:
    """Every name that a form or an address of the console can carry, found in its code and its templates."""
    asked = re.compile(r"(?:form|query|lists|fields|typed)(?:\.get)?[\[(]\"([\w-]+)\"")
    named = re.compile(r"(?:name=|field\(|area\(|choice\(|boxes\()\"([\w-]+)\"")
    found = {name for file in CONSOLE.rglob("*.py") for name in asked.findall(file.read_text(encoding="utf-8"))}
    found |= {name for file in CONSOLE.rglob("*.j2") for name in named.findall(file.read_text(encoding="utf-8"))}
    steps = {f"{kind}-{step}" for kind in ("note", "outcome", "check") for step in ("decide", "dismiss", "note")}
    return tuple(sorted(found | steps - {"form-token"}))


@dataclass
class Guest:
    """A browser, and the token that its forms have to carry."""

    browser: Browser
    csrf: str
    session: Session | None = None

    def send(self, path: str, *, token: str | None = None, fields: dict[str, str] | None = None, **how: object):
        """Post a form as a browser does; `token` instead of the right one."""
        data = {"form-token": self.csrf if token is None else token, **(fields or {})}
        return self.browser.post(path, data=data, headers={"origin": BASE, "sec-fetch-site": "same-origin"}, **how)


def stranger(office: Office, address: str = "203.0.113.9", known: Collection[Page] | None = None) -> Guest:
    """Nobody, coming from this network address; `known` are the pages there are, by default every one."""
    browser = Browser(
        make_app(office.desk, None if known is None else tuple(known)),
        base_url=BASE,
        follow_redirects=False,
        raise_server_exceptions=False,
        client=(address, 50_000),
    )
    browser.cookies.set(f"__Host-{cookies.VISIT}", "a-visit", domain=HOST, path="/")
    return Guest(browser, mark(office.desk.key, "visit", "a-visit"))


def guest(office: Office, user: User | None, *, verified: bool = True) -> Guest:
    """A browser in which this person is signed in; a stranger's for nobody."""
    made = stranger(office)
    return made if user is None else enter(office, made, user, verified=verified)


def enter(office: Office, made: Guest, user: User, *, verified: bool = True) -> Guest:
    """The same browser with a new session."""
    token, session = office.store.sessions.begin(user.id, office.clock(), timedelta(hours=8), verified=verified)
    made.browser.cookies.set(f"__Host-{cookies.SESSION}", token, domain=HOST, path="/")
    return Guest(made.browser, session.csrf, session)


def everything(office: Office, but: Collection[str] = ()) -> str:
    """A digest of every row of every table, `but` for some: the same as long as nothing was changed."""
    seen = hashlib.sha256()
    with office.store.database.reading() as connection:
        for table in (table for table in metadata.sorted_tables if table.name not in but):
            rows = sorted(map(repr, connection.execute(select(table)).all()))
            seen.update(f"{table.name}{rows}".encode())
    return seen.hexdigest()


def worth_stealing(office: Office) -> Office:
    """Findings of every kind with reviews, of the clinician and of the privacy officer; a concern; spare people."""
    store, officer = office.store, office.people[Role.PRIVACY_OFFICER]
    office.clock.to("2026-11-18T12:00:00+00:00")
    now = office.clock()
    tess = store.staff.all()[0]
    imani = store.staff.add("Imani Okafor", "officer", Licence.NONE, "imani@larkspurbend.example", None, None, now)
    store.users.change_roles(officer.id, [Role.PRIVACY_OFFICER], imani.id, "command", now)
    kinds = (
        (Clause.CONFIDENTIALITY, Severity.S3, CLIENT),
        (Clause.CONDUCT, Severity.S4, THREAT),
        (Clause.CONDUCT, Severity.S2, ORDINARY),
    )
    hers = active(store, tess, profile("tess"), now=now - 2 * DAY)
    told = [flagged_with(number, clause, severity, word, now) for number, (clause, severity, word) in enumerate(kinds)]
    visit(store, *told, of=hers, now=now - DAY)
    own = active(store, imani, profile("imani"), now=now - 2 * DAY)
    visit(store, flagged_with(9, Clause.CONDUCT, Severity.S2, OWN, now), of=own, now=now - DAY)
    store.reviews.open_new(now - DAY, ReviewRules(grace_days=0))
    office.desk = replace(office.desk, routing=Routing(officer.email, "jonas.wray@larkspurbend.example"))
    office.person("Jonas Wray", Role.PRIVACY_OFFICER)
    reporter = Reporter(NAME, "555-0188")
    new = NewConcern("https://social.example/@t/1", Clause.CONDUCT, REPORT, Openness.CONFIDENTIAL, reporter)
    store.concerns.receive(new, office.desk.routing, now)
    office.people = {role: store.users.get(user.id) or user for role, user in office.people.items()}
    return office


def flagged_with(number: int, clause: Clause, severity: Severity, word: str, now):
    """A post that is flagged for one thing; its word stands in the post, the reason and the excerpt."""
    written = post(f"p{number}", f"The {KEPT}{word} of this post.", published_at=now - DAY - timedelta(hours=1))
    verdict = flagged(written, finding(clause, severity, reason=f"It tells of {word}."))
    return replace(verdict, excerpts=(f"The {word} ▒▒▒.",))
