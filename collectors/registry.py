"""Which platforms there are: every module in collectors/platforms, found by looking. One file adds a platform."""

from __future__ import annotations

import importlib
import pkgutil
from types import MappingProxyType
from typing import TYPE_CHECKING

from collectors import platforms as shipped
from domain.errors import AddressRefused, CollectError, RateLimited, TimedOut, Unreachable, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from collectors.base import Http, Platform
    from domain.accounts import Profile

PROBING_ORDER = ("wordpress", "mastodon")
"""Who is asked first about an address that nobody recognises: the richer source before the poorer. Platforms that
are not named follow by name, and "feed", which nearly every site offers as well, comes last."""

_LAST = "feed"
_NOT_NOW = (RateLimited, TimedOut, Unreachable)
"""After these nobody else is asked: they would fail alike, or pass for the account's platform while it is busy."""
_MEMBERS = ("name", "terms", "consent", "recognises", "resolve", "proof_texts", "collect", "confirm", "parent")


def platforms(package: ModuleType = shipped) -> Mapping[str, Platform]:
    """Every platform by name, in alphabetical order.

    A module that cannot be imported, offers no PLATFORM or an incomplete one, or takes a name that another module
    has, is an error that names the module and the fault (ImportError, TypeError or ValueError): a platform that
    silently went missing would look like accounts that nobody reads.
    """
    found: dict[str, tuple[str, Platform]] = {}
    for module_info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        platform = _platform_of(importlib.import_module(module_info.name))
        if platform.name in found:
            raise ValueError(
                f"two platforms are named {platform.name!r}: {found[platform.name][0]} and {module_info.name}"
            )
        found[platform.name] = (module_info.name, platform)
    return MappingProxyType({name: found[name][1] for name in sorted(found)})


def detect(url: str, http: Http, known: Mapping[str, Platform] | None = None) -> tuple[Platform, Profile]:
    """The platform of a profile address, and the profile there.

    Platforms that recognise the address are asked first, then the others in PROBING_ORDER. Raises UsageError with
    what was tried and why it failed when none of them finds a profile, and the CollectError itself, at once, when the
    site cannot be reached or asks to wait: that says nothing about the address.
    """
    tried: list[str] = []
    for platform in _in_order(url, known if known is not None else platforms()):
        try:
            return platform, platform.resolve(url, http)
        except CollectError as error:
            if isinstance(error, _NOT_NOW):
                raise
            tried.append(f"{platform.name}: {error}")
            if isinstance(error, AddressRefused):
                break
    raise UsageError(f"No profile was found at {url}. Tried " + "; ".join(tried))


def _platform_of(module: ModuleType) -> Platform:
    platform: Platform | None = getattr(module, "PLATFORM", None)
    if platform is None:
        raise TypeError(f"{module.__name__} offers no PLATFORM")
    missing = [member for member in _MEMBERS if not hasattr(platform, member)]
    if missing:
        raise TypeError(f"PLATFORM of {module.__name__} lacks {', '.join(missing)}")
    return platform


def _in_order(url: str, known: Mapping[str, Platform]) -> Sequence[Platform]:
    def rank(platform: Platform) -> tuple[bool, bool, int, str]:
        place = PROBING_ORDER.index(platform.name) if platform.name in PROBING_ORDER else len(PROBING_ORDER)
        return (not platform.recognises(url), platform.name == _LAST, place, platform.name)

    return sorted(known.values(), key=rank)
