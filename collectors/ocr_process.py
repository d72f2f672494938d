"""Reads the words of one picture, in a process that holds nothing else. Run by `collectors.ocr`, never imported.

Takes the picture's bytes on standard input and a limit of pixels as argument. Writes the words as JSON:
[[words, certainty, [[x, y] of four corners, clockwise from the top left]], ...].

Decoders written in C meet strangers' bytes here, so that the process may write no file, leaves no image of its memory
when it falls, and has its memory and time bounded before it reads a byte. It ends with 3 for more pixels than allowed
and with 4 for bytes that are no picture of a known type.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from rapidocr_onnxruntime import RapidOCR

TYPES = ("JPEG", "PNG", "WEBP", "GIF")
TOO_LARGE, MALFORMED = 3, 4
MEMORY = 4 * 1024**3
"""Bytes of addresses, which the libraries alone take a third of."""
SECONDS = 60
LONGEST_SIDE = 1_600
"""Pixels; what is larger is read smaller, which costs half the time and small print at the edge of a photograph."""


def main() -> int:
    """Read one picture, or none where standard input is empty: then only that everything is there is shown."""
    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
    _bound()
    picture = sys.stdin.buffer.read()
    if not picture:
        return 0
    try:
        image = _decoded(picture, int(sys.argv[1]))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return TOO_LARGE
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):  # what Pillow raises for damage
        return MALFORMED
    found, _ = engine(np.asarray(image)[:, :, ::-1])  # OpenCV's order: blue first
    sys.stdout.write(json.dumps([_box(*one) for one in found or ()]))
    return 0


def _bound() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _decoded(picture: bytes, most_pixels: int) -> Image.Image:
    """The picture as it is shown: first frame, upright, on white, at most LONGEST_SIDE long."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = most_pixels
    with Image.open(BytesIO(picture), formats=TYPES) as opened:  # reads the head and raises for a bomb
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    white = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(white, upright).convert("RGB")


def _box(corners: Any, words: str, certainty: float) -> list[Any]:
    return [words, float(certainty), [[float(x), float(y)] for x, y in corners]]


if __name__ == "__main__":
    sys.exit(main())
