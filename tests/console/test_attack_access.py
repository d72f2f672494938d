"""Reaching for what is not one's own: other people's ids, roles, forms and fields, in every page there is."""

from __future__ import annotations

import itertools
import re

import pytest

from console.registry import PUBLIC
from domain.access import Role
from domain.review import Move, Step
from domain.review_locks import ReviewRules
from tests.console.surface import (
    CLIENT,
    GETS,
    KEPT,
    NAME,
    ORDINARY,
    OWN,
    POSTS,
    REPORT,
    THREAT,
    Guest,
    at,
    everything,
    guest,
    label,
    parameters,
    stranger,
    worth_stealing,
)
from tests.fakes.desk import Office

pytestmark = pytest.mark.slow

IDS = tuple(str(number) for number in range(1, 10))
VALUES = {
    "week": ("2026-W46", "2026-W47"),
    "name": ("console.css", "console.css.j2"),
    "step": ("dismiss", "decide", "unmasked", "note", "undo"),
    "token": ("x", "1"),
}
WORDS = (CLIENT, THREAT, ORDINARY, OWN, REPORT, NAME)
# Who may read which word, by opening pages alone. A post's own words under clause 2 ask for a reason first.
MAY_READ = {
    None: set(),
    Role.MANAGER: {THREAT, ORDINARY, OWN},
    Role.REVIEWER: {ORDINARY, OWN, KEPT + ORDINARY, KEPT + OWN},
    Role.PRIVACY_OFFICER: {CLIENT, THREAT, ORDINARY, REPORT, KEPT + THREAT, KEPT + ORDINARY},
    Role.CLINICIAN: {word for one in (CLIENT, THREAT, ORDINARY) for word in (one, KEPT + one)},
    Role.ADMINISTRATOR: set(),
    Role.AUDITOR: {THREAT, ORDINARY, OWN},
}
EVERYBODY = [*Role, None]


@pytest.fixture
def practice(office: Office) -> Office:
    return worth_stealing(office)


def addresses(page) -> list[str]:
    """The page with every id in every place of its path."""
    names = parameters(page)
    choices = (VALUES.get(name, IDS) for name in names)
    return [at(page, dict(zip(names, chosen, strict=True))) for chosen in itertools.product(*choices)]


def who(office: Office, role: Role | None) -> Guest:
    return guest(office, office.people[role] if role else None)


@pytest.mark.parametrize("role", EVERYBODY, ids=str)
def test_no_id_in_any_address_shows_what_the_role_does_not_need(practice: Office, role: Role | None) -> None:
    visitor, read = who(practice, role), {}
    for page in GETS:
        for address in addresses(page):
            text = visitor.browser.get(address).text
            read |= dict.fromkeys(re.findall(r"zz[a-z]+", text), address)

    assert {word: address for word, address in read.items() if word not in MAY_READ[role]} == {}
    # The walk does find what may be read, or it would prove nothing.
    if role in (Role.REVIEWER, Role.PRIVACY_OFFICER):
        assert MAY_READ[role] - set(read) == set()


@pytest.mark.parametrize("role", EVERYBODY, ids=str)
def test_no_form_answers_with_what_the_role_does_not_need(practice: Office, role: Role | None) -> None:
    visitor, read = who(practice, role), {}
    # These end the walk: the session, or what there is to read.
    kept = [page for page in POSTS if not re.search("sign-out|end|withdraw|deactivate", page.path)]
    for page, filled in itertools.product(
        kept, ({}, {"revision": "1", "note-unmasked": "because", "reason": "because"})
    ):
        for address in addresses(page)[:9]:
            answer = visitor.send(address, fields=filled)
            assert answer.status_code < 500, address
            read |= dict.fromkeys(re.findall(r"zz[a-z]+", answer.text), page.path)

    asked_for = {KEPT + CLIENT: "/findings/{id}/unmask", NAME: "/concerns/{id}/reporter"}
    more = asked_for if role is Role.PRIVACY_OFFICER else {}
    assert {word: path for word, path in read.items() if word not in MAY_READ[role]} == more


@pytest.mark.parametrize("verified", [True, False], ids=["signed-in", "half-signed-in"])
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, None], ids=str)
def test_a_form_without_its_own_token_changes_nothing(practice: Office, role: Role | None, *, verified: bool) -> None:
    user = practice.people[role] if role else None
    visitor = guest(practice, user, verified=verified)
    other = guest(practice, practice.people[Role.MANAGER]).csrf
    before = everything(practice)

    for page in POSTS:
        for token in ("", "x", other, other.upper(), stranger(practice).csrf if user else other):
            for address in addresses(page)[:1]:
                answer = visitor.send(address, token=token, fields={"roles": "administrator", "reason": "because"})
                expected = {403} if page.path in PUBLIC else {401, 403, 404}
                assert answer.status_code in expected, (label(page), token, answer.status_code)
    assert everything(practice) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://console.larkspurbend.example.evil.example"},
        {"origin": "https://evil.example@console.larkspurbend.example"},
        {"origin": "https://console.larkspurbend.example:8443"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
def test_a_form_from_another_site_is_refused_with_the_right_token_too(practice: Office, headers) -> None:
    visitor = who(practice, Role.ADMINISTRATOR)
    before = everything(practice)

    for page in POSTS:
        answer = visitor.browser.post(addresses(page)[0], data={"form-token": visitor.csrf}, headers=headers)
        assert answer.status_code == 403, label(page)
    assert everything(practice) == before


@pytest.mark.parametrize("role", EVERYBODY, ids=str)
def test_what_a_role_may_not_do_changes_nothing_with_the_right_token(practice: Office, role: Role | None) -> None:
    visitor = who(practice, role)
    before = everything(practice)
    closed = [page for page in POSTS if page.needs and not (role and practice.people[role].may(page.needs))]

    for page in closed:
        for address in addresses(page)[:5]:
            assert visitor.send(address, fields={"reason": "because", "revision": "1"}).status_code in {401, 403}
    assert closed
    assert everything(practice) == before


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "PROPFIND", "FOO"])
def test_no_other_verb_is_answered(practice: Office, verb: str) -> None:
    visitor = who(practice, Role.ADMINISTRATOR)
    before = everything(practice)

    for page in GETS + POSTS:
        answer = visitor.browser.request(verb, addresses(page)[0], headers={"x-csrf-token": visitor.csrf})
        if (verb, page.path) == ("HEAD", "/health"):
            assert answer.status_code == 200
            continue
        assert answer.status_code == 405, label(page)
        offered = {"GET", "HEAD"} if page.path == "/health" else {"GET", "POST"}
        assert set(answer.headers["allow"].split(", ")) <= offered
    assert everything(practice) == before


def test_no_header_or_field_turns_one_verb_into_another(practice: Office) -> None:
    visitor, mara = who(practice, Role.ADMINISTRATOR), practice.people[Role.MANAGER]
    before = everything(practice)

    for name in ("x-http-method-override", "x-method-override", "x-http-method"):
        assert visitor.browser.get(f"/people/{mara.id}/deactivate", headers={name: "POST"}).status_code == 405
    fields = {"_method": "POST", "form-token": visitor.csrf}
    assert visitor.browser.get(f"/people/{mara.id}/deactivate", params=fields).status_code == 405
    assert everything(practice) == before


def test_opening_pages_changes_nothing_but_the_record_of_having_looked(practice: Office) -> None:
    looked = {"audit", "review_events", "reviews", "sessions"}
    before = everything(practice, but=looked)

    for role in EVERYBODY:
        visitor = who(practice, role)
        for page in GETS:
            visitor.browser.get(addresses(page)[0])
    assert everything(practice, but=looked) == before


def test_a_session_of_somebody_else_cannot_be_ended(practice: Office) -> None:
    theirs = who(practice, Role.PRIVACY_OFFICER).session
    visitor = who(practice, Role.ADMINISTRATOR)
    before = everything(practice)

    assert visitor.send(f"/me/sessions/{theirs.id}/end", fields={"id": str(theirs.id)}).status_code == 404
    assert everything(practice) == before


def test_a_reviewer_cannot_touch_what_only_the_privacy_officer_may(practice: Office) -> None:
    visitor = who(practice, Role.REVIEWER)
    before = everything(practice)

    for step in ("open", "dismiss", "decide", "note", "unmasked", "notify", "undo"):
        for number in (1, 2):
            fields = {"revision": "1", f"note-{step}": "Because.", f"outcome-{step}": "not-upheld"}
            answer = visitor.send(f"/queue/{number}/{step}", fields=fields)
            assert answer.status_code in {403, 404}, (step, number)
            assert "clause" not in answer.text.lower()
    assert everything(practice) == before


def test_what_a_person_may_not_judge_is_told_like_what_does_not_exist(practice: Office) -> None:
    reviewer, officer = who(practice, Role.REVIEWER), who(practice, Role.PRIVACY_OFFICER)
    missing = reviewer.browser.get("/queue/99")

    for visitor, number in ((reviewer, 1), (reviewer, 2), (officer, 4)):
        answer = visitor.browser.get(f"/queue/{number}")
        assert (answer.status_code, main_of(answer.text)) == (404, main_of(missing.text)), number


def main_of(text: str) -> str:
    return text.split("<main", 1)[1].split("</main>", 1)[0]


def test_the_address_of_the_item_done_last_tells_nothing_of_others(practice: Office) -> None:
    reviewer, officer = who(practice, Role.REVIEWER), who(practice, Role.PRIVACY_OFFICER)

    nothing = main_of(reviewer.browser.get("/queue").text)
    for number in (1, 2, 99):
        assert main_of(reviewer.browser.get(f"/queue?done={number}").text) == nothing
    assert main_of(officer.browser.get("/queue?done=4").text) == main_of(officer.browser.get("/queue").text)


def test_asking_for_a_name_or_a_word_does_not_tell_what_the_answer_leaves_out(practice: Office) -> None:
    """An item under clause 2 is shown to an auditor without author and words: a search for them must not find it."""
    auditor = who(practice, Role.AUDITOR)

    assert 'id="finding-1"' in auditor.browser.get("/clauses/2").text
    for words in (CLIENT, "Arroway", "tess"):
        assert 'id="finding-1"' not in auditor.send("/search", fields={"words": words}).text
    assert 'id="finding-3"' in auditor.send("/search", fields={"words": "Arroway"}).text
    for address in ("/accounts/1", "/search?account=1", "/search?account=1&clause=2"):
        assert 'id="finding-1"' not in auditor.browser.get(address).text
    officer = who(practice, Role.PRIVACY_OFFICER)
    assert 'id="finding-1"' in officer.send("/search", fields={"words": "Arroway"}).text


def test_an_answer_does_not_name_the_author_to_whoever_may_not_know(practice: Office) -> None:
    tess, now = practice.people[Role.CLINICIAN], practice.clock()
    revision = practice.store.reviews.get(1).revision
    move = Move(Step.ANSWER, tess.id, now, f"I am Tess Arroway and {CLIENT} is no client.")
    practice.store.reviews.apply(1, revision, move, tess, ReviewRules())

    page = who(practice, Role.AUDITOR).browser.get("/findings/1").text
    assert "the author" in page
    assert "Arroway" not in page
    assert CLIENT not in page


def test_a_concern_is_its_handlers_alone(practice: Office) -> None:
    jonas = practice.store.users.find("jonas.wray@larkspurbend.example")
    visitor = guest(practice, jonas)
    before = everything(practice)

    assert visitor.browser.get("/concerns/1").status_code == 404
    for act in ("acknowledge", "look-into", "message", "privacy", "close", "hand-over", "reporter"):
        answer = visitor.send(f"/concerns/1/{act}", fields={"reason": "because", "text": "x", "to": str(jonas.id)})
        assert answer.status_code == 404, act
        assert NAME not in answer.text
    assert everything(practice) == before


def test_fields_that_no_form_has_are_not_taken(practice: Office) -> None:
    visitor, rory = who(practice, Role.ADMINISTRATOR), practice.people[Role.REVIEWER]
    more = {
        "id": "1",
        "active": "0",
        "roles": "administrator",
        "staff_id": "1",
        "password_hash": "x",
        "trained_until": "2099-01-01",
        "totp_secret": "x",
    }

    answer = visitor.send(
        f"/people/{rory.id}", fields={"name": "Rory Quill-Hart", "email": "rory@larkspurbend.example", **more}
    )
    after = practice.store.users.get(rory.id)
    assert answer.status_code == 303
    assert (after.name, after.email) == ("Rory Quill-Hart", "rory@larkspurbend.example")
    assert (after.roles, after.staff_id, after.active, after.trained_until) == (rory.roles, None, True, None)
    assert not practice.store.credentials.has_code(rory.id)


def test_nobody_raises_the_own_role(practice: Office) -> None:
    ada, rory = practice.people[Role.ADMINISTRATOR], practice.people[Role.REVIEWER]
    form = {"roles": [role.value for role in Role], "staff": "1"}
    before = everything(practice)

    own = who(practice, Role.ADMINISTRATOR)
    assert own.send(f"/people/{ada.id}/roles", fields=form).status_code in {403, 422}
    assert everything(practice) != before  # a session began
    before = everything(practice)
    visitor = who(practice, Role.REVIEWER)
    before = everything(practice)
    for path in (f"/people/{rory.id}/roles", f"/people/{rory.id}", "/people", f"/people/{rory.id}/training"):
        assert visitor.send(path, fields={**form, "until": "2099-01-01"}).status_code == 403
    assert everything(practice) == before
    assert practice.store.users.get(ada.id).roles == {Role.ADMINISTRATOR}


def test_a_role_that_does_not_exist_is_refused(practice: Office) -> None:
    visitor = who(practice, Role.ADMINISTRATOR)
    before = everything(practice)

    for roles in ("root", "ADMINISTRATOR", "administrator\0", "", "manager,administrator"):
        answer = visitor.send(
            "/people", fields={"name": "New One", "email": "new@larkspurbend.example", "roles": roles}
        )
        assert answer.status_code == 422, roles
    assert everything(practice) == before


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_a_role_that_was_taken_away_ends_what_was_open(practice: Office, role: Role) -> None:
    visitor = who(practice, role)
    user = practice.people[role]
    if role is Role.ADMINISTRATOR:
        practice.person("Second Admin", Role.ADMINISTRATOR)
    practice.store.users.deactivate(user.id, "command", practice.clock())

    for page in GETS:
        if page.needs:
            assert visitor.browser.get(addresses(page)[0]).headers["location"].startswith("/sign-in")
