"""What every test runs under: no network but loopback, repeatable random examples, and databases to work on."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import hypothesis
import pytest
import pytest_socket

from migrations.upgrade import upgrade
from store.engine import open_store
from tests.fakes.keys import KEYRING
from tests.postgres_cluster import REQUIRED, Cluster, find_programs, shared_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser as Chromium

    from store.engine import Store

LOOPBACK = ["127.0.0.1", "::1", "localhost"]

hypothesis.settings.register_profile(
    "section7",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("section7")


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture(scope="session")
def common_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """One folder for all workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


@pytest.fixture(scope="session")
def cluster(common_folder: Path) -> Cluster:
    """The tests' own PostgreSQL. Skips where there are no programs for it, unless services are required."""
    try:
        find_programs()
    except LookupError as missing:
        if os.environ.get(REQUIRED) == "1":
            raise
        pytest.skip(str(missing))
    return shared_cluster(common_folder, upgrade)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """A real browser; whoever wants one that nobody used opens a context of it.

    For one module: while it is there, no other event loop can run in this thread.
    """
    # Only tests in a browser need it, and it takes half a second to import.
    from tests.fakes.chromium import chromium_started  # noqa: PLC0415

    with chromium_started() as browser:
        yield browser


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file built by the migrations; copied, never written."""
    file = tmp_path_factory.mktemp("migrated") / "template.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of the test's own."""
    file = tmp_path / "section7.db"
    shutil.copy(migrated_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(cluster: Cluster) -> Iterator[str]:
    """A migrated PostgreSQL database of the test's own."""
    with cluster.database(template=cluster.template) as url:
        yield url


BOTH = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of each sort."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each sort that nothing was ever done to."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with request.getfixturevalue("cluster").database() as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store on each sort of database."""
    opened = open_store(database_url, KEYRING)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An open store on SQLite alone, for tests that are not about the store."""
    opened = open_store(sqlite_url, KEYRING)
    yield opened
    opened.close()


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """An open store on PostgreSQL alone."""
    opened = open_store(postgres_url, KEYRING)
    yield opened
    opened.close()
