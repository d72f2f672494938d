"""The audit log in the console: readable, filtered, in pages; to each reader what is theirs; and checked on demand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console.log_words import KINDS, WHAT
from domain.access import ConflictOfInterest, Role
from domain.accounts import LedgerEvent
from domain.audit import AuditRecord
from domain.concerns import ConcernState, NewConcern, Openness
from domain.findings import Clause
from domain.heads import Head
from domain.routing import Routing
from domain.verification import Findings, Verdict
from monitor.checking import Checker
from store.review_rows import _AUDITED
from tests.console.surface import worth_stealing
from tests.fakes.desk import Office, post

ROOT = Path(__file__).parents[2]
OFFICER, AUDITOR = Role.PRIVACY_OFFICER, Role.AUDITOR


def told(office: Office, event: str, subject: str = "", actor: str = "section7", **details: object) -> None:
    office.store.audit.record(AuditRecord(office.clock(), actor, event, subject, details))


def rows(page: str) -> list[str]:
    """The lines on a page, newest first, as somebody reads them."""
    body = page.split("<tbody>", 1)[1].split("</tbody>", 1)[0] if "<tbody>" in page else ""
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>")[:-1]]


def test_lines_say_who_did_what_in_plain_words(office: Office) -> None:
    officer = office.people[OFFICER]
    told(office, "hold.placed", "hold:3", f"user:{officer.id}")
    told(office, "run.finished", "run:1")

    session, run, hold, *_ = rows(office.signed_in(AUDITOR).get("/record").text)

    assert session.endswith("Otis Vane (auditor) Somebody signed in Session 1")
    assert run.endswith("Section7 Accounts were read Reading 1")
    assert hold.endswith("Imani Okafor (privacy officer) A legal hold was placed Hold 3")


def test_it_is_narrowed_by_what_who_about_what_and_when(office: Office) -> None:
    officer = f"user:{office.people[OFFICER].id}"
    office.clock.to("2026-11-18T12:00:00+00:00")
    told(office, "hold.placed", "hold:1", officer)
    told(office, "run.finished", "run:1")
    office.clock.to("2026-11-20T03:30:00+00:00")
    told(office, "hold.lifted", "hold:1", "user:999")
    browser = office.signed_in(AUDITOR)

    def shown(query: str) -> int:
        return len(rows(browser.get(f"/record?{query}").text))

    assert shown("kind=hold") == 2
    assert shown(f"kind=hold&who={officer}") == 1
    assert shown("about=hold:1") == 2
    assert shown("about=hold:1&to=2026-11-18") == 1
    # 03:30 UTC of the 20th is still the 19th in the practice's time zone.
    assert shown("kind=hold&from=2026-11-19&to=2026-11-19") == 1
    assert shown("kind=hold&from=2026-11-20") == 0
    assert "somebody who is gone (user:999)" in browser.get("/record?about=hold:1").text
    assert "No line fits." in browser.get("/record?kind=backup").text


@pytest.mark.parametrize("query", ["kind=hol%25", "who=user:x", "from=soon", "to=1066-10-14", "to=9999-12-31"])
def test_what_cannot_be_read_is_said_and_left_out(office: Office, query: str) -> None:
    answer = office.signed_in(AUDITOR).get(f"/record?{query}")

    assert answer.status_code == 400
    assert "Please look at this again" in answer.text
    assert rows(answer.text)


def test_it_is_read_in_pages_that_neither_repeat_nor_lose_a_line(office: Office) -> None:
    for number in range(1, 121):
        told(office, "run.finished", f"run:{number}")
    browser, seen, way = office.signed_in(AUDITOR), [], "/record?kind=run"
    while way:
        page = browser.get(way).text
        seen += [row.rpartition(" ")[2] for row in rows(page)]
        older = re.search(r'rel="next" href="([^"]+)"', page)
        way = older[1].replace("&amp;", "&") if older else ""

    assert seen == [str(number) for number in range(120, 0, -1)]


def test_nothing_in_a_line_becomes_html(office: Office) -> None:
    told(office, "<script>alert(1)</script>", "<b>:1", "<i>me</i>")

    page = (
        office.signed_in(AUDITOR).get("/record?about=%22%3E%3Cb%3E").text
        + office.signed_in(AUDITOR).get("/record").text
    )

    assert "<script" not in page
    assert "<b>:" not in page
    assert "<i>me" not in page
    assert "&lt;script&gt;" in page


def test_subjects_are_linked_to_what_this_person_may_open(office: Office) -> None:
    worth_stealing(office)
    review = next(one for one in office.store.reviews.standing() if one.clause is Clause.CONDUCT and one.severity == 2)
    about = f"/record?about=review:{review.id}"

    assert f'href="/findings/{review.finding_id}"' in office.signed_in(AUDITOR).get(about).text
    assert f'href="/queue/{review.id}"' in office.signed_in(OFFICER).get(about).text
    assert 'href="/people/' not in office.signed_in(AUDITOR).get("/record?kind=user").text


def test_nobody_reads_of_their_own_findings_nor_of_a_named_conflict(office: Office) -> None:
    worth_stealing(office)
    officer = office.people[OFFICER]
    own = office.store.reviews.of_staff(officer.staff_id)[0]
    told(office, "review.decided", f"review:{own.id}", "user:2")
    browser = office.signed_in(OFFICER)

    newest = rows(browser.get("/record").text)[:3]

    assert any("not yours to see" in row for row in newest)
    assert not any("A review was decided" in row for row in newest)
    for narrow in (f"about=review:{own.id}", "who=user:2&kind=review", "kind=review"):
        page = browser.get(f"/record?{narrow}").text
        assert "A review was decided" not in page
        assert "not yours to see" not in page
    assert "A review was decided" in office.signed_in(AUDITOR).get(f"/record?about=review:{own.id}").text
    conflict = ConflictOfInterest(own.staff_id, "Family.")
    office.store.users.add_conflict(office.people[AUDITOR].id, conflict, "command", office.clock())
    assert rows(office.signed_in(AUDITOR).get(f"/record?about=review:{own.id}").text) == []


def test_an_officer_reads_nothing_of_a_concern_that_went_round_them(office: Office) -> None:
    officer = office.people[OFFICER]
    other = office.person("Jonas Wray", OFFICER)
    office.desk = replace(office.desk, routing=Routing(other.email, other.email))
    new = NewConcern("https://social.example/@t/1", Clause.CONDUCT, "It was rude.", Openness.ANONYMOUS, None)
    received = office.store.concerns.receive(new, office.desk.routing, office.clock())
    mine, theirs = office.browser(), office.browser()
    office.sign_in_as(mine, officer)
    office.sign_in_as(theirs, other)

    assert rows(mine.get("/record?kind=concern").text) == []
    assert "A concern" not in mine.get("/record").text.split("<tbody>")[1]
    assert f'href="/concerns/{received.concern.id}"' in theirs.get("/record?kind=concern").text


def test_the_newest_signed_head_stands_above(office: Office) -> None:
    browser = office.signed_in(AUDITOR)
    assert "No head is signed yet." in browser.get("/record").text
    now = office.clock()
    for day in (1, 2):
        at = now + timedelta(days=day)
        office.store.heads.add(Head(at.date(), day, f"{day}" * 64, at, "1f0c" * 4, "s", "stamp" if day == 2 else ""))

    page = browser.get("/record").text

    assert "2" * 64 in page
    assert "1" * 64 not in page
    assert "1f0c" * 4 in page
    assert "by an authority" in page


@pytest.mark.parametrize("well", [True, False])
def test_a_check_tells_what_it_found_and_leaves_a_line(office: Office, *, well: bool) -> None:
    found = Findings(lines=7)
    if not well:
        found.wrong("log, line 3", "its hash does not fit <what> it says")
    office.desk = replace(office.desk, verify=lambda: Verdict(found, 7, "ab" * 32, "1f0c", whole=well))

    answer = post(office.signed_in(AUDITOR), "/record/check", "/record")

    assert answer.status_code == 200
    assert ("Nothing was changed, removed, put in or cut off." in answer.text) is well
    assert ("log, line 3: its hash does not fit &lt;what&gt;" in answer.text) is not well
    line = office.store.audit.newest_of("record.checked")
    assert line is not None
    assert line.record.details == {"well": well, "lines": 7, "flaws": 0 if well else 1}


def test_where_it_cannot_be_checked_the_page_says_so(office: Office, tmp_path: Path) -> None:
    browser = office.signed_in(OFFICER)
    assert "Check the record now" not in browser.get("/record").text
    assert "run `section7 verify`" in post(browser, "/record/check", "/record").text
    office.desk = replace(office.desk, verify=Checker(office.store, tmp_path / "no.signing", tmp_path / "heads"))

    answer = post(office.signed_in(OFFICER), "/record/check", "/record")

    assert answer.status_code == 400
    assert "There is no public key" in answer.text
    assert office.store.audit.newest_of("record.checked") is None


def test_every_event_that_the_program_writes_has_words() -> None:
    written = {f"account.{event}" for event in LedgerEvent} | {f"concern.{state}" for state in ConcernState}
    written |= set(_AUDITED.values())
    literal = re.compile(r'"((?:' + "|".join(KINDS) + r')\.[a-z-]+)"')
    for room in ("console", "domain", "monitor", "store"):
        for file in (ROOT / room).rglob("*.py"):
            written |= set(literal.findall(file.read_text(encoding="utf-8")))
    no_events = {"backup.json", "config.toml", "policy.toml", "record.zip"}

    assert written - no_events <= set(WHAT)
    assert {name.partition(".")[0] for name in WHAT} == set(KINDS)
