"""`section7 users`: the first administrator, and everything that the people's page does too."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.app import make_app
from monitor.cli import main
from monitor.cli_common import opened
from monitor.serving import desk_of
from tests.fakes.desk import token_of

NOT_DONE, WRONG_USAGE = 1, 2
ADA = ("users", "invite", "Ada Renn", "--email", "ada@larkspurbend.example", "--role", "administrator")
RORY = ("users", "invite", "Rory Quill", "--email", "rory@larkspurbend.example", "--role", "reviewer")
TESS = ("staff", "add", "Tess Arroway", "--role", "counselor", "--email", "tess@larkspurbend.example")


class Command:
    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    def __call__(self, *words: str, code: int = 0) -> str:
        self._capture.readouterr()
        got = main(words)
        said = self._capture.readouterr()
        assert got == code, said.out + said.err
        return said.out + said.err


@pytest.fixture
def section7(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("SECTION7_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    command = Command(tmp_path, capsys)
    command("init")
    return command


def rows(section7: Command) -> list[list[str]]:
    return [line.split("\t") for line in section7("users", "list").splitlines()[1:]]


def test_the_first_administrator_gets_a_mail_with_a_link_that_works(section7: Command) -> None:
    assert "A link is on its way to ada@larkspurbend.example." in section7(*ADA)

    (mail,) = (section7.folder / "mail" / "new").iterdir()
    text = mail.read_text().replace("=\n", "").replace("=3D", "=")
    link = re.search(r"http://127\.0\.0\.1:8707(/invitation/\S+)", text).group(1)
    with opened(section7.folder / "config.toml") as app:
        browser = TestClient(make_app(desk_of(app)), base_url="http://127.0.0.1:8707", follow_redirects=False)
        page = browser.get(link)
        words = "maple kettle orbit 9"
        done = browser.post(link, data={"form-token": token_of(page.text), "password": words, "again": words})

    assert done.headers["location"] == "/sign-in/code"


def letters_in_log(section7: Command) -> list[tuple[str, str, object]]:
    with opened(section7.folder / "config.toml") as app:
        records = [entry.record for entry in app.store.audit.entries()]
    return [(one.event, one.subject, one.details["kind"]) for one in records if one.event.startswith("mail.")]


def test_the_log_tells_whether_a_letter_went_out(section7: Command) -> None:
    section7(*ADA)
    section7("users", "recover", "1")
    shutil.rmtree(section7.folder / "mail")
    (section7.folder / "mail").write_text("no folder")
    assert "The mail did not go out" in section7(*RORY, code=NOT_DONE)

    assert letters_in_log(section7) == [
        ("mail.sent", "user:1", "invitation"),
        ("mail.sent", "user:1", "recovery"),
        ("mail.refused", "user:2", "invitation"),
    ]


def test_a_link_can_be_shown_instead(section7: Command) -> None:
    assert "http://127.0.0.1:8707/invitation/" in section7(*ADA, "--show-link")
    assert "http://127.0.0.1:8707/recovery/" in section7("users", "recover", "ada@larkspurbend.example", "--show-link")
    assert not (section7.folder / "mail" / "new").exists() or not list((section7.folder / "mail" / "new").iterdir())


def test_people_are_listed_changed_and_taken_out(section7: Command) -> None:
    section7(*ADA)
    section7(*RORY)
    section7(*TESS)
    section7("users", "change", "2", "--name", "Rory Vale")
    section7("users", "conflict", "2", "--staff", "Tess Arroway", "--reason", "family", "--line-manager")
    section7("users", "training", "2", "--until", "2027-01-31")
    section7("users", "roles", "2", "--role", "reviewer", "--role", "auditor")

    assert rows(section7)[1] == [
        "2",
        "Rory Vale",
        "rory@larkspurbend.example",
        "auditor, reviewer",
        "-",
        "active",
        "2027-01-31",
        "1",
    ]
    section7("users", "conflict", "2", "--staff", "1", "--end")
    section7("users", "training", "2")
    section7("users", "deactivate", "2")
    assert rows(section7)[1][5:] == ["may not sign in", "-", "0"]
    assert "active" in section7("users", "deactivate", "2", "--undo")


def test_the_last_administrator_stays(section7: Command) -> None:
    section7(*ADA)

    assert "last administrator" in section7("users", "deactivate", "1", code=NOT_DONE)
    assert "last administrator" in section7("users", "roles", "1", "--role", "manager", code=NOT_DONE)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("users", "invite", "A", "--email", "a", "--role", "auditor"), "not one plain address"),
        (("users", "invite", "A", "--email", "a@b.example", "--role", "clinician"), "staff number"),
        (("users", "invite", "A", "--email", "a@b.example", "--role", "auditor", "--staff", "9"), "No staff member"),
        (("users", "recover", "nobody@b.example"), "Nobody signs in as"),
        (("users", "conflict", "1", "--staff", "9"), "Nobody signs in as"),
    ],
)
def test_nonsense_is_wrong_usage(section7: Command, words: tuple[str, ...], told: str) -> None:
    assert told in section7(*words, code=WRONG_USAGE)


def test_a_lost_telephone_is_forgotten(section7: Command) -> None:
    section7(*ADA)

    assert "set up anew" in section7("users", "recover", "1", "--codes")


OIDC = """
[console.oidc]
issuer = "https://id.larkspurbend.example"
client_id = "section7"
client_secret_file = "oidc.secret"
name = "Larkspur Bend"
"""


def test_whose_account_at_the_provider_is_whose_is_noted_and_forgotten(section7: Command) -> None:
    section7(*ADA, "--show-link")
    section7(*RORY, "--show-link")
    assert "no table [console.oidc]" in section7("users", "tie", "1", "--subject", "a-1", code=WRONG_USAGE)
    (section7.folder / "oidc.secret").write_text("invented")
    file = section7.folder / "config.toml"
    file.write_text(file.read_text() + OIDC)

    assert "User 1: tied to the account" in section7("users", "tie", "ada@larkspurbend.example", "--subject", "a-1")
    assert "belongs to user 1" in section7("users", "tie", "2", "--subject", "a-1", code=WRONG_USAGE)
    assert "plain characters" in section7("users", "tie", "2", "--subject", "\x07", code=WRONG_USAGE)
    assert "User 1: tied to no account any more" in section7("users", "release", "1")
    assert "User 1: was tied to no account" in section7("users", "release", "1")
