"""`section7 serve` as a process: it listens, tells systemd, answers, and stops well."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.flood import WINDOW
from domain.errors import ConfigError
from monitor.cli import main
from monitor.config import load_config
from monitor.config_console import host_and_port
from monitor.serving import console_key
from monitor.workers import flood_at, shared_flood

WRONG_USAGE = 2
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECTION7_CONFIG", str(tmp_path / "config.toml"))
    assert main(["init"]) == 0
    return tmp_path


def configure(folder: Path, **values: str) -> Path:
    file = folder / "config.toml"
    lines = file.read_text().splitlines()
    for key, value in values.items():
        (place,) = (number for number, line in enumerate(lines) if line.startswith(f"{key} ="))
        lines[place] = f"{key} = {value}"
    file.write_text("\n".join(lines))
    return file


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def asked(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_it_answers_tells_systemd_and_ends_well_on_sigterm(folder: Path) -> None:
    port = free_port()
    configure(folder, listen=f'"127.0.0.1:{port}"')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(folder / "notify"))
        channel.settimeout(60)
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "serve"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": str(folder / "notify")},
            stderr=subprocess.PIPE,
            text=True,
        )
        said = [channel.recv(100).decode()]
        health, sign_in, elsewhere = (
            asked(port, "/health"),
            asked(port, "/sign-in"),
            asked(port, "/health", Host="evil.example"),
        )
        process.send_signal(signal.SIGTERM)
        said.append(channel.recv(100).decode())
        _, log = process.communicate(timeout=30)

    assert said == ["READY=1", "STOPPING=1"]
    assert health == (200, "ok\n")
    assert sign_in[0] == 200
    assert "<h1>Sign in</h1>" in sign_in[1]
    assert elsewhere[0] == 400
    assert process.returncode == 0, log
    assert [json.loads(line)["event"] for line in log.splitlines()] == [
        "serving",
        "answered",
        "answered",
        "stopping",
        "stopped",
    ]


def test_several_processes_answer_and_end_together(folder: Path) -> None:
    port = free_port()
    configure(folder, listen=f'"127.0.0.1:{port}"')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(folder / "notify"))
        channel.settimeout(110)
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "serve", "--workers", "2"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": str(folder / "notify")},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            said = [channel.recv(100).decode()]
            answers = [asked(port, "/health") for _ in range(10)]
        finally:
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=60)
        said.append(channel.recv(100).decode())

    assert said == ["READY=1", "STOPPING=1"]
    assert answers == [(200, "ok\n")] * 10
    assert process.returncode == 0, log
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events.count("answered") == 10
    assert "incident" not in events
    assert events[-1] == "stopped"


def test_processes_count_what_strangers_send_together() -> None:
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    address = shared_flood()
    one, other = flood_at(address), flood_at(address)

    assert [each.lets_in("here", 3, now) for each in (one, other, one, other, one)] == [True, True, True, False, False]
    assert other.lets_in("there", 3, now)
    assert one.lets_in("here", 3, now + WINDOW)


def test_an_address_that_is_taken_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        configure(folder, listen=f'"127.0.0.1:{taken.getsockname()[1]}"')

        assert main(["serve"]) == WRONG_USAGE

    assert "cannot listen at 127.0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize("listen", ["0.0.0.0:8707", "[::]:8707", "192.0.2.7:8707"])
def test_an_open_address_without_https_is_refused(folder: Path, listen: str) -> None:
    file = configure(folder, listen=f'"{listen}"')
    with pytest.raises(ConfigError, match=r"console\.base_url"):
        load_config(file, {})

    configure(folder, base_url='"https://section7.larkspurbend.example"')
    assert load_config(file, {}).console.address == "https://section7.larkspurbend.example"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("listen", '"localhost:8707"'),
        ("listen", '"127.0.0.1"'),
        ("listen", '"127.0.0.1:99999"'),
        ("base_url", '"http://section7.larkspurbend.example"'),
        ("base_url", '"https://section7.larkspurbend.example/"'),
        ("base_url", '"https://Section7.larkspurbend.example"'),
        ("base_url", '"https://user:pass@larkspurbend.example"'),
        ("base_url", '"ftp://larkspurbend.example"'),
        ("base_url", '"https://larkspurbend.example:port"'),
        ("trusted_proxies", '["proxy.example"]'),
        ("session_hours", "0"),
        ("idle_minutes", "1"),
    ],
)
def test_a_value_that_cannot_be_is_named(folder: Path, key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"console\.{key}"):
        load_config(configure(folder, **{key: value}), {})


def test_addresses_are_read_in_both_forms() -> None:
    assert [str(part) for part in host_and_port("[::1]:80")] == ["::1", "80"]
    assert [str(part) for part in host_and_port("127.0.0.1:8707")] == ["127.0.0.1", "8707"]


def test_the_consoles_key_is_not_the_installations() -> None:
    assert console_key(b"k" * 32) != b"k" * 32
    assert len(console_key(b"k" * 32)) == 32
