"""The list of what the console is held to names tests that exist, and claims nothing without one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", LIST)))
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|")) for line in LIST.splitlines() if re.match(r"\| \d", line)
]
VERDICTS = ("Met", "By hand", "Not applicable, because", "Not met")
# What level 2 of the standard asks for in its chapters, as the standard numbers it.
SECTIONS = {
    "1": (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14),
    "2": range(1, 11),
    "3": (1, 2, 3, 4, 5, 7),
    "4": range(1, 4),
    "5": range(1, 6),
    "6": range(1, 5),
    "7": range(1, 5),
    "8": range(1, 4),
    "9": range(1, 3),
    "10": (2, 3),
    "11": (1,),
    "12": range(1, 7),
    "13": range(1, 5),
    "14": range(1, 6),
}


def defined_in(path: Path) -> set[str]:
    """Names of the tests in a file, read and not run."""
    return {
        node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_test_that_the_list_names_exists(file: str) -> None:
    there = defined_in(ROOT / file)

    assert [name for known, name in NAMED if known == file and name not in there] == []


def test_every_line_has_a_verdict_and_none_is_met_without_a_test() -> None:
    assert len(ROWS) > 120
    assert [row[0] for row in ROWS if not row[2].startswith(VERDICTS)] == []
    assert [row[0] for row in ROWS if row[2].startswith("Met") and "::test_" not in row[2]] == []


def test_every_section_of_the_standard_is_gone_through() -> None:
    numbers = {number for row in ROWS for number in re.findall(r"\d+\.\d+(?=\.\d)", row[0])}

    assert {f"{chapter}.{section}" for chapter, sections in SECTIONS.items() for section in sections} - numbers == set()


def test_no_number_is_judged_twice() -> None:
    seen = [number for row in ROWS for number in re.findall(r"\d+\.\d+\.\d+", row[0])]

    assert sorted({number for number in seen if seen.count(number) > 1}) == []


def test_what_is_not_met_is_gathered_at_the_end() -> None:
    end = LIST.split("## What is not met", 1)[1]
    missing = [
        number for row in ROWS if row[2].startswith("Not met") for number in re.findall(r"\d+\.\d+\.\d+", row[0])
    ]

    assert missing
    assert [number for number in missing if number not in end] == []
