"""What the console shows of the configuration: all of it but secrets."""

from __future__ import annotations

from pathlib import Path

from monitor.config import load_config
from monitor.examples import CONFIG, example
from monitor.shown_settings import shown_settings


def shown(folder: Path, **replaced: str) -> dict[str, str]:
    text = example(CONFIG)
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return dict(shown_settings(load_config(file, {"SECTION7_MAIL_PASSWORD": "hunter2-hunter2"})))


def test_every_table_is_shown_in_words(tmp_path: Path) -> None:
    found = shown(tmp_path)

    assert found["practice.time_zone"] == "America/New_York"
    assert found["console.require_second_factor"] == "yes"
    assert found["console.trusted_proxies"] == "127.0.0.1"
    assert found["mail.smtp.host"] == "mail.larkspurbend.example"
    assert {key.partition(".")[0] for key in found} >= {
        "practice",
        "schedule",
        "mail",
        "retention",
        "console",
        "opinion",
    }


def test_no_secret_and_no_way_to_one_is_shown(tmp_path: Path) -> None:
    found = shown(
        tmp_path,
        **{
            'transport = "maildir"': 'transport = "smtp"',
            '"http://127.0.0.1:8080/v1"': '"http://user:hunter2@127.0.0.1:8080/v1"',
        },
    )

    assert "hunter2" not in repr(found)
    assert "SECTION7_MAIL_PASSWORD" not in repr(found)
    assert not [key for key in found if key.endswith(("_env", "_file")) or "database" in key]
    assert found["opinion.url"] == "(not shown)"
