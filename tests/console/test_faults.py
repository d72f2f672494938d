"""The pages for what goes wrong: each designed, none telling more than it should, nothing typed lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from console.answers import Answer, inline, page
from console.app import make_app
from console.asked import Asked
from console.forms import LARGEST_BODY, MOST_FIELDS
from console.pages import Page
from domain.access import Permission, Role
from domain.errors import Conflict, KeyLost, Refused, StoreError, UsageError
from tests.fakes.browsers import Browser
from tests.fakes.desk import BASE, Office, post, token_of

CLIENT = "Dana Whitlock"


def browser_with(office: Office, failure: Exception) -> Browser:
    """A console whose one page raises this."""

    def fail(asked: Asked) -> Answer:
        raise failure

    known = [Page("/broken", "GET", Permission.OWN_SESSION, fail, "broken")]
    browser = Browser(make_app(office.desk, known), base_url=BASE, follow_redirects=False)
    office.sign_in(browser, Role.REVIEWER)
    return browser


@pytest.mark.parametrize(
    ("failure", "status", "told"),
    [
        (UsageError("There is no such week."), 400, "There is no such week."),
        (Refused("A line manager does not decide this."), 403, "A line manager does not decide this."),
        (Conflict("Rory Quill holds it."), 409, "Rory Quill holds it."),
        (StoreError("gone"), 503, "The record cannot be reached"),
        (KeyLost("k0001"), 503, "The record cannot be reached"),
        (ValueError(CLIENT), 500, "Something broke"),
    ],
)
def test_each_failure_has_its_page(office: Office, failure: Exception, status: int, told: str) -> None:
    answer = browser_with(office, failure).get("/broken")

    assert answer.status_code == status
    assert told in answer.text
    assert answer.text.count("<h1") == 1
    assert CLIENT not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("failure", [ValueError(CLIENT), StoreError("The database does not answer.")])
def test_an_incident_is_found_in_the_log_by_its_code_and_holds_no_words(office: Office, failure: Exception) -> None:
    with capture_logs() as logs:
        answer = browser_with(office, failure).get("/broken")

    code = re.search(r'class="code">([0-9a-f]{8})<', answer.text).group(1)
    incident = next(line for line in logs if line["event"] == "incident")
    assert incident["code"] == code
    assert (incident["page"], incident["kind"]) == ("broken", type(failure).__name__)
    assert any("test_faults.py" in frame for frame in incident["frames"])
    assert CLIENT not in repr(logs)


def test_a_template_that_misspells_a_name_is_an_incident_and_not_half_a_page(office: Office) -> None:
    known = [Page("/bad", "GET", Permission.OWN_SESSION, lambda asked: page("faults/fault.html.j2"), "bad")]
    browser = Browser(make_app(office.desk, known), base_url=BASE, raise_server_exceptions=False)
    office.sign_in(browser, Role.REVIEWER)

    answer = browser.get("/bad")

    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_database_that_is_away_is_told_and_health_says_so(office: Office, tmp_path: Path) -> None:
    browser = office.signed_in(Role.REVIEWER)
    office.store.close()
    for file in tmp_path.glob("section7.db*"):
        file.unlink()
    (tmp_path / "section7.db").mkdir()

    for path in ("/", "/health", "/sign-in"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "The record cannot be reached" in answer.text


def test_words_typed_into_an_ended_session_come_back_and_secrets_do_not(office: Office) -> None:
    browser = office.signed_in(Role.REVIEWER)
    token = token_of(browser.get("/me/password").text)
    office.clock.forward(minutes=31)
    typed = {
        "form-token": token,
        "note": "My long\r\nreason & <b>why</b>",
        "password": "maple kettle orbit",
        "code": "1 2 3",
    }

    answer = browser.post("/me/password", data=typed)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Form"
    assert "Nothing was changed" in answer.text
    assert "My long\nreason &amp; &lt;b&gt;why&lt;/b&gt;" in answer.text
    assert "maple" not in answer.text
    assert "1 2 3" not in answer.text
    assert token not in answer.text


def test_a_form_that_is_out_of_date_keeps_what_was_typed(office: Office) -> None:
    answer = office.signed_in(Role.REVIEWER).post("/me/password", data={"form-token": "old", "note": "a few words"})

    assert answer.status_code == 403
    assert "out of date" in answer.text
    assert "a few words" in answer.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=" + b"x" * LARGEST_BODY, "application/x-www-form-urlencoded", 413),
        (b"&".join([b"a=1"] * (MOST_FIELDS + 1)), "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=\xff", "application/x-www-form-urlencoded", 400),
        (b"no pairs at all", "application/x-www-form-urlencoded", 400),
        (b'{"a": 1}', "application/json", 415),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
        (b"a=1", "text/plain", 415),
    ],
)
def test_a_body_that_is_no_form_of_ours_is_refused(office: Office, body: bytes, kind: str, status: int) -> None:
    answer = office.signed_in(Role.REVIEWER).post("/me/password", content=body, headers={"content-type": kind})

    assert answer.status_code == status
    assert answer.text.count("<h1") == 1


def test_a_body_that_grows_without_end_is_cut_off(office: Office) -> None:
    sent = 0

    def endless():
        nonlocal sent
        while sent < 100 * LARGEST_BODY:
            sent += 65_536
            yield b"x" * 65_536

    answer = office.browser().post(
        "/sign-in", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "99999999999999999999", "²"])
def test_a_length_that_is_no_length_is_refused(office: Office, length: str) -> None:
    answer = office.browser().post(
        "/sign-in",
        content=b"a=1",
        headers={"content-type": "application/x-www-form-urlencoded", "content-length": length.encode()},
    )

    assert answer.status_code in (400, 413)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/health", "/no/such", "/style/archive.css", "/style/none"])
def test_every_answer_carries_the_headers(office: Office, path: str) -> None:
    headers = office.browser().get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


@pytest.mark.parametrize(
    "host", ["evil.example", "console.larkspurbend.example:8443", "console.larkspurbend.example.evil.example", ""]
)
def test_a_host_that_is_not_ours_gets_one_plain_line(office: Office, host: str) -> None:
    answer = office.browser().get(
        "/sign-in", headers={"host": host, "x-forwarded-host": "console.larkspurbend.example"}
    )

    assert answer.status_code == 400
    assert "form" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_notice_that_others_made_is_not_shown(office: Office) -> None:
    browser = office.signed_in(Role.REVIEWER)
    browser.cookies.set("__Host-section7-notice", "SGVsbG8.0000", domain="console.larkspurbend.example", path="/")

    assert 'role="status"' not in browser.get("/").text


def test_the_name_of_a_file_is_a_name(office: Office) -> None:
    known = [Page("/bytes", "GET", Permission.OWN_SESSION, lambda asked: inline(b"<script>", "text/plain"), "bytes")]
    browser = Browser(make_app(office.desk, known), base_url=BASE)
    office.sign_in(browser, Role.REVIEWER)

    answer = browser.get("/bytes")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "content-disposition" not in answer.headers


def test_what_is_logged_names_the_page_and_never_the_address(office: Office) -> None:
    with capture_logs() as logs:
        office.browser().get("/invitation/very-secret-token?q=Dana")
        post(office.browser(), "/recovery", email="dana@elsewhere.example")

    assert [line["page"] for line in logs if line["event"] == "answered"] == ["invitation", "recovery", "recovery"]
    assert not re.search("very-secret|Dana|elsewhere", repr(logs))
