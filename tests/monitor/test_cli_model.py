"""Which model judges, what is on record of it, and how the strong one is asked for."""

import json
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from analyzers.measured import ERROR_RATES, RULES_ERROR_RATES
from analyzers.model.classifier import WEIGHTS
from analyzers.model.inputs import INPUTS_VERSION
from monitor.cli import main
from monitor.examples import CONFIG, example
from monitor.models import error_rates

NOT_DONE = 1
WRONG_USAGE = 2


@pytest.fixture
def section7(tmp_path, capfd):
    """`section7 model show` under a configuration with this model."""

    def show(model):
        config = tmp_path / "config.toml"
        config.write_text(example(CONFIG).replace('model = "shipped"', f"model = {json.dumps(model)}"))
        code = main(["model", "show", "--config", str(config)])
        said = capfd.readouterr()
        return code, said.out + said.err

    return show


def model_folder(folder, inputs=INPUTS_VERSION, measured="Noticed 66 of 100."):
    folder.mkdir()
    settings = {"version": "abc123", "inputs": inputs, "teachers": 2, "base": "all-mpnet-base-v2", "posts": 6353}
    (folder / "model.json").write_text(json.dumps(settings))
    (folder / "blend.json").write_text(json.dumps({"version": "def456"}))
    (folder / "measured.json").write_text(json.dumps({"headline": measured}))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.onnx").write_bytes(b"\0" * 3_000_000)
    return str(folder)


def test_the_model_that_ships_tells_its_measures(section7):
    _, told = section7("shipped")

    assert "In use: the model that ships." in told
    assert ERROR_RATES in told
    assert "of all-MiniLM-L6-v2, distilled" in told


def test_a_model_made_here_is_described_by_its_own_folder(section7, tmp_path):
    code, told = section7(model_folder(tmp_path / "strong"))

    assert code == 0, told
    assert f"Where: {tmp_path / 'strong'}" in told
    assert "Version: abc123-def456" in told
    assert "Size: 3 MB" in told
    assert "2 of all-mpnet-base-v2, trained on 6353 invented posts" in told
    assert "Measured: Noticed 66 of 100." in told
    assert ERROR_RATES not in told


def test_a_model_without_a_record_is_not_told_with_the_figures_of_another(tmp_path):
    folder = Path(model_folder(tmp_path / "strong"))
    (folder / "measured.json").unlink()

    assert error_rates(folder) == "How often this model errs was not measured."
    assert error_rates(None) == RULES_ERROR_RATES
    assert error_rates(WEIGHTS) == ERROR_RATES


def test_rules_alone_are_told_as_such_with_how_to_switch(section7):
    code, told = section7("off")

    assert code == 0
    assert "the rules judge alone" in told
    assert 'model = "shipped"' in told
    assert "section7 model build --out FOLDER" in told


def test_a_model_for_other_inputs_cannot_be_used_and_says_so(section7, tmp_path):
    code, told = section7(model_folder(tmp_path / "strong", inputs=INPUTS_VERSION - 1))

    assert code == NOT_DONE
    assert f"It cannot be used: made for inputs {INPUTS_VERSION - 1}" in told


def test_an_empty_folder_is_told_by_what_is_missing(section7, tmp_path):
    code, told = section7(str(tmp_path / "nothing"))

    assert code == NOT_DONE
    assert "not there: model.onnx, model.json, tokenizer.json, blend.json" in told


without_the_extra = pytest.mark.skipif(find_spec("torch") is not None, reason="the extra `strong` is installed")


@without_the_extra
def test_a_build_without_the_extra_says_how_to_install_it(tmp_path, capfd):
    code = main(["model", "build", "--out", str(tmp_path / "strong")])

    said = capfd.readouterr()
    assert code == WRONG_USAGE
    assert "libraries that are not installed: torch, transformers, safetensors" in said.err
    assert "pip install --require-hashes -r requirements/strong.txt" in said.err
    assert "--no-deps --require-hashes -r requirements/strong-base.txt" in said.err
    assert not (tmp_path / "strong").exists()


@without_the_extra
def test_a_folder_named_training_where_one_stands_is_not_run(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "__init__.py").touch()
    (tmp_path / "training" / "__main__.py").write_text("print('taken in')")

    main(["model", "build", "--out", str(tmp_path / "strong")])

    assert "taken in" not in capfd.readouterr().out


PROGRAM = """
import signal, sys
def end(number, frame):
    print("ended", number, flush=True)
    sys.exit(130)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    signal.pause()
"""
PARENT = (
    "import sys; from monitor.models import run_streamed; sys.exit(run_streamed([sys.executable, '-c', sys.argv[1]]))"
)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_program_is_asked_once_to_end_and_is_waited_for(sent):
    command = [sys.executable, "-c", PARENT, PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as parent:
        assert parent.stdout.readline() == b"ready\n"

        parent.send_signal(sent)
        rest, _ = parent.communicate(timeout=30)

    assert rest == f"ended {int(signal.SIGTERM)}\n".encode()
    assert parent.returncode == 130
