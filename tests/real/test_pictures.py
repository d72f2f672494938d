"""Pictures drawn here and read by the real recogniser, in the environment that .ci/real makes for the extra `ocr`."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.ocr import MOST_PIXELS, Ocr
from domain.errors import Malformed, TooLarge
from domain.posts import Media
from monitor.run import collect_due
from store.engine import Store
from tests.fakes.pictures import PictureSource
from tests.fakes.practice import HARMLESS, practice_on
from tests.real.conftest import address

pytestmark = pytest.mark.real

DRAW = """
import sys
from PIL import Image, ImageDraw, ImageFont
kind, angle, *lines = sys.argv[1:]
page = Image.new("RGB", (1000, 600), "white")
for row, line in enumerate(lines):
    ImageDraw.Draw(page).text((60, 80 + 90 * row), line, fill="black", font=ImageFont.load_default(size=36))
page.rotate(float(angle), fillcolor="gray").save(sys.stdout.buffer, kind)
"""
BLANK = """
import sys
from PIL import Image
Image.new("1", (int(sys.argv[1]), int(sys.argv[2]))).save(sys.stdout.buffer, "PNG")
"""
PLANNER = ("Tuesday 14 March", "9:00 Dana Whitlock", "10:00 Devon K. EMDR session")


@pytest.fixture(scope="module")
def ocr() -> Ocr:
    return Ocr(seconds=120, python=Path(address("SECTION7_OCR_PYTHON")))


def made(ocr: Ocr, program: str, *arguments: str) -> bytes:
    return subprocess.run([ocr.python, "-I", "-c", program, *arguments], capture_output=True, check=True).stdout


def test_the_reader_starts(ocr: Ocr) -> None:
    ocr.check()


@pytest.mark.parametrize(("kind", "angle"), [("PNG", "0"), ("JPEG", "6"), ("WEBP", "-6"), ("GIF", "0")])
def test_a_drawn_planner_is_read_line_by_line(ocr: Ocr, kind: str, angle: str) -> None:
    read = ocr.words(made(ocr, DRAW, kind, angle, *PLANNER))

    assert [line.replace(" ", "") for line in read.splitlines()] == [line.replace(" ", "") for line in PLANNER]


def test_a_picture_without_words_has_none(ocr: Ocr) -> None:
    assert ocr.words(made(ocr, BLANK, "400", "300")) == ""


def test_a_small_file_of_very_many_pixels_is_refused_before_it_is_unpacked(ocr: Ocr) -> None:
    bomb = made(ocr, BLANK, "20000", "20000")

    assert len(bomb) < MOST_PIXELS / 100
    with pytest.raises(TooLarge, match="pixels"):
        ocr.words(bomb)


def test_a_broken_off_picture_is_damaged(ocr: Ocr) -> None:
    with pytest.raises(Malformed):
        ocr.words(made(ocr, DRAW, "PNG", "0", *PLANNER)[:2000])


def test_a_post_with_a_photographed_planner_is_a_finding(ocr: Ocr, store: Store, tmp_path: Path) -> None:
    practice = practice_on(store, tmp_path)
    practice.authorise()
    practice.publish("a", HARMLESS, media=(Media("image", "", "https://pictures.example/desk.jpg"),))
    source = PictureSource({"https://pictures.example/desk.jpg": made(ocr, DRAW, "JPEG", "5", *PLANNER)})
    tools = replace(practice.collecting(), picture_reader=ocr, reader=source)

    report = collect_due(tools, stopping=lambda: False, on_visit=lambda visit: None)

    assert report.visits[0].findings == 1
    kept = next(practice.store.findings.kept_for_rescore())
    assert "Devon" in kept.post.media[0].alt
    assert "March" not in kept.post.media[0].alt
