"""What is the owner's in a post that repeats others', as Tumblr writes such posts. Pure.

A quotation of another blog is a line with a link of class "tumblr_blog" and the blockquote that follows it. Where no
blockquote follows ("via" lines, quotations of private blogs), it cannot be told where the other's words end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from collectors.web.tree import MOST_TAGS

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MARK = "tumblr_blog"
_MARKED = re.compile(rf"class\s*=\s*[\"']?[^\"'<>]{{0,200}}\b{_MARK}\b", re.IGNORECASE)


def own_words(markup: str) -> str:
    """The HTML without what it quotes of other blogs; as it was where it quotes none, "" where that cannot be told."""
    if not _MARKED.search(markup):
        return markup
    if markup.count("<") > MOST_TAGS:
        return ""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(f"<div>{markup}</div>".encode("utf-8", "replace"), parser=parser)
    links = [link for link in root.iter("a") if _MARK in link.get("class", "").split()]
    quoted = [_quoted(link) for link in links]
    if not links or not all(quoted):
        return ""
    for element in (part for parts in quoted for part in parts):
        element.clear(keep_tail=element.tag == "blockquote")
        element.tag = "p"
    return etree.tostring(root, encoding="unicode", method="html")


def _quoted(link: Element) -> list[Element]:
    """The line that names the blog, and the quotation after it, if one follows."""
    line = link.getparent()
    if line is None or line.tag in ("body", "div", "blockquote"):
        line = link
    following = line.getnext()
    return [line, following] if following is not None and following.tag == "blockquote" else []
