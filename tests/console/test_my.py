"""The clinician's own page: all of one's own and nothing of anybody else's."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from domain.access import Role
from domain.accounts import AccountState, Licence
from domain.errors import AccountDeactivated, AccountMoved, CollectError, TokenRefused, UsageError
from domain.findings import Clause, Severity
from domain.review import Checklist, Move, Outcome, ReviewState, Step
from domain.review_locks import ReviewRules
from tests.fakes.desk import NAMES, Office, post
from tests.fakes.findings import TEXT, account_of, flag, marked, notice, trained
from tests.store.records import active, enrolled, profile, visit

CLINICIAN, REVIEWER, OFFICER = Role.CLINICIAN, Role.REVIEWER, Role.PRIVACY_OFFICER
LOOKED = Checklist(not_protected=True, own_words=True, public_and_in_scope=True, author_heard=True, alike_compared=True)
TOLD = ReviewRules(grace_days=0)


@pytest.fixture
def office(office: Office) -> Office:
    trained(office, REVIEWER, OFFICER)
    return office


@pytest.fixture
def account(office: Office):
    """The clinician's own account."""
    staff = office.store.staff.find(NAMES[CLINICIAN])
    return active(office.store, staff, profile("tess", url="https://social.example/@tess"), office.clock())


@pytest.fixture
def review_id(office: Office, account) -> int:
    return notice(office, account, flag(office, 1, marked()))[0]


@pytest.fixture
def page(office: Office, account):
    return office.signed_in(CLINICIAN)


def go(office: Office, review_id: int, who: Role | None, step: Step, rules: ReviewRules = TOLD, **words):
    person = office.people[who] if who else None
    review = office.store.reviews.get(review_id)
    move = Move(step, person.id if person else None, office.clock(), **words)
    return office.store.reviews.apply(review_id, review.revision, move, person, rules)


def asked(office: Office, review_id: int) -> None:
    """Triaged by a reviewer, and the author told."""
    go(office, review_id, REVIEWER, Step.TRIAGE_OPEN)
    go(office, review_id, REVIEWER, Step.NOTIFY)
    office.clock.forward(minutes=6)
    office.store.reviews.author_told(review_id, office.clock(), TOLD)


def upheld(office: Office, review_id: int, reason: str = "It recommends a product.") -> None:
    asked(office, review_id)
    office.clock.forward(days=8)
    go(office, review_id, REVIEWER, Step.DECIDE, note=reason, outcome=Outcome.UPHELD_GUIDANCE, checklist=LOOKED)


def test_a_hold_is_told_with_what_it_means_and_without_its_reason(office: Office, account, page) -> None:
    for way in ("/my", "/my/withdraw"):
        assert "legal hold stands" not in page.get(way).text
    hold = office.store.holds.place(account.id, "Claim of a neighbour.", "user:99", office.clock())
    for way in ("/my", "/my/withdraw"):
        text = page.get(way).text
        assert "legal hold stands" in text
        assert "when the hold is lifted" in text.casefold()
        assert "neighbour" not in text

    office.store.holds.lift(hold.id, "user:98", office.clock())

    assert "legal hold stands" not in page.get("/my").text


def test_a_hold_on_somebody_else_is_not_told(office: Office, account, page) -> None:
    other = office.store.staff.add(
        "Jo Hale", "counselor", Licence.COUNSELOR, "jo@larkspurbend.example", None, None, office.clock()
    )
    theirs = active(office.store, other, profile("jo"), office.clock())
    office.store.holds.place(theirs.id, "Claim.", "user:99", office.clock())

    assert "legal hold stands" not in page.get("/my").text
    office.store.holds.place(None, "Inquiry.", "user:99", office.clock())
    assert "legal hold stands" in page.get("/my").text


def test_whoever_withdraws_under_a_hold_is_told_what_waits(office: Office, account, page) -> None:
    office.store.holds.place(account.id, "Claim.", "user:99", office.clock())

    post(page, "/my/withdraw", account=str(account.id))

    assert "nothing more is read, and what a legal hold keeps leaves every view" in page.get("/my").text


def test_everything_found_is_listed_open_and_dismissed(office: Office, account, page) -> None:
    first, second = notice(office, account, flag(office, 1, marked()), flag(office, 2, marked(Clause.OPINION)))
    go(office, first, REVIEWER, Step.DISMISS, note="", outcome=Outcome.FALSE_POSITIVE)
    office.clock.forward(minutes=6)
    office.sign_in(page, CLINICIAN)
    text = page.get("/my").text

    assert f"Item {first}</a>" in text
    assert f"Item {second}</a>" in text
    assert "Closed: false alarm" in text
    assert "Waits for the first look of a person" in text


def test_a_repeat_by_another_detector_is_listed_too(office: Office, account, page) -> None:
    notice(office, account, flag(office, 1, marked()))
    visit(office.store, flag(office, 1, marked(version="2")), of=account, now=office.clock())
    text = page.get("/my").text

    assert "Noticed again" in text
    assert "conduct 2" in text


def test_one_item_shows_the_words_the_reason_and_the_versions(office: Office, page, review_id: int) -> None:
    text = page.get(f"/my/findings/{review_id}").text

    assert '<mark><span class="hidden">[evidence: </span>Larkspur workbook<span class="hidden">]</span></mark>' in text
    assert "The post recommends what is not on the register." in text
    assert "conduct 1, policy policy-1" in text
    assert "fairly sure" in text
    assert "What would settle it" in text
    assert "Summary of section 5." in text


def test_in_grace_one_can_explain_before_anybody_sees_it(office: Office, account, page) -> None:
    office.clock.forward(minutes=1)
    visit(office.store, flag(office, 1, marked()), of=account, now=office.clock())
    (review_id,) = office.store.reviews.open_new(office.clock(), ReviewRules())
    text = page.get(f"/my/findings/{review_id}").text
    assert "Nobody but you sees this until" in text
    assert "closes by itself" in text
    assert "your time to edit it unseen ends with that" in text

    here = f"/my/findings/{review_id}"
    assert post(page, f"{here}/answer", here, answer="It is my own book, and approved.").status_code == 303
    review = office.store.reviews.get(review_id)
    assert (review.state, review.events[-1].step, review.events[-1].note) == (
        ReviewState.DETECTED,
        Step.ANSWER,
        "It is my own book, and approved.",
    )
    assert "It is my own book, and approved." in page.get(here).text


def test_an_answer_travels_with_the_record(office: Office, page, review_id: int) -> None:
    asked(office, review_id)
    here = f"/my/findings/{review_id}"
    office.sign_in(page, CLINICIAN)
    assert "You have until" in page.get(here).text
    post(page, f"{here}/answer", here, answer="I was quoting a patient leaflet.")

    assert "I was quoting a patient leaflet." in office.signed_in(REVIEWER).get(f"/queue/{review_id}").text


def test_a_decision_is_told_when_it_can_no_longer_be_taken_back(office: Office, page, review_id: int) -> None:
    upheld(office, review_id)
    here = f"/my/findings/{review_id}"
    office.sign_in(page, CLINICIAN)
    early = page.get(here).text
    assert "guidance" not in early
    assert "It recommends a product." not in early
    assert 'id="appeal"' not in early
    refused = post(page, f"{here}/appeal", here, appeal="Too soon.")
    assert refused.status_code == 422

    office.clock.forward(minutes=6)
    told = page.get(here).text
    assert "upheld, guidance" in told
    assert "It recommends a product." in told
    assert 'id="appeal"' in told


def test_an_appeal_goes_to_somebody_new(office: Office, page, review_id: int) -> None:
    upheld(office, review_id)
    office.clock.forward(minutes=6)
    office.sign_in(page, CLINICIAN)
    here = f"/my/findings/{review_id}"
    assert post(page, f"{here}/appeal", here, appeal="It was authorised in May.").status_code == 303

    review = office.store.reviews.get(review_id)
    assert (review.state, review.events[-1].note) == (ReviewState.APPEALED, "It was authorised in May.")


def test_after_its_time_there_is_no_appeal_but_still_an_answer(office: Office, page, review_id: int) -> None:
    upheld(office, review_id)
    office.clock.forward(minutes=6)
    office.store.reviews.author_told(review_id, office.clock(), TOLD)
    office.clock.forward(days=14)
    office.sign_in(page, CLINICIAN)
    here = f"/my/findings/{review_id}"

    assert 'id="appeal"' not in page.get(here).text
    assert post(page, f"{here}/appeal", here, appeal="Late.").status_code == 422
    assert post(page, f"{here}/answer", here, answer="Late, and for the record.").status_code == 303


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001])
@pytest.mark.parametrize("step", ["answer", "appeal"])
def test_what_cannot_be_sent_is_said_beside_the_field(office: Office, page, review_id: int, step: str, text: str):
    here = f"/my/findings/{review_id}"
    answer = post(page, f"{here}/{step}", here, **{step: text})

    assert answer.status_code == 422
    assert "Write it down" in answer.text
    assert office.store.reviews.get(review_id).revision == 1


def test_people_are_named_by_their_role_and_notes_stay_out(office: Office, page, review_id: int) -> None:
    go(office, review_id, REVIEWER, Step.VIEWED)
    go(office, review_id, REVIEWER, Step.NOTE, note="Odile told me of it.")
    upheld(office, review_id)
    office.clock.forward(minutes=6)
    office.sign_in(page, CLINICIAN)
    text = page.get(f"/my/findings/{review_id}").text

    assert "a reviewer" in text
    assert NAMES[REVIEWER] not in text
    assert "Odile" not in text
    for way in ("/my/export.json", "/my/record"):
        said = page.get(way).text
        assert NAMES[REVIEWER] not in said
        assert "Odile" not in said


def test_what_was_taken_back_is_not_told(office: Office, page, review_id: int) -> None:
    go(office, review_id, REVIEWER, Step.DISMISS, note="A slip of the hand.", outcome=Outcome.FALSE_POSITIVE)
    go(office, review_id, REVIEWER, Step.UNDO)
    office.clock.forward(minutes=6)
    text = page.get(f"/my/findings/{review_id}").text

    assert "A slip" not in text
    assert "Dismissed" not in text


def test_a_first_decision_is_not_told_before_the_second(office: Office, account, page) -> None:
    (review_id,) = notice(office, account, flag(office, 1, marked(severity=Severity.S3)))
    upheld(office, review_id)
    office.clock.forward(minutes=6)
    office.sign_in(page, CLINICIAN)
    text = page.get(f"/my/findings/{review_id}").text

    assert "Two people are deciding" in text
    assert "guidance" not in text
    assert "It recommends a product." not in text


def test_nothing_of_anybody_else_can_be_reached(office: Office, page, review_id: int) -> None:
    others = account_of(office)
    (foreign,) = notice(office, others, flag(office, 7, marked(), text="Telling words of a colleague. " + TEXT))
    here = f"/my/findings/{foreign}"

    for way in (here, "/my/findings/0", "/my/findings/999", "/my/findings/x", "/my/findings/-1"):
        assert page.get(way).status_code == 404
    for step in ("answer", "appeal"):
        assert post(page, f"{here}/{step}", "/my/withdraw", **{step: "Words."}).status_code == 404
    for way in ("/my", "/my/record", "/my/export.json", "/my/notices"):
        assert "Telling" not in page.get(way).text
        assert others.handle not in page.get(way).text
    assert post(page, "/my/withdraw", account=str(others.id)).status_code == 422
    assert office.store.accounts.find(str(others.id)).state is AccountState.ACTIVE
    assert office.store.reviews.get(foreign).revision == 1


def test_an_unknown_step_is_nowhere(office: Office, page, review_id: int) -> None:
    here = f"/my/findings/{review_id}"
    assert post(page, f"{here}/decide", here, decide="x").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not CLINICIAN])
def test_no_other_role_opens_it(office: Office, review_id: int, role: Role) -> None:
    browser = office.signed_in(role)
    for way in ("/my", f"/my/findings/{review_id}", "/my/export.json", "/my/withdraw"):
        assert browser.get(way).status_code == 403


def test_the_record_as_data_is_complete(office: Office, page, review_id: int) -> None:
    upheld(office, review_id)
    office.clock.forward(minutes=6)
    office.sign_in(page, CLINICIAN)
    answer = page.get("/my/export.json")
    record = json.loads(answer.content)

    assert answer.headers["content-disposition"] == 'attachment; filename="my-record.json"'
    assert [one["account"] for one in record["accounts"]] == ["@tess@social.example"]
    assert [one["event"] for one in record["authorisations"]] == ["enrolled", "authorised"]
    (found,) = record["findings"]
    assert found["section"] == "5"
    assert "".join(piece["words"] for piece in found["finding"]["words"][0]["pieces"]) == TEXT
    assert [line["note"] for line in found["history"] if line["note"]] == ["It recommends a product."]
    newest = office.store.audit.newest().record
    assert (newest.event, newest.details) == ("export.made", {"form": "json", "of": "own"})


def test_the_record_as_pdf(office: Office, page, review_id: int) -> None:
    pytest.importorskip("weasyprint")
    answer = page.get("/my/export.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    newest = office.store.audit.newest().record
    assert (newest.event, newest.details) == ("export.made", {"form": "pdf", "of": "own"})


def test_where_no_pdf_can_be_made_the_page_to_print_opens(office: Office, account, review_id: int) -> None:
    office.desk = replace(office.desk, pdf=_missing)
    page = office.signed_in(CLINICIAN)

    assert page.get("/my/export.pdf").headers["location"] == "/my/record"
    shown = page.get("/my/record").text
    assert "makes no PDF files" in shown
    assert "Larkspur workbook" in shown


def _missing(html: str) -> bytes:
    raise UsageError("no")


def test_the_notice_stands_in_its_very_words(office: Office, account, page) -> None:
    text = page.get("/my/notices").text

    assert "What is read, and why." in text
    assert "authorised" in text


def test_a_withdrawal_is_one_click_and_erases(office: Office, account, page, review_id: int) -> None:
    rewritten = []
    office.desk = replace(office.desk, on_withdrawal=lambda: rewritten.append(True))
    browser = office.signed_in(CLINICIAN)
    asked_first = browser.get("/my/withdraw").text
    assert f'value="{account.id}" checked' in asked_first
    assert "It takes effect at once" in asked_first

    done = post(browser, "/my/withdraw", account=str(account.id))

    assert done.headers["location"] == "/my"
    assert office.store.accounts.find(str(account.id)).state is AccountState.WITHDRAWN
    assert office.store.reviews.get(review_id) is None
    assert rewritten == [True]
    line = office.store.accounts.ledger(account.id)[-1]
    assert (line.event, line.actor) == ("withdrawn", f"user:{office.people[CLINICIAN].id}")
    assert "You have withdrawn" in browser.get("/my").text
    assert "nothing to withdraw" in browser.get("/my/withdraw").text


def test_nothing_is_withdrawn_without_a_choice(office: Office, account, page) -> None:
    assert post(page, "/my/withdraw").status_code == 422
    assert office.store.accounts.find(str(account.id)).state is AccountState.ACTIVE


def test_hostile_words_stay_words(office: Office, account, page) -> None:
    evil = '"><script>alert(1)</script> ' + TEXT
    (review_id,) = notice(office, account, flag(office, 1, marked(), text=evil))
    here = f"/my/findings/{review_id}"
    post(page, f"{here}/answer", here, answer=evil)

    for way in (here, "/my", "/my/record"):
        assert "<script>" not in page.get(way).text


def failing(office: Office, account, error: type[CollectError], state: AccountState, failures: int = 1) -> None:
    office.clock.forward(minutes=1)
    failed = {"outcome": error.code, "problem_code": error.code, "problem": error.reason, "failures": failures}
    visit(office.store, of=account, now=office.clock(), state=state, **failed)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            AccountDeactivated,
            "You have switched the account off. It is read again by itself if you switch it on again.",
        ),
        (TokenRefused, "Your permission for this platform is missing"),
        (AccountMoved, "Nothing is read at the new address without your agreement."),
    ],
    ids=lambda one: getattr(one, "code", ""),
)
def test_an_account_that_cannot_be_read_says_why_and_what_its_owner_can_do(
    office: Office, account, page, error: type[CollectError], said: str
) -> None:
    failing(office, account, error, AccountState.ACTIVE)

    text = page.get("/my").text.replace("&#39;", "'")
    assert said in text
    assert "tried only once a week" not in text
    assert error.way_back not in text


def test_an_account_that_was_set_aside_says_that_it_is_tried_rarely(office: Office, account, page) -> None:
    failing(office, account, CollectError, AccountState.QUARANTINED, failures=5)

    assert "It failed 5 times in a row, so it is tried only once a week now" in page.get("/my").text


def test_a_paused_and_an_unproven_account_say_what_they_wait_for(office: Office, account, page) -> None:
    failing(office, account, CollectError, AccountState.ACTIVE)
    office.store.accounts.pause(account.id, "command", office.clock())
    text = page.get("/my").text
    assert "Reading is paused, and what you publish meanwhile is not read later either." in text
    assert CollectError.reason not in text
    assert "Nothing is read yet." not in text

    enrolled(office.store, office.store.staff.find(NAMES[CLINICIAN]), profile("tess2"), office.clock())
    assert "Nothing is read yet. It begins when you have put the token on your profile" in page.get("/my").text


def test_a_stop_of_all_reading_is_said_and_a_well_read_account_needs_no_reason(office: Office, account, page) -> None:
    visit(office.store, of=account, now=office.clock())
    calm = page.get("/my").text
    assert "All reading is stopped" not in calm
    assert "tried again" not in calm

    office.store.stops.stop("user:99", "Inquiry into a neighbour.", office.clock())
    text = page.get("/my").text
    assert "All reading is stopped for now, for everybody." in text
    assert "neighbour" not in text


def test_whoever_withdrew_reads_no_reason(office: Office, account, page) -> None:
    failing(office, account, AccountMoved, AccountState.QUARANTINED, failures=5)
    office.store.accounts.withdraw(account.id, "user:1", office.clock())

    text = page.get("/my").text
    assert "withdrawn" in text
    assert "moved" not in text
