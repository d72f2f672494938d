"""The local models: what lies in a model's folder, and making the strong one in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzers.measured import ERROR_RATES, RULES_ERROR_RATES
from analyzers.model.classifier import WEIGHTS
from analyzers.model.inputs import INPUTS_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FILES = ("model.onnx", "model.json", "tokenizer.json", "blend.json")
_NOT_MEASURED = "How often this model errs was not measured."
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """What a model's folder says of itself. `size` in bytes; `fault` is why it cannot be used, "" when it can.

    `measured` is the headline of its measurement, in one or two sentences.
    """

    version: str
    size: int
    made_of: str
    measured: str
    fault: str


def read_model_folder(folder: Path) -> ModelFolder:
    """Read the folder's small files; the model itself is not loaded."""
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        return ModelFolder("none", 0, "", _NOT_MEASURED, f"not there: {', '.join(missing)}")
    settings, blend = _json(folder / "model.json"), _json(folder / "blend.json")
    trained_on = settings.get("inputs")
    current = trained_on == INPUTS_VERSION
    return ModelFolder(
        version=f"{settings.get('version')}-{blend.get('version')}",
        size=sum((folder / name).stat().st_size for name in _FILES),
        made_of=_made_of(settings),
        measured=error_rates(folder),
        fault="" if current else f"made for inputs {trained_on}, this version writes {INPUTS_VERSION}: make it again",
    )


def _json(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def _made_of(settings: dict[str, Any]) -> str:
    if "teachers" in settings:
        return f"{settings['teachers']} of {settings.get('base')}, trained on {settings.get('posts')} invented posts"
    return f"{settings.get('students', 1)} of all-MiniLM-L6-v2, distilled"


def error_rates(folder: Path | None) -> str:
    """What is told of the errors of what judges, in digests too: of rules alone, the shipped model, or by a record."""
    if folder is None:
        return RULES_ERROR_RATES
    record = folder / "measured.json"
    if record.is_file():
        return str(_json(record).get("headline", _NOT_MEASURED))
    return ERROR_RATES if folder == WEIGHTS else _NOT_MEASURED


def run_build(arguments: Sequence[str]) -> int:
    """`python -m training build` with these arguments; its exit code. `-P`: no folder of that name here is meant."""
    return run_streamed([sys.executable, "-P", "-m", "training", "build", *arguments])


def run_streamed(command: Sequence[str]) -> int:
    """Run a program with its output streamed; its exit code, negative for the signal that ended it.

    It has a process group of its own, so that Ctrl-C reaches it once, through here, as SIGTERM, and it ends by itself.
    """
    with subprocess.Popen(command, process_group=0) as child:  # noqa: S603 - our own programs, no shell
        before = {number: signal.getsignal(number) for number in _PASSED_ON}
        for number in _PASSED_ON:
            signal.signal(number, lambda _number, _frame: child.send_signal(signal.SIGTERM))
        try:
            return child.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
