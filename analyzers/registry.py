"""Finds the clauses: every module in `analyzers/clauses` that has a CLAUSE and a `detect`. Loud when one is missing."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache, partial
from typing import TYPE_CHECKING

from analyzers import clauses
from analyzers.thread import judged_in_thread
from domain.findings import Clause

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analyzers.reading import Detection, Reading

_READ_IN_THREAD = frozenset({Clause.CONFIDENTIALITY, Clause.THERAPEUTIC})
"""Stories and advice are told over several posts; a view, an offer or a code stands in one."""


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
        threaded = clause in _READ_IN_THREAD
        found[clause] = partial(judged_in_thread, module.detect) if threaded else module.detect
    missing = [clause.value for clause in Clause if clause not in found]
    if missing:
        raise ImportError(f"no module in analyzers/clauses judges clause {', '.join(missing)}")
    return {clause: found[clause] for clause in Clause}
