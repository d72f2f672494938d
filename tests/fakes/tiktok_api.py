"""A double of the TikTok Display API, from its documentation: the user, videos by cursor, lookup, its envelope."""

from __future__ import annotations

from tests.fakes.owned_service import OwnedService, RefusedError


class TikTokApi(OwnedService):
    """`videos` newest first. The cursor is the time of the last video listed, in milliseconds."""

    open_paths = ("/v2/oauth/token/",)

    def __init__(self) -> None:
        super().__init__()
        self.user = {
            "open_id": "open-7",
            "username": "dana.fern",
            "display_name": "Dana",
            "bio_description": "Counselor",
        }
        self.videos: list[dict] = []
        self.questions: list[dict] = []

    def refused(self, status):
        code = {401: "access_token_invalid", 400: "invalid_params"}[status]
        return envelope({}, code)

    def respond(self, path, query, body):
        if path == "/v2/oauth/token/":
            fine = body["client_key"] == "app" and "client_id" not in body
            return {"access_token": "new", "expires_in": 86400, "open_id": "open-7"} if fine else {"error": "invalid"}
        if path == "/v2/user/info/":
            return envelope({"user": _only(self.user, query)})
        self.questions.append(body)
        return self._list(query, body) if path == "/v2/video/list/" else self._lookup(query, body)

    def _list(self, query, body):
        if not 1 <= body.get("max_count", 10) <= 20:
            raise RefusedError(400)
        before = body.get("cursor")
        older = [video for video in self.videos if before is None or video["create_time"] * 1000 < before]
        page = older[: body["max_count"]]
        cursor = page[-1]["create_time"] * 1000 if page else 0
        shown = [_only(video, query) for video in page]
        return envelope({"videos": shown, "cursor": cursor, "has_more": len(older) > len(page)})

    def _lookup(self, query, body):
        ids = body["filters"]["video_ids"]
        if len(ids) > 20:
            raise RefusedError(400)
        return envelope({"videos": [_only(video, query) for video in self.videos if video["id"] in ids]})


def envelope(data, code="ok"):
    return {"data": data, "error": {"code": code, "message": "a private remark", "log_id": "2026"}}


def _only(thing, query):
    wanted = query["fields"].split(",")
    return {key: value for key, value in thing.items() if key in wanted}
