"""What a database says when it fails, in words that an administrator can act on.

Translated into StoreError: the file or server cannot be reached or was lost, is read-only, full, locked or damaged, and
rows that break a constraint. Not translated, so that they stay visible as the bugs they are: wrong SQL, a missing table
or column, a wrong type in Python (StatementError), and everything that is not a database error.

Constraint errors are translated without their cause: PostgreSQL quotes the whole failing row in them, and a row may
hold words that belong in no log.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

# sqlite.org/rescode.html, primary codes
_SQLITE = {
    sqlite3.SQLITE_BUSY: "it is locked by another process",
    sqlite3.SQLITE_LOCKED: "it is locked by another process",
    sqlite3.SQLITE_READONLY: "it is read-only; check who owns the file and its folder",
    sqlite3.SQLITE_IOERR: "the disk is full or failed while it was read or written",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore a backup",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; check the path and who owns it",
    sqlite3.SQLITE_PERM: "access to the file is refused; check who owns it",
    sqlite3.SQLITE_NOTADB: "the file is not a SQLite database",
}
# postgresql.org/docs/current/errcodes-appendix.html, codes and classes; the longest match wins
_POSTGRESQL = {
    "08": "the connection was lost",
    "57P": "the server is starting, stopping or ended the connection",
    "57014": "it answered too slowly",
    "53100": "the disk is full",
    "53": "the server has too little room or too many connections",
    "55P03": "it is locked by another process",
    "40": "another process changed the same rows; try again",
    "25006": "it is read-only",
    "28": "the server refused the user name or password",
    "3D000": "there is no database of that name",
    "58": "the server's disk failed",
    "XX": "the server reports that its data are damaged",
}


@contextmanager
def faults_as_store_errors(where: str) -> Iterator[None]:
    """Raise StoreError for the faults named above; `where` is the address without a password."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise StoreError(f"The database {where} refused a row: {_constraint(error)}.") from None
    except PoolTimeoutError as error:
        raise StoreError(f"The database {where} cannot be used: all connections are busy.") from error
    except DBAPIError as error:
        problem = _problem(error)
        if problem is None:
            raise
        raise StoreError(f"The database {where} cannot be used: {problem}.") from error
    except StatementError as error:
        # What a column type of ours raises while a statement is prepared comes wrapped, with the statement around it.
        if isinstance(error.orig, StoreError):
            raise error.orig from None
        raise


def _constraint(error: DBAPIError) -> str:
    """The rule that was broken, and none of the row."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return str(original)
    named = getattr(getattr(original, "diag", None), "constraint_name", None)
    return f"it breaks {named}" if named else type(original).__name__


def _problem(error: DBAPIError) -> str | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _SQLITE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(original, "sqlstate", None)
    if state is None:
        # No code: psycopg never got an answer from a server.
        return "it cannot be reached, or the connection was lost" if type(original).__name__ in _LOST else None
    matches = [code for code in _POSTGRESQL if state.startswith(code)]
    return _POSTGRESQL[max(matches, key=len)] if matches else None


_LOST = ("OperationalError", "ConnectionTimeout", "InterfaceError")
