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
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIRED = "SECTION7_REQUIRE_SERVICES"
_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
_NOTE = "postgres.json"


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

    def stop(self) -> None:
        _as_user([f"{self.programs}/pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop"])
        shutil.rmtree(self.folder)


def shared_cluster(common: Path, prepare) -> Cluster:
    """The one cluster of this test session, started by whoever comes first. `common` is seen by every worker."""
    with (common / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = common / _NOTE
        if note.exists():
            return Cluster(**json.loads(note.read_text()))
        cluster = start(find_programs())
        note.write_text(json.dumps(asdict(cluster)))
        cluster.run(f"CREATE DATABASE {cluster.template}")
        prepare(cluster.url(cluster.template))
        return cluster


def stop_shared_cluster(common: Path) -> None:
    """Stop it, if anybody started it."""
    note = common / _NOTE
    if note.exists():
        Cluster(**json.loads(note.read_text())).stop()
        note.unlink()


def start(programs: Path) -> Cluster:
    """Make and start a cluster; returns when it takes connections."""
    folder = tempfile.mkdtemp(prefix="section7-postgres-")
    user = _unprivileged()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    port = _free_port()
    made = ["-D", f"{folder}/data", "-U", "section7", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    _as_user([f"{programs}/initdb", *made])
    options = f"{_OPTIONS} -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    _as_user([f"{programs}/pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-o", options, "start"])
    return Cluster(str(programs), folder, port)


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
