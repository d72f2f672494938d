"""The console on SQLite; what differs between databases is tested in tests/store."""

import pytest

from store.engine import Store
from tests.fakes.desk import Office, office_on


@pytest.fixture
def office(sqlite_store: Store) -> Office:
    return office_on(sqlite_store)
