"""What reviewers teach: an accepted phrase or an authorised endorsement, written at the end of the policy's file."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from analyzers.policy import load_policy, parse_policy
from domain.audit import AuditRecord
from domain.errors import ConfigError, UsageError
from domain.findings import Accepted

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from domain.findings import Endorsement, Policy
    from store.engine import Store

_ONE_AT_A_TIME = threading.Lock()


def teach(file: Path, store: Store, lesson: Accepted | Endorsement, actor: str, now: datetime) -> Policy:
    """Add it to the policy's file and return the policy as it reads now; comments and order stay as they are.

    The log gets both versions and the actor, and no word. Raises UsageError when it is in the policy already, or when
    the file cannot be read or written or would not be a policy any more; then nothing has changed.
    """
    with _ONE_AT_A_TIME:
        try:
            before = load_policy(file)
            text = file.read_text(encoding="utf-8")
            if lesson in (*before.accepted, *before.register.endorsements):
                raise UsageError("The policy says so already.")
            taught = f"{text.rstrip()}\n\n{as_toml(lesson)}"
            after = parse_policy(taught, str(file))
        except ConfigError as error:
            raise UsageError(f"The policy cannot be added to from here; change {file.name} by hand. {error}") from error
        _replace(file, taught)
        details = {"before": before.version, "after": after.version, "kind": _kind(lesson)}
        store.audit.record(AuditRecord(now, actor, "policy.changed", "policy", details))
    return after


def as_toml(lesson: Accepted | Endorsement) -> str:
    """A table of the policy's file; `analyzers.policy.parse_policy` reads it back the same."""
    if isinstance(lesson, Accepted):
        lines = ["[[accepted]]", f"phrase = {_quoted(lesson.phrase)}", f"clause = {_quoted(lesson.clause.value)}"]
        lines += [f"by = {_quoted(lesson.by)}", f"reason = {_quoted(lesson.reason)}"]
    else:
        lines = ["[[register.endorsements]]", f"item = {_quoted(lesson.item)}"]
    return "\n".join((*lines, *_days(lesson.valid_from, lesson.valid_to))) + "\n"


def _kind(lesson: Accepted | Endorsement) -> str:
    return "accepted phrase" if isinstance(lesson, Accepted) else "endorsement"


def _days(first: date | None, last: date | None) -> list[str]:
    return [f"{name} = {day.isoformat()}" for name, day in (("from", first), ("to", last)) if day is not None]


def _quoted(text: str) -> str:
    """A TOML basic string (toml.io, v1.0.0, "String"): JSON's escapes, and DEL, which JSON lets stand."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(file: Path, text: str) -> None:
    """All of it or nothing, with the file's own rights."""
    draft = file.with_name(f"{file.name}.new")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
        draft.chmod(file.stat().st_mode & 0o777)
        draft.replace(file)
    except OSError as error:
        raise UsageError(f"{file.name} cannot be written: {error.strerror}. Ask your administrator.") from error
