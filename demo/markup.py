"""The story's plain words as the HTML that each platform makes of them."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

URL = r"https?://[^\s<>]+[^\s<>.,;:!?)]"
MENTION = r"@[\w.-]+@[\w.-]+\w"
HASHTAG = r"(?<!\w)#\w+"
INLINE = re.compile(f"({URL}|{MENTION}|{HASHTAG})")
SHOWN_URL = 30
"""Characters of an address that Mastodon shows after the scheme; the rest is there, marked invisible."""


def escape(text: str) -> str:
    """HTML escapes in the spelling that Rails and WordPress use."""
    return html.escape(text).replace("&#x27;", "&#39;")


def paragraphs(text: str) -> Iterator[str]:
    """The text's paragraphs, which are divided by empty lines."""
    return (part for part in re.split(r"\n{2,}", text.strip()) if part)


def mastodon_html(text: str, base: str) -> str:
    """Mastodon's status HTML: paragraphs, line breaks, shortened links, mentions and hashtags."""
    rendered = (_inline(part, lambda piece: _mastodon_piece(piece, base)) for part in paragraphs(text))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in rendered)


def snac_html(text: str, base: str) -> str:
    """snac's status HTML: no paragraphs, a break at the end of every line."""
    return _inline(text, lambda piece: _snac_piece(piece, base)).replace("\n", "<br>") + "<br>"


def article_html(text: str) -> str:
    """A blog's HTML: paragraphs, and lists where every line begins with a hyphen."""
    return "\n".join(_block(part) for part in paragraphs(text)) + "\n"


def texturised(markup: str) -> str:
    """WordPress's curly quotation marks, as numeric references."""
    opened = re.sub(r"(^|[\s(>])&quot;", r"\1&#8220;", markup)
    return opened.replace("&quot;", "&#8221;").replace("&#39;", "&#8217;")


def mentions(text: str) -> list[str]:
    """Handles of other people in the text, without the first @, in order, each once."""
    return list(dict.fromkeys(found.removeprefix("@") for found in re.findall(MENTION, text)))


def hashtags(text: str) -> list[str]:
    """Hashtags in the text without the hash, in lower case, each once."""
    return list(dict.fromkeys(found.removeprefix("#").lower() for found in re.findall(HASHTAG, text)))


def page(title: str, head: str, body: str, classes: str = "") -> str:
    """A small HTML page. `head` and `body` are markup already, `classes` are the body's."""
    top = f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="UTF-8">\n<title>{escape(title)}</title>\n'
    return f'{top}{head}\n</head>\n<body class="{classes}">\n{body}\n</body>\n</html>\n'


def _inline(text: str, render: Callable[[str], str]) -> str:
    """Escape everything but links, mentions and hashtags, which `render` turns into markup."""
    return "".join(render(piece) if INLINE.fullmatch(piece) else escape(piece) for piece in INLINE.split(text))


def _mastodon_piece(piece: str, base: str) -> str:
    if piece.startswith("#"):
        tag = escape(piece[1:])
        return f'<a href="{base}/tags/{tag}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    if piece.startswith("@"):
        user, domain = piece[1:].split("@")
        link = f'<a href="https://{domain}/@{user}" class="u-url mention">@<span>{user}</span></a>'
        return f'<span class="h-card" translate="no">{link}</span>'
    return mastodon_link(piece, "nofollow noopener noreferrer")


def mastodon_link(url: str, rel: str) -> str:
    """A link as Mastodon writes it: every character is there, some in spans that a browser hides."""
    scheme, rest = re.split(r"(?<=://)", url, maxsplit=1)
    style = "ellipsis" if len(rest) > SHOWN_URL else ""
    spans = f'<span class="invisible">{scheme}</span><span class="{style}">{escape(rest[:SHOWN_URL])}</span>'
    tail = f'<span class="invisible">{escape(rest[SHOWN_URL:])}</span>'
    return f'<a href="{escape(url)}" target="_blank" rel="{rel}" translate="no">{spans}{tail}</a>'


def _snac_piece(piece: str, base: str) -> str:
    if piece.startswith("#"):
        tag = escape(piece[1:].lower())
        return f'<a href="{base}?t={tag}" class="mention hashtag" rel="tag">{escape(piece)}</a>'
    if piece.startswith("@"):
        user, domain = piece[1:].split("@")
        link = f'<a href="https://{domain}/{user}" class="u-url mention">{piece}</a>'
        return f'<span class="h-card">{link}</span>'
    return f'<a href="{escape(piece)}" target="_blank">{escape(piece)}</a>'


def _block(part: str) -> str:
    lines = part.split("\n")
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{escape(line[2:])}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br />\n".join(escape(line) for line in lines) + "</p>"
