from pathlib import Path

import pytest

from domain.errors import ConfigError
from monitor.config import Config, load_config
from monitor.examples import CONFIG, example

MINIMAL = """
[practice]
time_zone = "Europe/London"
contact = "privacy@fernhill.example"
jurisdiction = "England"
[database]
url = "sqlite:///here.db"
[mail]
sender = "section7@fernhill.example"
recipients = ["manager@fernhill.example"]
archive_url = "https://archive.fernhill.example"
"""
SMTP = """
transport = "smtp"
[mail.smtp]
host = "mail.fernhill.example"
username = "section7"
"""


def load(tmp_path: Path, text: str, **environment: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load_config(file, environment)


def mistakes(tmp_path: Path, text: str, **environment: str) -> dict[str, tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, **environment)
    return {mistake.key: (mistake.seen, mistake.expected) for mistake in caught.value.mistakes}


def test_the_example_loads_as_it_stands(tmp_path: Path) -> None:
    config = load(tmp_path, example(CONFIG))

    assert config.mail.recipients == ["manager@larkspurbend.example"]
    assert config.collect_every.total_seconds() == 86400


def test_the_example_shows_every_key() -> None:
    shown = example(CONFIG)
    sections = Config.model_fields
    for name in ("practice", "schedule", "mail", "retention", "politeness", "logging"):
        annotation = sections[name].annotation
        for key in annotation.model_fields:
            assert f"{key} =" in shown or f"[{name}.{key}]" in shown, f"{name}.{key}"


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    config = load(tmp_path, MINIMAL)

    assert config.schedule.digest_weekday == "monday"
    assert config.archive == tmp_path / "archive"


def test_paths_count_from_the_file_and_not_from_the_folder_one_stands_in(tmp_path: Path) -> None:
    config = load(tmp_path, MINIMAL)

    assert config.database_url.get_secret_value() == f"sqlite:///{tmp_path}/here.db"


def test_every_mistake_is_named_at_once_with_key_seen_and_expected(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        MINIMAL.replace('"Europe/London"', '"Mars/Base"').replace("privacy@fernhill.example", "privacy")
        + '[schedule]\ncollect_every_hours = 1\ndigest_weekday = "someday"\n[surprise]\nkey = 1\n',
    )

    assert found["practice.time_zone"] == ("'Mars/Base'", 'an IANA time zone such as "America/New_York"')
    assert found["practice.contact"][0] == "'privacy'"
    assert found["schedule.collect_every_hours"] == ("1", "at least 6")
    assert found["schedule.digest_weekday"][0] == "'someday'"
    assert found["surprise"][1] == "no such key"


def test_a_missing_file_is_one_clear_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a readable file"):
        load_config(tmp_path / "none.toml", {})


@pytest.mark.parametrize("text", ["[practice", "\x00", 'a = "\\q"'])
def test_broken_toml_says_where(tmp_path: Path, text: str) -> None:
    assert mistakes(tmp_path, text)["(file)"][1] == "valid TOML"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('url = "hush', "text without its closing quote, at line 3, column 12"),
        ("hush = hush", "a value that is no TOML (text stands in quotes), at line 3, column 8"),
        ('url = "x" hush', "something behind a value, at line 3, column 11"),
        ("hush = 1\nhush = 2", "a key that stands there twice, at line 4, column 9"),
        ("[hush]\n[hush]\nx = 1", "a table that stands there twice, at line 4, column 6"),
        ("x = [1 # hush", "a bracket that is not closed, seen at the end of the file"),
        ('hush = "\\q"', "a single backslash in text (write two), at line 3, column 11"),
        ("hush = " + "9" * 5000, "something that is no TOML"),
        ("hush = " + "[" * 5000, "something that is no TOML"),
    ],
)
def test_broken_toml_is_told_in_plain_words_and_not_repeated(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"# one\n# two\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    (mistake,) = caught.value.mistakes
    assert mistake.seen == told
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_secret_under_a_name_that_nobody_expects_is_not_repeated(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL.replace("[mail]", "[mail]\napi_key = 'hush'", 1))
    assert found == {"mail.api_key": ("a key that is not known", "no such key")}


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(file, {})


def test_a_secret_comes_from_the_environment(tmp_path: Path) -> None:
    config = load(
        tmp_path, MINIMAL.replace('url = "sqlite:///here.db"', 'url_env = "DB"'), DB="postgresql://u:hush@db.example/x"
    )

    assert config.database_url.get_secret_value() == "postgresql://u:hush@db.example/x"
    assert "hush" not in repr(config)
    assert "hush" not in str(config.model_dump())


def test_a_secret_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hush\n", encoding="utf-8")
    config = load(tmp_path, MINIMAL + SMTP + 'password_file = "password"\n')

    assert config.mail_password.get_secret_value() == "hush"


def test_missing_secrets_are_all_named_and_nothing_is_repeated(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        MINIMAL.replace('url = "sqlite:///here.db"', 'url_env = "DB"') + SMTP + 'password_file = "nowhere"\n',
    )

    assert found["database.url_env"][0] == "no environment variable DB"
    assert found["mail.smtp.password_file"][1] == "a readable file that holds the secret"


def test_a_login_without_a_password_is_a_mistake(tmp_path: Path) -> None:
    assert "password_env or password_file" in mistakes(tmp_path, MINIMAL + SMTP)["mail.smtp.password"][1]


@pytest.mark.parametrize("named", ['password_env = "GONE"', 'password_file = "nowhere"'])
def test_a_password_that_is_named_and_missing_is_one_mistake(tmp_path: Path, named: str) -> None:
    assert list(mistakes(tmp_path, MINIMAL + SMTP + named)) == [f"mail.smtp.{named.split(maxsplit=1)[0]}"]


def test_an_empty_secret_file_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("\n", encoding="utf-8")

    found = mistakes(tmp_path, MINIMAL + SMTP + 'password_file = "password"\n')

    assert found == {"mail.smtp.password_file": ("password (empty)", "a readable file that holds the secret")}


def test_a_wrong_database_key_is_never_repeated(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MINIMAL.replace('url = "sqlite:///here.db"', 'url = ["postgresql://u:hush@db/x"]'))

    assert "hush" not in str(found)


def test_two_ways_to_name_the_database_are_one_too_many(tmp_path: Path) -> None:
    text = MINIMAL.replace('url = "sqlite:///here.db"', 'url = "sqlite:///here.db"\nurl_env = "DB"')

    assert mistakes(tmp_path, text)["database"][1] == "exactly one of url, url_env and url_file"


def test_smtp_without_its_table_is_a_mistake(tmp_path: Path) -> None:
    text = MINIMAL + 'transport = "smtp"\n'

    assert "[mail.smtp] table" in mistakes(tmp_path, text)["mail"][1]
