"""Profile addresses of services where everybody has a host or a folder of their own. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from collectors.fields import is_web_address

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NAME = re.compile(r"@[A-Za-z0-9_.-]{1,100}")


def host_and_path(url: str) -> tuple[str, str]:
    """Host in lower case and path of an http or https address; ("", "") for anything else."""
    if not is_web_address(url.strip()):
        return "", ""
    parts = urlsplit(url.strip())
    return parts.hostname or "", parts.path


def own_host(url: str, service: str, reserved: frozenset[str]) -> str:
    """The name before the service's own in the host ("dana" in dana.substack.com), "" for none and reserved ones."""
    host, _ = host_and_path(url)
    name = host.removesuffix(f".{service}") if host.endswith(f".{service}") else ""
    return name if _LABEL.fullmatch(name) and name not in reserved else ""


def at_name(url: str, service: str) -> str:
    """The name in https://service/@name (with or without "www."), "" for other addresses."""
    host, path = host_and_path(url)
    first = path.strip("/").partition("/")[0]
    return first[1:] if host.removeprefix("www.") == service and _NAME.fullmatch(first) else ""
