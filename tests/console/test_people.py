"""The administrator's pages: who may sign in, and for what."""

from __future__ import annotations

import re

import pytest

from domain.access import ConflictOfInterest, Permission, Role
from domain.errors import MailServerDown
from tests.fakes.desk import Office, post


def administrator(office: Office):
    return office.signed_in(Role.ADMINISTRATOR)


def test_somebody_is_invited_by_mail(office: Office) -> None:
    browser = administrator(office)

    answer = post(browser, "/people", name="Nia Brook", email="nia@larkspurbend.example", roles=["reviewer", "auditor"])

    user = office.store.users.with_email("nia@larkspurbend.example")
    assert answer.headers["location"] == f"/people/{user.id}"
    assert user.roles == {Role.REVIEWER, Role.AUDITOR}
    assert [mail.recipient for mail in office.sent] == ["nia@larkspurbend.example"]
    assert "on its way to nia@larkspurbend.example" in browser.get(answer.headers["location"]).text
    actor = next(e.record.actor for e in office.store.audit.entries() if e.record.subject == f"user:{user.id}")
    assert actor == f"user:{office.people[Role.ADMINISTRATOR].id}"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "", "email": "nia@larkspurbend.example", "roles": "auditor"}, "name is empty"),
        ({"name": "Nia", "email": "nia", "roles": "auditor"}, "not one plain address"),
        ({"name": "Nia", "email": "nia@larkspurbend.example"}, "no role is named"),
        ({"name": "Nia", "email": "nia@larkspurbend.example", "roles": "emperor"}, "no such role"),
        ({"name": "Nia", "email": "nia@larkspurbend.example", "roles": "clinician"}, "staff number is missing"),
        ({"name": "Nia", "email": "nia@larkspurbend.example", "roles": "auditor", "staff": "99"}, "no such member"),
        ({"name": "Nia", "email": "rory.quill@larkspurbend.example", "roles": "auditor"}, "belongs to user"),
    ],
)
def test_a_mistake_is_told_and_what_was_typed_stays(office: Office, fields: dict[str, str], told: str) -> None:
    answer = post(administrator(office), "/people", **fields)

    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{fields["email"]}"' in answer.text
    assert answer.text.index("<title>Mistake: ") > 0
    assert office.sent == []


def test_a_mail_that_did_not_go_out_is_told_and_can_be_sent_again(office: Office) -> None:
    browser, mail = administrator(office), office.desk.mail

    def refuse(message: object) -> None:
        raise MailServerDown("down")

    object.__setattr__(office.desk, "mail", refuse)
    answer = post(browser, "/people", name="Nia Brook", email="nia@larkspurbend.example", roles="auditor")
    page = answer.headers["location"]
    assert "could not be sent" in browser.get(page).text

    object.__setattr__(office.desk, "mail", mail)
    post(browser, f"{page}/invite", page)
    assert [mail.recipient for mail in office.sent] == ["nia@larkspurbend.example"]


@pytest.mark.parametrize("kind", ["invitation", "recovery"])
def test_a_mail_that_was_refused_stands_on_the_persons_page_and_in_the_log(office: Office, kind: str) -> None:
    user, browser = office.people[Role.REVIEWER], administrator(office)
    page = f"/people/{user.id}"

    def ask() -> None:
        if kind == "recovery":
            post(office.browser(), "/recovery", email=user.email)
        else:
            post(browser, f"{page}/invite", page)

    def refuse(message: object) -> None:
        raise MailServerDown(f"down for {user.email}")

    mail = office.desk.mail
    object.__setattr__(office.desk, "mail", refuse)
    ask()
    assert "The last mail to this address could not be sent" in browser.get(page).text
    line = office.store.audit.newest_of("mail.refused").record
    assert (line.subject, line.details["kind"], line.details["problem"]) == (
        page[1:].replace("people/", "user:"),
        kind,
        "MailServerDown",
    )
    assert user.email not in str(line)

    object.__setattr__(office.desk, "mail", mail)
    ask()
    assert "could not be sent" not in browser.get(page).text.split("<dl>")[1]
    assert office.store.audit.newest_of("mail.sent").record.details["recipient"] == line.details["recipient"]


def test_the_own_password_is_asked_again_before_somebody_is_let_in_or_given_roles(office: Office) -> None:
    own, user = office.people[Role.ADMINISTRATOR], office.people[Role.REVIEWER]
    secret = "three otters on a raft"
    office.store.credentials.set_password(own.id, secret, "command", office.clock())
    browser, page = administrator(office), f"/people/{user.id}"
    new = {"name": "Nia Brook", "email": "nia@larkspurbend.example", "roles": "auditor"}

    for wrong in ({}, {"current": "four otters on a raft"}):
        for way, shown, fields in (("/people", "/people", new), (f"{page}/roles", page, {"roles": "administrator"})):
            answer = post(browser, way, shown, **fields, **wrong)
            assert answer.status_code == 422
            assert 'href="#current">This is not your password.' in answer.text
            assert secret not in answer.text
    assert office.store.users.with_email("nia@larkspurbend.example") is None
    assert office.store.users.get(user.id) == user

    assert post(browser, "/people", current=secret, **new).status_code == 303
    assert post(browser, f"{page}/roles", page, roles="manager", current=secret).status_code == 303
    assert office.store.users.get(user.id).roles == {Role.MANAGER}


def test_guesses_at_the_own_password_are_slowed_down(office: Office) -> None:
    own, user = office.people[Role.ADMINISTRATOR], office.people[Role.REVIEWER]
    office.store.credentials.set_password(own.id, "three otters on a raft", "command", office.clock())
    browser, page = administrator(office), f"/people/{user.id}"

    statuses = [
        post(browser, f"{page}/roles", page, roles="manager", current=f"guess {n}").status_code for n in range(9)
    ]

    assert set(statuses[:3]) == {422}
    assert statuses[-1] == 429


def test_roles_conflicts_and_training_are_changed(office: Office) -> None:
    browser, user = administrator(office), office.people[Role.REVIEWER]
    page, staff = f"/people/{user.id}", office.people[Role.CLINICIAN].staff_id

    post(browser, f"{page}/roles", page, roles=["manager"])
    post(browser, f"{page}/conflicts", page, staff=str(staff), reason="leads her", **{"line-manager": "yes"})
    post(browser, f"{page}/training", page, until="2027-01-31")

    changed = office.store.users.get(user.id)
    assert changed.roles == {Role.MANAGER}
    assert changed.conflicts == (ConflictOfInterest(staff, "leads her", line_manager=True),)
    assert changed.trained_until.isoformat() == "2027-02-01T04:59:59+00:00"
    assert 'value="2027-01-31"' in browser.get(page).text

    post(browser, f"{page}/conflicts/{staff}/end", page)
    post(browser, f"{page}/training", page, until="")
    changed = office.store.users.get(user.id)
    assert (changed.conflicts, changed.trained_until) == ((), None)


@pytest.mark.parametrize(
    ("way", "fields", "told"),
    [
        ("training", {"until": "31.1.2027"}, "year-month-day"),
        ("training", {"until": "9999-12-31"}, "from 2000 to 2200"),
        ("training", {"until": "0001-01-01"}, "from 2000 to 2200"),
        ("conflicts", {"staff": "", "reason": "x"}, "choose a member of staff"),
        ("conflicts", {"staff": "1", "reason": " "}, "why this is a conflict"),
        ("roles", {"roles": "nothing"}, "no such role"),
        ("", {"name": "A", "email": "mara.ellery@larkspurbend.example"}, "belongs to user"),
    ],
)
def test_nonsense_about_somebody_is_told_on_their_page(office: Office, way, fields, told) -> None:
    browser, user = administrator(office), office.people[Role.REVIEWER]
    page = f"/people/{user.id}"

    answer = post(browser, f"{page}/{way}".rstrip("/"), page, **fields)

    assert answer.status_code == 422
    assert told in answer.text
    assert office.store.users.get(user.id) == user


def test_access_is_taken_away_at_once_and_given_back(office: Office) -> None:
    browser, theirs = administrator(office), office.signed_in(Role.REVIEWER)
    page = f"/people/{office.people[Role.REVIEWER].id}"

    post(browser, f"{page}/deactivate", page)
    assert theirs.get("/").status_code == 303
    assert "may not sign in" in browser.get(page).text

    post(browser, f"{page}/activate", page)
    assert office.store.users.get(office.people[Role.REVIEWER].id).active


def test_sessions_of_others_are_ended_and_a_lost_telephone_is_forgotten(office: Office) -> None:
    browser, theirs = administrator(office), office.signed_in(Role.REVIEWER)
    page = f"/people/{office.people[Role.REVIEWER].id}"
    assert "1 session" in browser.get(page).text

    post(browser, f"{page}/sessions/end", page)
    assert theirs.get("/").status_code == 303
    post(browser, f"{page}/code/forget", page)
    assert "set up anew at the next sign-in" in browser.get(page).text


@pytest.mark.parametrize("way", ["roles", "deactivate", "code/forget", "conflicts/1/end"])
def test_nobody_changes_the_own_access(office: Office, way: str) -> None:
    browser, own = administrator(office), office.people[Role.ADMINISTRATOR]
    office.store.users.add_conflict(own.id, ConflictOfInterest(1, "family"), "command", office.clock())
    page = f"/people/{own.id}"

    answer = post(browser, f"{page}/{way}", page, roles="reviewer")

    assert answer.status_code == 422
    assert "ask another administrator" in answer.text
    assert office.store.users.get(own.id).roles == {Role.ADMINISTRATOR}
    assert office.store.users.get(own.id).active
    assert office.store.users.get(own.id).conflicts


def test_the_administrator_opens_no_page_with_a_word_of_a_post(office: Office) -> None:
    user = office.people[Role.ADMINISTRATOR]

    seeing = {Permission.SEE_POST, Permission.SEE_ARCHIVE, Permission.UNMASK, Permission.REVIEW, Permission.OWN_PAGE}
    assert not [permission for permission in seeing if user.may(permission)]


def test_a_person_nobody_knows_is_not_there(office: Office) -> None:
    browser = administrator(office)

    for number in ("999", "0", "x", "9" * 12):
        assert browser.get(f"/people/{number}").status_code == 404


def test_a_name_made_of_markup_is_shown_as_it_was_typed(office: Office) -> None:
    browser = administrator(office)
    name = '<script>alert(1)</script>"><b onclick=x>'
    post(browser, "/people", name=name, email="b@larkspurbend.example", roles="auditor")

    user = office.store.users.with_email("b@larkspurbend.example")
    for path in ("/people", f"/people/{user.id}"):
        page = browser.get(path).text
        assert "&lt;script&gt;" in page
        assert not re.search(r"<script|<b onclick", page)
    own = office.browser()
    office.sign_in_as(own, user)
    assert "<script" not in own.get("/").text + own.get("/me").text
