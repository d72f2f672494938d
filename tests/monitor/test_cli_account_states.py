"""`section7 accounts list`: what is wrong with an account that is not read, and its way back, for every state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.accounts import AccountState
from domain.errors import CollectError
from monitor.cli import main
from monitor.clock import utc_now
from store.engine import open_store
from tests.store.records import active, visit
from vault.files import read_keyring

if TYPE_CHECKING:
    from pathlib import Path


def every(kind: type[CollectError] = CollectError) -> list[type[CollectError]]:
    return [kind, *(deeper for narrower in kind.__subclasses__() for deeper in every(narrower))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("states")
    assert main(["init", "--config", str(made / "config.toml")]) == 0
    return made


@pytest.fixture
def listed(folder: Path, capsys: pytest.CaptureFixture[str]):
    """Fails a new account in one way, and returns what the list says is wrong with it."""

    def list_after(error: type[CollectError], state: AccountState, failures: int) -> str:
        store = open_store(f"sqlite:///{folder / 'section7.db'}", read_keyring(folder / "section7.keyring"))
        now = utc_now()
        try:
            account = active(store, now=now)
            failed = {"outcome": error.code, "problem_code": error.code, "problem": error.reason}
            visit(store, of=account, now=now, state=state, failures=failures, **failed)
        finally:
            store.close()
        capsys.readouterr()
        assert main(["accounts", "list", "--config", str(folder / "config.toml")]) == 0
        lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
        return next(line[-1] for line in lines if line[0] == str(account.id))

    return list_after


@pytest.mark.parametrize("error", every(), ids=lambda error: error.code)
def test_a_failure_is_listed_with_its_reason_and_its_way_back(listed, error: type[CollectError]) -> None:
    assert listed(error, AccountState.ACTIVE, 1) == f"{error.reason} {error.way_back}"


@pytest.mark.parametrize("error", every(), ids=lambda error: error.code)
def test_an_account_that_was_set_aside_also_says_how_often_it_failed(listed, error: type[CollectError]) -> None:
    said = listed(error, AccountState.QUARANTINED, 5)

    assert said.startswith(f"{error.reason} It failed 5 times in a row, so it is tried only once a week now;")
    assert said.endswith("once a try succeeds." if error.way_back == CollectError.way_back else error.way_back)


def test_a_well_read_account_has_nothing_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(f"sqlite:///{folder / 'section7.db'}", read_keyring(folder / "section7.keyring"))
    try:
        account = active(store, now=utc_now())
        visit(store, of=account, now=utc_now())
    finally:
        store.close()
    capsys.readouterr()
    main(["accounts", "list", "--config", str(folder / "config.toml")])
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]

    assert [(line[4], line[-1]) for line in lines if line[0] == str(account.id)] == [("active", "-")]
