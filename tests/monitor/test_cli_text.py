import io

import pytest
from rich.console import Console

from monitor.cli_text import drawn, say, shown, tab_separated

TITLE = "\x1b]0;taken over\x07"
RED_C1 = "\x9b31m"


@pytest.mark.parametrize("sent", [TITLE, RED_C1, "\x1b[2J", "\x7f", "\u202e", "\x00", "\r\n", "\t", "\u2028", "\ud83d"])
def test_what_drives_a_terminal_is_left_out(sent: str) -> None:
    left = shown(f"Jo{sent}Penhallow")

    assert left.isprintable()
    assert left.startswith("Jo")
    assert left.endswith("Penhallow")


def test_other_scripts_and_brackets_stay_as_they_are() -> None:
    name = "Núria [/bold] Ångström 李 می‌خواهم :smile:"

    assert shown(name) == name


def test_a_message_keeps_its_lines_and_nothing_else_that_moves_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"one\ntwo{TITLE}\rthree", err=True)

    assert capsys.readouterr().err == "one\ntwo]0;taken over three\n"


def test_plain_lines_are_parted_by_tabs_alone() -> None:
    lines = tab_separated(("No.", "Name"), [("1", "Jo\tPen\nhallow" + "x" * 300)])

    assert lines == ["No.\tName", "1\tJo Pen hallow" + "x" * 300]


@pytest.mark.parametrize("width", [200, 40])
def test_a_drawn_table_cuts_nothing_and_reads_no_markup(width: int) -> None:
    cells = ("1", "Bad[/bold]Name", "https://fernhill.example/" + "long" * 20 + "[/a]", TITLE)
    out = io.StringIO()

    Console(file=out, force_terminal=True, no_color=True, width=width).print(
        drawn(("No.", "Who", "Where", "T"), [cells])
    )

    lines = [line.split("│")[1:-1] for line in out.getvalue().splitlines() if line.startswith("│")]
    joined = ["".join(part.strip() for part in column) for column in zip(*lines, strict=True)]
    assert [text.replace(" ", "") for text in joined] == [shown(cell).replace(" ", "") for cell in cells]
    assert all(len(line) <= width for line in out.getvalue().splitlines() if "\x1b" not in line)
