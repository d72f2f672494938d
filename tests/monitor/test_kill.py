"""Killed anywhere and run again: nothing is lost, nothing is double, no mail goes out twice."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, select

from domain.accounts import AccountKind, Licence, Profile, Proof
from migrations.upgrade import upgrade
from monitor import work
from monitor.app import open_app
from monitor.config import load_config
from monitor.examples import POLICY, example
from store.columns import give_keyring
from store.engine import open_store
from store.tables import accounts, deliveries, digests, findings, posts, versions
from tests.fakes.clock import FakeClock
from tests.fakes.keys import KEYRING
from tests.fakes.loopback import Loopback, reply
from vault.files import write_keyring
from vault.signing import make_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
BEGAN = datetime(2026, 10, 7, 12, tzinfo=UTC)
READ_AT = BEGAN + timedelta(hours=2)
DIGEST_AT = datetime(2026, 10, 12, 14, tzinfo=UTC)
LATER = timedelta(hours=1)
"""After every lease of a killed process has run out."""
KILLS = 10
NAMES = ("odalys", "tess", "wren", "imke")
SAID = (
    "The maples on my walk to the office have turned red.",
    "Everybody should buy the Calm Lantern app, it is the best. Use my code LARK20 for 20% off!",
    "My client Dana Whitlock, 34, from Elm Street, was admitted to Mercy Hospital on March 3 with bipolar disorder.",
    "We walk on Tuesdays at six.",
    "I've taken all of my pills. Goodbye everyone. I'm sorry.",
)
CONFIG = """
[practice]
time_zone = "America/New_York"
contact = "privacy@larkspurbend.example"
jurisdiction = "Oregon, USA"
[database]
url = "{database}"
[mail]
sender = "section7@larkspurbend.example"
recipients = ["manager@larkspurbend.example", "deputy@larkspurbend.example"]
archive_url = "https://archive.larkspurbend.example"
[review]
grace_days = 0
[politeness]
delay_seconds = 0.0
workers = 1
allowed_private = ["{place}"]
[logging]
level = "error"
"""


@dataclass(frozen=True)
class Installation:
    """A folder with everything in it but the database, which may lie elsewhere."""

    folder: Path
    database: str

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def run(self, verb: Callable, at: datetime) -> None:
        with open_app(load_config(self.config, {}), FakeClock(at)) as app:
            verb(app)

    def killable(self, verb: str, at: datetime, step: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.monitor.killable", str(self.config), at.isoformat(), verb, step]
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd=REPOSITORY, timeout=60)

    def steps(self, verb: str, at: datetime) -> int:
        done = self.killable(verb, at)
        assert done.returncode == 0, done.stderr
        return int(done.stdout.split()[-1])

    def die(self, verb: str, at: datetime, step: int) -> None:
        assert self.killable(verb, at, str(step)).returncode == -signal.SIGKILL

    def mails(self) -> dict[str, bytes]:
        """What lies in the mailbox, by file name, which is the Message-ID's."""
        return {file.name: file.read_bytes() for file in (self.folder / "mail" / "new").glob("*")}

    def query(self, statement) -> list[tuple]:
        engine = create_engine(self.database.replace("postgresql://", "postgresql+psycopg://"))
        give_keyring(engine.dialect, KEYRING)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(statement)]
        finally:
            engine.dispose()

    def contents(self) -> Counter:
        """Every version and finding, without the ids and times that depend on when a pass was made."""
        found = (posts.c.post_id, posts.c.state, posts.c.published_at, posts.c.current_hash)
        said = (versions.c.content_hash, versions.c.change, versions.c.kept_text)
        judged = (findings.c.clause, findings.c.severity, findings.c.excerpt, findings.c.spans)
        joined = accounts.join(posts).join(versions).outerjoin(findings)
        rows = self.query(select(accounts.c.handle, *found, *said, *judged).select_from(joined))
        return Counter(repr(row) for row in rows)

    def addressees(self) -> Counter:
        mails = (message_from_bytes(mail, policy=policy.default) for mail in self.mails().values())
        return Counter((mail["To"], mail["Subject"].partition(" (item")[0]) for mail in mails)

    def deliveries(self) -> Counter:
        return Counter(self.query(select(deliveries.c.kind, deliveries.c.recipient, deliveries.c.state)))


@pytest.fixture
def site() -> Iterator[Loopback]:
    """A Mastodon host with four accounts of some statuses each."""
    with Loopback() as server:
        for number, name in enumerate(NAMES, start=1):
            account = {"id": str(number), "username": name, "acct": name, "url": server.url(f"/@{name}"), "note": ""}
            listed = [_status(account, number * 100 + place, words) for place, words in enumerate(SAID, start=1)]
            base = f"/api/v1/accounts/{number}"
            query = f"{base}/statuses?limit=40&exclude_reblogs=true"
            server.routes[base] = _json({**account, "statuses_count": len(SAID)})
            server.routes[query] = _json(listed[::-1])
            server.routes[f"{query}&max_id={number * 100 + 1}"] = _json([])
        yield server


def _status(account: dict[str, str], number: int, words: str) -> dict[str, object]:
    return {
        "id": str(number),
        "created_at": (BEGAN + timedelta(minutes=number % 100)).isoformat(),
        "visibility": "public",
        "content": f"<p>{words}</p>",
        "account": account,
        "url": f"{account['url']}/{number}",
    }


def _json(content: object) -> bytes:
    return reply(json.dumps(content).encode(), content_type="application/json")


def install(folder: Path, database: str, site: Loopback) -> Installation:
    """Files for a database that is there already."""
    folder.mkdir()
    (folder / "policy.toml").write_text(example(POLICY), encoding="utf-8")
    (folder / "config.toml").write_text(CONFIG.format(database=database, place=site.place), encoding="utf-8")
    (folder / "section7.key").write_text("ab" * 32 + "\n", encoding="ascii")
    write_keyring(folder / "section7.keyring", KEYRING)
    make_signing_key(folder / "section7.signing")
    return Installation(folder, database)


def enrol_everybody(database: str, site: Loopback) -> None:
    store = open_store(database, KEYRING)
    for number, name in enumerate(NAMES, start=1):
        email = f"{name}@larkspurbend.example"
        person = store.staff.add(name.title(), "counselor", Licence.COUNSELOR, email, None, None, BEGAN)
        place = f"{number}@{site.place}", name, site.url(f"/@{name}"), site.url(f"/api/v1/accounts/{number}")
        account = store.accounts.enroll(
            person.id,
            AccountKind.PROFESSIONAL,
            Profile("mastodon", *place),
            token="section7-token",
            notice_hash="n" * 64,
            notice_text="The notice.",
            actor="tester",
            now=BEGAN,
        )
        store.accounts.authorise(
            account.id,
            proof=Proof.BIO,
            proof_reference="the bio",
            actor="tester",
            starts_at=BEGAN,
            ends_at=None,
            now=BEGAN,
        )
    store.close()


class SqliteCopies:
    """A prepared SQLite installation and copies of it."""

    kills = KILLS

    def __init__(self, folder: Path, site: Loopback) -> None:
        self._folder = folder
        self._site = site
        self.original = install(folder / "original", f"sqlite:///{folder / 'original' / 'section7.db'}", site)
        upgrade(self.original.database)
        enrol_everybody(self.original.database, site)

    @contextmanager
    def copy(self, name: str) -> Iterator[Installation]:
        folder = self._folder / name
        made = install(folder, f"sqlite:///{folder / 'section7.db'}", self._site)
        shutil.copytree(self.original.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("config.toml"))
        yield made


class PostgresCopies:
    """The same on PostgreSQL; each copy is a database made from the prepared one."""

    kills = 5

    def __init__(self, folder: Path, site: Loopback, cluster, database: str) -> None:
        self._folder = folder
        self._site = site
        self._cluster = cluster
        self.original = install(folder / "original", database, site)
        enrol_everybody(database, site)

    @contextmanager
    def copy(self, name: str) -> Iterator[Installation]:
        template = self.original.database.rpartition("/")[2]
        with self._cluster.database(template=template) as database:
            made = install(self._folder / name, database, self._site)
            if (self.original.folder / "mail").exists():
                shutil.copytree(self.original.folder / "mail", made.folder / "mail")
            yield made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def copies(request, tmp_path, site) -> SqliteCopies | PostgresCopies:
    if request.param == "sqlite":
        return SqliteCopies(tmp_path, site)
    return PostgresCopies(tmp_path, site, request.getfixturevalue("cluster"), request.getfixturevalue("postgres_url"))


def chosen(steps: int, kills: int) -> list[int]:
    """Where to kill: one step at random in each of `kills` equal stretches, the same in every run of the tests."""
    chance = random.Random(7)
    return [chance.randint(1 + steps * each // kills, steps * (each + 1) // kills) for each in range(kills)]


def test_a_collection_pass_that_is_killed_leaves_nothing_out_and_nothing_twice(copies):
    with copies.copy("undisturbed") as undisturbed:
        steps = undisturbed.steps("collect", READ_AT)
        contents, addressees, sent = undisturbed.contents(), undisturbed.addressees(), undisturbed.deliveries()
    assert len(contents) == len(NAMES) * len(SAID)
    # The clinical lead and the privacy officer get as many mails as there are authors, each author one of what is
    # critical and one of the rest.
    assert len(addressees) == len(NAMES) + 2
    assert sorted(addressees.values()) == [*(2 for _ in NAMES), len(NAMES), len(NAMES)]

    left = set()
    for step in chosen(steps, copies.kills):
        with copies.copy(f"killed-{step}") as killed:
            killed.die("collect", READ_AT, step)
            left.add((killed.contents().total(), len(killed.mails())))
            killed.run(work.collect, READ_AT + LATER)
            assert killed.contents() == contents, step
            assert killed.addressees() == addressees, step
            assert killed.deliveries() == sent, step
    # The kills fell into different stages of the work, or they would prove little.
    assert len(left) > 2


def test_a_digest_that_is_killed_goes_out_once_and_byte_for_byte(copies):
    copies.original.run(work.collect, READ_AT)
    expected: dict[str, set[bytes]] = {}
    for name, at in (("then", DIGEST_AT), ("later", DIGEST_AT + LATER)):
        with copies.copy(name) as undisturbed:
            steps = undisturbed.steps("digest", at)
            for file, mail in undisturbed.mails().items():
                expected.setdefault(file, set()).add(mail)
    assert len(expected) == len(copies.original.mails()) + 2

    left = set()
    for step in chosen(steps, 2 * copies.kills):
        with copies.copy(f"killed-{step}") as killed:
            killed.die("digest", DIGEST_AT, step)
            left.add((len(killed.query(select(digests.c.week))), len(killed.mails())))
            for _ in range(2):
                killed.run(work.digest, DIGEST_AT + LATER)
            mails = killed.mails()
            assert mails.keys() == expected.keys(), step
            assert [file for file, mail in mails.items() if mail not in expected[file]] == [], step
            assert {state for _, _, state in killed.deliveries()} == {"sent"}, step
            assert len(killed.query(select(digests.c.week))) == 1, step
    assert len(left) > 2


def test_scoring_a_file_that_is_killed_leaves_no_half_file(tmp_path):
    packets = tmp_path / "posts.jsonl"
    packets.write_text("".join(_packet(number) for number in range(200)), encoding="utf-8")
    whole, output = tmp_path / "whole.jsonl", tmp_path / "findings.jsonl"
    began = time.perf_counter()
    subprocess.run(_score(packets, whole), check=True, cwd=REPOSITORY, timeout=120)
    lasted = time.perf_counter() - began
    chance = random.Random(7)
    killed = 0
    for _ in range(KILLS):
        killed += not _ends_before(chance.uniform(0.3, 0.95) * lasted, _score(packets, output))
        assert not output.exists() or output.read_bytes() == whole.read_bytes()
    assert killed > 0

    subprocess.run(_score(packets, output), check=True, cwd=REPOSITORY, timeout=120)
    assert output.read_bytes() == whole.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["findings.jsonl", "posts.jsonl", "whole.jsonl"]


def _score(packets: Path, output: Path) -> list[str]:
    program = "import sys; from monitor.cli import main; sys.exit(main())"
    return [sys.executable, "-c", program, "score", str(packets), "--output", str(output)]


def _ends_before(seconds: float, command: list[str]) -> bool:
    """Whether it ends by itself; it is killed then."""
    process = subprocess.Popen(command, cwd=REPOSITORY)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def _packet(number: int) -> str:
    packet = {
        "id": str(number),
        "platform": "mastodon",
        "account_kind": "professional",
        "author": {"role": "counselor", "licence": "counselor"},
        "practice": {"name": "Larkspur Bend Counseling", "aliases": ["Larkspur Bend"]},
        "created": "2026-10-07T12:00:00+00:00",
        "text": SAID[number % len(SAID)],
    }
    return json.dumps(packet) + "\n"
