"""Getting in without being let in: guessing, planting, replaying, two at once, and learning who has access."""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import argon2
import pytest

from console import letters
from console.routes.sign_in import safe_path
from domain.access import Role, User
from domain.credentials import ACCOUNT_FROM_NETWORK
from store.engine import Store
from tests.console.surface import HOST, enter, everything, guest, stranger
from tests.fakes.clock import FakeClock
from tests.fakes.desk import BASE, Office, office_on
from vault.codes import STEP_SECONDS, code_at, new_secret

PASSWORD = "maple kettle orbit 9"
COOKIE = "__Host-section7"


def ready(office: Office, role: Role = Role.REVIEWER) -> tuple[User, str]:
    """A person with a password and a telephone, whose last code is a while ago."""
    user, secret = office.people[role], new_secret()
    office.store.credentials.set_password(user.id, PASSWORD, "command", office.clock())
    assert office.store.credentials.set_code(user.id, secret, code_at(secret, office.clock()), office.clock())
    office.clock.forward(seconds=5 * STEP_SECONDS)
    return user, secret


def half_in(office: Office, user: User):
    """A stranger who knows the password and nothing else."""
    return guest(office, user, verified=False)


def at_once(number: int, work):
    """What `work` gives in this many threads that begin together."""
    gate = Barrier(number)

    def begin(index: int):
        gate.wait()
        return work(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(begin, range(number)))


def hashings(work) -> Counter[str]:
    """How often Argon2 was computed while `work` ran: its time is that of signing in."""
    counted: Counter[str] = Counter()
    watched = {argon2.PasswordHasher.verify.__code__: "verify", argon2.PasswordHasher.hash.__code__: "hash"}

    def watch(frame, event, _argument) -> None:
        if event == "call" and frame.f_code in watched:
            counted[watched[frame.f_code]] += 1

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def test_a_stranger_costs_as_many_password_hashes_as_somebody_known(office: Office) -> None:
    user, _ = ready(office)
    gone = office.person("Gone Away", Role.MANAGER)
    office.store.credentials.set_password(gone.id, PASSWORD, "command", office.clock())
    office.store.users.deactivate(gone.id, "command", office.clock())
    invited = office.people[Role.AUDITOR]
    check = office.store.credentials.check_password

    tried = {
        email: hashings(lambda email=email: check(email, "not the password", office.clock()))
        for email in (user.email, gone.email, invited.email, "nobody@larkspurbend.example", "", "x" * 10_000)
    }
    assert set(map(str, tried.values())) == {"Counter({'verify': 1})"}


@pytest.mark.parametrize(
    ("password", "status"),
    [
        ("correct  battery   wand", 303),
        ("\U0001f341\U0001f9ed\U0001f4da\U0001f6b2\U0001f3bb\U0001f9f5" * 2, 303),
        ("\u6c34\u5c71\u6728\u706b\u91d1\u571f\u65e5\u6708\u98a8\u96f2\u7530\u5ddd" * 6, 303),
        ("lower case only", 303),
        ("abcdefghijk lmno qrst " * 6, 422),
        ("tenletters", 422),
    ],
)
def test_a_password_may_be_long_and_of_any_letters_and_none_is_cut(office: Office, password: str, status: int) -> None:
    user = office.people[Role.AUDITOR]
    link = letters.new_link(office.desk, user, "invitation", "command", office.clock()).removeprefix(BASE)

    assert stranger(office).send(link, fields={"password": password, "again": password}).status_code == status
    check = office.store.credentials.check_password
    assert (check(user.email, password, office.clock()) is not None) == (status == 303)
    assert check(user.email, password[:-1], office.clock()) is None
    office.clock.forward(days=1000)
    assert (check(user.email, password, office.clock()) is not None) == (status == 303)


def test_a_new_installation_lets_nobody_in(sqlite_store: Store) -> None:
    assert sqlite_store.users.all() == ()
    for email in ("admin", "root", "administrator", "admin@localhost", "section7"):
        for password in ("", "admin", "password", "section7"):
            assert sqlite_store.credentials.check_password(email, password, FakeClock()()) is None


def test_asking_for_a_way_back_costs_no_hash_for_anybody(office: Office) -> None:
    user, _ = ready(office)
    for email in (user.email, "nobody@larkspurbend.example"):
        asked = stranger(office)
        assert hashings(lambda asked=asked, email=email: asked.send("/recovery", fields={"email": email})) == {}


def test_one_account_from_one_network(office: Office) -> None:
    user, _ = ready(office)
    visitor = stranger(office)
    wrong = {"email": user.email, "password": "guess"}

    answers = [visitor.send("/sign-in", fields=wrong).status_code for _ in range(8)]
    assert answers == [422] * ACCOUNT_FROM_NETWORK.free + [429] * 3
    # Another spelling of the address is the same account.
    for spelled in (user.email.upper(), f" {user.email} ", user.email.title()):
        assert visitor.send("/sign-in", fields={"email": spelled, "password": PASSWORD}).status_code == 429
    # So is another address of the same network, whatever it says of itself.
    neighbour = stranger(office, "203.0.113.200")
    neighbour.browser.headers["x-forwarded-for"] = "198.51.100.1"
    neighbour.browser.headers["forwarded"] = "for=198.51.100.1"
    assert neighbour.send("/sign-in", fields=wrong).status_code == 429


def test_one_account_from_everywhere_at_most_a_hundred_tries_an_hour(office: Office) -> None:
    user, _ = ready(office)
    tried = 0
    until = office.clock() + timedelta(hours=1)
    for number in range(120):
        from_there = stranger(office, f"10.{number}.1.1")
        answer = from_there.send("/sign-in", fields={"email": user.email, "password": "guess"})
        tried += answer.status_code == 422
        office.clock.forward(seconds=30)
    assert office.clock() >= until
    assert 20 <= tried <= 100


def test_many_accounts_from_one_network_are_slowed(office: Office) -> None:
    visitor = stranger(office)

    answers = [
        visitor.send("/sign-in", fields={"email": f"name{number}@larkspurbend.example", "password": "x"}).status_code
        for number in range(54)
    ]
    assert answers == [422] * 50 + [429] * 4


def test_guessing_of_others_keeps_the_owner_out_for_minutes_at_most(office: Office) -> None:
    user, _ = ready(office)
    for number in range(30):
        stranger(office, f"10.0.{number}.1").send("/sign-in", fields={"email": user.email, "password": "x"})
    office.clock.forward(minutes=5)

    assert stranger(office).send("/sign-in", fields={"email": user.email, "password": PASSWORD}).status_code == 303


def test_codes_cannot_be_tried_under_many_sessions(office: Office) -> None:
    user, secret = ready(office)
    answers = [half_in(office, user).send("/sign-in/code", fields={"code": f"{n:06}"}).status_code for n in range(7)]

    assert answers == [422] * 5 + [429] * 2
    assert (
        half_in(office, user).send("/sign-in/code", fields={"code": code_at(secret, office.clock())}).status_code == 429
    )


@pytest.mark.parametrize("code", ["", "0", "000000 OR 1=1", "٠٠٠٠٠٠", "\x00", "null", "true", "a" * 10_000, "-1"])
def test_what_is_no_code_is_no_code(office: Office, code: str) -> None:
    user, _ = ready(office)

    assert half_in(office, user).send("/sign-in/code", fields={"code": code}).status_code == 422


def test_a_code_is_good_once_and_one_before_it_never_again(office: Office) -> None:
    user, secret = ready(office)
    now, before = office.clock(), office.clock() - timedelta(seconds=STEP_SECONDS)

    assert half_in(office, user).send("/sign-in/code", fields={"code": code_at(secret, now)}).status_code == 303
    for used in (now, before):
        assert half_in(office, user).send("/sign-in/code", fields={"code": code_at(secret, used)}).status_code == 422


def test_the_second_factor_cannot_be_walked_around(office: Office) -> None:
    user, secret = ready(office)
    visitor = half_in(office, user)

    for path in ("/", "/me", "/me/telephone", "/me/password", "/queue", "/weeks"):
        assert visitor.browser.get(path).headers["location"].startswith("/sign-in/code")
        assert visitor.send(path, fields={"code": "x", "current": PASSWORD}).status_code in {401, 405}
    # A telephone of one's own making is not taken while another is set up.
    mine = new_secret()
    fields = {"telephone": mine, "code": code_at(mine, office.clock())}
    assert visitor.send("/sign-in/code", fields=fields).status_code == 422
    assert visitor.browser.get("/").headers["location"] == "/sign-in/code"
    assert visitor.send("/sign-in/code", fields={"code": code_at(secret, office.clock())}).status_code == 303


def test_a_stolen_cookie_ends_with_what_its_owner_does(office: Office) -> None:
    user, secret = ready(office)
    for ending in ("others", "out", "password", "telephone", "deactivated", "idle", "length"):
        owner, thief = guest(office, user), stranger(office)
        token = owner.browser.cookies[COOKIE]
        thief.browser.cookies.set(COOKIE, token, domain=HOST, path="/")
        assert thief.browser.get("/me").status_code == 200, ending
        end(office, owner, ending, secret)
        assert thief.browser.get("/me").headers["location"].startswith("/sign-in"), ending
        office.store.users.activate(user.id, "command", office.clock())


def end(office: Office, owner, ending: str, secret: str) -> None:
    again = {"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}
    match ending:
        case "out":
            owner.send("/sign-out")
        case "password":
            assert owner.send("/me/password", fields=again).status_code == 303
        case "others":
            enter(office, owner, office.people[Role.REVIEWER]).send("/me/sessions/others/end")
        case "telephone":
            office.store.credentials.forget_code(office.people[Role.REVIEWER].id, "command", office.clock())
        case "deactivated":
            office.store.users.deactivate(office.people[Role.REVIEWER].id, "command", office.clock())
        case "idle":
            office.clock.forward(minutes=31)
        case "length":
            for _ in range(25):
                owner.browser.get("/me")
                office.clock.forward(minutes=29)
    assert secret


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "0" * 43, "é", "\x7f", "../../x", "a" * 4000, "None", "'--"])
def test_a_made_up_cookie_is_nobody(office: Office, token: str) -> None:
    visitor = stranger(office)
    sent = f"{COOKIE}={token}".encode()

    assert visitor.browser.get("/", headers={b"cookie": sent}).headers["location"] == "/sign-in"


def test_a_cookie_from_a_neighbouring_host_is_not_looked_at(office: Office) -> None:
    """Another host of the same site can set a cookie without the prefix; browsers let nobody else set one with it."""
    user = office.people[Role.MANAGER]
    token, _ = office.store.sessions.begin(user.id, office.clock(), timedelta(hours=1), verified=True)
    visitor = stranger(office)

    for name in ("section7", "__host-section7", "__Secure-section7", "__Host-section7-x"):
        assert visitor.browser.get("/", headers={"cookie": f"{name}={token}"}).status_code == 303, name
    answer = visitor.browser.get("/", headers={"cookie": f"section7=tossed; {COOKIE}={token}"})
    assert answer.status_code == 200


def test_every_cookie_is_bound_to_this_host_to_https_and_out_of_reach_of_script(office: Office) -> None:
    user, secret = ready(office)
    fresh = office.browser()
    lines = fresh.get("/sign-in").headers.get_list("set-cookie")
    visitor = half_in(office, user)
    lines += visitor.send("/sign-in/code", fields={"code": code_at(secret, office.clock())}).headers.get_list(
        "set-cookie"
    )
    lines += guest(office, user).send("/sign-out").headers.get_list("set-cookie")

    assert len(lines) >= 3
    for line in lines:
        parts = {part.strip().lower() for part in line.split(";")[1:]}
        assert line.startswith("__Host-section7"), line
        assert {"httponly", "secure", "path=/", "samesite=lax"} <= parts
        assert not any(part.startswith("domain") for part in parts)


def test_nobody_learns_from_an_invitation_who_has_access(office: Office) -> None:
    """A used link, an outdated one, a forged one and one of another sort are told alike."""
    desk, user = office.desk, office.people[Role.AUDITOR]
    used = letters.new_link(desk, user, "invitation", "command", office.clock()).removeprefix(BASE)
    visitor = stranger(office)
    assert visitor.send(used, fields={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    outdated = letters.new_link(desk, user, "invitation", "command", office.clock()).removeprefix(BASE)
    office.clock.forward(days=4)
    other = letters.new_link(desk, user, "recovery", "command", office.clock()).removeprefix(BASE)

    told = {
        path: (answer := stranger(office).browser.get(path)).text + str(answer.status_code)
        for path in (used, outdated, used[:-1] + "0", other.replace("recovery", "invitation"), "/invitation/x")
    }
    assert len(set(told.values())) == 1
    assert user.name not in "".join(told.values())


def test_a_link_is_good_for_the_person_and_the_purpose_it_was_made_for(office: Office) -> None:
    rory, mara = office.people[Role.REVIEWER], office.people[Role.MANAGER]
    link = letters.new_link(office.desk, rory, "recovery", "command", office.clock()).removeprefix(BASE)

    form = {"password": PASSWORD, "again": PASSWORD, "email": mara.email, "user": str(mara.id)}
    assert stranger(office).send(link, fields=form).status_code == 303
    check = office.store.credentials.check_password
    assert check(rory.email, PASSWORD, office.clock()) is not None
    assert check(mara.email, PASSWORD, office.clock()) is None
    assert stranger(office).send(link, fields=form).status_code == 410


def test_a_new_address_ends_the_links_that_went_to_the_old_one(office: Office) -> None:
    rory = office.people[Role.REVIEWER]
    link = letters.new_link(office.desk, rory, "recovery", "command", office.clock()).removeprefix(BASE)
    office.store.users.change(rory.id, rory.name, "rory.new@larkspurbend.example", "command", office.clock())

    assert stranger(office).browser.get(link).status_code == 410


def test_whose_way_in_an_administrator_changes_is_told_of_it(office: Office) -> None:
    """Otherwise an administrator could take over somebody's access unseen, by their address and their telephone."""
    user, _ = ready(office)
    ada = guest(office, office.people[Role.ADMINISTRATOR])

    ada.send(f"/people/{user.id}/code/forget")
    ada.send(f"/people/{user.id}", fields={"name": user.name, "email": "elsewhere@larkspurbend.example"})
    assert [(mail.recipient, mail.subject) for mail in office.sent] == [
        (user.email, "Your telephone for one-time codes was changed"),
        (user.email, "Your address was changed"),
    ]
    ada.send(f"/people/{user.id}", fields={"name": "Rory Q.", "email": "elsewhere@larkspurbend.example"})
    assert len(office.sent) == 2


def test_a_browser_that_was_signed_in_by_somebody_else_does_not_become_them(office: Office) -> None:
    """Login CSRF: a form that was shown to another browser does not sign this one in."""
    user, _ = ready(office)
    theirs, mine = stranger(office), stranger(office)
    mine.browser.cookies.set("__Host-section7-visit", "another-visit", domain=HOST, path="/")

    answer = mine.send("/sign-in", token=theirs.csrf, fields={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert COOKIE not in mine.browser.cookies


@pytest.mark.parametrize(
    "way",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%5cevil.example\\",
        "http:evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "/\r\nset-cookie: x=y",
        "/\t/evil.example",
        "@evil.example",
        "/../\\/evil.example",
        "/\u2044evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(office: Office, way: str) -> None:
    user, secret = ready(office)
    visitor = half_in(office, user)

    answer = visitor.send("/sign-in/code", fields={"code": code_at(secret, office.clock()), "next": way})
    location = answer.headers["location"]
    assert answer.status_code == 303
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert safe_path(way) == location


def test_a_link_opened_by_two_at_once_lets_one_in(store: Store) -> None:
    office = office_on(store)
    link = letters.new_link(office.desk, office.people[Role.REVIEWER], "invitation", "command", office.clock())
    path = link.removeprefix(BASE)
    visitors = [stranger(office) for _ in range(4)]

    def follow(index: int) -> int:
        password = f"{PASSWORD} {index}"
        return visitors[index].send(path, fields={"password": password, "again": password}).status_code

    assert sorted(at_once(4, follow)) == [303, 410, 410, 410]


def test_a_code_given_by_two_at_once_lets_one_in(store: Store) -> None:
    office = office_on(store)
    user, secret = ready(office)
    visitors = [half_in(office, user) for _ in range(4)]
    code = code_at(secret, office.clock())

    answers = at_once(4, lambda index: visitors[index].send("/sign-in/code", fields={"code": code}).status_code)
    assert sorted(answers) == [303, 422, 422, 422]


def test_guesses_at_once_are_counted_each(store: Store) -> None:
    office = office_on(store)
    user, _ = ready(office)
    visitors = [stranger(office) for _ in range(8)]
    form = {"email": user.email, "password": "guess"}

    answers = at_once(8, lambda index: visitors[index].send("/sign-in", fields=form).status_code)
    assert Counter(answers) == {422: 5, 429: 3}


def test_one_form_sent_twice_at_once_acts_once(store: Store) -> None:
    office = office_on(store)
    manager = guest(office, office.people[Role.MANAGER])
    other = guest(office, office.people[Role.REVIEWER])

    at_once(2, lambda index: (manager, other)[index].send("/stop", fields={"reason": "Wrong account."}).status_code)
    assert len([stop for stop in office.store.stops.all() if stop.stands]) == 1
    before = everything(office, but={"audit", "sessions", "attempts"})
    manager.send("/stop", fields={"reason": "Once more."})
    assert everything(office, but={"audit", "sessions", "attempts"}) == before
