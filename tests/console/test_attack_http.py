"""What arrives by HTTP and what goes back: hosts, paths, bodies, headers, and what pages, faults and logs give away."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from console.app import make_app
from console.forms import LARGEST_BODY, MOST_FIELDS
from console.registry import pages
from domain.access import Role
from domain.errors import StoreError
from tests.console.surface import GETS, Guest, enter, everything, guest, stranger, worth_stealing
from tests.console.test_attack_access import EVERYBODY, addresses
from tests.fakes.desk import Office

FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}


@pytest.fixture
def practice(office: Office) -> Office:
    return worth_stealing(office)


@pytest.fixture
def ada(practice: Office) -> Guest:
    return guest(practice, practice.people[Role.ADMINISTRATOR])


def raw(office: Office, path: bytes, headers: tuple[tuple[bytes, bytes], ...] = (), body: bytes = b"", **more: object):
    """One request as its bytes came, past every client's tidying; (status, headers, body) of the answer."""
    sent: list[dict[str, object]] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"console.larkspurbend.example"), *headers],
        "client": ("203.0.113.9", 1),
        "server": ("203.0.113.1", 443),
        **more,
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(make_app(office.desk)(scope, receive, send))
    return sent[0]["status"], sent[0]["headers"], b"".join(part.get("body", b"") for part in sent[1:])


def assert_hardened(headers) -> None:
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http" not in policy
    assert "server" not in headers
    assert "x-powered-by" not in headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "console.larkspurbend.example.evil.example",
        "console.larkspurbend.example@evil.example",
        "console.larkspurbend.example:8443",
        "evil.example:443#console.larkspurbend.example",
        "127.0.0.1",
        "localhost",
        "",
        "*",
        "[::1]",
    ],
)
def test_no_other_host_is_answered(office: Office, host: str) -> None:
    for path in ("/", "/sign-in", "/recovery", "/style/console.css", "/nothing"):
        answer = office.browser().get(path, headers={"host": host})
        assert answer.status_code == 400
        assert_hardened(answer.headers)
        assert host == "" or host not in answer.text.replace("*", "")


def test_hosts_named_elsewhere_are_not_believed(office: Office) -> None:
    for name in ("x-forwarded-host", "x-host", "x-original-host", "forwarded", "x-original-url", "x-rewrite-url"):
        answer = office.browser().get("/sign-in", headers={name: "evil.example/people"})
        assert answer.status_code == 200
        assert "evil.example" not in answer.text + str(answer.headers)
    twice = (b"host", b"evil.example")
    assert raw(office, b"/sign-in", (twice,))[0] == 400


def test_the_link_in_a_mail_is_of_the_configured_host(office: Office) -> None:
    asked = stranger(office)
    asked.browser.headers["x-forwarded-host"] = "evil.example"
    asked.send("/recovery", fields={"email": office.people[Role.REVIEWER].email})

    assert "evil.example" not in office.sent[0].text + office.sent[0].html
    assert office.desk.base_url in office.sent[0].text


PATHS = [
    b"/style/../console/desk.py",
    b"/style/..%2f..%2fdesk.py",
    b"/style/%2e%2e/%2e%2e/etc/passwd",
    b"/style/....//....//etc/passwd",
    b"/style/..\\..\\desk.py",
    b"/style//etc/passwd",
    b"/style/console.css%00.j2",
    b"/style/console.css/",
    b"//people",
    b"/people/",
    b"/./people",
    b"/%70eople",
    b"/people%2f1",
    b"/people/1%2fdeactivate",
    b"/people/1;role=administrator",
    b"/people/%00",
    b"/people/\xff\xfe",
    b"/people/%ff%fe",
    b"/people/" + b"9" * 5000,
    b"/" + b"a/" * 5000,
    b"/.git/config",
    b"/.env",
    b"/metrics",
    b"/docs",
    b"/openapi.json",
    b"/favicon.ico",
    b"*",
    b"",
    b"https://evil.example/",
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path[:40]))
def test_no_path_leads_around_the_rules_or_out_of_the_house(practice: Office, path: bytes) -> None:
    status, headers, body = raw(practice, path)

    assert status in {303, 404}, path
    assert all(name != b"location" or value.startswith(b"/sign-in") for name, value in headers)
    for secret in (b"root:", b"import ", b"{%", b"Traceback", b"Rory", b"[core]"):
        assert secret not in body


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded-x",
        "application/xml",
    ],
)
def test_a_body_of_another_kind_is_refused(practice: Office, ada: Guest, kind: str) -> None:
    before = everything(practice)
    parts = f'--x\r\ncontent-disposition: form-data; name="form-token"\r\n\r\n{ada.csrf}\r\n--x--\r\n'

    for body in (parts, f'{{"form-token": "{ada.csrf}"}}', f"form-token={ada.csrf}"):
        answer = ada.browser.post("/stop", content=body.encode(), headers={"content-type": kind})
        assert answer.status_code == 415
        assert_hardened(answer.headers)
    assert everything(practice) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"reason=" + b"a" * LARGEST_BODY, 413),
        (b"a&" * MOST_FIELDS + b"reason=x", 400),
        (b"reason=%ff", 400),
        (b"reason=\xff", 400),
        (b"=&=&", 400),
        (b"%00=%00", 403),
        (b"", 403),
        (b"form-token=&form-token=x", 403),
        (b"form-token[]=x", 403),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_body_that_is_too_large_or_no_form_is_refused(practice: Office, ada: Guest, body: bytes, status: int) -> None:
    before = everything(practice)

    answer = ada.browser.post("/stop", content=body, headers={"content-type": FORM})
    assert answer.status_code == status
    assert_hardened(answer.headers)
    assert everything(practice) == before


def test_a_body_without_a_length_is_read_no_further_than_the_limit(ada: Guest) -> None:
    read: list[int] = []

    def endless():
        for number in range(1000):
            read.append(number)
            yield b"a" * 16_384

    answer = ada.browser.post("/stop", content=endless(), headers={"content-type": FORM})
    assert answer.status_code == 413


@pytest.mark.parametrize("length", [b"-1", b"1e9", b"x", b"9" * 30, b"\xb2", b"+5", b" 5"])
def test_a_length_that_is_none_is_refused(office: Office, length: bytes) -> None:
    headers = ((b"content-type", FORM.encode()), (b"content-length", length))

    assert raw(office, b"/sign-in", headers, b"a=b", method="POST")[0] in {403, 413}


def test_the_first_of_two_fields_counts_everywhere(practice: Office, ada: Guest) -> None:
    """One reading of a repeated name, so that nothing is checked in one value and done with another."""
    body = f"form-token=x&form-token={ada.csrf}&reason=one&reason=two"
    assert ada.browser.post("/stop", content=body, headers={"content-type": FORM}).status_code == 403
    body = f"form-token={ada.csrf}&form-token=x&reason=one&reason=two"
    assert ada.browser.post("/stop", content=body, headers={"content-type": FORM}).status_code == 303
    assert practice.store.stops.standing().reason == "one"
    # What stands in the address is no part of the form.
    assert (
        ada.browser.post(f"/stop/ask?form-token={ada.csrf}", content="", headers={"content-type": FORM}).status_code
        == 403
    )


def test_no_field_gets_into_a_header(practice: Office, ada: Guest) -> None:
    evil = "x\r\nset-cookie: planted=1\r\n\r\n<html>"

    for path, fields in (
        ("/stop", {"reason": evil}),
        ("/people", {"name": evil, "email": f"a@b.example{evil}", "roles": "auditor"}),
        ("/sign-in", {"email": evil, "password": "x", "next": f"/{evil}"}),
    ):
        answer = ada.send(path, fields=fields)
        assert "planted" not in str(answer.headers.get_list("set-cookie"))
        assert answer.status_code < 500
    answer = ada.browser.get(f"/people?{'x' * 100}=%0d%0aset-cookie:planted=1")
    assert "planted" not in str(answer.headers)
    assert all("\n" not in mail.subject + mail.recipient for mail in practice.sent)


class Seen(HTMLParser):
    """What a page would run, style or load."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.addresses: list[tuple[str, str, str]] = []
        self.forms: list[dict[str, str | None]] = []
        self.tokens = 0

    def handle_starttag(self, tag: str, attributes) -> None:
        named = dict(attributes)
        if tag in {"script", "style", "iframe", "object", "embed", "base", "applet", "frame"}:
            self.bad.append(tag)
        self.bad += [f"{tag} {name}" for name in named if name.startswith("on") or name == "style"]
        self.addresses += [
            (tag, name, named[name]) for name in ("src", "href", "action", "formaction") if name in named
        ]
        if tag == "form" and named.get("method") == "post":
            self.forms.append(named)
        self.tokens += named.get("name") == "form-token"


@pytest.mark.parametrize("role", EVERYBODY, ids=str)
def test_no_page_runs_styles_or_loads_anything_of_its_own_or_of_others(practice: Office, role: Role | None) -> None:
    visitor = guest(practice, practice.people[role] if role else None)
    for page in GETS:
        answer = visitor.browser.get(addresses(page)[0])
        assert_hardened(answer.headers)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        seen = Seen()
        seen.feed(answer.text)
        assert seen.bad == [], page.path
        assert seen.tokens == len(seen.forms), page.path
        for tag, name, address in seen.addresses:
            own = not urlsplit(address).netloc and urlsplit(address).scheme in {"", "otpauth", "mailto"}
            # A reader may follow a link to a public post; nothing is fetched from there and no form goes there.
            assert own or (tag == "a" and urlsplit(address).scheme in {"http", "https"}), (page.path, tag, name)
            assert not address.lower().startswith(("javascript:", "data:", "//")), page.path


def test_nothing_is_shared_across_origins(ada: Guest) -> None:
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}

    for verb in ("GET", "OPTIONS"):
        answer = ada.browser.request(verb, "/people", headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control")]


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}${7*7}"


def test_what_people_write_is_never_markup(practice: Office) -> None:
    ada = guest(practice, practice.people[Role.ADMINISTRATOR])
    ada.send("/people", fields={"name": MARKUP, "email": "mark@larkspurbend.example", "roles": "manager"})
    ada.send("/stop", fields={"reason": MARKUP})
    unknown = stranger(practice)
    asked = unknown.send("/sign-in", fields={"email": MARKUP, "password": MARKUP, "next": MARKUP})
    form = {"url": "https://social.example/1", "clause": "4", "text": MARKUP, "openness": "named"}
    reported = unknown.send("/concerns/new", fields={**form, "name": MARKUP, "contact": MARKUP})
    assert reported.status_code == 200
    texts = [asked.text, reported.text, ada.browser.get("/people").text, ada.browser.get("/stop").text]
    texts += [ada.send("/people", fields={"name": MARKUP, "email": MARKUP}).text]
    officer = guest(practice, practice.people[Role.PRIVACY_OFFICER])
    texts += [
        officer.browser.get("/concerns/2").text,
        officer.send("/concerns/2/reporter", fields={"reason": MARKUP}).text,
    ]
    texts += [officer.send("/search", fields={"words": MARKUP}).text]

    assert sum("&lt;script&gt;" in text for text in texts) >= 5
    for text in texts:
        assert "<script" not in text
        assert "<img" not in text
        assert ">49<" not in text


SECRET = "Dana Whitlock, 555-0144"


class BrokenError(Exception):
    """Its words repeat what somebody typed, as words of errors do."""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BrokenError(f"select * from reviews where note = '{SECRET}'"), 500),
        (StoreError(f"The database postgresql://h/section7 refused a row: {SECRET}"), 503),
        (KeyError(SECRET), 500),
        (RecursionError(SECRET), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_fault_tells_its_code_and_nothing_else(office: Office, error: Exception, status: int) -> None:
    fails = next(page for page in pages() if page.path == "/me")

    def fail(_asked: object):
        raise error

    visitor = enter(office, stranger(office, known=[replace(fails, handler=fail)]), office.people[Role.MANAGER])
    with capture_logs() as told:
        answer = visitor.browser.get("/me")

    assert answer.status_code == status
    assert_hardened(answer.headers)
    code = next(line["code"] for line in told if line["event"] == "incident")
    assert code in answer.text
    for leak in (SECRET, "Dana", "Traceback", "select", "postgresql", ".py", "Error", "sqlalchemy", "starlette"):
        assert leak not in answer.text, leak
    if not isinstance(error, StoreError):
        assert SECRET not in str(told)


def test_no_fault_page_names_what_it_runs_on(practice: Office, ada: Guest) -> None:
    answers = [
        ada.browser.get("/nothing"),
        ada.browser.put("/stop"),
        ada.browser.get("/queue"),
        ada.browser.get("/people/999"),
        ada.browser.post("/stop", content=b"x", headers={"content-type": "text/plain"}),
        ada.send("/stop", token="x"),
        stranger(practice).send("/stop"),
    ]
    assert [answer.status_code for answer in answers] == [404, 405, 403, 404, 415, 403, 401]
    for answer in answers:
        for leak in ("Traceback", "starlette", "uvicorn", "python", "sqlite", "jinja", "/site-packages/", ".py"):
            assert leak not in (answer.text + str(answer.headers)).lower()


def test_the_log_holds_no_word_no_address_and_no_secret(practice: Office) -> None:
    secrets: list[str] = []
    with capture_logs() as told:
        visitor = stranger(practice)
        visitor.send("/sign-in", fields={"email": "zz@larkspurbend.example", "password": "zzpassword"})
        visitor.send("/recovery", fields={"email": practice.people[Role.REVIEWER].email})
        visitor.browser.get("/recovery/zztoken")
        visitor.send("/invitation/zztoken", fields={"password": "zzpassword"})
        visitor.send("/concerns/follow", fields={"code": "zzcode", "text": "zztext"})
        for role in (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, None):
            one = guest(practice, practice.people[role] if role else None)
            secrets += [one.csrf, str(one.browser.cookies.get("__Host-section7"))]
            for page in GETS:
                one.browser.get(addresses(page)[0] + "?words=zzquery&x=zzquery")
        officer = guest(practice, practice.people[Role.PRIVACY_OFFICER])
        officer.send("/search", fields={"words": "zzsearched"})
        officer.send("/concerns/1/reporter", fields={"reason": "zzreason"})
        officer.send("/concerns/1/message", fields={"text": "zztext"})
    words = repr(told)

    assert len(told) > 100
    assert re.findall(r"zz\w+|203\.0\.113|larkspurbend|Rory|Imani", words) == []
    assert [secret for secret in secrets if secret != "None" and secret in words] == []


def test_the_answer_to_a_stranger_does_not_depend_on_what_exists(practice: Office) -> None:
    visitor = stranger(practice)
    for page in GETS:
        if page.needs and len(addresses(page)) > 1:
            first, last = addresses(page)[0], addresses(page)[-1]
            one, other = visitor.browser.get(first), visitor.browser.get(last)
            assert one.status_code == other.status_code == 303
            assert one.headers["location"].startswith("/sign-in?next=")
