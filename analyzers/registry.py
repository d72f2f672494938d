"""Finds the clauses: every module in `analyzers/clauses` that has a CLAUSE and a `detect`. Loud when one is missing."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from analyzers import clauses
from domain.findings import Clause

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analyzers.reading import Detection, Reading


@cache
def detectors() -> Mapping[Clause, Callable[[Reading], Detection]]:
    """Clause -> its `detect`, in the order of the enum. ImportError when a clause has no module, or two."""
    found: dict[Clause, Callable[[Reading], Detection]] = {}
    for entry in pkgutil.iter_modules(clauses.__path__, f"{clauses.__name__}."):
        module = importlib.import_module(entry.name)
        clause = getattr(module, "CLAUSE", None)
        if clause is None:
            continue
        if clause in found:
            raise ImportError(f"{entry.name}: clause {clause} has a module already")
        found[clause] = module.detect
    missing = [clause.value for clause in Clause if clause not in found]
    if missing:
        raise ImportError(f"no module in analyzers/clauses judges clause {', '.join(missing)}")
    return {clause: found[clause] for clause in Clause}
