"""The console on SQLite; what differs between databases is tested in tests/store."""

from collections.abc import Iterator

import pytest

from store.engine import Store
from tests.fakes.browsers import one_loop
from tests.fakes.desk import Office, office_on


@pytest.fixture(scope="session", autouse=True)
def loop() -> Iterator[None]:
    """One event loop for all requests of the console's tests."""
    with one_loop():
        yield


@pytest.fixture
def office(sqlite_store: Store) -> Office:
    return office_on(sqlite_store)
