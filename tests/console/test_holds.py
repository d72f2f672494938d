"""Legal holds in the console."""

import pytest

from domain.access import Role
from tests.fakes.desk import BASE, Office, post, token_of
from tests.fakes.findings import account_of
from tests.store.records import active


def place(office: Office, **fields: str):
    return post(office.signed_in(Role.PRIVACY_OFFICER), "/holds", **fields)


def test_the_privacy_officer_places_a_hold_and_auditors_see_it(office: Office) -> None:
    account = active(office.store)

    answer = place(office, on=str(account.id), reason="Claim of 2026.")

    assert (answer.status_code, answer.headers["location"]) == (303, "/holds")
    (hold,) = office.store.holds.standing()
    officer = office.people[Role.PRIVACY_OFFICER]
    assert (hold.account_id, hold.reason, hold.actor) == (account.id, "Claim of 2026.", f"user:{officer.id}")
    page = office.signed_in(Role.AUDITOR).get("/holds")
    assert "Claim of 2026." in page.text
    assert officer.name in page.text
    assert "Place the hold" not in page.text
    assert f"/holds/{hold.id}/lift" not in page.text


@pytest.mark.parametrize(
    "fields",
    [{"on": "everything", "reason": " "}, {"on": "99", "reason": "Claim."}, {"on": "everything", "reason": "x" * 501}],
)
def test_a_mistake_shows_the_form_again_and_places_nothing(office: Office, fields: dict[str, str]) -> None:
    answer = place(office, **fields)

    assert answer.status_code == 400
    assert "Please look at this again" in answer.text
    assert office.store.holds.all() == ()


def test_whoever_placed_it_does_not_lift_it(office: Office) -> None:
    place(office, on="everything", reason="Inquiry.")
    (hold,) = office.store.holds.all()
    browser = office.signed_in(Role.PRIVACY_OFFICER)

    page = browser.get("/holds")
    assert "Somebody else lifts it" in page.text
    answer = browser.post(
        f"/holds/{hold.id}/lift",
        data={"form-token": token_of(page.text), "sure": "yes"},
        headers={"origin": BASE, "sec-fetch-site": "same-origin"},
    )

    assert answer.status_code == 403
    assert office.store.holds.standing() == (hold,)


def test_a_second_officer_lifts_it_and_says_so(office: Office) -> None:
    place(office, on="everything", reason="Inquiry.")
    (hold,) = office.store.holds.all()
    second = office.person("Noor Halvorsen", Role.PRIVACY_OFFICER)
    browser = office.browser()
    office.sign_in_as(browser, second)

    assert post(browser, f"/holds/{hold.id}/lift", "/holds").status_code == 400
    assert office.store.holds.standing() == (hold,)
    answer = post(browser, f"/holds/{hold.id}/lift", "/holds", sure="yes")

    assert answer.status_code == 303
    assert office.store.holds.all()[0].lifted_by == f"user:{second.id}"
    assert post(browser, "/holds/99/lift", "/holds", sure="yes").status_code == 404


def test_the_account_says_that_a_hold_stands_to_whoever_may_open_the_list_of_holds(office: Office) -> None:
    account = account_of(office)
    here = f"/accounts/{account.id}"
    assert "legal hold stands" not in office.signed_in(Role.AUDITOR).get(here).text
    place(office, on=str(account.id), reason="Claim of 2026.")

    assert "legal hold stands" in office.signed_in(Role.AUDITOR).get(here).text
    assert "Claim of 2026." not in office.signed_in(Role.AUDITOR).get(here).text
    assert "legal hold stands" not in office.signed_in(Role.REVIEWER).get(here).text
