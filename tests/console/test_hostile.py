"""Whatever a platform or a person writes into a field is shown as words: no tag, no link but http(s), nothing fetched."""

import re
from html.parser import HTMLParser

import pytest

from domain.access import Role
from domain.findings import Clause, Severity
from tests.console.test_archive import reported
from tests.console.test_queue import take
from tests.fakes.desk import Office, post
from tests.fakes.findings import account_of, flag, marked, notice, trained

SCRIPT = (
    "\"'></textarea></title><script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)>{{7919*7919}}"
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example/x",
    'https://evil.example/"onmouseover="alert(1)',
    "https://evil.example/\u202ex",
)
PATHS = (
    "/queue",
    "/queue/1",
    "/queue/2",
    "/queue?done=3",
    "/queue/3/teach",
    "/weeks",
    "/weeks/2026-W41",
    "/clauses/5",
    "/accounts",
    "/accounts/1",
    "/search?clause=5",
    "/findings/1",
    "/figures",
)


class Page(HTMLParser):
    """The tags of a page and every address in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def unharmed(text: str) -> None:
    page = Page(text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "object", "embed", "base", "audio", "video", "style"}, names
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        for name in ("href", "src", "action", "formaction"):
            address = attributes.get(name)
            if address is not None:
                assert re.match(r"(/(?!/)|#|https?://)", address), (tag, address)
        if tag == "a" and str(attributes.get("href")).startswith("http"):
            assert attributes["rel"] == "noopener noreferrer nofollow"
    # A template that was worked out; too long a number to stand in a random token.
    assert str(7919 * 7919) not in text


@pytest.fixture
def office(office: Office) -> Office:
    trained(office, Role.REVIEWER, Role.PRIVACY_OFFICER)
    return office


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_shows_hostile_words_as_words(office: Office, address: str) -> None:
    account = account_of(
        office, f"Mallory {SCRIPT}", handle=f"@m{SCRIPT}", display_name=SCRIPT, bio=SCRIPT, url=address
    )
    finding = marked(severity=Severity.S2)
    hostile = {"text": SCRIPT, "excerpt": SCRIPT, "url": address, "language": SCRIPT}
    bad = marked(Clause.ENDORSEMENT, Severity.S4, detector="x<script>")
    for number, one in ((1, bad), (2, finding), (3, finding)):
        office.clock.forward(minutes=1)
        notice(office, account, flag(office, number, one, **hostile))
    notice(office, account, flag(office, 1, bad, **(hostile | {"text": f"{SCRIPT} changed"})))
    browser = office.signed_in(Role.PRIVACY_OFFICER)
    take(office, browser, 2, "note", **{"note-note": SCRIPT})
    unharmed(take(office, browser, 2, "dismiss", **{"note-dismiss": SCRIPT}).text)
    take(office, browser, 3, "dismiss", **{"outcome-dismiss": "permitted", "note-dismiss": SCRIPT})
    unharmed(post(browser, "/search", words=SCRIPT[:150]).text)
    unharmed(post(browser, "/queue/2/note", "/queue", revision="1", **{"note-note": SCRIPT}).text)
    reported(office)
    browser = office.signed_in(Role.PRIVACY_OFFICER)
    for path in PATHS:
        page = browser.get(path)
        if page.status_code != 404:
            unharmed(page.text)
    assert "&lt;script&gt;" in browser.get("/queue/2").text


@pytest.mark.parametrize("part", [SCRIPT, "../../etc/passwd", "\u202e", "%00", "1 OR 1=1"])
@pytest.mark.parametrize(
    "path", ["/weeks/{}", "/clauses/{}", "/accounts/{}", "/findings/{}", "/queue/{}", "/search?from={}"]
)
def test_hostile_addresses_are_told_in_words(office: Office, path: str, part: str) -> None:
    page = office.signed_in(Role.PRIVACY_OFFICER).get(path.format(part.replace("/", "%2f")))
    assert page.status_code in {400, 404}
    unharmed(page.text)
