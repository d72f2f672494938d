"""The house rules that a machine can hold."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "monitor",
    "console",
    "vault",
    "collectors",
    "analyzers",
    "opinion",
    "reports",
    "store",
    "migrations",
    "domain",
)
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


# A migration is one list of tables; cutting it up would hide what happens in which order.
CODE = [path for path in MODULES if "versions" not in path.parts]


@pytest.mark.parametrize("path", CODE, ids=named)
def test_a_module_and_its_functions_fit_on_a_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = [
        f"{function.name}: {size} lines"
        for function in functions(ast.parse(text))
        if (size := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    ]

    assert text.count("\n") <= LONGEST_MODULE
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_stand_on_top(path: Path) -> None:
    hidden = [
        function.name
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    ]

    assert hidden == []


# alembic calls every migration's functions upgrade and downgrade; its module docstring says what they do.
DOCUMENTED = [path for path in CODE if path.name != "__init__.py"]


@pytest.mark.parametrize("path", DOCUMENTED, ids=named)
def test_what_is_public_says_what_it_promises(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [] if ast.get_docstring(tree) else ["(module)"]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            silent += [] if ast.get_docstring(node) else [node.name]

    assert silent == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=named)
def test_packages_re_export_nothing(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == ""


def test_only_one_module_knows_each_outside_thing() -> None:
    seams = {
        "httpx": {"collectors/http.py", "collectors/http_transport.py"},
        "httpcore": {
            "collectors/http_transport.py",
            "collectors/dial.py",
            "opinion/transport.py",
            "opinion/dial.py",
        },
        "bs4": {"collectors/html.py"},
        "mf2py": {"collectors/web/microformats.py"},
        "apscheduler": {"monitor/schedule.py"},
        "smtplib": {"reports/mail.py"},
        "argon2": {"vault/passwords.py"},
        "zxcvbn": {"vault/passwords.py"},
        "pyotp": {"vault/codes.py"},
        "segno": {"console/second_factor.py"},
        "uvicorn": {"monitor/serving.py"},
    }
    found: dict[str, set[str]] = {name: set() for name in seams}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                root = name.partition(".")[0]
                if root in seams:
                    found[root].add(named(path))

    assert found == seams


def test_imports_run_one_way() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_time_of_day_is_read_in_one_place() -> None:
    readers = [
        named(path)
        for path in MODULES
        if any(
            word in path.read_text(encoding="utf-8") for word in ("datetime.now(", "utcnow(", "time.time(", "today()")
        )
    ]

    assert readers == ["monitor/clock.py"]
