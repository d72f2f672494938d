"""Text that somebody saved from an editor, whatever that writes."""

from __future__ import annotations

import codecs
import re

from domain.errors import ImportRefused

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
LONGEST = 5_000_000
"""Characters of one pasted file."""
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def pasted(body: bytes) -> str:
    """The text: UTF-8, or UTF-16 with its mark, as Windows' editor writes it. Raises ImportRefused for others."""
    name = next((name for mark, name in _MARKS if body.startswith(mark)), "utf-8")
    try:
        text = body.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise ImportRefused("it is not text in UTF-8; save it as UTF-8") from None
    if len(text) > LONGEST:
        raise ImportRefused(f"it is longer than {LONGEST} characters")
    return _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
