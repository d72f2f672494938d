"""One's own access: the password, the telephone, the sessions; and nobody else's."""

from __future__ import annotations

from datetime import timedelta

from domain.access import Role
from tests.fakes.desk import Office, post, token_of
from vault.codes import code_at

PASSWORD, NEW = "maple kettle orbit 9", "harbor violin thicket 4"
COOKIE = "__Host-section7"


def ready(office: Office, role: Role = Role.MANAGER):
    user = office.people[role]
    office.store.credentials.set_password(user.id, PASSWORD, "command", office.clock())
    return user, office.signed_in(role)


def change(browser, current: str = PASSWORD, password: str = NEW, again: str = NEW):
    return post(browser, "/me/password", current=current, password=password, again=again)


def test_a_new_password_ends_every_other_session_and_changes_this_ones_token(office: Office) -> None:
    (user, browser), other = ready(office), office.signed_in(Role.MANAGER)
    before = browser.cookies[COOKIE]

    answer = change(browser)

    assert answer.headers["location"] == "/me"
    assert "Your password is changed." in browser.get("/me").text
    assert other.get("/me").status_code == 303
    assert office.store.sessions.find(before, office.clock(), timedelta(hours=1)) is None
    assert office.store.credentials.check_password(user.email, NEW, office.clock()) == user


def test_the_owner_is_written_of_the_change(office: Office) -> None:
    user, browser = ready(office)
    change(browser)

    assert [(mail.recipient, mail.subject) for mail in office.sent] == [(user.email, "Your password was changed")]
    assert NEW not in office.sent[0].text


def test_the_password_of_now_is_asked_and_guessing_at_it_is_slowed(office: Office) -> None:
    user, browser = ready(office)

    statuses = [change(browser, current=f"guess {number}").status_code for number in range(6)]

    assert statuses == [422] * 5 + [429]
    assert office.store.credentials.check_password(user.email, PASSWORD, office.clock()) == user
    assert office.sent == []


def test_a_weak_or_mistyped_new_password_changes_nothing(office: Office) -> None:
    user, browser = ready(office)

    assert "12 characters" in change(browser, password="short", again="short").text
    assert "not what you typed above" in change(browser, again="harbor").text
    assert office.store.credentials.check_password(user.email, PASSWORD, office.clock()) == user


def test_another_telephone_takes_the_password_and_its_code(office: Office) -> None:
    user, browser = ready(office)
    page = browser.get("/me/telephone").text
    field = page.split('name="telephone" value="', 1)[1].split('"', 1)[0]
    secret = page.split('class="code">', 1)[1].split("<", 1)[0].replace(" ", "")
    code = code_at(secret, office.clock())

    wrong = post(browser, "/me/telephone", telephone=field, current="not it", code=code)
    assert (wrong.status_code, office.store.credentials.has_code(user.id)) == (422, False)
    miscoded = post(browser, "/me/telephone", telephone=field, current=PASSWORD, code="000000")
    assert (miscoded.status_code, office.store.credentials.has_code(user.id)) == (422, False)
    forged = post(browser, "/me/telephone", telephone="x.y", current=PASSWORD, code=code)
    assert (forged.status_code, office.store.credentials.has_code(user.id)) == (422, False)

    done = post(browser, "/me/telephone", telephone=field, current=PASSWORD, code=code)
    assert done.text.count('<li class="code">') == 10
    assert "10 recovery codes left" in browser.get("/me").text
    assert [mail.subject for mail in office.sent] == ["Your telephone for one-time codes was changed"]


def test_sessions_are_listed_and_ended_one_by_one_or_together(office: Office) -> None:
    _, browser = ready(office)
    second, third = office.signed_in(Role.MANAGER), office.signed_in(Role.MANAGER)
    page = browser.get("/me/sessions").text
    assert page.count("/end") == 4
    assert page.count("(this one)") == 1

    settings = office.desk.settings
    found = office.store.sessions.find(second.cookies[COOKIE], office.clock(), settings.idle)
    assert post(browser, f"/me/sessions/{found[0].id}/end", "/me/sessions").headers["location"] == "/me/sessions"
    assert second.get("/me").status_code == 303

    post(browser, "/me/sessions/others/end", "/me/sessions")
    assert third.get("/me").status_code == 303
    assert browser.get("/me").status_code == 200


def test_ending_this_very_session_signs_out(office: Office) -> None:
    _, browser = ready(office)
    found = office.store.sessions.find(browser.cookies[COOKIE], office.clock(), office.desk.settings.idle)

    assert post(browser, f"/me/sessions/{found[0].id}/end", "/me/sessions").headers["location"] == "/sign-in"
    assert browser.get("/me").status_code == 303


def test_nobody_elses_session_can_be_ended_or_told_from_one_that_is_not(office: Office) -> None:
    _, browser = ready(office)
    other = office.signed_in(Role.PRIVACY_OFFICER)
    found = office.store.sessions.find(other.cookies[COOKIE], office.clock(), office.desk.settings.idle)
    token = token_of(browser.get("/me/sessions").text)

    for number in (str(found[0].id), "9999", "0", "-1", "x", "9" * 30):
        answer = browser.post(f"/me/sessions/{number}/end", data={"form-token": token})
        assert answer.status_code == 404, number
    assert other.get("/me").status_code == 200
