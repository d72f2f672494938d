"""Bytes of a picture to the words in it, by the optional extra `ocr`, within limits of bytes, pixels, type and time.

The picture is decoded and read in a process of its own (`ocr_process.py`), which is started for one picture and ends
with it: a damaged or hostile one costs that process. Nothing is written to disk, and nothing is fetched: the weights
come with the package.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from domain.errors import Malformed, TimedOut, TooLarge, WrongContent

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 10_000_000
MOST_PIXELS = 50_000_000
"""As many as a telephone of today makes; four bytes each while they are decoded."""
MOST_CHARACTERS = 2_000
"""Of one picture's words. A photographed page has more, and no post is judged better for them."""
LEAST_CERTAIN = 0.7
"""Of the recogniser's own certainty (0 to 1): what lies below is mostly the pattern of something else."""

_PROGRAM = Path(__file__).with_name("ocr_process.py")
_PIXELS_EXCEEDED, _NO_PICTURE = 3, 4
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_PATIENCE = 60.0
"""Seconds that the first start may take, on a machine that has just come up."""


class OcrMissing(Exception):  # noqa: N818 - reads as the state it names
    """The extra is not installed, or a system library that it needs is not there; the message says which."""


Corner = tuple[float, float]
"""x and y in pixels, from the picture's top left."""


@dataclass(frozen=True, slots=True)
class Box:
    """Words that stand together in a picture: how certain (0 to 1), and where, clockwise from their top left."""

    words: str
    certainty: float
    corners: tuple[Corner, Corner, Corner, Corner]

    @property
    def slope(self) -> float:
        """The angle of their line against the horizontal, in radians."""
        (left, top), (right, lower) = self.corners[:2]
        return math.atan2(lower - top, right - left)


@dataclass(frozen=True, slots=True)
class _Placed:
    """The same words with the picture turned upright."""

    words: str
    left: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Ocr:
    """Reads one picture at a time, so that several accounts side by side need the memory of one.

    `python` is the interpreter that has the extra. `seconds` is the longest time for one picture, with its turn.
    """

    seconds: float = 30.0
    python: Path = Path(sys.executable)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def words(self, picture: bytes) -> str:
        """The words as a reader meets them, a row of the picture a line; "" where there are none.

        Raises TooLarge (bytes, pixels), WrongContent (not JPEG, PNG, WebP or GIF), Malformed, and TimedOut.
        """
        check_picture(picture)
        end = time.monotonic() + self.seconds
        if not self.turn.acquire(timeout=self.seconds):
            raise TimedOut("the reader of pictures is busy")
        try:
            done = self._run(picture, end - time.monotonic())
        except subprocess.TimeoutExpired as error:
            raise TimedOut("reading the picture") from error
        finally:
            self.turn.release()
        return _words_of(done)

    def check(self) -> None:
        """Start the reader once without a picture. Raises OcrMissing when it cannot start."""
        try:
            done = self._run(b"", _PATIENCE)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise OcrMissing(type(error).__name__) from error
        if done.returncode != 0:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise OcrMissing(last[0][:200] if last else f"exit code {done.returncode}")

    def _run(self, picture: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
        # -I: neither the working folder nor the environment says what is imported, and ours beside the program neither.
        command = [str(self.python), "-I", "-B", str(_PROGRAM), str(MOST_PIXELS)]
        return subprocess.run(  # noqa: S603 - our own program, no shell
            command, input=picture, capture_output=True, timeout=max(seconds, 0.1), check=False, env={}, cwd="/"
        )


def check_picture(picture: bytes) -> None:
    """Raise TooLarge or WrongContent for bytes that no reader should meet. What they claim to be is not asked."""
    if len(picture) > MOST_BYTES:
        raise TooLarge(f"a picture of more than {MOST_BYTES} bytes")
    webp = picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"
    if not webp and not picture.startswith(_SIGNATURES):
        raise WrongContent("no picture of a known type")


def _words_of(done: subprocess.CompletedProcess[bytes]) -> str:
    """What the process says by its exit code or its output. What it complains of may repeat words: it is not told."""
    if done.returncode == _PIXELS_EXCEEDED:
        raise TooLarge(f"a picture of more than {MOST_PIXELS} pixels")
    if done.returncode == _NO_PICTURE:
        raise Malformed("a damaged picture")
    if done.returncode != 0:
        raise Malformed(f"the reader of pictures ended with {done.returncode}")
    return arranged(Box(*box) for box in json.loads(done.stdout or b"[]"))


def arranged(boxes: Iterable[Box]) -> str:
    """Boxes as text: one line for what stands in one row, from left to right; uncertain ones left out."""
    certain = [box for box in boxes if box.certainty >= LEAST_CERTAIN]
    slope = median(box.slope for box in certain) if certain else 0.0
    rows: list[list[_Placed]] = []
    for box in sorted((_turned(box, slope) for box in certain), key=lambda box: box.middle):
        if rows and box.middle < rows[-1][-1].bottom and rows[-1][-1].middle > box.top:
            rows[-1].append(box)
        else:
            rows.append([box])
    lines = (" ".join(box.words for box in sorted(row, key=lambda box: box.left)) for row in rows)
    return "\n".join(line for line in map(_printable, lines) if line)[:MOST_CHARACTERS]


def _turned(box: Box, slope: float) -> _Placed:
    """Where the words stand when lines of that slope lie level: a photograph is rarely straight."""
    across, down = math.cos(slope), math.sin(slope)
    heights = [y * across - x * down for x, y in box.corners]
    return _Placed(box.words, min(x * across + y * down for x, y in box.corners), min(heights), max(heights))


def _printable(line: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in line).split())
