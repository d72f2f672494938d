"""From the guide and the practice's policy to what a model is asked. Pure, and versioned by content."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from domain.findings import Clause
from opinion.answer import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.accounts import AccountKind, Licence
    from domain.findings import Policy

GUIDE = Path(__file__).with_name("guide.toml")
ASKABLE = frozenset(Clause) - {Clause.CONFIDENTIALITY}
"""Clause 2 is never asked about: what carries it is client detail."""
_VERSION_DIGITS = 12


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Answers(_Table):
    violation: str
    fine: str
    unsure: str


class _ClauseGuide(_Table):
    asks: str
    departs: list[str]
    fine: list[str]


class _Guide(_Table):
    role: str
    rules: list[str]
    answers: _Answers
    clauses: dict[str, _ClauseGuide]


@dataclass(frozen=True, slots=True)
class Question:
    """One finding as it may be put to a model. `words` and `pictures` are masked: they hold no client detail."""

    clause: Clause
    kind: AccountKind
    licence: Licence
    answers_somebody: bool
    words: str
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """The compiled instructions, one text a clause. `version` changes with every word of them."""

    version: str
    instructions: Mapping[Clause, str]

    def messages(self, question: Question) -> list[dict[str, str]]:
        """What goes to the model: instructions, then the post as JSON, so that it cannot pass for instructions."""
        return [
            {"role": "system", "content": self.instructions[question.clause]},
            {"role": "user", "content": json.dumps(_posed(question), ensure_ascii=False)},
        ]

    def key(self, model: str, question: Question) -> str:
        """SHA-256 (hex) over model, prompt version and question: the same key, the same answer."""
        asked = [model, self.version, question.clause.value, _posed(question)]
        return hashlib.sha256(json.dumps(asked, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


def compile_prompt(policy: Policy, guide: Path = GUIDE) -> Prompt:
    """Instructions for every clause that can be asked about, from the guide and the practice's own summaries."""
    parsed = _Guide.model_validate(tomllib.loads(guide.read_text(encoding="utf-8")))
    instructions = {clause: _instructions(parsed, policy, clause) for clause in sorted(ASKABLE)}
    content = json.dumps([*instructions.values(), SCHEMA], ensure_ascii=True, sort_keys=True)
    return Prompt(hashlib.sha256(content.encode()).hexdigest()[:_VERSION_DIGITS], instructions)


def _instructions(guide: _Guide, policy: Policy, clause: Clause) -> str:
    section, own = policy.clause(clause.value), guide.clauses[clause.value]
    answers = guide.answers
    return "\n".join(
        (
            guide.role.strip(),
            "",
            f"Clause {section.id} of the practice's policy, {section.title}: {section.summary}",
            f"The question: {own.asks}",
            "It departs from the clause when, for example:",
            *(f"- {line}" for line in own.departs),
            "It is fine when, for example:",
            *(f"- {line}" for line in own.fine),
            "",
            "How to judge:",
            *(f"- {rule}" for rule in guide.rules),
            "",
            "Answer with one JSON object and nothing else, one of:",
            *(json.dumps({"verdict": word}) for word in SCHEMA["properties"]["verdict"]["enum"]),
            f"violation: {answers.violation}. fine: {answers.fine}. unsure: {answers.unsure}.",
        )
    )


def _posed(question: Question) -> dict[str, Any]:
    return {
        "clause": question.clause.value,
        "account": f"{question.kind.value} account",
        "author_licence": question.licence.value,
        "answers_somebody": question.answers_somebody,
        "post": question.words,
        "picture_descriptions": list(question.pictures),
    }
