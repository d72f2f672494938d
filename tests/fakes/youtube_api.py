"""A double of the YouTube Data API, from its documentation: channels, threads, comments and videos, with its limits."""

from __future__ import annotations

from tests.fakes.owned_service import OwnedService, RefusedError, page_of

CHANNEL = "UC" + "d" * 22
SHOWN_REPLIES = 5
"""Replies that come along with a thread."""


class YouTubeApi(OwnedService):
    """`threads` newest first, each a list of comments with the top one first; `videos` by id with their privacy."""

    open_paths = ("/token",)

    def __init__(self) -> None:
        super().__init__()
        about = {"title": "Fern Street", "description": "A practice", "customUrl": "@fernstreet"}
        self.channel = {"id": CHANNEL, "snippet": about, "status": {"privacyStatus": "public"}}
        self.mine = CHANNEL
        self.threads: list[list[dict]] = []
        self.hidden: set[str] = set()
        self.videos = {"v1": "public"}

    def refused(self, status):
        reason = {401: "authError"}.get(status, "badRequest")
        return {"error": {"code": status, "message": "a private remark", "errors": [{"reason": reason}]}}

    def respond(self, path, query, body):
        if path == "/token":
            return {"access_token": f"for-{body['refresh_token']}", "expires_in": 3599, "token_type": "Bearer"}
        if path == "/channels":
            return self._channels(query)
        if path == "/commentThreads":
            return self._listed(query)
        return self._comments(query) if path == "/comments" else self._videos(query)

    def _channels(self, query):
        if query.get("mine"):
            return _list("channel", [self.channel | {"id": self.mine}])
        asked = {query.get("id"), query.get("forHandle", "").lower(), query.get("forUsername")}
        known = {self.channel["id"], self.channel["snippet"].get("customUrl")}
        return _list("channel", [self.channel]) if asked & known else {"kind": "youtube#channelListResponse"}

    def _listed(self, query):
        if query["textFormat"] != "plainText" or not 1 <= int(query["maxResults"]) <= 100:
            raise RefusedError(400)
        page, following = page_of(self.threads, query.get("pageToken", ""), int(query["maxResults"]))
        return _list("commentThread", [self._thread(comments) for comments in page], following)

    def _thread(self, comments):
        top = comments[0]
        about = {
            "videoId": top["snippet"].get("videoId", "v1"),
            "topLevelComment": top,
            "totalReplyCount": len(comments) - 1,
            "isPublic": top["id"] not in self.hidden,
        }
        replies = {"replies": {"comments": comments[1 : 1 + SHOWN_REPLIES]}} if comments[1:] else {}
        return {"id": top["id"], "snippet": about} | replies

    def _comments(self, query):
        if "parentId" in query:
            found = next((thread[1:] for thread in self.threads if thread[0]["id"] == query["parentId"]), [])
            page, following = page_of(found, query.get("pageToken", ""), int(query["maxResults"]))
            return _list("comment", page, following)
        ids = query["id"].split(",")
        if len(ids) > 50:
            raise RefusedError(400)
        return _list("comment", [comment for thread in self.threads for comment in thread if comment["id"] in ids])

    def _videos(self, query):
        ids = query["id"].split(",")
        if len(ids) > 50:
            raise RefusedError(400)
        shown = [{"id": one, "status": {"privacyStatus": self.videos[one]}} for one in ids if one in self.videos]
        return _list("video", shown)


def _list(kind, items, following=""):
    return {"kind": f"youtube#{kind}ListResponse", "items": items} | ({"nextPageToken": following} if following else {})
