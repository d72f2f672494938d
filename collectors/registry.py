"""Which platforms there are: every module in collectors/platforms, found by looking. One file adds a platform."""

from __future__ import annotations

import importlib
import pkgutil
from types import MappingProxyType
from typing import TYPE_CHECKING

from collectors import platforms as shipped
from domain.errors import AddressRefused, CollectError, RateLimited, TimedOut, Unreachable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    from collectors.base import Consent, Http, Platform
    from domain.accounts import Profile

PROBING_ORDER = ("wordpress", "mastodon", "activitypub")
"""Who is asked first about an address that nobody recognises: the richer source before the poorer. Platforms that
are not named follow by name; "feed", which nearly every site offers as well, and "webpage", which every site is,
come last."""

_LAST = ("feed", "webpage")
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


def detect(
    url: str,
    http: Http,
    known: Mapping[str, Platform] | None = None,
    owned: Callable[[Platform], Sequence[Http]] = lambda _: (),
) -> tuple[Platform, Profile]:
    """The platform of a profile address, and the profile there.

    Platforms that recognise the address are asked first, then the others in PROBING_ORDER. One that wants its owner's
    token is asked only about an address that it recognises, with each of the readers that `owned` gives for it, and
    then nobody else is but those who recognise it too. Raises UsageError with what was tried and why it failed when
    none of them finds a profile, and the CollectError itself, at once, when the site cannot be reached or asks to
    wait: that says nothing about the address.
    """
    tried: list[str] = []
    for platform in _in_order(url, known if known is not None else platforms()):
        readers = (http,) if platform.consent is None else owned(platform)
        if platform.consent is not None and not readers:
            tried.append(f"{platform.name}: {_without_token(platform.name, platform.consent)}")
        for reader in readers:
            try:
                return platform, platform.resolve(url, reader)
            except CollectError as error:
                if isinstance(error, _NOT_NOW):
                    raise
                tried.append(f"{platform.name}: {error}")
                if isinstance(error, AddressRefused):
                    raise _nothing_at(url, tried) from error
    raise _nothing_at(url, tried)


def _nothing_at(url: str, tried: Sequence[str]) -> UsageError:
    return UsageError(f"No profile was found at {url}. Tried " + "; ".join(dict.fromkeys(tried)))


def _without_token(name: str, consent: Consent) -> str:
    return f"it wants its owner's token, and none is stored. {consent.how} Store it with `section7 tokens add {name}`."


def _platform_of(module: ModuleType) -> Platform:
    platform: Platform | None = getattr(module, "PLATFORM", None)
    if platform is None:
        raise TypeError(f"{module.__name__} offers no PLATFORM")
    missing = [member for member in _MEMBERS if not hasattr(platform, member)]
    if missing:
        raise TypeError(f"PLATFORM of {module.__name__} lacks {', '.join(missing)}")
    return platform


def _in_order(url: str, known: Mapping[str, Platform]) -> Sequence[Platform]:
    """A platform that wants a token goes before one that reads the same address without: it shows more."""

    def rank(platform: Platform) -> tuple[bool, bool, int, int, str]:
        place = PROBING_ORDER.index(platform.name) if platform.name in PROBING_ORDER else len(PROBING_ORDER)
        last = _LAST.index(platform.name) + 1 if platform.name in _LAST else 0
        return (not platform.recognises(url), platform.consent is None, last, place, platform.name)

    recognising = {name for name, platform in known.items() if platform.recognises(url)}
    theirs = any(known[name].consent is not None for name in recognising)
    asked = (one for name, one in known.items() if name in recognising or (one.consent is None and not theirs))
    return sorted(asked, key=rank)
