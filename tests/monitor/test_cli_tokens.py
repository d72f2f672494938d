"""`section7 tokens …` on a whole installation, with Meta's interfaces on this machine as they are documented."""

import io
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from collectors.platforms import facebook_page, instagram, threads
from monitor.cli import main
from tests.collectors import meta
from tests.fakes.graph import GraphServer

BASIC = "instagram_business_basic"
OWNER = "17841400000000001"
URL = "https://www.instagram.com/dana.therapy/"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


class Command:
    """The command in this process; what it ever said is kept."""

    def __init__(self, folder: Path, capture, patch) -> None:
        self.folder, self._capture, self._patch = folder, capture, patch
        self.said = ""

    def __call__(self, *words: str, given: str = "") -> Done:
        self._patch.setattr("sys.stdin", io.StringIO(given))
        self._capture.readouterr()
        code = main(words)
        said = self._capture.readouterr()
        self.said += said.out + said.err
        return Done(code, said.out, said.err)

    @property
    def tokens(self) -> Path:
        return self.folder / "section7.tokens"


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Path:
    """Made once; each test gets a copy."""
    folder = tmp_path_factory.mktemp("installation") / "made"
    file = folder / "config.toml"
    assert main(["init", "--config", str(file)]) == 0
    file.write_text(file.read_text().replace('model = "shipped"', 'model = "off"'))
    return folder


@pytest.fixture
def section7(installation, tmp_path, capsys, monkeypatch) -> Command:
    folder = tmp_path / "practice"
    shutil.copytree(installation, folder)
    monkeypatch.setenv("SECTION7_CONFIG", str(folder / "config.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    return Command(folder, capsys, monkeypatch)


@pytest.fixture
def reachable(section7, monkeypatch):
    """Puts a server in place of a platform's real one, for the program as a whole."""

    def put(module, server: GraphServer) -> GraphServer:
        monkeypatch.setattr(module, "PLATFORM", server.on(module.PLATFORM))
        file = section7.folder / "config.toml"
        opened = f'allowed_private = ["{server.loopback.place}"]\ndelay_seconds = 0'
        file.write_text(file.read_text().replace("delay_seconds = 2.0", opened))
        return server

    return put


@pytest.fixture
def served(reachable):
    with reachable(instagram, meta.instagram()) as server:
        yield server


def enrolled(section7: Command) -> str:
    """Enrols Dana's account; returns the proof token that she is to show there."""
    assert section7("staff", "add", "Dana Ferreira", "--role", "therapist", "--email", "dana@fern.example").code == 0
    done = section7("accounts", "enroll", URL, "--staff", "Dana Ferreira")
    assert done.code == 0, done.all
    return re.search("section7-[a-z2-7]{16}", done.out)[0]


def test_a_token_is_stored_after_its_platform_said_whose_it_is(section7, served):
    done = section7("tokens", "add", "instagram", "--scope", BASIC, "--ends", "2027-01-20", given=meta.TOKEN)
    assert done.code == 0, done.all
    for said in ("dana.therapy (instagram)", URL, "It ends: 2027-01-19", BASIC, "captions", "accounts enroll"):
        assert said in done.out
    assert section7.tokens.stat().st_mode & 0o777 == 0o600
    listed = section7("tokens", "list").out.splitlines()
    assert listed[1].split("\t")[:3] == ["instagram", OWNER, "not enrolled"]
    assert meta.TOKEN not in section7.said


def test_the_answer_that_a_token_came_in_says_what_it_allows(section7, served):
    answer = f'{{"access_token": "{meta.TOKEN}", "permissions": "{BASIC}", "expires_in": 5184000}}'
    done = section7("tokens", "add", "instagram", given=answer)
    assert done.code == 0, done.all
    assert BASIC in done.out
    assert "nobody says" not in done.out


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        ([BASIC, "instagram_business_manage_messages"], "could return non-public posts"),
        (["instagram_business_manage_comments"], f"lacks {BASIC}"),
        ([], "Say what the owner granted"),
    ],
)
def test_a_token_for_more_or_less_than_public_posts_is_not_stored(section7, served, scopes, said):
    stated = [word for scope in scopes for word in ("--scope", scope)]
    done = section7("tokens", "add", "instagram", *stated, given=meta.TOKEN)
    assert done.code == 2
    assert said in done.err
    assert not section7.tokens.exists()
    assert meta.TOKEN not in section7.said


def test_a_platform_that_tells_what_a_token_allows_is_believed_and_not_the_command(section7, reachable):
    with reachable(facebook_page, meta.facebook(scopes=("pages_read_engagement", "pages_manage_posts"))):
        done = section7("tokens", "add", "facebook_page", "--scope", "pages_read_engagement", given=meta.TOKEN)
    assert done.code == 2
    assert "pages_manage_posts" in done.err


def test_a_persons_token_is_not_stored_as_a_pages(section7, reachable):
    with reachable(facebook_page, meta.facebook(inspected={"type": "USER"})):
        done = section7("tokens", "add", "facebook_page", given=meta.TOKEN)
    assert done.code == 1
    assert "person's token" in done.err
    assert not section7.tokens.exists()


def test_a_token_of_threads_tells_all_of_itself(section7, reachable):
    with reachable(threads, meta.threads()):
        done = section7("tokens", "add", "threads", given=meta.TOKEN)
        assert done.code == 0, done.all
        assert "threads_profile_discovery" in done.out
        assert "2027-01-15" in done.out


def test_a_refused_token_is_told_without_it(section7, served):
    done = section7("tokens", "add", "instagram", "--scope", BASIC, given="another-token-that-is-wrong")
    assert done.code == 1
    assert "code 190" in done.err
    assert "another-token" not in done.all


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("nobody",), "x", "Those that do: "),
        (("mastodon",), "x", "instagram"),
        (("instagram", "--file", "none.txt"), "", "cannot be read"),
        (("instagram", "--env", "NOT_SET_ANYWHERE"), "", "not one word"),
        (("instagram", "--file", "a", "--env", "B"), "", "not by both"),
        (("instagram",), "two words", "not one word"),
        (("instagram",), "", "not one word"),
        (("instagram", "--ends", "2020-01-01", "--scope", BASIC), meta.TOKEN, "ended on 2020-01-01"),
    ],
)
def test_what_cannot_be_stored_is_said_and_changes_nothing(section7, served, words, given, said):
    done = section7("tokens", "add", *words, given=given)
    assert done.code == 2
    assert said in done.err
    assert not section7.tokens.exists()


def test_a_file_and_a_variable_may_bring_the_token(section7, served, monkeypatch):
    file = section7.folder / "brought.txt"
    file.write_text(f"{meta.TOKEN}\n")
    assert section7("tokens", "add", "instagram", "--scope", BASIC, "--file", str(file)).code == 0
    assert meta.TOKEN in section7.tokens.read_text()
    monkeypatch.setenv("SECTION7_TOKEN_INSTAGRAM_DANA", meta.TOKEN)
    done = section7("tokens", "add", "instagram", "--scope", BASIC, "--env", "SECTION7_TOKEN_INSTAGRAM_DANA")
    assert "in place of the one before" in done.out
    assert meta.TOKEN not in section7.tokens.read_text()
    assert section7("tokens", "list").code == 0
    monkeypatch.delenv("SECTION7_TOKEN_INSTAGRAM_DANA")
    broken = section7("tokens", "list")
    assert broken.code == 2
    assert "grant[0].token_env" in broken.err


def test_no_command_works_on_a_file_that_others_can_read(section7, served):
    section7("tokens", "add", "instagram", "--scope", BASIC, given=meta.TOKEN)
    section7.tokens.chmod(0o644)
    done = section7("collect")
    assert done.code == 2
    assert "others can read" in done.err
    assert "chmod 600" in done.err


def test_an_address_without_its_owners_token_says_so(section7, served):
    section7("staff", "add", "Dana Ferreira", "--role", "therapist", "--email", "dana@fern.example")
    done = section7("accounts", "enroll", URL, "--staff", "Dana Ferreira")
    assert done.code == 2
    assert "none is stored" in done.err
    assert "section7 tokens add instagram" in done.err
    assert served.asked == []


def test_from_the_token_to_the_reading_to_the_withdrawal_nothing_shows_it(section7, served):
    section7("tokens", "add", "instagram", "--scope", BASIC, "--ends", "2027-01-20", given=meta.TOKEN)
    served.me["biography"] = f"Counselor. {enrolled(section7)}"
    assert section7("accounts", "verify", "1").code == 0
    assert section7("collect").code == 0
    row = section7("accounts", "list").out.splitlines()[1]
    assert "active" in row
    assert any(asked.startswith("me/media") for asked in served.asked)
    assert section7("accounts", "withdraw", "1", "--yes").code == 0
    assert section7("tokens", "list").out.count("\n") == 1
    assert section7("verify").code == 0
    held = b"".join(
        path.read_bytes() for path in section7.folder.rglob("*") if path.is_file() and path != section7.tokens
    )
    assert meta.TOKEN.encode() not in held + section7.tokens.read_bytes()
    assert meta.TOKEN not in section7.said


def test_two_weeks_ahead_the_commands_say_that_a_token_ends(section7, served):
    answer = f'{{"access_token": "{meta.TOKEN}", "permissions": "{BASIC}", "expires_in": 864000}}'
    section7("tokens", "add", "instagram", given=answer)
    enrolled(section7)
    assert "The owner's token ends on 20" in section7("accounts", "list").out
    assert "Token ending: account 1 (instagram), 20" in section7("status").out
    assert "ends within two weeks" in section7("tokens", "list").out


def test_a_token_is_removed_by_platform_and_owner(section7, served):
    section7("tokens", "add", "instagram", "--scope", BASIC, given=meta.TOKEN)
    assert section7("tokens", "remove", "instagram", "somebody").code == 2
    assert section7("tokens", "remove", "instagram", OWNER).code == 0
    assert meta.TOKEN not in section7.tokens.read_text()
    assert section7("tokens", "remove", "instagram", OWNER).code == 2
