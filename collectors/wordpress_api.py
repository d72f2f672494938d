"""Where a WordPress site's REST API is, and how it is asked.

Source: https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from collectors import fields
from collectors.html import api_root, decode
from domain.errors import AccessRefused, AccountGone, Malformed, WrongContent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collectors.base import Http, Response
    from collectors.fields import Json

_JSON = "application/json"
_API_LINK = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?https://api\.w\.org/"?')


@dataclass(frozen=True, slots=True)
class Api:
    """The REST API of one site, by its root ("https://site/wp-json/" or "https://site/?rest_route=/")."""

    root: str
    http: Http

    def get(self, path: str, params: Mapping[str, str | int] | None = None, expect: Sequence[int] = ()) -> Response:
        """Ask for a route such as "wp/v2/posts", "" for the root. AccountGone when another site answers."""
        parts, asked = urlsplit(self.root), dict(params or {})
        route = parse_qs(parts.query).get("rest_route")
        if route is None:
            url = f"{self.root.rstrip('/')}/{path}"
        else:
            url = parts._replace(query="", fragment="").geturl()
            asked["rest_route"] = f"{route[0].rstrip('/')}/{path}"
        response = self.http.get(url, params=asked, accept=_JSON, robots=True, expect=expect)
        if not same_site(response.url, self.root):
            raise AccountGone("the site has moved to another address")
        return response


def find_api(page: Response, http: Http) -> tuple[Api, Json]:
    """The site's own REST API with its index, by the address it announces, else by the two usual ones."""
    roots = _roots(page)
    refused: AccessRefused | None = None
    for root in roots:
        api = Api(root, http)
        try:
            index = fields.decode_object(api.get("", {"_fields": "name,description,url,home,namespaces"}))
        except AccessRefused as error:
            refused = error
        except (AccountGone, Malformed, WrongContent):
            continue
        else:
            if "wp/v2" in fields.strings(index, "namespaces"):
                return api, index
    raise refused or WrongContent("no WordPress interface at the usual addresses")


def _roots(page: Response) -> tuple[str, ...]:
    """Addresses to try, of the page's own site only: another site's interface is not this account's."""
    header = _API_LINK.search(page.headers.get("link", ""))
    announced = header[1] if header else api_root(decode(page.body, page.headers.get("content-type", "")), page.url)
    if announced and same_site(announced, page.url):
        return (announced,)
    before, found, _ = page.url.partition("/wp-json")
    start = before if found else origin(page.url)
    return (f"{start}/wp-json/", f"{start}/?rest_route=/")


def same_site(one: str, other: str) -> bool:
    """Whether both addresses are on one host, "www." aside."""
    hosts = [(urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)]
    return bool(hosts[0]) and hosts[0] == hosts[1]


def origin(url: str) -> str:
    """Scheme and host of an address, without a closing slash."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def home_of(index: Json, page_url: str) -> str:
    """The site's address with a slash at its end, as the site says, if it is the site that was asked."""
    said = fields.address(index, "home") or fields.address(index, "url")
    return f"{(said if said and same_site(said, page_url) else origin(page_url)).rstrip('/')}/"
