"""An export as JSON. docs/exports.md tells the forms; each names its schema with a version, which changes with it."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FINDINGS = "section7.findings/1"
CASE = "section7.case/1"
PERSONNEL = "section7.personnel/1"


def as_json(schema: str, head: Mapping[str, Any], body: Mapping[str, Any]) -> bytes:
    """UTF-8, indented, keys in the order given: the schema, what `head` says of the export, then `body`."""
    whole = {"schema": schema, **_plain(dict(head)), **_plain(dict(body))}
    return (json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """Dataclasses as objects, times in ISO 8601, enumerations by their value."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
