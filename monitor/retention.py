"""How long what stays, by the law the practice works under: the profiles of `retention.toml`, read and checked."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import ConfigError, Mistake
from domain.plans import Basis, RetentionProfile

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("retention.toml")
RULES = tuple(each.name for each in fields(RetentionProfile) if each.name not in {"name", "source", "bases"})
"""Every kind of record that a profile must give a period."""
_FORM = re.compile(r"([1-9]\d{0,3}) (day|year)s?")
_DAYS = {"day": 1, "year": 365}
_KEPT = "kept"
_ABOUT = frozenset({"source", "based_on"})


def read_profiles(text: str, file: str = FILE.name) -> dict[str, RetentionProfile]:
    """The profiles in a TOML text, by name. Raises ConfigError with every mistake."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Mistake(file, "(file)", str(error), "TOML")]) from error
    mistakes: list[Mistake] = []
    made = {}
    for name, table in tables.items():
        base = tables.get(table.get("based_on", name), {})
        given = {**base, **table}
        mistakes += _mistakes(file, name, given, known=table.get("based_on", name) in tables)
        made[name] = given
    if mistakes:
        raise ConfigError(mistakes)
    return {name: _profile(name, given) for name, given in made.items()}


def _mistakes(file: str, name: str, given: Mapping[str, Any], *, known: bool) -> list[Mistake]:
    found = [] if known else [Mistake(file, f"{name}.based_on", repr(given["based_on"]), "another profile's name")]
    if not isinstance(given.get("source"), str):
        found.append(Mistake(file, f"{name}.source", "nothing", "the law that the profile rests on"))
    unknown = sorted(given.keys() - _ABOUT - set(RULES))
    found += [Mistake(file, f"{name}.{rule}", "an unknown rule", f"one of {', '.join(RULES)}") for rule in unknown]
    wrong = {rule: problem for rule in RULES if (problem := _problem(given.get(rule)))}
    form = '{ keep = "N days", source = "…", duty = false }'
    return found + [Mistake(file, f"{name}.{rule}", problem, form) for rule, problem in wrong.items()]


def _problem(rule: object) -> str:
    """What is wrong with a rule as it stands in the file; "" when nothing is."""
    if not isinstance(rule, dict):
        return "nothing" if rule is None else repr(rule)
    keep, source = rule.get("keep"), rule.get("source")
    if not isinstance(keep, str) or not (keep == _KEPT or _FORM.fullmatch(keep)):
        return f"keep = {keep!r}"
    if not isinstance(source, str) or not source.strip():
        return "no source"
    if not isinstance(rule.get("duty", False), bool):
        return f"duty = {rule['duty']!r}"
    unknown = sorted(rule.keys() - {"keep", "source", "duty"})
    return f"the unknown {', '.join(unknown)}" if unknown else ""


def _profile(name: str, given: Mapping[str, Any]) -> RetentionProfile:
    periods = {rule: _period(given[rule]["keep"]) for rule in RULES}
    bases = {rule: Basis(given[rule]["source"], given[rule].get("duty", False)) for rule in RULES}
    return RetentionProfile(name=name, source=given["source"], bases=bases, **periods)


def _period(keep: str) -> timedelta | None:
    form = _FORM.fullmatch(keep)
    return timedelta(days=int(form[1]) * _DAYS[form[2]]) if form else None


PROFILES = read_profiles(FILE.read_text(encoding="utf-8"))
