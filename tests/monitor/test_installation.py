from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import UsageError
from monitor.config import load_config
from monitor.installation import Check, require_database, set_up, write_files

KEY = "section7.key"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    write_files(tmp_path / "config.toml")
    return tmp_path / "config.toml"


def checked(config_file: Path, what: str) -> Check:
    return next(check for check in set_up(config_file, {}, NOON) if check.what == what)


def test_a_new_installation_has_a_key_that_is_kept(config_file: Path) -> None:
    first, second = checked(config_file, "key"), checked(config_file, "key")

    assert (first.well, second.well) == (True, True)
    assert ("made now" in first.seen, "kept" in second.seen) == (True, True)


@pytest.mark.parametrize("content", [b"", b"half a key", b"ab" * 31, b"\xff\xfe"])
def test_a_damaged_key_fails_and_is_never_replaced(config_file: Path, content: bytes) -> None:
    key = config_file.parent / KEY
    key.write_bytes(content)

    check = checked(config_file, "key")

    assert not check.well
    assert KEY in check.seen
    assert key.read_bytes() == content


def test_only_init_makes_a_database(config_file: Path) -> None:
    config = load_config(config_file, {})
    file = config_file.parent / "section7.db"

    with pytest.raises(UsageError, match=r"section7\.db.*section7 init"):
        require_database(config)
    assert not file.exists()
    set_up(config_file, {}, NOON)
    require_database(config)


def test_a_database_on_a_server_is_not_looked_for_in_a_folder(config_file: Path) -> None:
    text = config_file.read_text(encoding="utf-8")
    config_file.write_text(text.replace('url = "sqlite:///section7.db"', 'url_env = "DB"'), encoding="utf-8")

    require_database(load_config(config_file, {"DB": "postgresql://section7@db.example/section7"}))
