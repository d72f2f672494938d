"""`section7 evaluate --with-opinion`, as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.examples import CONFIG, POLICY, example
from tests.fakes.model_server import ModelServer, verdict

ROOT = Path(__file__).parents[2]
WRONG_USAGE = 2
PLUG = "Switched to a new notes app and saved hours, dm me for my referral link"


def labelled(text: str, label: int) -> str:
    post = {
        "id": "1",
        "platform": "mastodon",
        "account_kind": "professional",
        "author": {"role": "counselor", "licence": "counselor"},
        "practice": {"name": "Larkspur Bend Counseling", "aliases": []},
        "created": "2026-10-07T12:00:00-04:00",
        "text": text,
        "labels": dict.fromkeys("123456", 0) | {"5": label},
        "verdict": "violation" if label else "fine",
        "protected": [],
        "hard": "",
    }
    return json.dumps(post)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.toml").write_text(example(POLICY), encoding="utf-8")
    lines = (labelled(PLUG, 2), labelled(f"{PLUG}. and dogs", 0), labelled("the maples have turned red", 0))
    (tmp_path / "posts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def configure(folder: Path, url: str, *, enabled: bool) -> None:
    rules_alone = example(CONFIG).replace('model = "shipped"', 'model = "off"')
    before, after = rules_alone.split("[opinion]", maxsplit=1)
    table = f'[opinion]\nenabled = {str(enabled).lower()}\nurl = "{url}"\nmodel = "small"\n'
    rest = after[after.index("[logging]") :]
    text = f"{before}{table}[opinion.bounds]\nclause_5 = [0.0, 1.0]\n{rest}"
    (folder / "config.toml").write_text(text, encoding="utf-8")


def evaluate(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", "evaluate", "posts.jsonl", "--with-opinion", *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_model_is_measured_beside_the_detector(folder: Path) -> None:
    with ModelServer(verdict("violation"), verdict("fine")) as server:
        configure(folder, server.url, enabled=True)
        data = evaluate(folder, "--json")
        assert data.returncode == 0, data.stderr
        assert len(server.asked) == 2
        table = evaluate(folder)
    measured = json.loads(data.stdout)["second_opinion"]
    assert measured["model_right"] | {"interval": None} == {"hits": 2, "total": 2, "value": 1.0, "interval": None}
    assert measured["detector_right_same_items"]["hits"] == 1
    assert "model right" in table.stdout


def test_without_a_model_it_is_wrong_usage(folder: Path) -> None:
    assert evaluate(folder).returncode == WRONG_USAGE
    configure(folder, "http://127.0.0.1:9/v1", enabled=False)
    refused = evaluate(folder)
    assert refused.returncode == WRONG_USAGE
    assert "opinion.enabled" in refused.stderr
