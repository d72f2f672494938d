"""From a stored finding to a case of the practice's own, and the file those cases are kept in.

A case holds the words that were kept, masked as an excerpt is but for the words the finding rests on. Nothing of a post
with client detail ever becomes a case.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.cases import NONE, Case, load_cases, parse_cases
from analyzers.keep import masked
from analyzers.score import score
from domain.errors import ConfigError, UsageError
from domain.findings import Clause
from monitor.packets import packet_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from analyzers.model.blend import Local
    from domain.findings import Packet, Policy, Scored, Span
    from domain.plans import KeptVersion
    from store.engine import Store

FILE = "cases.toml"
"""Name of the file beside the policy."""
_TABLE = re.compile(r"^(?=[ \t]*\[\[[ \t]*cases[ \t]*\]\])", re.MULTILINE)
_HEAD = """# The practice's own tests: posts it has decided about. `section7 policy test` runs them all.
# Keep this file beside the policy. Write no client detail into it; invent the words where they would hold any.
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a finding."""

    finding: int
    expected: frozenset[Clause]
    reason: str
    by: str


def cases_beside(policy: Path) -> Path:
    """Where the practice's cases are kept."""
    return policy.parent / FILE


def case_from(store: Store, policy: Policy, decision: Decision, local: Local | None = None) -> Case:
    """The post under a stored finding as a case.

    Raises UsageError when there is no such finding, when its words are not kept, when the post holds client detail,
    or when the masked words no longer show what the finding was about.
    """
    number = decision.finding
    if not store.findings.get([number]):
        raise UsageError(f"There is no finding {number}.")
    kept = store.judgements.kept_of_finding(number)
    if kept is None or kept.post.published_at is None:
        raise UsageError(
            f"The words under finding {number} are not kept any more, or the account is not being read. "
            "Write the case by hand, in invented words."
        )
    record = store.judgements.on_record([kept.version_id])[kept.version_id]
    packet = packet_of(kept.post, kept.post.published_at, kept, policy, None)
    found = score(packet, policy, local)
    if Clause.CONFIDENTIALITY in {*(one.clause for one in record), *(one.clause for one in found.findings)}:
        raise UsageError(
            f"Finding {number} is on a post with client detail (clause 2). No case is made of such a post: "
            "write one by hand, in invented words."
        )
    spans = [span for one in record for span in one.spans] + [span for one in found.findings for span in one.spans]
    case = _masked_case(packet, found, spans, decision)
    clause = next(one.clause for one in record if one.id == number)
    shows = clause in _clauses(score(case.packet(policy), policy, local))
    _require_a_test(case, kept, showed=clause in _clauses(found), shows=shows)
    return case


def _masked_case(packet: Packet, found: Scored, evidence: Iterable[Span], decision: Decision) -> Case:
    shown = tuple(evidence)

    def hidden(field: str, words: str) -> str:
        secrets = [span for span in found.identifiers if span.field == field]
        return masked(words, secrets, [span for span in shown if span.field == field])

    return Case(
        name=f"finding-{decision.finding}",
        text=hidden("text", packet.text),
        expected=decision.expected,
        posted=packet.created.date(),
        reason=decision.reason,
        account_kind=packet.account_kind,
        role=packet.role,
        licence=packet.licence,
        bio=None if packet.bio is None else hidden("bio", packet.bio),
        media=tuple(hidden(f"media.{index}.alt", alt) for index, alt in enumerate(packet.media)),
        is_reply=packet.is_reply,
        finding=decision.finding,
        by=decision.by,
    )


def _clauses(scored: Scored) -> set[Clause]:
    """What is found, accepted phrases left out of account: they may be the very answer to the finding."""
    return {finding.clause for finding in scored.findings}


def _require_a_test(case: Case, kept: KeptVersion, *, showed: bool, shows: bool) -> None:
    """A case must test something: what the kept words showed, the masked ones must show too."""
    if not showed and kept.post.reply_to_id is not None:
        raise UsageError(
            f"Finding {case.finding} is on a reply, and nothing is found without the post it answers, which is never "
            "stored. Write the case by hand, with an invented post in `answers`."
        )
    # Where the present detector sees nothing any more, not even in the kept words, it is to be held to that.
    if showed and not shows:
        raise UsageError(
            f"Masked, the words under finding {case.finding} no longer show what it was about. "
            "Write the case by hand, in invented words."
        )


def append_case(file: Path, case: Case) -> None:
    """Write a case at the end of the file, which is made if it is not there, readable by its owner alone.

    Raises ConfigError for mistakes in the file as it is, UsageError for a case it holds already or when it cannot be
    written.
    """
    new = not file.exists()
    names = set() if new else {other.name for other in load_cases(file)}
    if case.name in names:
        raise UsageError(f"{file} has a case {case.name} already. Change it there.")
    try:
        if new:
            file.touch(mode=0o600)
        with file.open("a", encoding="utf-8") as stream:
            stream.write((_HEAD if new else "") + "\n" + as_toml(case))
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error


def drop_erased(file: Path, store: Store) -> tuple[str, ...]:
    """Remove from the file the cases whose finding, or whose finding's words were erased, and return their names.

    A case holds words of a person's post and lives no longer than the finding it was made of. The others, and what
    stands between them, stay as they are. Raises ConfigError for mistakes in the file, UsageError when it cannot be
    written; it is then as it was.
    """
    if not file.exists() or not store.accounts.all():  # a database that nobody has enrolled in has erased nothing
        return ()
    cases = load_cases(file)
    made_of = {case.finding for case in cases if case.finding is not None}
    erased = made_of - {finding.id for finding in store.findings.get(made_of) if finding.excerpt}
    gone = tuple(case.name for case in cases if case.finding in erased)
    if gone:
        kept = [case for case in cases if case.name not in gone]
        _replace(file, _without(file.read_text(encoding="utf-8"), cases, kept))
    return gone


def _without(text: str, cases: Sequence[Case], kept: Sequence[Case]) -> str:
    """The file's text with the kept cases alone."""
    head, *tables = _TABLE.split(text)
    if len(tables) == len(cases):
        left = head + "".join(table for case, table in zip(cases, tables, strict=True) if case in kept)
        with suppress(ConfigError):
            if list(parse_cases(left, FILE)) == list(kept):
                return left
    # A table's heading stands within a text: written anew, without the comments between.
    return _HEAD + "".join("\n" + as_toml(case) for case in kept)


def _replace(file: Path, text: str) -> None:
    draft = file.with_name(f"{file.name}.new")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error


def as_toml(case: Case) -> str:
    """A case as a table of the file; `analyzers.cases.parse_cases` reads it back the same."""
    lines = ["[[cases]]", f"name = {_quoted(case.name)}", f"text = {_quoted(case.text)}"]
    clauses = ", ".join(_quoted(clause.value) for clause in sorted(case.expected))
    lines.append(f"expect = [{clauses}]" if clauses else f"expect = {_quoted(NONE)}")
    lines += [f"posted = {case.posted.isoformat()}", f"reason = {_quoted(case.reason)}"]
    lines += [f"account_kind = {_quoted(case.account_kind)}", f"role = {_quoted(case.role)}"]
    lines.append(f"licence = {_quoted(case.licence)}")
    if case.bio is not None:
        lines.append(f"bio = {_quoted(case.bio)}")
    if case.media:
        lines.append(f"media = [{', '.join(map(_quoted, case.media))}]")
    if case.parent is not None:
        lines.append(f"answers = {{ text = {_quoted(case.parent.text)}, author = {_quoted(case.parent.author)} }}")
    if case.is_reply:
        lines.append("reply = true")
    if case.finding is not None:
        lines.append(f"finding = {case.finding}")
    if case.by:
        lines.append(f"by = {_quoted(case.by)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string (toml.io, v1.0.0, "String"): JSON's escapes, and DEL, which JSON lets stand."""
    storable = str(text).encode("utf-8", "replace").decode("utf-8")
    return json.dumps(storable, ensure_ascii=False).replace("\x7f", "\\u007f")
