"""Owners' tokens: the file, what may be read with which, renewing, and that none of them ever shows."""

import os
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.base import Consent, Grant, Http
from domain.audit import COMMAND, SYSTEM
from domain.errors import CollectError, ConfigError, RateLimited, TokenRefused, UsageError
from monitor.config import load_config
from monitor.token_answer import brought_in
from monitor.token_file import Kept, TokenFile
from monitor.tokens import Owners, account_of, add, drop, drop_withdrawn, ending, ends_soon, fault_of, tell
from monitor.work import retention
from store.engine import Store
from tests.fakes.http import FakeHttp
from tests.fakes.platform import FakePlatform
from tests.fakes.practice import GRAVE, Practice, practice_on

TOKEN = "EAAGm-invented-token-0123456789"
REFRESH = "1//invented-refresh-token"
SECRET = "invented-client-secret"
FRESH = "EAAGm-another-invented-token"
SECRETS = (TOKEN, REFRESH, SECRET, FRESH)
NOW = datetime(2026, 10, 7, 12, tzinfo=UTC)
CONSENT = Consent(
    hosts=frozenset({"api.fake.example"}),
    needed=frozenset({"read"}),
    allowed=frozenset({"read", "comments"}),
    documentation="https://fake.example/docs",
    how="The owner grants it in the settings.",
)


def grant(owner: str = "tess", **more: object) -> Grant:
    return replace(Grant("fake", owner, TOKEN, frozenset({"read"}), obtained_at=NOW), **more)  # type: ignore[arg-type]


def entry(**values: str) -> str:
    lines = {"platform": '"fake"', "id": '"tess"', "token": f'"{TOKEN}"'} | values
    return "\n".join(["[[grant]]", *(f"{name} = {value}" for name, value in lines.items() if value), ""])


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "section7.tokens", {"HELD": TOKEN, "ODD": "two words"}, frozenset({"fake", "other"}))


def written(file: TokenFile, text: str, mode: int = 0o600) -> TokenFile:
    file.path.write_text(text, encoding="utf-8")
    file.path.chmod(mode)
    return file


def mistakes(file: TokenFile) -> dict[str, tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        file.read()
    assert not any(secret in f"{caught.value!r}{caught.value}" for secret in SECRETS)
    return {one.key: (one.seen, one.expected) for one in caught.value.mistakes}


def test_without_a_file_there_is_no_token(file: TokenFile) -> None:
    assert file.read() == ()
    assert file.of("fake", "tess") is None


def test_what_is_put_is_read_again_whole_and_by_its_owner_alone(file: TokenFile) -> None:
    whole = grant(refresh_token=REFRESH, client_id="app", client_secret=SECRET, expires_at=NOW + timedelta(days=60))
    assert file.put(Kept(whole)) is False
    assert file.of("fake", "tess") == whole
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.put(Kept(replace(whole, token=FRESH))) is True
    assert [kept.grant.token for kept in file.read()] == [FRESH]
    assert [path.name for path in file.path.parent.iterdir() if "tokens" in path.name and "lock" not in path.name] == [
        file.path.name
    ]


def test_each_owner_has_a_token_of_their_own_and_loses_no_other(file: TokenFile) -> None:
    file.put(Kept(grant("tess")))
    file.put(Kept(grant("jo")))
    assert file.remove("fake", "tess") is True
    assert file.remove("fake", "tess") is False
    assert [kept.grant.platform_id for kept in file.read()] == ["jo"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o666])
def test_a_file_that_others_can_read_is_refused_and_nothing_is_written_to_it(file: TokenFile, mode: int) -> None:
    told = mistakes(written(file, entry(), mode))
    assert told == {"(file)": (f"a file that others can read (mode {mode:04o})", f"chmod 600 {file.path}")}
    with pytest.raises(ConfigError):
        file.put(Kept(grant("jo")))
    assert file.path.read_text() == entry()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (entry(platform='"mastodon"'), {"grant[0].platform"}),
        (entry(id=""), {"grant[0].id"}),
        (entry(id="7"), {"grant[0].id"}),
        (entry(token=""), {"grant[0]"}),
        (entry(token_env='"HELD"'), {"grant[0]"}),
        (entry(token='"two words"'), {"grant[0].token"}),
        (entry(token='"\u00e9"'), {"grant[0].token"}),
        (entry(token="", token_env='"NOT_SET"'), {"grant[0].token_env"}),
        (entry(token="", token_env='"ODD"'), {"grant[0].token_env"}),
        (entry(refresh_token=f'"{REFRESH}"', refresh_token_env='"HELD"'), {"grant[0]"}),
        (entry(client_secret=f'["{SECRET}"]'), {"grant[0].client_secret"}),
        (entry(refresh_token=f'"{REFRESH} {SECRET}"'), {"grant[0].refresh_token"}),
        (entry(scopes=f'"{TOKEN}"'), {"grant[0].scopes"}),
        (entry(expires_at="2027-01-20T10:00:00"), {"grant[0].expires_at"}),
        (entry(expires_at=f'"{TOKEN}"'), {"grant[0].expires_at"}),
        (entry(secret=f'"{SECRET}"'), {"grant[0].secret"}),
        (entry() + entry(), {"grant[1].id"}),
        (f'grants = "{TOKEN}"', {"grants"}),
        (f'token = "{TOKEN}', {"(file)"}),
        (entry(id="", token=f'"{TOKEN} x"') + entry(platform='"nobody"'), {"grant[0].id", "grant[0].token"}),
        (entry(platform='"a"') + entry(platform='"b"'), {"grant[0].platform", "grant[1].platform"}),
    ],
)
def test_every_mistake_is_told_by_its_key_and_no_value_is(file: TokenFile, text: str, keys: set[str]) -> None:
    assert set(mistakes(written(file, text))) == keys


def test_bytes_that_are_no_text_are_a_mistake(file: TokenFile) -> None:
    file.path.write_bytes(b"\xff\xfe" + TOKEN.encode())
    file.path.chmod(0o600)
    assert mistakes(file) == {"(file)": ("bytes that are not UTF-8", "UTF-8 text")}


def test_a_folder_in_place_of_the_file_is_a_mistake(file: TokenFile) -> None:
    file.path.mkdir(mode=0o700)
    assert set(mistakes(file)) == {"(file)"}


def test_a_variable_may_hold_the_token_and_its_name_alone_is_kept(file: TokenFile) -> None:
    file.put(Kept(grant(), {"token": "HELD"}))
    assert TOKEN not in file.path.read_text()
    assert 'token_env = "HELD"' in file.path.read_text()
    assert file.of("fake", "tess").token == TOKEN
    file.put(Kept(grant("jo", token=FRESH)))
    assert TOKEN not in file.path.read_text()


def test_a_renewed_token_stands_in_the_file_where_a_variable_held_the_first(file: TokenFile) -> None:
    file.put(Kept(grant(), {"token": "HELD"}))
    file.renew(grant(), grant(token=FRESH))
    assert file.of("fake", "tess").token == FRESH


def test_a_token_that_was_removed_meanwhile_does_not_come_back_by_renewing(file: TokenFile) -> None:
    file.put(Kept(grant("jo")))
    file.renew(grant("tess"), grant("tess", token=FRESH))
    assert [kept.grant.platform_id for kept in file.read()] == ["jo"]


def test_a_token_that_was_brought_meanwhile_is_not_written_over_by_renewing_the_older_one(file: TokenFile) -> None:
    file.put(Kept(grant(token="brought-meanwhile")))
    file.renew(grant(), grant(token=FRESH))
    assert file.of("fake", "tess").token == "brought-meanwhile"


def test_a_secret_in_the_place_of_a_variables_name_is_not_repeated(file: TokenFile) -> None:
    assert set(mistakes(written(file, entry(token="", token_env=f'"{TOKEN}"')))) == {"grant[0].token_env"}


@pytest.mark.parametrize("odd", ["two words", "", "\u00e9", 'a"b\\c\u2028'])
def test_an_id_that_could_not_be_read_again_is_not_written(file: TokenFile, odd: str) -> None:
    file.put(Kept(grant("jo")))
    with pytest.raises(UsageError, match="cannot be kept"):
        file.put(Kept(grant(odd)))
    assert [kept.grant.platform_id for kept in file.read()] == ["jo"]


def test_quotes_and_backslashes_in_an_id_are_read_again(file: TokenFile) -> None:
    file.put(Kept(grant('urn:"a"\\b')))
    assert file.of("fake", 'urn:"a"\\b') is not None


def test_writers_side_by_side_lose_nothing(file: TokenFile) -> None:
    threads = [threading.Thread(target=file.put, args=(Kept(grant(f"owner-{number}")),)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {kept.grant.platform_id for kept in file.read()} == {f"owner-{number}" for number in range(12)}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        TokenFile(tmp_path / "none" / "section7.tokens", {}, frozenset({"fake"})).put(Kept(grant()))


def test_no_representation_shows_a_secret(file: TokenFile) -> None:
    whole = grant(refresh_token=REFRESH, client_secret=SECRET)
    shown = repr((Kept(whole), file, brought_in(f'{{"access_token": "{TOKEN}", "refresh_token": "{REFRESH}"}}', NOW)))
    assert not any(secret in shown for secret in SECRETS)


@pytest.mark.parametrize(
    ("text", "scopes", "days"),
    [
        (f" {TOKEN}\n", None, None),
        (f'{{"access_token": "{TOKEN}"}}', None, None),
        (f'{{"access_token": "{TOKEN}", "scope": "read comments", "expires_in": 86400}}', {"read", "comments"}, 1),
        (f'{{"access_token": "{TOKEN}", "scope": "read,comments"}}', {"read", "comments"}, None),
        (f'{{"data": [{{"access_token": "{TOKEN}", "permissions": "read,comments"}}]}}', {"read", "comments"}, None),
        (f'{{"access_token": "{TOKEN}", "permissions": ["read"], "expires_in": true}}', {"read"}, None),
        (f'{{"access_token": "{TOKEN}", "scope": 7, "expires_in": -5}}', None, None),
        (f'{{"access_token": "{TOKEN}", "expires_in": 999999999999999}}', None, None),
    ],
)
def test_a_token_is_brought_alone_or_in_the_answer_it_came_in(text: str, scopes: set[str] | None, days: int) -> None:
    brought = brought_in(text, NOW)
    assert (brought.token, brought.scopes) == (TOKEN, scopes)
    assert brought.expires_at == (None if days is None else NOW + timedelta(days=days))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        f"{TOKEN} {TOKEN}",
        "{",
        f'{{"token": "{TOKEN}"}}',
        f'["{TOKEN}"]',
        '{"access_token": 7}',
        "x" * 5000,
        f'{{"access_token": "{TOKEN}", "refresh_token": "a b"}}',
        '{"data": []}',
        f"\u00e9{TOKEN}",
        "[" * 5000,
    ],
)
def test_what_is_no_token_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as told:
        brought_in(text, NOW)
    assert TOKEN not in f"{told.value}{told.value.__cause__}"


# ---- in use


@dataclass
class CarryingReader:
    """Remembers which grant each account's reader carried, and to which hosts."""

    given: list[tuple[Grant | None, frozenset[str]]] = field(default_factory=list)

    def for_account(self, *, grant: Grant | None = None, hosts: frozenset[str] = frozenset()) -> Http:
        self.given.append((grant, hosts))
        return FakeHttp({})


@dataclass
class RenewingPlatform(FakePlatform):
    """Gives `next` in place of the grant it is shown, or raises it."""

    next: Grant | CollectError | None = None
    shown: list[Grant] = field(default_factory=list)

    def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
        self.shown.append(grant)
        if isinstance(self.next, CollectError):
            raise self.next
        return self.next


@pytest.fixture
def practice(sqlite_store: Store, tmp_path: Path) -> Practice:
    made = practice_on(sqlite_store, tmp_path)
    made.platform = RenewingPlatform(consent=CONSENT)
    return made


@pytest.fixture
def owners(practice: Practice, file: TokenFile) -> Owners:
    return Owners(file, CarryingReader(), practice.store, practice.clock)


def tools(practice: Practice, owners: Owners):
    return replace(practice.collecting(), owners=owners, reader=owners.reader)


def events(practice: Practice) -> list[tuple[str, str, str]]:
    entries = (entry.record for entry in practice.store.audit.entries())
    return [(one.event, one.subject, one.actor) for one in entries if one.event.startswith("token.")]


def collected(practice: Practice, owners: Owners | None) -> str:
    made = practice.collecting() if owners is None else tools(practice, owners)
    practice.collecting = lambda *_, **__: made  # type: ignore[method-assign]
    return practice.collect().visits[0].outcome


def test_an_account_is_read_with_its_own_owners_token_sent_to_its_platform(practice, owners) -> None:
    practice.authorise()
    owners.file.put(Kept(grant("tess")))
    owners.file.put(Kept(grant("jo", token=FRESH)))
    practice.publish("a", GRAVE)

    assert collected(practice, owners) == "read"
    assert owners.reader.given[-1] == (grant("tess"), CONSENT.hosts)


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (None, "there is none"),
        (grant("jo"), "there is none"),
        (grant(scopes=frozenset({"read", "messages"})), "non-public posts or change something: messages"),
        (grant(scopes=frozenset({"comments"})), "lacks read"),
        (grant(scopes=frozenset()), "lacks read"),
        (grant(expires_at=NOW - timedelta(days=1)), "ended on 2026-10-06"),
    ],
)
def test_without_a_token_that_may_be_used_nothing_is_read_and_the_way_back_is_said(
    practice, owners, kept, said
) -> None:
    account = practice.authorise()
    if kept is not None:
        owners.file.put(Kept(kept))
    with pytest.raises(TokenRefused, match=said):
        owners.http_for(practice.platform, "tess")

    assert collected(practice, owners) == "token-refused"
    assert practice.platform.visits == []
    found = practice.store.accounts.find(str(account.id))
    assert (found.problem_code, found.problem) == ("token-refused", TokenRefused.reason)
    assert "section7 tokens add" in TokenRefused.way_back


def test_where_no_tokens_are_kept_no_platform_that_wants_one_is_read(practice) -> None:
    practice.authorise()
    assert collected(practice, None) == "token-refused"


def test_a_platform_open_to_everybody_is_read_without_one(practice, owners) -> None:
    practice.platform.consent = None
    practice.authorise()
    owners.file.put(Kept(grant()))
    assert collected(practice, owners) == "read"
    assert owners.reader.given == [(None, frozenset())]


def test_a_file_that_broke_meanwhile_costs_the_accounts_that_need_it_by_name(practice, owners, capsys) -> None:
    practice.authorise()
    written(owners.file, entry(), 0o644)
    assert collected(practice, owners) == "token-refused"
    said = capsys.readouterr()
    assert "tokens-not-readable" in said.out + said.err
    assert TOKEN not in said.out + said.err


def test_a_token_is_renewed_before_reading_written_back_and_told_to_the_log(practice, owners) -> None:
    account = practice.authorise()
    owners.file.put(Kept(grant(refresh_token=REFRESH)))
    ends = NOW + timedelta(days=60)
    practice.platform.next = grant("somebody-else", token=FRESH, refresh_token=REFRESH, expires_at=ends)

    assert collected(practice, owners) == "read"
    carried = owners.reader.given[-1][0]
    assert (carried.token, carried.platform_id, carried.obtained_at) == (FRESH, "tess", practice.clock())
    assert owners.file.of("fake", "tess") == carried
    assert events(practice) == [("token.renewed", f"account:{account.id}", SYSTEM)]


def test_an_ended_token_may_still_be_renewed(practice, owners) -> None:
    practice.authorise()
    owners.file.put(Kept(grant(expires_at=NOW - timedelta(days=1), refresh_token=REFRESH)))
    practice.platform.next = grant(token=FRESH, expires_at=NOW + timedelta(hours=1))
    assert collected(practice, owners) == "read"


@pytest.mark.parametrize("failure", [RateLimited(), TokenRefused("code 190")])
def test_a_renewal_that_failed_is_no_reading_that_failed(practice, owners, failure, capsys) -> None:
    practice.authorise()
    owners.file.put(Kept(grant()))
    practice.platform.next = failure
    assert collected(practice, owners) == "read"
    said = capsys.readouterr()
    assert "token-not-renewed" in said.out + said.err
    assert owners.file.of("fake", "tess") == grant()


def test_what_another_process_renewed_meanwhile_is_read_with_and_not_the_token_that_is_used_up(
    practice, owners
) -> None:
    practice.authorise()
    ended = NOW - timedelta(days=1)
    owners.file.put(Kept(grant(refresh_token=REFRESH, expires_at=ended)))
    theirs = grant(token=FRESH, refresh_token="1//theirs", expires_at=NOW + timedelta(days=60))

    @dataclass
    class Overtaken(RenewingPlatform):
        def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
            owners.file.put(Kept(theirs))
            raise TokenRefused("invalid_grant")

    practice.platform = Overtaken(consent=CONSENT)
    assert collected(practice, owners) == "read"
    assert owners.reader.given[-1][0] == theirs


def test_a_renewed_token_that_allows_more_than_was_granted_is_refused(practice, owners) -> None:
    practice.authorise()
    owners.file.put(Kept(grant()))
    practice.platform.next = grant(token=FRESH, scopes=frozenset({"read", "messages"}))
    assert collected(practice, owners) == "token-refused"


def test_a_renewed_token_that_cannot_be_kept_is_used_and_said(practice, owners, capsys) -> None:
    practice.authorise()
    owners.file.put(Kept(grant()))
    practice.platform.next = grant(token="two words")
    assert collected(practice, owners) == "read"
    said = capsys.readouterr()
    assert "token-not-kept" in said.out + said.err


def test_a_token_that_may_not_be_used_is_not_even_renewed(practice, owners) -> None:
    owners.file.put(Kept(grant(scopes=frozenset({"messages"}))))
    with pytest.raises(TokenRefused):
        owners.http_for(practice.platform, "tess")
    assert practice.platform.shown == []


def test_an_address_is_asked_about_with_each_token_that_may_be_used(practice, owners) -> None:
    for kept in (grant("tess"), grant("jo", scopes=frozenset()), grant("sam", expires_at=NOW - timedelta(days=1))):
        owners.file.put(Kept(kept))
    assert len(owners.https_for(practice.platform)) == 1
    assert [carried.platform_id for carried, _ in owners.reader.given[-1:]] == ["tess"]
    practice.platform.consent = None
    assert owners.https_for(practice.platform) == ()


def test_two_weeks_ahead_everybody_can_hear_that_a_token_ends(practice, owners) -> None:
    account = practice.authorise()
    for days, told in ((13, True), (14, True), (15, False), (-3, True)):
        ends = NOW + timedelta(days=days)
        owners.file.put(Kept(grant(expires_at=ends)))
        expected = {account.id: ends} if told else {}
        assert ending(owners.file, practice.store.accounts.all(), practice.clock()) == expected
    owners.file.put(Kept(grant(expires_at=NOW, refresh_token=REFRESH)))
    assert ending(owners.file, practice.store.accounts.all(), practice.clock()) == {}
    written(owners.file, entry(), 0o644)
    assert ending(owners.file, practice.store.accounts.all(), practice.clock()) == {}


def test_what_never_ends_is_no_news() -> None:
    assert ends_soon(grant(), NOW) is None
    assert fault_of(grant(), CONSENT, NOW) == ""


def test_adding_and_removing_is_told_to_the_log_with_nothing_of_the_token(practice, owners) -> None:
    add(owners.file, practice.store, Kept(grant()), NOW)
    account = practice.authorise()
    assert add(owners.file, practice.store, Kept(grant(token=FRESH)), NOW) is True
    assert drop(owners.file, practice.store, grant(), COMMAND, NOW) is True
    assert drop(owners.file, practice.store, grant(), COMMAND, NOW) is False
    assert events(practice) == [
        ("token.added", "platform:fake", COMMAND),
        ("token.added", f"account:{account.id}", COMMAND),
        ("token.removed", f"account:{account.id}", COMMAND),
    ]
    told = [entry.record.details for entry in practice.store.audit.entries() if entry.record.event == "token.added"]
    assert told[1] == {"platform": "fake", "scopes": ["read"], "account": account.id}


def test_a_withdrawn_accounts_token_goes_and_one_brought_afterwards_stays(practice, owners) -> None:
    account = practice.authorise()
    owners.file.put(Kept(grant("tess")))
    owners.file.put(Kept(grant("jo")))
    assert drop_withdrawn(owners.file, practice.store, practice.clock()) == 0
    practice.clock.forward(hours=1)
    practice.store.accounts.withdraw(account.id, "tester", practice.clock())
    assert drop_withdrawn(owners.file, practice.store, practice.clock()) == 1
    assert [kept.grant.platform_id for kept in owners.file.read()] == ["jo"]
    practice.clock.forward(hours=1)
    owners.file.put(Kept(grant("tess", obtained_at=practice.clock())))
    assert drop_withdrawn(owners.file, practice.store, practice.clock()) == 0
    assert account_of(practice.store, "fake", "tess").id == account.id


def test_the_daily_erasure_forgets_the_token_of_an_account_that_was_withdrawn_elsewhere(practice) -> None:
    account = practice.authorise()
    app = practice.app()
    app.tokens.put(Kept(grant("tess")))
    practice.clock.forward(hours=1)
    practice.store.accounts.withdraw(account.id, "tester", practice.clock())
    retention(app)
    assert app.tokens.read() == ()
    assert events(practice) == [("token.removed", f"account:{account.id}", SYSTEM)]
    app.tokens.path.chmod(0o644)
    retention(app)


def test_the_file_lies_where_the_configuration_says(practice, tmp_path) -> None:
    assert practice.config.tokens_file == tmp_path / "section7.tokens"
    file = tmp_path / "config.toml"
    file.write_text(file.read_text().replace('"section7.tokens"', '"owners/of.toml"'))
    assert load_config(file, {}).tokens_file == tmp_path / "owners" / "of.toml"
    file.write_text(file.read_text().replace('"owners/of.toml"', '""'))
    with pytest.raises(ConfigError, match=r"paths\.tokens_file"):
        load_config(file, {})


class Noting(RenewingPlatform):
    def collect(self, account, http, now):
        return replace(super().collect(account, http, now), notes=("The interface answers as v28.0.",))


def test_what_an_administrator_should_know_of_an_interface_is_logged(practice, owners, capsys) -> None:
    practice.platform = Noting(consent=CONSENT)
    practice.authorise()
    owners.file.put(Kept(grant()))
    assert collected(practice, owners) == "read"
    said = capsys.readouterr()
    assert "platform-note" in said.out + said.err
    assert "v28.0" in said.out + said.err


def test_the_database_holds_no_token_whatever_was_done(practice, owners, sqlite_url) -> None:
    practice.authorise()
    whole = grant(refresh_token=REFRESH, client_secret=SECRET, expires_at=NOW + timedelta(days=3))
    add(owners.file, practice.store, Kept(whole), NOW)
    practice.platform.next = replace(whole, token=FRESH)
    practice.publish("a", GRAVE)
    collected(practice, owners)
    practice.clock.forward(hours=25)
    practice.platform.next = TokenRefused("code 190")
    practice.platform.fault = TokenRefused("code 190")
    practice.collect()
    tell(practice.store, "token.renewed", whole, SYSTEM, NOW)
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    files = [path for path in folder.iterdir() if path.name.startswith("section7.db")]
    assert files
    held = b"".join(path.read_bytes() for path in files)
    assert b"token.renewed" in held
    assert not any(secret.encode() in held for secret in SECRETS)


def test_the_lock_is_the_owners_alone(file: TokenFile) -> None:
    before = os.umask(0)
    try:
        file.put(Kept(grant()))
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o077 for path in file.path.parent.iterdir() if "tokens" in path.name} == {0}
