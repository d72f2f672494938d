"""policy.toml -> the practice's Policy, with every mistake at once."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from domain.errors import ConfigError, Mistake
from domain.findings import Accepted, Clause, ClauseText, Endorsement, Policy, Register, Reviewer
from domain.mistakes import mistakes_from
from domain.toml import parsed_toml

if TYPE_CHECKING:
    from pathlib import Path

_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_VERSION_DIGITS = 12
_SECTIONS = tuple(str(number) for number in range(1, 10))
_WORD = re.compile(r"[^\W_]")
_LATER = ("accepted", "clinical_lead")


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("an e-mail address")
    return value


def _phrase(value: str) -> str:
    if not _WORD.search(value):
        raise ValueError("a phrase with at least one word")
    return value


_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Email = Annotated[str, AfterValidator(_address)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Practice(_Table):
    name: _Words
    aliases: list[_Words] = []


class _Person(_Table):
    name: _Words
    email: _Email


class _Reviewer(_Person):
    clauses: list[Literal["1", "2", "3", "4", "5", "6"]] = []


class _Window(_Table):
    valid_from: date | None = Field(default=None, alias="from")
    valid_to: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("a last day that is not before the first day")
        return self


class _Endorsement(_Window):
    item: _Words


class _Accepted(_Window):
    phrase: Annotated[_Words, AfterValidator(_phrase)]
    clause: Literal["1", "2", "3", "4", "5", "6"]
    by: _Words
    reason: _Words


class _Register(_Table):
    speakers: list[_Words] = []
    endorsements: list[_Endorsement] = []


class _Therapeutic(_Table):
    mode: Literal["standard", "strict"] = "standard"
    signposts: list[_Words] = []


class _Section(_Table):
    id: Literal["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    title: _Words
    summary: _Words
    enabled: bool = True


class _PolicyFile(_Table):
    practice: _Practice
    privacy_officer: _Person
    clinical_lead: _Person | None = None
    reviewers: list[_Reviewer] = Field(min_length=1)
    therapeutic: _Therapeutic = _Therapeutic()
    register_: _Register = Field(default=_Register(), alias="register")
    sections: list[_Section]
    accepted: list[_Accepted] = []

    @model_validator(mode="after")
    def _all_sections(self) -> _PolicyFile:
        if sorted(section.id for section in self.sections) != list(_SECTIONS):
            raise ValueError("each of the sections 1 to 9 exactly once")
        if any(not section.enabled and section.id not in set(Clause) for section in self.sections):
            raise ValueError("only sections 1 to 6 to be switched off")
        return self


def load_policy(path: Path) -> Policy:
    """Read and check a policy file (UTF-8 TOML). ConfigError carries every mistake, unreadable files included."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConfigError([Mistake(str(path), "(file)", error.strerror or "an error", "a readable file")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Mistake(str(path), "(file)", "bytes that are not UTF-8", "UTF-8 text")]) from error
    return parse_policy(text, str(path))


def parse_policy(text: str, file: str) -> Policy:
    """Check a policy's TOML text; `file` names it in mistakes.

    Mistake keys are dotted with list positions from 0, such as "register.endorsements[2].from".
    `version` of the result depends on the content alone, not on spelling, order or comments.
    """
    content = parsed_toml(text, file)
    try:
        return _policy(_PolicyFile.model_validate(content))
    except ValidationError as error:
        raise ConfigError(mistakes_from(error.errors(), file)) from error


def _policy(parsed: _PolicyFile) -> Policy:
    sections = sorted(parsed.sections, key=lambda section: section.id)
    officer, lead = parsed.privacy_officer, parsed.clinical_lead
    return Policy(
        version=_version(parsed.model_dump(mode="json", by_alias=True)),
        practice_name=parsed.practice.name,
        practice_aliases=tuple(parsed.practice.aliases),
        clauses=tuple(ClauseText(section.id, section.title, section.summary) for section in sections),
        strict_clause_3=parsed.therapeutic.mode == "strict",
        register=Register(
            endorsements=tuple(
                Endorsement(entry.item, entry.valid_from, entry.valid_to) for entry in parsed.register_.endorsements
            ),
            speakers=tuple(parsed.register_.speakers),
        ),
        reviewers=tuple(Reviewer(person.name, person.email, tuple(person.clauses)) for person in parsed.reviewers),
        privacy_officer=Reviewer(officer.name, officer.email, (Clause.CONFIDENTIALITY.value,)),
        clinical_lead=Reviewer(lead.name, lead.email) if lead else None,
        allowed_signposts=tuple(parsed.therapeutic.signposts),
        enabled={Clause(section.id): section.enabled for section in sections if section.id in set(Clause)},
        accepted=tuple(
            Accepted(entry.phrase, Clause(entry.clause), entry.by, entry.reason, entry.valid_from, entry.valid_to)
            for entry in parsed.accepted
        ),
    )


def _version(content: dict[str, Any]) -> str:
    """What came to the file later is left out where it is empty: policies from before keep their version."""
    told = {key: value for key, value in content.items() if key not in _LATER or value}
    canonical = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_VERSION_DIGITS]
