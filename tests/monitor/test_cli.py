"""The command as an administrator meets it: a process, its output and its exit code."""

import json
import os
import pty
import pwd
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from demo.servers import running
from demo.world import open_world
from domain.accounts import AccountKind, Profile
from domain.concerns import NewConcern, Openness
from domain.routing import Routing
from migrations.upgrade import downgrade
from monitor.cli import main
from monitor.clock import utc_now
from monitor.examples import CONFIG, example
from store.engine import open_store
from vault.files import read_keyring

NOT_DONE = 1
WRONG_USAGE = 2
PACKET = {
    "id": "p1",
    "platform": "mastodon",
    "account_kind": "professional",
    "author": {"role": "counselor", "licence": "counselor"},
    "practice": {"name": "Larkspur Bend Counseling", "aliases": []},
    "created": "2026-10-01T10:00:00-04:00",
    "text": "My client Dana Whitlock, 34, from Elm Street, was admitted to Mercy Hospital on March 3.",
}


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


class Command:
    """The command in this process, with its configuration in `folder`."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    def __call__(self, *words: str) -> Done:
        self._capture.readouterr()
        code = main(words)
        said = self._capture.readouterr()
        return Done(code, said.out, said.err)


@pytest.fixture
def section7(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("SECTION7_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    return Command(tmp_path, capsys)


@pytest.fixture
def installed(section7: Command) -> Command:
    assert section7("init").returncode == 0
    return section7


def test_init_makes_a_working_installation_and_is_safe_to_repeat(installed: Command) -> None:
    key = (installed.folder / "section7.key").read_text()
    config = installed.folder / "config.toml"
    config.write_text(config.read_text().replace("digest_time = 07:00:00", "digest_time = 08:00:00"))

    again = installed("init")

    assert again.returncode == 0
    assert (installed.folder / "section7.key").read_text() == key
    assert "08:00:00" in config.read_text()
    assert (installed.folder / "section7.key").stat().st_mode & 0o077 == 0
    assert "database: schema" in again.stdout


def test_all_mistakes_of_both_files_come_at_once(section7: Command, tmp_path: Path) -> None:
    section7("init")
    (tmp_path / "config.toml").write_text(example(CONFIG).replace("America/New_York", "Mars/Base"))
    (tmp_path / "policy.toml").write_text("[practice]\nname = 3\n")

    done = section7("init")

    assert done.returncode == WRONG_USAGE
    assert "config.toml: practice.time_zone: found 'Mars/Base', expected" in done.stderr
    assert "policy.toml: practice.name: found 3, expected" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["collect", "digest", "alert", "archive", "retention", "run"])
def test_no_verb_works_without_a_configuration(section7: Command, verb: str) -> None:
    done = section7(verb)

    assert done.returncode == WRONG_USAGE
    assert "expected a readable file" in done.stderr


def test_an_older_database_is_refused_with_the_command_to_run(installed: Command) -> None:
    downgrade(f"sqlite:///{installed.folder / 'section7.db'}", "base")

    done = installed("collect")

    assert done.returncode == NOT_DONE
    assert "section7 init" in done.stderr


def test_a_lost_key_is_a_clear_mistake(installed: Command) -> None:
    (installed.folder / "section7.key").unlink()

    done = installed("collect")

    assert done.returncode == WRONG_USAGE
    assert "section7.key" in done.stderr


def test_an_account_nobody_knows_is_wrong_usage(installed: Command) -> None:
    assert installed("accounts", "pause", "99").returncode == WRONG_USAGE


def test_collecting_with_nobody_enrolled_is_well(installed: Command) -> None:
    done = installed("collect")

    assert done.returncode == 0
    assert "0 accounts were due" in done.stdout


def test_an_address_is_read_as_what_was_asked_for_and_as_nothing_else(installed: Command) -> None:
    world = open_world()
    with running(world) as hosts:
        account = next(one for one in world.accounts if one.key == "tess")
        config = installed.folder / "config.toml"
        opened = ", ".join(f'"{base.removeprefix("http://")}"' for base in hosts.values())
        config.write_text(
            config.read_text().replace('# allowed_private = ["127.0.0.1:8080"]', f"allowed_private = [{opened}]")
        )
        installed("staff", "add", "Tess Amaro", "--role", "therapist", "--email", "tess@x.example")
        other = installed("accounts", "enroll", account.url, "--staff", "1", "--platform", "bluesky")
        unknown = installed("accounts", "enroll", account.url, "--staff", "1", "--platform", "myspace")
        same = installed("accounts", "enroll", account.url, "--staff", "1", "--platform", "mastodon")

    assert other.returncode == unknown.returncode == WRONG_USAGE
    assert "Tried bluesky:" in other.stderr
    assert "There is no platform myspace; there are: activitypub, bluesky," in unknown.stderr
    assert same.returncode == 0
    assert "(mastodon)" in same.stdout


def test_opting_in_reading_and_leaving(installed: Command) -> None:
    world = open_world()
    with running(world) as hosts:
        account = next(one for one in world.accounts if one.key == "tess")
        config = installed.folder / "config.toml"
        opened = ", ".join(f'"{base.removeprefix("http://")}"' for base in hosts.values())
        config.write_text(
            config.read_text()
            .replace('# allowed_private = ["127.0.0.1:8080"]', f"allowed_private = [{opened}]")
            .replace("delay_seconds = 2.0", "delay_seconds = 0.0")
        )
        hired = installed("staff", "add", "Tess Amaro", "--role", "therapist", "--email", "tess@x.example")
        offered = installed("accounts", "enroll", account.url, "--staff", "Tess Amaro")
        early = installed("accounts", "verify", "1")
        collected = installed("collect")
        token = next(word for word in offered.stdout.split() if word.startswith("section7-"))
        world.publish_token("tess", token)
        verified = installed("accounts", "verify", "1")
        read = installed("collect")
        listed = installed("accounts", "list")
        left = installed("accounts", "withdraw", "1", "--yes")
        ledger = installed("accounts", "ledger")

    assert hired.returncode == offered.returncode == 0, offered.stderr
    assert "public" in offered.stdout
    assert early.returncode == NOT_DONE
    assert "was not found" in early.stderr
    assert "0 accounts were due" in collected.stdout
    assert verified.returncode == 0, verified.stderr
    assert "1 accounts were due, 1 were read" in read.stdout
    assert "active" in listed.stdout
    assert left.returncode == 0
    lines = [line.split("\t") for line in ledger.stdout.splitlines()]
    user = pwd.getpwuid(os.getuid()).pw_name
    assert [(line[3], line[4]) for line in lines[1:]] == [
        ("enrolled", user),
        ("authorised", user),
        ("withdrawn", user),
    ]


HIRED = ("--role", "therapist", "--email", "tess@x.example")


def test_the_version_is_said_without_a_configuration(section7: Command) -> None:
    done = section7("--version")

    assert (done.returncode, done.stdout) == (0, f"section7 {version('section7')}\n")


def test_a_name_that_looks_like_markup_is_listed_as_it_is(installed: Command) -> None:
    installed("staff", "add", "Bad [/bold] Name", *HIRED)

    done = installed("staff", "list")

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "No.\tName\tRole\tLicence\tE-mail\tFrom\tTo",
        "1\tBad [/bold] Name\ttherapist\tnone\ttess@x.example\t-\t-",
    ]


def test_what_others_wrote_reaches_the_terminal_without_its_control_codes(installed: Command) -> None:
    installed("staff", "add", "Tess Amaro", *HIRED)
    profile = Profile("feed", "1", "\x1b]0;owned\x07[/a]", "https://x.example/[/a]", "https://x.example/[/a]")
    store = open_store(
        f"sqlite:///{installed.folder / 'section7.db'}", read_keyring(installed.folder / "section7.keyring")
    )
    try:
        store.accounts.enroll(
            staff_id=1,
            kind=AccountKind.PROFESSIONAL,
            profile=profile,
            token="section7-token",
            notice_hash="n" * 64,
            notice_text="The notice.",
            actor="\x9b31mtester",
            now=utc_now(),
        )
    finally:
        store.close()

    said = [installed("accounts", *words) for words in (("list",), ("ledger",), ("pause", "\x1b[2J"))]

    assert [done.returncode for done in said] == [0, 0, WRONG_USAGE]
    assert "]0;owned[/a]" in said[0].stdout
    assert all(
        line.replace("\t", "").isprintable() for done in said for line in (done.stdout + done.stderr).splitlines()
    )


def test_a_terminal_of_eighty_columns_cuts_nothing(installed: Command) -> None:
    name = "Maximiliane-Theodora-Wilhelmina Featherstonehaugh-Cholmondeley"
    installed("staff", "add", name, *HIRED)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "staff", "list"],
        cwd=installed.folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "80", "TERM": "dumb"},
        stdout=theirs,
    )
    assert process.wait(timeout=30) == 0
    drawn = os.read(ours, 20_000).decode()
    os.close(ours)
    os.close(theirs)

    cells = [line.split("│")[2].strip() for line in drawn.splitlines() if line.startswith("│")]
    assert "".join(cells) == name.replace(" ", "")
    assert "…" not in drawn


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (("--email", "no address"), "e-mail"),
        (("--employed-to", "1999-01-01"), "1999-01-01"),
        ((), "Nothing was changed"),
    ],
)
def test_nonsense_about_staff_is_refused(installed: Command, changed: tuple[str, ...], named: str) -> None:
    installed("staff", "add", "Tess Amaro", *HIRED, "--employed-from", "2020-01-01")

    done = installed("staff", "change", "Tess Amaro", *changed)

    assert done.returncode == WRONG_USAGE
    assert named in done.stderr


def test_staff_are_changed_where_it_is_said_and_nowhere_else(installed: Command) -> None:
    installed("staff", "add", "Tess Amaro", *HIRED, "--employed-from", "2020-01-01")

    done = installed("staff", "change", "1", "--email", "tess@y.example", "--licence", "mft")

    listed = installed("staff", "list").stdout.splitlines()[1]
    assert done.returncode == 0, done.stderr
    assert listed == "1\tTess Amaro\ttherapist\tmft\ttess@y.example\t2020-01-01\t-"


def test_a_mistyped_database_is_refused_and_not_made(installed: Command) -> None:
    config = installed.folder / "config.toml"
    config.write_text(config.read_text().replace("section7.db", "sectoin7.db"))

    done = installed("collect")

    assert done.returncode == WRONG_USAGE
    assert "section7 init" in done.stderr
    assert not (installed.folder / "sectoin7.db").exists()


def test_init_fails_for_a_damaged_key(installed: Command) -> None:
    (installed.folder / "section7.key").write_text("damaged")

    done = installed("init")

    assert done.returncode == NOT_DONE
    assert "FAILED key" in done.stderr


def test_a_site_that_is_down_is_not_wrong_usage(installed: Command) -> None:
    with socket.socket() as closed:  # bound and not listening: nobody else can take the port meanwhile
        closed.bind(("127.0.0.1", 0))
        site = f"127.0.0.1:{closed.getsockname()[1]}"
        config = installed.folder / "config.toml"
        opened = config.read_text().replace('# allowed_private = ["127.0.0.1:8080"]', f'allowed_private = ["{site}"]')
        config.write_text(opened)
        installed("staff", "add", "Tess Amaro", *HIRED)

        down = installed("accounts", "enroll", f"http://{site}/@tess", "--staff", "1")
        wrong = installed("accounts", "enroll", "http://127.0.0.1:1/@tess", "--staff", "1")

    assert down.returncode == NOT_DONE
    assert "could not be reached" in down.stderr
    assert wrong.returncode == WRONG_USAGE


def test_a_file_of_posts_is_scored_line_by_line(section7: Command, tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text(json.dumps(PACKET) + "\n", encoding="utf-8")

    done = section7("score", str(posts), "--output", str(tmp_path / "findings.jsonl"))

    found = [json.loads(line) for line in (tmp_path / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert done.returncode == 0, done.stderr
    assert [entry["id"] for entry in found] == ["p1"]
    for finding in found[0]["findings"]:
        for span in finding["spans"]:
            assert PACKET["text"][span["start"] : span["end"]] == span["quote"]


def test_a_malformed_line_is_named_and_costs_only_itself(section7: Command, tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    good = json.dumps(PACKET).encode()
    posts.write_bytes(b"\n".join([good, b"{broken", b'{"id": "\xff"}', good, b""]))

    done = section7("score", str(posts))

    assert done.returncode == NOT_DONE
    assert len(done.stdout.splitlines()) == 2
    assert "line 2" in done.stderr
    assert "line 3" in done.stderr


def test_a_findings_file_is_whole_or_not_there(section7: Command, tmp_path: Path) -> None:
    done = section7("score", str(tmp_path / "none.jsonl"), "--output", str(tmp_path / "findings.jsonl"))

    assert done.returncode == WRONG_USAGE
    assert list(tmp_path.iterdir()) == []


def test_evaluate_prints_a_table_and_data(section7: Command, tmp_path: Path) -> None:
    labelled = {
        **PACKET,
        "labels": dict.fromkeys("123456", 0) | {"2": 4},
        "verdict": "violation",
        "protected": [],
        "hard": "",
    }
    file = tmp_path / "labelled.jsonl"
    file.write_text(json.dumps(labelled) + "\n", encoding="utf-8")

    table = section7("evaluate", str(file))
    data = section7("evaluate", str(file), "--json")

    assert table.returncode == data.returncode == 0, table.stderr + data.stderr
    assert "false-alarm" in table.stdout.lower().replace("false alarm", "false-alarm")
    assert isinstance(json.loads(data.stdout), dict)


def test_the_daemon_tells_systemd_and_ends_well_on_sigterm(installed: Command) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(installed.folder / "notify"))
        channel.settimeout(30)
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run"],
            cwd=installed.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "NOTIFY_SOCKET": str(installed.folder / "notify"),
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        said = [channel.recv(100).decode(), channel.recv(100).decode()]
        process.send_signal(signal.SIGTERM)
        said.append(channel.recv(100).decode())
        _, log = process.communicate(timeout=30)

    assert said == ["READY=1", "WATCHDOG=1", "STOPPING=1"]
    assert process.returncode == 0, log
    assert [json.loads(line)["event"] for line in log.splitlines()][-1] == "stopped"


def test_the_search_index_is_made_anew(installed: Command) -> None:
    assert "0 findings can be found" in installed("reindex").stdout


def test_collection_stops_and_two_people_let_it_go_on(installed: Command) -> None:
    assert installed("stop", "--reason", "  ").returncode == WRONG_USAGE
    assert installed("stop", "--reason", "The model is being measured again.").returncode == 0
    assert "All collection is stopped" in installed("collect").stderr

    stopped = installed("status")
    assert "STOPPED since" in stopped.stdout
    assert f"command:{pwd.getpwuid(os.getuid()).pw_name}" in stopped.stdout
    assert "The model is being measured again." in stopped.stdout

    assert "Asked." in installed("resume").stdout
    again = installed("resume")
    assert again.returncode == NOT_DONE
    assert "somebody else must confirm" in again.stderr
    assert "asked on" in installed("status").stdout

    store = open_store(
        f"sqlite:///{installed.folder / 'section7.db'}", read_keyring(installed.folder / "section7.keyring")
    )
    store.stops.confirm_resume("user:2", utc_now())
    store.concerns.receive(NewConcern("https://a.example/1", None, "Look.", Openness.ANONYMOUS), Routing(), utc_now())
    store.close()
    assert "Collection: on" in installed("status").stdout
    assert "Concerns that nobody may handle: 1" in installed("status").stdout
    assert "stopped" not in installed("collect").stderr


def test_drafts_are_written_from_what_is_configured_and_never_over_what_was_filled_in(installed: Command) -> None:
    folder = installed.folder / "papers"
    done = installed("templates", "--out", str(folder))

    assert done.returncode == 0, done.stderr
    assert "places to fill in" in done.stdout
    drafts = {file.name: file.read_text() for file in folder.iterdir()}
    assert len(drafts) == 8
    assert "Rosalind Achterberg" in drafts["instructions-for-use.md"]
    assert "every 24 hours" in drafts["notice.md"]

    (folder / "dpia.md").write_text("Filled in.")
    again = installed("templates", "--out", str(folder))
    assert again.returncode == WRONG_USAGE
    assert "dpia.md" in again.stderr
    assert (folder / "dpia.md").read_text() == "Filled in."
    assert installed("templates", "--out", str(folder), "--replace").returncode == 0
    assert (folder / "dpia.md").read_text() != "Filled in."
    assert installed("templates", "--out", str(folder / "dpia.md"), "--replace").returncode == WRONG_USAGE
