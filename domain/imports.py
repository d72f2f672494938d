"""Accounts whose posts their owner hands over. Nobody fetches anything for them: their platform is not read."""

from __future__ import annotations

import re

MARK = "imported:"
"""How the platform of such an account begins; no platform that is read has a name like that."""
IMPORTED = "imported"
"""Under which name it stands what may be kept of such accounts."""
_SERVICE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def is_service(name: str) -> bool:
    """Whether `name` can stand for the service that an account is on: lower-case letters, digits, "-" and "_"."""
    return _SERVICE.fullmatch(name) is not None


def imported_from(service: str) -> str:
    """The platform of an account on `service` that is imported: "imported:linkedin"."""
    return f"{MARK}{service}"


def is_imported(platform: str) -> bool:
    """Whether an account of this platform is never fetched."""
    return platform.startswith(MARK)


def terms_of(platform: str) -> str:
    """Under which name the terms of an account's platform stand: what is handed over is under one for all services."""
    return IMPORTED if is_imported(platform) else platform


def service_of(platform: str) -> str:
    """The service behind an imported account's platform: "linkedin"."""
    return platform.removeprefix(MARK)
