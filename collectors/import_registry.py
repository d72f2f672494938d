"""Which formats of exports there are: every module in collectors/imports, found by looking. One file adds a format."""

from __future__ import annotations

import importlib
import pkgutil
from types import MappingProxyType
from typing import TYPE_CHECKING

from collectors import imports as shipped
from collectors.import_files import open_members
from domain.errors import ImportRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import BinaryIO

    from collectors.import_format import Export, Format, Handing, Members

_MEMBERS = ("name", "services", "members", "recognises", "read")


def formats(package: ModuleType = shipped) -> Mapping[str, Format]:
    """Every format by name, in alphabetical order.

    A module that offers no FORMAT or an incomplete one, or takes a name that another has, is an error that names it
    (TypeError or ValueError).
    """
    found: dict[str, Format] = {}
    for module_info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        one = _format_of(importlib.import_module(module_info.name))
        if one.name in found:
            raise ValueError(f"two formats are named {one.name!r}; the second is {module_info.name}")
        found[one.name] = one
    return MappingProxyType({name: found[name] for name in sorted(found)})


def _format_of(module: ModuleType) -> Format:
    one: Format | None = getattr(module, "FORMAT", None)
    missing = [member for member in _MEMBERS if not hasattr(one, member)]
    if one is None or missing:
        raise TypeError(f"{module.__name__} offers no FORMAT, or one without {', '.join(missing)}")
    return one


def read_export(
    file: BinaryIO, service: str, handing: Handing, *, form: str = "", known: Mapping[str, Format] | None = None
) -> tuple[str, Export]:
    """The name of the format of `file`, and what it shows of an account on `service`.

    `form` names a format that cannot be told from the file (pasted text). Raises ImportRefused for a file that no
    format fits, for one of another service, and for everything that the format itself refuses.
    """
    choice = known if known is not None else formats()
    members = open_members(file, lambda name: any(one.members.fullmatch(name) for one in choice.values()))
    chosen = choice[form] if form else _recognised(members, choice)
    if chosen.services and service not in chosen.services:
        raise ImportRefused(f"it is an export of {chosen.name}, and the account is on {service}")
    return chosen.name, chosen.read(members.narrowed(chosen.members), handing)


def _recognised(members: Members, choice: Mapping[str, Format]) -> Format:
    for one in choice.values():
        if one.recognises(members.names):
            return one
    raise ImportRefused(f"it is no export of a kind that is known ({', '.join(choice)})")
