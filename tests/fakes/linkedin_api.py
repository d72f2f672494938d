"""A double of LinkedIn's versioned interface, from its documentation: pages by name and id, posts by author and URN."""

from __future__ import annotations

from tests.fakes.owned_service import OwnedService, RefusedError

PAGE = "urn:li:organization:2414"
VERSION = "202606"


class LinkedInApi(OwnedService):
    """`posts` last changed first. Refuses another version, a finder that is not called one, and pages over 100."""

    open_paths = ("/oauth/v2/accessToken",)

    def __init__(self) -> None:
        super().__init__()
        self.page = {
            "id": 2414,
            "vanityName": "fern-street",
            "localizedName": "Fern Street Counseling",
            "localizedDescription": "A practice",
        }
        self.posts: list[dict] = []
        self.links = True

    def refused(self, status):
        code = {401: "EXPIRED_ACCESS_TOKEN", 404: "NOT_FOUND", 426: "NONEXISTENT_VERSION"}.get(
            status, "ILLEGAL_ARGUMENT"
        )
        return {"status": status, "code": code, "message": "a private remark"}

    def respond(self, path, query, body):
        if path == "/oauth/v2/accessToken":
            return {"access_token": f"for-{body['refresh_token']}", "expires_in": 5184000, "scope": "a,b"}
        headers = self.seen[-1].headers
        if headers.get("linkedin-version") != VERSION or headers.get("x-restli-protocol-version") != "2.0.0":
            raise RefusedError(426)
        if "q" in query and headers.get("x-restli-method") != "FINDER":
            raise RefusedError(400)
        if path == "/rest/posts":
            return self._by_author(query)
        if path == "/rest/organizations":
            return {"elements": [self.page] if query["vanityName"] == self.page["vanityName"] else []}
        return self._single(path)

    def _single(self, path):
        things = {f"/rest/posts/{post['id']}": post for post in self.posts}
        things[f"/rest/organizations/{self.page['id']}"] = self.page
        if path not in things:
            raise RefusedError(404)
        return things[path]

    def _by_author(self, query):
        count, start = int(query["count"]), int(query["start"])
        if count > 100 or query["author"] != PAGE or query["sortBy"] != "LAST_MODIFIED":
            raise RefusedError(400)
        paging = {"start": start, "count": count}
        if self.links:
            following = [{"rel": "next", "href": "/rest/posts", "type": "application/json"}]
            paging["links"] = following if start + count < len(self.posts) else []
        return {"paging": paging, "elements": self.posts[start : start + count]}
