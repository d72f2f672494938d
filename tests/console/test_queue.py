"""The queue as reviewers work through it."""

import re

import pytest

from domain.access import ConflictOfInterest, Role
from domain.findings import Clause, Severity
from domain.reporting import DeliveryKind
from domain.review import Outcome, ReviewState, Step
from tests.fakes.desk import Office, post
from tests.fakes.findings import account_of, flag, marked, notice, trained

REVIEWER, OFFICER = Role.REVIEWER, Role.PRIVACY_OFFICER


@pytest.fixture
def office(office: Office) -> Office:
    trained(office, REVIEWER, OFFICER)
    return office


def review(office: Office, review_id: int):
    return office.store.reviews.get(review_id)


def take(office: Office, browser, review_id: int, step: str, **fields: object):
    """Open the item and send one of its forms."""
    here = f"/queue/{review_id}"
    page = browser.get(here)
    revision = re.search(r'name="revision" value="(\d+)"', page.text)
    return post(browser, f"{here}/{step}", here, revision=revision.group(1) if revision else "1", **fields)


def test_the_gravest_and_oldest_stand_first(office: Office) -> None:
    account = account_of(office)
    minor, serious, old = (
        notice(office, account, flag(office, 1, marked(severity=Severity.S1)))[0],
        notice(office, account, flag(office, 2, marked(severity=Severity.S3)))[0],
        notice(office, account, flag(office, 3, marked(severity=Severity.S1)))[0],
    )
    page = office.signed_in(REVIEWER).get("/queue").text
    assert [int(number) for number in re.findall(r'href="/queue/(\d+)#item">Item', page)] == [serious, minor, old]
    assert "3 items wait" in page


def test_an_empty_queue_says_so(office: Office) -> None:
    page = office.signed_in(REVIEWER).get("/queue").text
    assert "Nothing waits for you" in page
    assert "Nothing here" in office.signed_in(REVIEWER).get("/queue?show=overdue").text


def test_an_item_shows_all_that_is_needed_to_judge_it(office: Office) -> None:
    (number,) = notice(office, account_of(office), flag(office, 1, marked(), reply_to_id="9"))
    page = office.signed_in(REVIEWER).get(f"/queue/{number}").text
    assert '<mark><span class="hidden">[evidence: </span>Larkspur workbook<span class="hidden">]</span></mark>' in page
    for said in (
        "Section 5",
        "Summary of section 5.",
        "what is not on the register",
        "fairly sure (80 of 100)",
        "conduct 1, policy policy-1",
        "never kept",
        "Nothing of this section and severity was decided before",
        "Looked at",
        "Maren Okafor",
    ):
        assert said in page, said


def test_one_item_is_never_with_two_reviewers(office: Office) -> None:
    account = account_of(office)
    first, second = (notice(office, account, flag(office, number, marked()))[0] for number in (1, 2))
    office.signed_in(REVIEWER).get(f"/queue/{first}")
    taken = office.signed_in(OFFICER).get(f"/queue/{first}")
    assert taken.status_code == 409
    assert "Somebody else was first" in taken.text
    assert f'href="/queue/{second}#item"' in taken.text
    assert "another reviewer has it" in office.signed_in(OFFICER).get("/queue").text


def test_a_dismissed_item_leaves_and_the_next_one_comes(office: Office) -> None:
    account = account_of(office)
    first, second = (notice(office, account, flag(office, number, marked()))[0] for number in (1, 2))
    browser = office.signed_in(REVIEWER)
    answer = take(office, browser, first, "dismiss", **{"outcome-dismiss": "false-positive"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/queue/{second}?done={first}#item")
    assert review(office, first).outcome is Outcome.FALSE_POSITIVE
    assert f'action="/queue/{first}/undo"' in browser.get(f"/queue/{second}?done={first}").text
    last = take(office, browser, second, "dismiss", **{"outcome-dismiss": "out-of-scope"})
    assert last.headers["location"] == f"/queue?done={second}"


def test_a_step_can_be_taken_back_for_five_minutes(office: Office) -> None:
    (number,) = notice(office, account_of(office), flag(office, 1, marked()))
    browser = office.signed_in(REVIEWER)
    take(office, browser, number, "dismiss", **{"outcome-dismiss": "permitted"})
    assert post(browser, f"/queue/{number}/undo", f"/queue?done={number}").status_code == 303
    assert review(office, number).state is ReviewState.DETECTED
    take(office, browser, number, "dismiss", **{"outcome-dismiss": "permitted"})
    office.clock.forward(minutes=6)
    assert "/undo" not in browser.get(f"/queue?done={number}").text
    assert post(browser, f"/queue/{number}/undo", "/queue").status_code == 403
    assert review(office, number).state is ReviewState.CLOSED


def test_what_is_missing_is_told_and_what_was_typed_is_kept(office: Office) -> None:
    (number,) = notice(office, account_of(office), flag(office, 1, marked()))
    browser = office.signed_in(REVIEWER)
    answer = take(office, browser, number, "dismiss", **{"note-dismiss": "I read it twice."})
    assert answer.status_code == 400
    assert 'href="#outcome-dismiss"' in answer.text
    assert "I read it twice." in answer.text
    empty = take(office, browser, number, "note", **{"note-note": "  "})
    assert 'href="#note-note"' in empty.text
    assert review(office, number).state is ReviewState.DETECTED


def test_who_comes_second_loses_nothing(office: Office) -> None:
    (number,) = notice(office, account_of(office), flag(office, 1, marked()))
    browser = office.signed_in(REVIEWER)
    browser.get(f"/queue/{number}")
    office.clock.forward(minutes=20)
    take(office, office.signed_in(OFFICER), number, "triage-open")
    fields = {"revision": "2", "outcome-dismiss": "permitted", "note-dismiss": "Our own <wording>."}
    answer = post(browser, f"/queue/{number}/dismiss", "/queue", **fields)
    assert answer.status_code == 409
    assert "Our own &lt;wording&gt;." in answer.text
    assert review(office, number).state is ReviewState.OPEN


def test_serious_items_need_two_people_and_the_whole_checklist(office: Office) -> None:
    (number,) = notice(office, account_of(office), flag(office, 1, marked(severity=Severity.S3)))
    first, second = office.signed_in(REVIEWER), office.signed_in(OFFICER)
    take(office, first, number, "triage-open")
    take(office, first, number, "notify")
    office.store.reviews.author_told(number, office.clock(), office.desk.rules)
    assert "The author has time to answer" in first.get(f"/queue/{number}").text
    office.clock.forward(days=8)
    office.sign_in(first, REVIEWER)
    office.sign_in(second, OFFICER)
    decision = {"outcome-decide": "edit-asked", "note-decide": "It is an advertisement."}
    without = take(office, first, number, "decide", **decision)
    assert "Go through the checklist" in without.text
    checks = ["not_protected", "own_words", "public_and_in_scope", "author_heard", "alike_compared"]
    assert take(office, first, number, "decide", **decision, **{"check-decide": checks}).status_code == 303
    assert review(office, number).state is ReviewState.PROPOSED
    assert "You made the first decision" in first.get(f"/queue/{number}").text
    office.store.reviews.release(number, office.people[REVIEWER])
    assert take(office, second, number, "second", **{"check-second": checks}).status_code == 303
    assert review(office, number).state is ReviewState.DECIDED
    assert review(office, number).outcome is Outcome.UPHELD_EDIT_ASKED


def test_client_detail_is_masked_until_somebody_says_why(office: Office) -> None:
    secret = "My client Dana Whitlock came back today."
    client = marked(Clause.CONFIDENTIALITY, Severity.S3)
    (number,) = notice(
        office, account_of(office), flag(office, 1, client, text=secret, excerpt="[client detail masked]")
    )
    browser = office.signed_in(OFFICER)
    assert "Whitlock" not in browser.get(f"/queue/{number}").text
    assert take(office, browser, number, "unmasked", **{"note-unmasked": ""}).status_code == 400
    shown = take(office, browser, number, "unmasked", **{"note-unmasked": "To judge who could know her."})
    assert "Dana Whitlock" in shown.text
    assert shown.status_code == 200
    assert "Whitlock" not in browser.get(f"/queue/{number}").text
    assert review(office, number).events[-1].step is Step.UNMASKED
    assert "Dana" not in str([entry.record for entry in office.store.audit.entries()])


def test_a_reviewer_sees_no_client_detail_and_nothing_beside_it(office: Office) -> None:
    account, secret = account_of(office), "My client Dana Whitlock came back today."
    beside, client = notice(
        office, account, flag(office, 1, marked(Clause.CONFIDENTIALITY, Severity.S1), marked(), text=secret)
    )
    browser = office.signed_in(REVIEWER)
    page = browser.get("/queue").text
    assert f"/queue/{client}#" not in page
    assert "1 item of client confidentiality" in page
    assert browser.get(f"/queue/{client}").status_code == 404
    assert "Whitlock" not in browser.get(f"/queue/{beside}").text
    assert take(office, browser, beside, "unmasked", **{"note-unmasked": "Let me"}).status_code == 400
    assert post(browser, f"/queue/{client}/dismiss", "/queue", revision="1").status_code == 404


def test_nobody_judges_themselves_or_a_named_conflict(office: Office) -> None:
    account = account_of(office)
    (number,) = notice(office, account, flag(office, 1, marked()))
    conflict = ConflictOfInterest(review(office, number).staff_id, "They share a household.")
    office.store.users.add_conflict(office.people[REVIEWER].id, conflict, "command", office.clock())
    browser = office.signed_in(REVIEWER)
    assert "Nothing waits for you" in browser.get("/queue").text
    assert browser.get(f"/queue/{number}").status_code == 404


def test_protected_activity_is_erased_with_everything(office: Office) -> None:
    (number,) = notice(office, account_of(office), flag(office, 1, marked()))
    browser = office.signed_in(REVIEWER)
    answer = take(office, browser, number, "dismiss", **{"outcome-dismiss": "protected"})
    assert answer.headers["location"] == "/queue"
    assert review(office, number) is None
    assert browser.get(f"/queue/{number}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/queue/0", "/queue/x", "/queue/999", "/queue?show=x", "/queue?after=1,2", "/queue/9" + "9" * 30]
)
def test_an_address_that_is_none_is_told(office: Office, path: str) -> None:
    assert office.signed_in(REVIEWER).get(path).status_code == 404


def test_an_unknown_step_is_no_page(office: Office) -> None:
    (number,) = notice(office, account_of(office), flag(office, 1, marked()))
    browser = office.signed_in(REVIEWER)
    for step in ("grace-ended", "viewed", "suspend", "resolve"):
        assert take(office, browser, number, step).status_code == 404


def test_an_edit_is_shown_word_by_word(office: Office) -> None:
    account = account_of(office)
    notice(office, account, flag(office, 1, marked(severity=Severity.S3)))
    (number,) = notice(
        office,
        account,
        flag(office, 1, marked(severity=Severity.S4), text="Nobody should get the Larkspur workbook, link in my bio."),
    )
    page = office.signed_in(OFFICER).get(f"/queue/{number}").text
    assert '<del><span class="hidden">[removed: </span>Everyone<span class="hidden">]</span></del>' in page
    assert '<ins><span class="hidden">[added: </span>Nobody<span class="hidden">]</span></ins>' in page


def decided_by_a_reviewer(office: Office, browser) -> int:
    """Asked about, answered for a week and decided: the letter about it has not gone out. The step's number."""
    notice(office, account_of(office), flag(office, 1, marked()))
    take(office, browser, 1, "triage-open")
    take(office, browser, 1, "notify")
    office.store.reviews.author_told(1, office.clock(), office.desk.rules)
    office.clock.forward(days=8)
    office.sign_in(browser, REVIEWER)
    checks = ["not_protected", "own_words", "public_and_in_scope", "author_heard", "alike_compared"]
    decision = {"outcome-decide": "edit-asked", "note-decide": "It is an advertisement.", "check-decide": checks}
    assert take(office, browser, 1, "decide", **decision).status_code == 303
    office.clock.forward(minutes=10)
    return next(event.id for event in review(office, 1).events if event.step is Step.DECIDE)


def refused(office: Office, step_id: int) -> int:
    mails = office.store.deliveries
    key, now = f"step:{step_id}", office.clock()
    mail = mails.enqueue(DeliveryKind.NOTICE, key, "maren@larkspurbend.example", "<1@larkspurbend.example>", now)
    mails.failed(mail.id, "550 no such mailbox", None, now)
    return mail.id


def test_a_letter_that_was_refused_is_told_and_the_review_goes_on_by_hand(office: Office) -> None:
    browser = office.signed_in(REVIEWER)
    step_id = decided_by_a_reviewer(office, browser)
    assert "has not heard of this yet" not in browser.get("/queue/1").text
    refused(office, step_id)

    page = browser.get("/queue/1").text
    assert "the mail server did not take the letter" in page
    assert "maren@larkspurbend.example" not in page
    assert 'action="/queue/1/notify"' in page
    take(office, browser, 1, "notify", **{"note-notify": "In person, on Monday."})

    assert review(office, 1).appeal_until is not None
    assert "has not heard of this yet" not in browser.get("/queue/1").text


def test_a_letter_that_went_out_after_all_is_not_called_undelivered(office: Office) -> None:
    browser = office.signed_in(REVIEWER)
    mail = refused(office, decided_by_a_reviewer(office, browser))
    office.store.deliveries.sent(mail, office.clock())

    assert "has not heard of this yet" not in browser.get("/queue/1").text
