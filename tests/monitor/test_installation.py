import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzers.model.blend import load_local
from analyzers.model.classifier import WEIGHTS
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


def test_the_local_model_is_loaded(config_file: Path) -> None:
    check = checked(config_file, "local model")

    assert check.well
    assert load_local(WEIGHTS).version in check.seen


def test_a_model_that_is_off_is_said_to_be_off(config_file: Path) -> None:
    named(config_file, "off")

    assert checked(config_file, "local model") == Check("local model", well=True, seen="off, the rules judge alone")


def test_a_model_that_is_not_there_fails(config_file: Path) -> None:
    named(config_file, "strong")

    check = checked(config_file, "local model")

    assert not check.well
    assert "scoring.model" in check.seen
    assert "a folder with a model" in check.seen


@pytest.mark.parametrize("file", ["model.onnx", "model.json", "tokenizer.json", "blend.json"])
@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_a_damaged_model_fails_in_plain_words(config_file: Path, file: str, content: bytes) -> None:
    folder = config_file.parent / "strong"
    shutil.copytree(WEIGHTS, folder)
    (folder / file).write_bytes(content)
    named(config_file, "strong")

    check = checked(config_file, "local model")

    assert not check.well
    assert "scoring.model" in check.seen
    assert "a model of this version" in check.seen


def named(config_file: Path, model: str) -> None:
    text = config_file.read_text(encoding="utf-8")
    config_file.write_text(text.replace('model = "shipped"', f'model = "{model}"'), encoding="utf-8")
