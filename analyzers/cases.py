"""The practice's own tests: posts that it has decided about, kept beside its policy as cases.toml.

A case is a text with its circumstances and the clauses that are to be found in it, or none. Names, aliases, register
and strictness are those of the policy it is run under.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from analyzers.judge import judge
from domain.accounts import AccountKind, Licence
from domain.errors import ConfigError, Mistake
from domain.findings import Clause, Packet
from domain.mistakes import mistakes_from
from domain.posts import Parent, ParentAuthor
from domain.toml import parsed_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from analyzers.model.blend import Local
    from domain.findings import Finding, Policy

NONE = "none"
_PLATFORM = "case"


@dataclass(frozen=True, slots=True)
class Case:
    """A post and what is to be found in it: exactly these clauses, at any severity; none when empty.

    `is_reply` without `parent`: the post answers one that is not known. `finding` is the number of the stored finding
    that the case was made from, if any; `by` made it.
    """

    name: str
    text: str
    expected: frozenset[Clause]
    posted: date
    reason: str = ""
    account_kind: AccountKind = AccountKind.PROFESSIONAL
    role: str = ""
    licence: Licence = Licence.NONE
    bio: str | None = None
    media: tuple[str, ...] = ()
    is_reply: bool = False
    parent: Parent | None = None
    finding: int | None = None
    by: str = ""

    def packet(self, policy: Policy) -> Packet:
        """The case as scoring reads it, at noon UTC of its day."""
        return Packet(
            id=self.name,
            platform=_PLATFORM,
            account_kind=self.account_kind,
            role=self.role,
            licence=self.licence,
            practice_name=policy.practice_name,
            practice_aliases=policy.practice_aliases,
            created=datetime.combine(self.posted, time(12), UTC),
            text=self.text,
            register=policy.register,
            parent=self.parent,
            is_reply=self.is_reply or self.parent is not None,
            media=self.media,
            bio=self.bio,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """A case and what was found in it."""

    case: Case
    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Whether exactly what was expected was found."""
        return {finding.clause for finding in self.findings} == self.case.expected


def run_cases(cases: Iterable[Case], policy: Policy, local: Local | None = None) -> tuple[Result, ...]:
    """Judge every case under `policy`, in order; with the local model where one is handed in."""
    return tuple(Result(case, judge(case.packet(policy), policy, local).findings) for case in cases)


def load_cases(file: Path) -> tuple[Case, ...]:
    """Read and check a file of cases (UTF-8 TOML). ConfigError carries every mistake, unreadable files included."""
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConfigError([Mistake(str(file), "(file)", error.strerror or "an error", "a readable file")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Mistake(str(file), "(file)", "bytes that are not UTF-8", "UTF-8 text")]) from error
    return parse_cases(text, str(file))


def parse_cases(text: str, file: str) -> tuple[Case, ...]:
    """Check the TOML text of cases; `file` names it in mistakes. Keys are such as "cases[2].expect"."""
    content = parsed_toml(text, file)
    try:
        parsed = _CasesFile.model_validate(content)
    except ValidationError as error:
        raise ConfigError(mistakes_from(error.errors(), file)) from error
    cases = tuple(_case(table) for table in parsed.cases)
    if twice := _named_twice(cases):
        expected = "a name that no other case has"
        raise ConfigError([Mistake(file, f"cases[{at}].name", repr(cases[at].name), expected) for at in twice])
    return cases


def expected_clauses(written: Any) -> frozenset[Clause]:
    """What a file says, "none" or a list of clause numbers, as clauses. ValueError says what may stand there."""
    if written == NONE:
        return frozenset()
    if isinstance(written, list) and written and all(clause in set(Clause) for clause in written):
        return frozenset(Clause(clause) for clause in written)
    raise ValueError(f'"{NONE}" or a list of clauses such as ["1", "5"]')


def _named_twice(cases: Sequence[Case]) -> list[int]:
    return [at for at, case in enumerate(cases) if case.name in {earlier.name for earlier in cases[:at]}]


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("text that is not empty")
    return value


_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Answered(_Table):
    text: str
    author: ParentAuthor = ParentAuthor.OTHER


class _CaseTable(_Table):
    name: _Words
    text: Annotated[str, AfterValidator(_filled)]
    expect: Annotated[frozenset[Clause], BeforeValidator(expected_clauses)]
    posted: date
    reason: _Words
    account_kind: AccountKind = AccountKind.PROFESSIONAL
    role: str = ""
    licence: Licence = Licence.NONE
    bio: str | None = None
    media: list[str] = []
    reply: bool = False
    answers: _Answered | None = None
    finding: int | None = None
    by: str = ""


class _CasesFile(_Table):
    cases: list[_CaseTable] = Field(default_factory=list)


def _case(table: _CaseTable) -> Case:
    answered = table.answers
    return Case(
        name=table.name,
        text=table.text,
        expected=table.expect,
        posted=table.posted,
        reason=table.reason,
        account_kind=table.account_kind,
        role=table.role,
        licence=table.licence,
        bio=table.bio,
        media=tuple(table.media),
        is_reply=table.reply,
        parent=Parent(answered.text, answered.author) if answered else None,
        finding=table.finding,
        by=table.by,
    )
