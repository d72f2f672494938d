"""A throw-away PostgreSQL of the tests' own: made in a temporary folder, gone when the tests end.

It listens on loopback and a unix socket under a random port, never writes through to disk (fsync off), and is shared by
all pytest-xdist workers. PostgreSQL refuses to run as root, so root hands it to an unprivileged user.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REQUIRED = "SECTION7_REQUIRE_SERVICES"
_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
_NOTE = "postgres.json"
_ALIVE = "postgres.alive"
_HELD: list[IO[str]] = []
"""Open as long as this process lives."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster. `template` names a database that is already migrated, once `prepare` was called."""

    programs: str
    folder: str
    port: int
    template: str = "section7_template"

    def url(self, database: str) -> str:
        return f"postgresql://section7@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self, *, template: str = "template1") -> Iterator[str]:
        """URL of a new database, dropped afterwards."""
        name = f"t_{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def start(self) -> None:
        """Make it and start it; returns when it takes connections."""
        if (user := _unprivileged()) is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        data = ["-D", f"{self.folder}/data"]
        made = ["-U", "section7", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        _as_user([f"{self.programs}/initdb", *data, *made])
        where = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        log = ["-l", f"{self.folder}/log"]
        _as_user([f"{self.programs}/pg_ctl", *data, *log, "-w", "-o", f"{_OPTIONS} {where}", "start"])

    def stop(self) -> None:
        """Stop it, if it ever ran, and remove its folder."""
        if Path(self.folder, "data", "postmaster.pid").exists():
            _as_user([f"{self.programs}/pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop"])
        shutil.rmtree(self.folder)


def shared_cluster(common: Path, prepare: Callable[[str], object]) -> Cluster:
    """The one cluster of this test session, started by whoever comes first. `common` is seen by every worker.

    Every process that uses it holds a shared lock until it ends, however it ends; a guardian waits for the last.
    """
    with (common / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        alive = (common / _ALIVE).open("w")
        fcntl.flock(alive, fcntl.LOCK_SH)
        _HELD.append(alive)
        note = common / _NOTE
        if note.exists():
            cluster = Cluster(**json.loads(note.read_text()))
        else:
            cluster = Cluster(str(find_programs()), tempfile.mkdtemp(prefix="section7-postgres-"), _free_port())
            note.write_text(json.dumps(asdict(cluster)))
            subprocess.run([sys.executable, __file__, str(common)], check=True)
            cluster.start()
            cluster.run(f"CREATE DATABASE {cluster.template}")
            prepare(cluster.url(cluster.template))
        return cluster


def guard(common: Path) -> None:
    """Stop the cluster when nobody uses it any more, also when the tests were killed. Returns at once in the parent."""
    if os.fork() != 0:
        return
    os.setsid()
    with (common / _ALIVE).open("w") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)
        note = common / _NOTE
        cluster = Cluster(**json.loads(note.read_text()))
        note.unlink()
        cluster.stop()


def find_programs() -> Path:
    """Folder of initdb and pg_ctl. Raises LookupError when this machine has none."""
    for folder in _candidates():
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise LookupError("no PostgreSQL programs (initdb, pg_ctl) on this machine")


def _candidates() -> Iterator[Path]:
    if (found := shutil.which("initdb")) is not None:
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    if (config := shutil.which("pg_config")) is not None:
        answer = subprocess.run([config, "--bindir"], check=True, capture_output=True, text=True)
        yield Path(answer.stdout.strip())


def _unprivileged() -> pwd.struct_passwd | None:
    """Who runs it when the tests run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _as_user(command: list[str]) -> None:
    user = _unprivileged()
    extra = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    # pg_ctl's server keeps its output open: a pipe would never end.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, check=False, stdout=output, stderr=output, cwd="/", **extra)
        if done.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed: {output.read().decode()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    guard(Path(sys.argv[1]))
