"""The strong model from end to end on a tiny base: made, cut off and gone on with, and loaded as scoring loads it."""

import dataclasses
import json
import math
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from analyzers.model.blend import load_local
from analyzers.packets import read_labelled
from analyzers.score import score
from tests.fakes.base_weights import cut_archive, tiny_members
from training.build import LIBRARIES

ROOT = Path(__file__).parents[2]
MISSING = [name for name in LIBRARIES if find_spec(name) is None]
pytestmark = pytest.mark.slow
needs_the_extra = pytest.mark.skipif(bool(MISSING), reason=f"the extra `strong` is not installed: {MISSING}")
STEPS = 9
"""40 posts in batches of 16, three times over."""


def run(out, parts, kill_at=0):
    command = [sys.executable, "-m", "tests.training.tiny_build", str(out), str(parts), str(kill_at)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base") / "parts"
    base, _ = cut_archive(tiny_members(), folder)
    (folder / "base.json").write_text(json.dumps(dataclasses.asdict(base)))
    return folder


@pytest.fixture(scope="module")
def made(parts, tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "model"
    done = run(out, parts)
    assert done.returncode == 0, done.stderr
    return out


@needs_the_extra
def test_what_is_built_scores_posts(made):
    local = load_local(made)
    lines = (ROOT / "training" / "corpus" / "D.jsonl").read_text().splitlines()[:6]
    packets = [read_labelled(line, 1).packet for line in lines]

    heard = local.classifier.probabilities(packets)

    assert len({one.violation for one in heard}) == len(packets)
    assert all(math.isfinite(one.violation) for one in heard)
    assert score(packets[0], None, local).id == packets[0].id


@needs_the_extra
def test_nothing_half_done_is_left_and_a_trial_says_that_it_is_one(made):
    left = {path.name for path in made.iterdir()}

    assert left == {".lock", "blend.json", "measured.json", "model.json", "model.onnx", "tokenizer.json"}
    assert "trial" in json.loads((made / "measured.json").read_text())["headline"]


@needs_the_extra
def test_a_build_that_was_killed_between_epochs_makes_the_same_model(made, parts, tmp_path):
    killed = run(tmp_path / "model", parts, kill_at=7)
    resumed = run(tmp_path / "model", parts)

    assert killed.returncode == -signal.SIGKILL
    steps = [line for line in resumed.stdout.splitlines() if line.startswith("teacher")]
    assert steps[0] == f"teacher 1 of 2: 7 of {STEPS}", resumed.stderr
    # One thread, one machine: the weights are the same to the last bit, and so is the graph.
    assert (tmp_path / "model" / "model.onnx").read_bytes() == (made / "model.onnx").read_bytes()


@needs_the_extra
def test_a_model_that_is_there_is_not_made_again(made, parts):
    before = (made / "model.json").stat().st_mtime_ns

    done = run(made, parts)

    assert "already" in done.stdout
    assert (made / "model.json").stat().st_mtime_ns == before


@needs_the_extra
def test_a_damaged_part_stops_the_build_before_any_training(parts, tmp_path):
    damaged = tmp_path / "parts"
    damaged.mkdir()
    for path in parts.iterdir():
        (damaged / path.name).write_bytes(path.read_bytes())
    with (damaged / "base.zip.002").open("r+b") as part:
        part.write(b"\0\0\0\0\0\0\0\0")

    done = run(tmp_path / "model", damaged)

    assert done.returncode != 0
    assert "base.zip.002: not the file that is expected" in done.stderr
    assert "teacher" not in done.stdout
