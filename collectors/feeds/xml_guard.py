"""Bytes of an untrusted XML feed -> text that is safe to hand to feedparser.

feedparser decodes with whatever codec a document names, lets expat expand the entities a document declares (a
document under 1 KB became a title of 3,000,000 characters), and raises on impossible character references. So the
bytes are decoded here, by a short list of rules; everything before the root element is read here and never
handed on; and character references are made harmless. What is scanned is what is parsed.
"""

from __future__ import annotations

import codecs
import html.entities
import re
import sys
from typing import TYPE_CHECKING

from domain.errors import Malformed, TooLarge, WrongContent

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MARKUP = 300_000
"""Most "<" and "&" in one document; beyond it parsing would take longer than an account may."""

MAX_DECLARATIONS = 30_000
"""Most comments and CDATA sections in one document; feedparser's time grows with their square."""
MAX_AUTHOR = 1000
"""Longest author's name; feedparser's time grows with the square of it."""
MAX_DOCTYPE = 10_000
"""Longest document type declaration that is read, in characters."""

_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
_MARKS = (  # XML 1.0 appendix F: how "<" and "<?" look without a byte order mark
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
_NOT_FOR_DOCUMENTS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7"})
"""Python codecs that no feed is written in and that hide markup or cost more than linear time."""
_BETTER = {"ascii": "windows-1252", "gb2312": "gb18030", "iso8859-1": "windows-1252"}
"""What the label means in practice: a superset, as the WHATWG Encoding Standard maps it."""
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_PASSED_OVER = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_DOCTYPE_PARTS = re.compile(
    r"""[^\[\]<>"']+|"[^"]*"|'[^']*'|<!--.*?-->|<!ENTITY|[\[\]<>"']""", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<\w")
_LONG_AUTHOR = re.compile(
    r"<(?:\w+:)?(?:author|creator|managingeditor|name|owner|publisher|webmaster)\b[^<>]*>"
    rf"(?:\s*<!\[CDATA\[)?[^<]{{{MAX_AUTHOR}}}",
    re.IGNORECASE,
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&(?:#([xX][0-9a-fA-F]+|[0-9]+);?|([A-Za-z][A-Za-z0-9]{1,31});)")
_MOST_DIGITS = len(str(sys.maxunicode))
_REPAIRED = range(0x80, 0xA0)
"""Windows-1252 characters under a Latin-1 number, which feedparser puts right."""
_XML_NAMES = frozenset({"lt", "gt", "amp", "quot", "apos"})
_MARKUP = frozenset("<>&\"'")


def decode(body: bytes, content_type: str = "") -> str:
    """The document as text: byte order mark, then the header's charset, then the XML declaration, then UTF-8.

    The order is that of RFC 7303 section 3. A label that does not fit the bytes is passed over, because labels lie;
    the last resort, Windows-1252, fits any bytes. Never raises.
    """
    for name in _candidates(body, content_type):
        try:
            return body.decode(name).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return body.decode("windows-1252", "replace")


def _candidates(body: bytes, content_type: str) -> Iterator[str]:
    """Codec names to try, best first; only those Python knows as text codecs and a document may be written in."""
    yield from (name for mark, name in _BOMS if body.startswith(mark))
    yield from (name for mark, name in _MARKS if body.startswith(mark))
    labels = [found[1] for found in [_CHARSET.search(content_type)] if found]
    labels += [found[1].decode() for found in [_DECLARED.match(body[:1000])] if found]
    for label in labels:
        try:
            name = codecs.lookup(label).name
            "".encode(name)
        except (LookupError, UnicodeError):  # unknown, or not a text codec ("rot13", "undefined")
            continue
        if name.replace("_", "-") not in _NOT_FOR_DOCUMENTS:
            # A label of ASCII or Latin-1 says nothing against UTF-8, and text that decodes as UTF-8 is UTF-8.
            yield from ("utf-8", _BETTER[name]) if name in _BETTER else (name,)
    yield "utf-8"


def without_prologue(text: str) -> str:
    """The document from its root element on: declaration, comments and DOCTYPE are read here and left behind.

    A DOCTYPE is fine (RSS 0.91 has one that names an external DTD; nothing ever reads it), one that declares
    entities is Malformed: no feed needs them and they are how small documents become large ones. Junk before the
    root, such as a server's warning, is dropped. Without any element: WrongContent.
    """
    at = 0
    while True:
        passed = _PASSED_OVER.match(text, at)
        if passed:
            at = passed.end()
        elif _DOCTYPE.match(text, at):
            at = _after_doctype(text, at)
        else:
            break
    root = _ROOT.search(text, at)
    if root is None:
        raise WrongContent("no XML element")
    return text[root.start() :]


def _after_doctype(text: str, start: int) -> int:
    """The position after the document type declaration that begins at `start` (XML 1.0 production 28)."""
    depth = 0
    inside = False
    for part in _DOCTYPE_PARTS.finditer(text, start, start + MAX_DOCTYPE):
        mark = part[0]
        if mark.upper() == "<!ENTITY":
            raise Malformed("the document declares entities of its own")
        if mark in "[]":
            inside = mark == "["
        elif mark == "<":
            depth += 1
        elif mark == ">":
            depth -= 1
            if depth == 0 and not inside:
                return part.end()
    raise Malformed("document type declaration without an end")


def refuse_costly(document: str) -> None:
    """Raise TooLarge for a document on which feedparser would take minutes; no feed that people read is like that."""
    if document.count("<") + document.count("&") > MAX_MARKUP or document.count("<!") > MAX_DECLARATIONS:
        raise TooLarge("more markup than a feed has")
    if _LONG_AUTHOR.search(document):
        raise TooLarge("an author's name longer than names are")


def harmless(text: str) -> str:
    """The same document without characters that XML 1.0 forbids and without references feedparser fails on.

    Named HTML references become their characters (XML knows only five, and an unknown one would end strict
    parsing); references to white space do too; references to no character become U+FFFD.
    """
    return _REFERENCE.sub(_referenced, _NOT_XML.sub("", text))


def _referenced(found: re.Match[str]) -> str:
    if found[1]:
        return _numbered(found[0], found[1])
    if found[2] in _XML_NAMES:
        return found[0]
    meant = html.entities.html5.get(found[2] + ";", found[0])
    return found[0] if meant in _MARKUP else meant


def _numbered(whole: str, digits: str) -> str:
    significant = digits.lstrip("xX").lstrip("0")
    if not 0 < len(significant) <= _MOST_DIGITS:
        return "\ufffd"
    number = int(significant, 16 if digits[0] in "xX" else 10)
    if number > sys.maxunicode or _NOT_XML.match(chr(number)):
        return "\ufffd"
    return chr(number) if chr(number).isspace() and number not in _REPAIRED else whole
