import json
import math

import pytest

from collectors.ocr import LEAST_CERTAIN, MOST_BYTES, MOST_CHARACTERS, Box, Ocr, OcrMissing, arranged
from domain.errors import Malformed, TimedOut, TooLarge, WrongContent
from tests.fakes.pictures import PNG


def box(words, left, top, certainty=0.99, angle=0.0):
    """A box 20 high and 100 wide in a picture that was turned by `angle` radians."""
    upright = ((left, top), (left + 100, top), (left + 100, top + 20), (left, top + 20))
    across, down = math.cos(angle), math.sin(angle)
    return Box(words, certainty, tuple((x * across - y * down, x * down + y * across) for x, y in upright))


PLANNER = (("9:00", 0, 0), ("Maya R.", 300, 4), ("10:00", 0, 60), ("Devon K.", 300, 57))


def program(folder, lines):
    """Stands for the interpreter that has the extra."""
    file = folder / "python"
    file.write_text(f"#!/bin/sh\n{lines}\n")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("angle", [0.0, 0.15, -0.15])
def test_what_stands_in_one_row_is_one_line_also_in_a_slanted_picture(angle):
    boxes = [box(*one, angle=angle) for one in reversed(PLANNER)]

    assert arranged(boxes) == "9:00 Maya R.\n10:00 Devon K."


def test_uncertain_words_are_left_out_and_long_ones_cut():
    assert arranged([box("blinds", 0, 0, LEAST_CERTAIN - 0.01)]) == ""
    assert len(arranged([box("word " * 1000, 0, 0)])) == MOST_CHARACTERS


def test_control_characters_do_not_come_out():
    assert arranged([box("a\x00b\u202ec\ud800", 0, 0)]) == "a b c"


@pytest.mark.parametrize(
    ("picture", "error"),
    [
        (PNG + b"x" * MOST_BYTES, TooLarge),
        (b"", WrongContent),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", WrongContent),
        (b"%PDF-1.7", WrongContent),
        (b"RIFF\x00\x00\x00\x00WAVE", WrongContent),
        (b"II*\x00", WrongContent),
    ],
)
def test_bytes_that_no_reader_should_meet_never_reach_one(tmp_path, picture, error):
    reader = Ocr(python=program(tmp_path, f"echo met >{tmp_path}/met"))

    with pytest.raises(error):
        reader.words(picture)

    assert not (tmp_path / "met").exists()


def test_the_reader_s_words_come_back(tmp_path):
    said = json.dumps([["9:00", 0.9, [[0, 0], [9, 0], [9, 9], [0, 9]]]])

    assert Ocr(python=program(tmp_path, f"echo '{said}'")).words(PNG) == "9:00"


@pytest.mark.parametrize(("code", "error"), [(3, TooLarge), (4, Malformed), (1, Malformed)])
def test_what_goes_wrong_is_named_without_a_word_of_the_picture(tmp_path, code, error):
    reader = Ocr(python=program(tmp_path, f"echo Maya >&2; exit {code}"))

    with pytest.raises(error) as caught:
        reader.words(PNG)

    assert "Maya" not in str(caught.value)


def test_a_reader_that_falls_or_hangs_costs_its_time_and_the_next_one_starts_afresh(tmp_path):
    with pytest.raises(Malformed):
        Ocr(python=program(tmp_path, "kill -SEGV $$")).words(PNG)
    reader = Ocr(seconds=0.2, python=program(tmp_path, "exec /usr/bin/tail -f /dev/null"))
    for _ in range(2):
        with pytest.raises(TimedOut):
            reader.words(PNG)
    assert not reader.turn.locked()


def test_one_picture_is_read_at_a_time(tmp_path):
    reader = Ocr(seconds=0.1, python=program(tmp_path, "echo '[]'"))
    with reader.turn, pytest.raises(TimedOut):
        reader.words(PNG)


def test_a_reader_that_cannot_start_says_why(tmp_path):
    with pytest.raises(OcrMissing, match="No module named"):
        Ocr(python=program(tmp_path, "echo \"ModuleNotFoundError: No module named 'PIL'\" >&2; exit 1")).check()
    with pytest.raises(OcrMissing):
        Ocr(python=tmp_path / "nothing").check()
    Ocr(python=program(tmp_path, "exit 0")).check()
