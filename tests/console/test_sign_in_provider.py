"""Signing in by the practice's own identity provider, end to end against one on this machine; and every way to cheat."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from joserfc import jwk

from collectors.base import Politeness
from collectors.http import HttpClient, open_http
from console.cookies import ATTEMPT
from console.identity import ATTEMPT_SECONDS, BACK
from console.signing import sign
from domain.access import Identity, Role, User
from monitor.identity import Provider, _for_people
from store.engine import Store
from tests.fakes.browsers import Browser
from tests.fakes.desk import BASE, Office, office_on, post, token_of
from tests.fakes.identity_provider import CLIENT_ID, SECRET, FakeProvider, Person
from vault.codes import STEP_SECONDS, code_at, new_secret

MFA = {"amr": ["pwd", "otp", "mfa"]}
SESSION = "__Host-section7"
COOKIE = f"__Host-{ATTEMPT}"


@dataclass
class Scene:
    """A practice whose people have accounts at a provider."""

    office: Office
    provider: FakeProvider
    http: HttpClient

    def person(self, role: Role = Role.REVIEWER, **claims: object) -> Person:
        user = self.office.people[role]
        return Person(f"subject-{user.id}", {"email": user.email, "email_verified": True, **MFA, **claims})

    def begin(self, browser: Browser, **fields: str) -> str:
        """Where the button leads."""
        answer = post(browser, "/sign-in/provider", "/sign-in", **fields)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def come_back(self, browser: Browser, person: Person, **fields: str):
        return browser.get(self.provider.let_in(self.begin(browser, **fields), person))

    def told(self) -> list[tuple[str, dict[str, object]]]:
        return [(entry.record.event, dict(entry.record.details)) for entry in self.office.store.audit.entries()]

    def why(self) -> object:
        """Why the last sign-in was refused."""
        event, details = self.told()[-1]
        assert event == "session.refused"
        assert details["how"] == "provider"
        return details["why"]


@pytest.fixture
def scene(sqlite_store: Store) -> Iterator[Scene]:
    office = office_on(sqlite_store)
    with FakeProvider(office.clock, f"{BASE}{BACK}") as provider:
        gentle = Politeness(user_agent="section7", contact="", allowed_private=frozenset({provider.place}))
        with open_http(_for_people(gentle), clock=office.clock) as http:
            vouching = Provider(
                issuer=provider.issuer,
                client_id=CLIENT_ID,
                secret=SECRET,
                name="Larkspur ID",
                origin=provider.issuer,
                trusted=False,
                http=http,
            )
            office.desk = replace(office.desk, identity=vouching)
            yield Scene(office, provider, http)


def refused(answer: object) -> bool:
    return answer.status_code == 403 and "You were not let in" in answer.text and SESSION not in answer.cookies


def test_the_button_leads_to_the_provider_and_back_into_the_console(scene: Scene) -> None:
    browser = scene.office.browser()
    page = browser.get("/sign-in")
    assert "Sign in with Larkspur ID" in page.text
    assert f"form-action 'self' {scene.provider.issuer};" in page.headers["content-security-policy"]
    assert scene.provider.issuer not in browser.get("/recovery").headers["content-security-policy"]

    answer = scene.come_back(browser, scene.person(), next="/me/sessions")

    assert answer.headers["location"] == "/me/sessions"
    assert browser.get("/me/sessions").status_code == 200
    told = scene.told()[-3:]
    user = scene.office.people[Role.REVIEWER]
    assert [event for event, _ in told] == ["user.bound", "user.vouched", "session.began"]
    assert told[-1][1] == {"how": "provider"}
    assert user.email not in repr(told)


def test_what_is_under_way_lies_in_a_short_strict_cookie_that_is_gone_afterwards(scene: Scene) -> None:
    browser = scene.office.browser()
    page = browser.get("/sign-in")
    answer = browser.post("/sign-in/provider", data={"form-token": token_of(page.text)}, headers={"origin": BASE})
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{COOKIE}="))
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure", f"Max-Age={ATTEMPT_SECONDS}"} <= {
        part.strip() for part in cookie.split(";")
    }

    browser.get(scene.provider.let_in(answer.headers["location"], scene.person()))
    assert COOKIE not in browser.cookies


def test_two_sign_ins_share_nothing(scene: Scene) -> None:
    addresses = [scene.begin(scene.office.browser()) for _ in range(2)]
    asked = [dict(pair.split("=", 1) for pair in urlsplit(address).query.split("&")) for address in addresses]

    assert all(asked[0][name] != asked[1][name] for name in ("state", "nonce", "code_challenge"))
    assert all(len(one[name]) >= 43 for one in asked for name in ("state", "nonce", "code_challenge"))


def test_the_next_time_the_subject_counts_and_the_address_does_not(scene: Scene) -> None:
    person = scene.person()
    scene.come_back(scene.office.browser(), person)
    person.claims |= {"email": "somebody.else@larkspurbend.example"}

    answer = scene.come_back(scene.office.browser(), person)

    assert answer.headers["location"] == "/"
    assert [event for event, _ in scene.told()].count("user.bound") == 1


def test_a_new_account_with_an_old_address_is_somebody_else(scene: Scene) -> None:
    scene.come_back(scene.office.browser(), scene.person())
    heir = replace(scene.person(), subject="another")

    assert refused(scene.come_back(scene.office.browser(), heir))
    assert scene.why() == "unknown"


def test_without_a_second_factor_at_the_provider_the_code_is_asked(scene: Scene) -> None:
    user, secret, office = scene.office.people[Role.REVIEWER], new_secret(), scene.office
    assert office.store.credentials.set_code(user.id, secret, code_at(secret, office.clock()), office.clock())
    office.clock.forward(seconds=5 * STEP_SECONDS)
    browser = office.browser()

    answer = scene.come_back(browser, scene.person(amr=["pwd"]), next="/me/sessions")
    assert answer.headers["location"] == "/sign-in/code?next=%2Fme%2Fsessions"
    half = browser.cookies[SESSION]
    assert browser.get("/me/sessions").headers["location"].startswith("/sign-in/code")

    done = post(browser, "/sign-in/code", code=code_at(secret, office.clock()), next="/me/sessions")
    assert done.headers["location"] == "/me/sessions"
    assert browser.cookies[SESSION] != half
    assert scene.told()[-1] == ("session.began", {"how": "code"})


@pytest.mark.parametrize(
    ("trusted", "claims", "whole"),
    [
        (True, {"amr": []}, True),
        (False, {"amr": ["pwd"], "acr": "https://refeds.org/profile/mfa"}, True),
        (False, {"amr": "mfa"}, False),
        (False, {"amr": ["otp"]}, False),
        (False, {"amr": None, "acr": "mfa"}, False),
        (False, {"amr": [["mfa"]], "acr": ["https://refeds.org/profile/mfa"]}, False),
    ],
)
def test_what_counts_as_a_second_factor(scene, trusted, claims, whole) -> None:
    office = scene.office
    office.desk = replace(office.desk, identity=replace(office.desk.identity, trusted=trusted))

    answer = scene.come_back(office.browser(), scene.person(**claims))

    assert answer.headers["location"] == ("/" if whole else "/sign-in/code")


def test_a_planted_session_is_ended(scene: Scene) -> None:
    office, browser = scene.office, scene.office.browser()
    location = scene.begin(browser)
    office.sign_in(browser, Role.MANAGER, verified=False)
    planted = browser.cookies[SESSION]

    browser.get(scene.provider.let_in(location, scene.person()))

    assert office.store.sessions.find(planted, office.clock(), timedelta(hours=1)) is None


@pytest.mark.parametrize("methods", [("client_secret_basic",), ("client_secret_post",)])
def test_the_client_shows_its_secret_as_the_provider_wants_it(scene: Scene, methods: tuple[str, ...]) -> None:
    scene.provider.methods = methods

    assert scene.come_back(scene.office.browser(), scene.person()).headers["location"] == "/"
    form = next(form for path, form in scene.provider.asked if path == "/token")
    assert ("client_secret" in form) == (methods == ("client_secret_post",))


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("ES256", ("EC", "P-256")), ("EdDSA", ("OKP", "Ed25519")), ("Ed25519", ("OKP", "Ed25519"))],
)
def test_other_algorithms_that_may_sign(scene: Scene, algorithm: str, key: tuple[str, str]) -> None:
    scene.provider.keys = {"two": jwk.JWKRegistry.generate_key(*key)}
    scene.provider.algorithm, scene.provider.signs_with = algorithm, "two"
    if algorithm == "EdDSA":
        made = signed_as_eddsa(scene.provider)
        scene.provider.made = made

    assert scene.come_back(scene.office.browser(), scene.person()).headers["location"] == "/"


def signed_as_eddsa(provider: FakeProvider):
    """With the name of before RFC 9864, at which the library warns when it signs."""

    def made(claims: dict) -> str:
        head = joined({"alg": "EdDSA", "kid": provider.signs_with}, claims)
        key = provider.keys[provider.signs_with].get_op_key("sign")
        return f"{head}.{coded(key.sign(head.encode()))}"

    return made


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def joined(header: object, claims: dict) -> str:
    return ".".join(coded(json.dumps(part).encode()) for part in (header, claims))


def test_new_keys_are_fetched_once_and_old_ones_are_not_asked_for_again(scene: Scene) -> None:
    scene.come_back(scene.office.browser(), scene.person())
    scene.come_back(scene.office.browser(), scene.person())
    assert [path for path, _ in scene.provider.asked].count("/keys") == 1

    scene.provider.keys = {"next": jwk.RSAKey.generate_key(2048)}
    scene.provider.signs_with = "next"
    answer = scene.come_back(scene.office.browser(), scene.person())

    assert answer.headers["location"] == "/"
    paths = [path for path, _ in scene.provider.asked]
    assert (paths.count("/keys"), paths.count("/.well-known/openid-configuration")) == (2, 1)


def test_a_key_that_the_provider_does_not_have_signs_nothing(scene: Scene) -> None:
    own, foreign = dict(scene.provider.keys), jwk.RSAKey.generate_key(2048)

    def made(claims: dict) -> str:
        scene.provider.keys = {"stray": foreign}
        scene.provider.signs_with = "stray"
        token = scene.provider.token(claims)
        scene.provider.keys = own
        return token

    scene.provider.made = made

    assert refused(scene.come_back(scene.office.browser(), scene.person()))
    assert scene.why() == "key"
    assert [path for path, _ in scene.provider.asked].count("/keys") == 1


def test_a_foreign_key_under_a_known_name_signs_nothing(scene: Scene) -> None:
    own, foreign = dict(scene.provider.keys), jwk.RSAKey.generate_key(2048)

    def made(claims: dict) -> str:
        scene.provider.keys = {"one": foreign}
        token = scene.provider.token(claims)
        scene.provider.keys = own
        return token

    scene.provider.made = made

    assert refused(scene.come_back(scene.office.browser(), scene.person()))
    assert scene.why() == "signature"


def test_a_short_key_signs_nothing(scene: Scene) -> None:
    with pytest.warns(UserWarning, match="2048"):
        short = jwk.RSAKey.generate_key(1024)
    scene.provider.keys = {"one": short}

    assert refused(scene.come_back(scene.office.browser(), scene.person()))
    assert scene.why() == "key"


def unsigned(provider: FakeProvider, claims: dict) -> str:
    return joined({"alg": "none", "kid": "one"}, claims) + "."


def secret_is_the_public_key(provider: FakeProvider, claims: dict) -> str:
    head = joined({"alg": "HS256", "kid": "one"}, claims)
    public = provider.keys["one"].as_pem(private=False)
    return f"{head}.{coded(hmac.digest(public, head.encode(), hashlib.sha256))}"


def secret_is_the_clients(provider: FakeProvider, claims: dict) -> str:
    head = joined({"alg": "HS256"}, claims)
    return f"{head}.{coded(hmac.digest(SECRET.encode(), head.encode(), hashlib.sha256))}"


def own_key_in_the_header(provider: FakeProvider, claims: dict) -> str:
    key = jwk.RSAKey.generate_key(2048)
    head = joined({"alg": "RS256", "kid": "mine", "jwk": key.as_dict(private=False)}, claims)
    return f"{head}.{coded(b'x' * 256)}"


def cut(provider: FakeProvider, claims: dict) -> str:
    return provider.token(claims)[:-6]


def changed(provider: FakeProvider, claims: dict) -> str:
    head, _, signature = provider.token(claims).split(".")
    return f"{head}.{coded(json.dumps({**claims, 'sub': 'subject-1'}).encode())}.{signature}"


def critical(provider: FakeProvider, claims: dict) -> str:
    return joined({"alg": "RS256", "kid": "one", "crit": ["b64"], "b64": False}, claims) + ".eA"


def odd_header(provider: FakeProvider, claims: dict) -> str:
    return joined("alg", claims) + ".eA"


def nothing(provider: FakeProvider, claims: dict) -> str:
    return "\ud800.é.."


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        secret_is_the_public_key,
        secret_is_the_clients,
        own_key_in_the_header,
        cut,
        changed,
        critical,
        odd_header,
        nothing,
    ],
)
def test_a_token_that_the_provider_has_not_signed_lets_nobody_in(scene: Scene, forge) -> None:
    scene.provider.made = lambda claims: forge(scene.provider, claims)

    assert refused(scene.come_back(scene.office.browser(), scene.person()))
    assert scene.why() in {"algorithm", "signature", "form", "key"}


@pytest.mark.parametrize(
    ("twist", "why"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": "\ud800"}, "nonce"),
        ({"aud": "another-client"}, "audience"),
        ({"aud": [CLIENT_ID, "another-client"]}, "audience"),
        ({"aud": []}, "audience"),
        ({"azp": "another-client"}, "authorized-party"),
        ({"iss": "https://id.evil.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"exp": 0}, "expired"),
        ({"exp": None}, "time"),
        ({"exp": "soon"}, "time"),
        ({"exp": float("inf")}, "time"),
        ({"exp": True}, "time"),
        ({"exp": 10**30}, "time"),
        ({"iat": 0}, "time"),
        ({"iat": None}, "time"),
        ({"nbf": 4_000_000_000}, "time"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "a\x00b"}, "subject"),
        ({"sub": "x" * 256}, "subject"),
    ],
)
def test_a_genuine_token_that_is_not_for_this_sign_in_lets_nobody_in(scene: Scene, twist: dict, why: str) -> None:
    scene.provider.twist = lambda claims: claims.update(twist)

    assert refused(scene.come_back(scene.office.browser(), scene.person()))
    assert scene.why() == why
    assert scene.told()[-1][0] == "session.refused"


def test_a_token_that_has_just_run_out_is_good_for_a_minute_of_clocks_apart(scene: Scene) -> None:
    now = int(scene.office.clock().timestamp())
    scene.provider.twist = lambda claims: claims.update(iat=now - 300, exp=now - 59)
    assert scene.come_back(scene.office.browser(), scene.person()).headers["location"] == "/"

    scene.provider.twist = lambda claims: claims.update(iat=now - 300, exp=now - 60)
    assert refused(scene.come_back(scene.office.browser(), scene.person()))


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": "nobody@larkspurbend.example"},
        {"email": ["rory.quill@larkspurbend.example"]},
        {"email": "rory.quill@larkſpurbend.example"},
        {"email": "\ud800"},
    ],
)
def test_an_address_that_is_not_verified_or_not_invited_lets_nobody_in(scene: Scene, claims: dict) -> None:
    assert scene.office.people[Role.REVIEWER].email == "rory.quill@larkspurbend.example"

    assert refused(scene.come_back(scene.office.browser(), scene.person(**claims)))
    assert scene.why() == "unknown"


def test_somebody_who_may_not_sign_in_any_more_is_answered_like_a_stranger(scene: Scene) -> None:
    office, user = scene.office, scene.office.people[Role.REVIEWER]
    office.store.users.deactivate(user.id, "command", office.clock())
    before = scene.come_back(office.browser(), scene.person())
    office.store.users.activate(user.id, "command", office.clock())
    scene.come_back(office.browser(), scene.person())
    office.store.users.deactivate(user.id, "command", office.clock())
    after = scene.come_back(office.browser(), scene.person())
    assert scene.why() == "inactive"
    stranger = scene.come_back(office.browser(), Person("nobody"))

    assert refused(before)
    assert before.text == after.text == stranger.text


def test_an_answer_counts_only_where_the_question_was_asked(scene: Scene) -> None:
    """Login cross-site request forgery: a stranger's own answer, put under somebody else's browser."""
    attacker, victim = scene.office.browser(), scene.office.browser()
    back = scene.provider.let_in(scene.begin(attacker), scene.person())

    assert refused(victim.get(back))
    assert scene.why() == "attempt"
    scene.begin(victim)
    assert refused(victim.get(back))
    assert scene.why() == "state"
    assert not [path for path, _ in scene.provider.asked if path == "/token"]


def test_an_answer_is_good_once(scene: Scene) -> None:
    browser = scene.office.browser()
    location = scene.begin(browser)
    kept, back = browser.cookies[COOKIE], scene.provider.let_in(location, scene.person())
    assert browser.get(back).headers["location"] == "/"

    assert refused(browser.get(back))
    thief = scene.office.browser()
    thief.cookies.set(COOKIE, kept, domain="console.larkspurbend.example", path="/")
    assert refused(thief.get(back))
    assert scene.why() == "grant"


def test_a_stolen_code_is_worth_nothing_without_its_verifier(scene: Scene) -> None:
    stolen = scene.provider.let_in(scene.begin(scene.office.browser()), scene.person())
    code = dict(pair.split("=", 1) for pair in urlsplit(stolen).query.split("&"))["code"]
    thief = scene.office.browser()
    own = scene.provider.let_in(scene.begin(thief), Person("thief"))
    state = dict(pair.split("=", 1) for pair in urlsplit(own).query.split("&"))["state"]

    assert refused(thief.get(f"{BACK}?code={code}&state={state}&iss={scene.provider.issuer}"))
    assert scene.why() == "grant"


def test_a_cookie_of_ones_own_making_or_an_old_one_is_nothing(scene: Scene) -> None:
    browser = scene.office.browser()
    scene.begin(browser)
    forged = sign(b"another key" * 3, "provider", json.dumps(["s" * 43, "n", "v", "/", 4_000_000_000]))
    browser.cookies.set(COOKIE, forged, domain="console.larkspurbend.example", path="/")
    assert refused(browser.get(f"{BACK}?code=x&state={'s' * 43}"))

    slow = scene.office.browser()
    back = scene.provider.let_in(scene.begin(slow), scene.person())
    scene.office.clock.forward(seconds=ATTEMPT_SECONDS)
    assert refused(slow.get(back))
    assert scene.why() == "late"


@pytest.mark.parametrize("named", ["https://id.evil.example", "", None])
def test_an_answer_in_the_name_of_another_provider_is_not_taken(scene: Scene, named: str | None) -> None:
    browser = scene.office.browser()
    back, _, _ = scene.provider.let_in(scene.begin(browser), scene.person()).partition("&iss=")

    assert refused(browser.get(back if named is None else f"{back}&iss={named}"))
    assert scene.why() == "mix-up"
    assert not [path for path, _ in scene.provider.asked if path == "/token"]


@pytest.mark.parametrize("way", ["https://evil.example", "//evil.example", "/\\evil.example", "/sign-out"])
def test_nobody_is_sent_elsewhere(scene: Scene, way: str) -> None:
    assert scene.come_back(scene.office.browser(), scene.person(), next=way).headers["location"] == "/"


def test_who_declines_there_is_told_so_here(scene: Scene) -> None:
    browser = scene.office.browser()
    state = dict(pair.split("=", 1) for pair in urlsplit(scene.begin(browser)).query.split("&"))["state"]

    assert refused(browser.get(f"{BACK}?error=access_denied&state={state}&iss={scene.provider.issuer}"))
    assert scene.why() == "declined"


def test_a_fault_of_the_providers_own_is_told_as_one(scene: Scene) -> None:
    browser = scene.office.browser()
    state = dict(pair.split("=", 1) for pair in urlsplit(scene.begin(browser)).query.split("&"))["state"]

    assert browser.get(f"{BACK}?error=server_error&state={state}&iss={scene.provider.issuer}").status_code == 503


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=%00&state=%ff", "?error=x", "?code=a&code=b"])
def test_an_answer_out_of_nowhere_is_refused(scene: Scene, query: str) -> None:
    assert refused(scene.office.browser().get(f"{BACK}{query}"))


def test_tries_are_counted_by_network_and_a_sign_in_forgives(scene: Scene) -> None:
    browser = scene.office.browser()
    back = scene.provider.let_in(scene.begin(browser), scene.person())
    assert {scene.office.browser().get(f"{BACK}?code=x").status_code for _ in range(49)} == {403}
    assert browser.get(back).headers["location"] == "/"

    assert {scene.office.browser().get(f"{BACK}?code=x").status_code for _ in range(50)} == {403}
    assert scene.office.browser().get(f"{BACK}?code=x").status_code == 429


def away(answer: object) -> bool:
    return answer.status_code == 503 and "Larkspur ID cannot be reached" in answer.text


def test_a_provider_that_is_down_is_said_so_and_passwords_still_work(scene: Scene) -> None:
    office, user = scene.office, scene.office.people[Role.REVIEWER]
    office.with_settings(second_factor=False)
    office.store.credentials.set_password(user.id, "maple kettle orbit 9", "command", office.clock())
    scene.provider.stop()
    browser = office.browser()

    assert away(post(browser, "/sign-in/provider", "/sign-in"))
    assert away(post(browser, "/sign-in/provider", "/sign-in"))
    done = post(browser, "/sign-in", email=user.email, password="maple kettle orbit 9")
    assert done.headers["location"] == "/"
    assert scene.told()[-1] == ("session.began", {"how": "password"})


def test_a_provider_that_goes_down_in_between_loses_nothing(scene: Scene) -> None:
    office, browser = scene.office, scene.office.browser()
    back = scene.provider.let_in(scene.begin(browser), scene.person())
    scene.provider.stop()

    assert away(browser.get(back))
    assert SESSION not in browser.cookies
    assert office.store.users.get(office.people[Role.REVIEWER].id).active
    assert "user.bound" not in [event for event, _ in scene.told()]


def test_a_provider_is_asked_again_after_a_rest(scene: Scene) -> None:
    found = "/.well-known/openid-configuration"
    scene.provider.answers[found] = (500, b"{}")
    assert away(post(scene.office.browser(), "/sign-in/provider", "/sign-in"))
    del scene.provider.answers[found]
    assert away(post(scene.office.browser(), "/sign-in/provider", "/sign-in"))
    scene.office.clock.forward(seconds=16)

    assert scene.begin(scene.office.browser())


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
@pytest.mark.parametrize(
    "answer",
    [
        (200, b'{"keys": "' + b"x" * 300_000 + b'"}'),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"[" * 100_000),
        (200, b"\xff\xfe\x00"),
        (302, b""),
        (401, b"{}"),
        (429, b"{}"),
        (503, b""),
    ],
    ids=["huge", "html", "list", "deep", "bytes", "moved", "refused", "often", "busy"],
)
def test_an_answer_that_is_none_is_the_providers_fault(scene: Scene, path: str, answer: tuple[int, bytes]) -> None:
    scene.provider.answers[path] = answer
    browser = scene.office.browser()
    first = post(browser, "/sign-in/provider", "/sign-in")
    if path.startswith("/."):
        assert away(first)
        return

    assert away(browser.get(scene.provider.let_in(first.headers["location"], scene.person())))
    assert SESSION not in browser.cookies


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://id.evil.example"},
        {"authorization_endpoint": "https://id.evil.example/authorize"},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": "http://[::1"},
        {"jwks_uri": "http://id.evil.example/keys"},
        {"jwks_uri": 5},
    ],
)
def test_a_document_that_leads_elsewhere_is_not_followed(scene: Scene, document: dict) -> None:
    scene.provider.document = document

    assert away(post(scene.office.browser(), "/sign-in/provider", "/sign-in"))


@pytest.mark.parametrize("address", ["https://127.0.0.1:9/token", "https://169.254.169.254/token"])
def test_a_secret_goes_to_no_private_address_that_is_not_opened_by_name(scene: Scene, address: str) -> None:
    scene.provider.document = {"token_endpoint": address}
    browser = scene.office.browser()

    assert away(browser.get(scene.provider.let_in(scene.begin(browser), scene.person())))


def test_a_secret_that_does_not_fit_is_the_administrators_to_mend(scene: Scene) -> None:
    office = scene.office
    office.desk = replace(office.desk, identity=replace(office.desk.identity, secret="old"))
    assert away(scene.come_back(office.browser(), scene.person()))

    scene.provider.answers["/token"] = (400, b'{"error": "unauthorized_client"}')
    assert away(scene.come_back(office.browser(), scene.person()))


def test_a_token_endpoint_that_gives_no_token_lets_nobody_in(scene: Scene) -> None:
    scene.provider.answers["/token"] = (200, b'{"access_token": "x", "id_token": 5}')

    assert refused(scene.come_back(scene.office.browser(), scene.person()))
    assert scene.why() == "no-token"


def test_without_a_provider_there_is_no_such_page(office: Office) -> None:
    browser = office.browser()

    assert "provider" not in browser.get("/sign-in").text
    assert post(browser, "/sign-in/provider", "/sign-in").status_code == 404
    assert browser.get(BACK).status_code == 404


def test_nothing_of_the_secret_is_shown(scene: Scene) -> None:
    assert SECRET not in repr(scene.office.desk)


def test_one_persons_account_cannot_become_anothers(scene: Scene) -> None:
    office: Office = scene.office
    identity = Identity(scene.provider.issuer, "same", office.people[Role.REVIEWER].email)
    first: User | None = office.store.identities.admit(identity, office.clock())
    other = replace(identity, verified_email=office.people[Role.MANAGER].email)

    assert first == office.people[Role.REVIEWER]
    assert office.store.identities.admit(other, office.clock()) == first
    assert office.store.identities.admit(replace(identity, issuer="https://id.evil.example"), office.clock()) is None
