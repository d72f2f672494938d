"""The words of a profile, pasted into a plain text file, as on a directory of therapists that may not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.import_format import PLAIN, Export
from collectors.import_text import pasted
from domain.errors import ImportRefused
from domain.posts import ProfileSeen

if TYPE_CHECKING:
    from collectors.import_format import Handing, Members


@dataclass(frozen=True, slots=True)
class PastedProfile:
    """The format; see the module's docstring."""

    name: str = "profile"
    services: frozenset[str] = frozenset()
    members: re.Pattern[str] = re.compile(re.escape(PLAIN))

    def recognises(self, names: frozenset[str]) -> bool:  # noqa: ARG002 - the protocol's
        """Never: anything may be text, so that somebody has to say it."""
        return False

    def read(self, members: Members, handing: Handing) -> Export:  # noqa: ARG002 - the protocol's
        """The whole file as the profile's words, as they stand now; another text is an edit."""
        words = pasted(members.read(PLAIN)).strip()
        if not words:
            raise ImportRefused("there are no words in it")
        return Export(posts=(), listed_ids=frozenset(), profile=ProfileSeen(bio=words))


FORMAT = PastedProfile()
