"""[record]: time stamps are asked for only where what makes them is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from monitor.config import load_config
from monitor.config_record import RecordTable
from monitor.examples import CONFIG, example

ROOT = Path(__file__).parents[2]
FILE = Path("config.toml")
ADDRESS = "https://tsa.larkspurbend.example"
WITHOUT = """
import sys
sys.modules["rfc3161_client"] = None
from monitor.cli import main
sys.exit(main(["collect", "--config", sys.argv[1]]))
"""


def test_a_missing_extra_is_a_mistake_only_where_stamps_are_asked_for() -> None:
    (missed,) = RecordTable(timestamp_url=ADDRESS).mistakes(FILE, lambda: False)

    assert (missed.key, '"timestamp"' in missed.expected) == ("record.timestamp_url", True)
    assert ADDRESS not in str(missed)
    assert RecordTable(timestamp_url=ADDRESS).mistakes(FILE, lambda: True) == ()
    assert RecordTable().mistakes(FILE, lambda: False) == ()


def test_no_command_starts_without_the_extra_and_the_mistake_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(example(CONFIG).replace('timestamp_url = ""', f'timestamp_url = "{ADDRESS}"'), encoding="utf-8")
    assert load_config(file, {}).record.timestamp_url == ADDRESS

    command = [sys.executable, "-c", WITHOUT, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "record.timestamp_url: found an address, but the extra is missing" in done.stderr
    assert "Traceback" not in done.stderr
