"""What autogenerate looks at, and how it writes our column types into a new migration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from store.columns import Choice, Json, Sealed, SealedJson, UtcDateTime, Words
from store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alembic.autogenerate.api import AutogenContext

_PLAIN = {
    UtcDateTime: "sa.DateTime(timezone=True)",
    Words: "sa.Text()",
    Sealed: "sa.Text()",
    SealedJson: "sa.Text()",
    Json: "sa.JSON()",
    Choice: "sa.String(16)",
}


def ours_only(name: str | None, type_: str, parent_names: Mapping[Any, str | None]) -> bool:  # noqa: ARG001 - Alembic's signature
    """Leave alone the tables that others keep in the same database (a task engine, a full-text index)."""
    return type_ != "table" or name in metadata.tables


def in_plain_types(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:  # noqa: ARG001 - Alembic's signature
    """A migration names plain SQL types: it must read the same when our classes have changed."""
    if kind != "type":
        return False
    return _PLAIN.get(type(item), False)
