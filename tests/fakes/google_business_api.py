"""A double of Google's Business Profile APIs, from their documentation: accounts, locations, reviews with replies."""

from __future__ import annotations

from tests.fakes.owned_service import OwnedService, RefusedError, page_of

LOCATION = "accounts/1/locations/22"
CID = 12345678901234567890
PLACE = {
    "name": "locations/22",
    "title": "Fern Street Counseling",
    "profile": {"description": "A practice"},
    "metadata": {"mapsUri": f"https://maps.google.com/maps?cid={CID}", "placeId": "ChIJ"},
}


class GoogleBusinessApi(OwnedService):
    """`reviews` last changed first. Accounts come one a page, locations one a page."""

    open_paths = ("/token",)

    def __init__(self) -> None:
        super().__init__()
        self.accounts = ["accounts/9", "accounts/1"]
        self.locations = {"accounts/9": [], "accounts/1": [{"name": "locations/21", "title": "Elsewhere"}, PLACE]}
        self.reviews: list[dict] = []

    def refused(self, status):
        said = {401: "UNAUTHENTICATED", 400: "INVALID_ARGUMENT", 404: "NOT_FOUND"}[status]
        return {"error": {"code": status, "message": "a private remark", "status": said}}

    def respond(self, path, query, body):
        if path == "/token":
            return {"access_token": f"for-{body['refresh_token']}", "expires_in": 3599}
        if path == "/v1/accounts":
            return self._paged("accounts", [{"name": name} for name in self.accounts], query, 1)
        if path.startswith("/v1/accounts/"):
            self._must(query, "readMask")
            return self._paged("locations", self.locations[path.split("/", 2)[2].removesuffix("/locations")], query, 1)
        if path.startswith("/v1/locations/"):
            return self._place(path)
        return self._reviews(path.removeprefix(f"/v4/{LOCATION}/reviews"), query)

    def _place(self, path):
        found = [place for places in self.locations.values() for place in places if f"/v1/{place['name']}" == path]
        if not found:
            raise RefusedError(404)
        return found[0]

    def _reviews(self, rest, query):
        if not rest:
            if int(query.get("pageSize", 50)) > 50:
                raise RefusedError(400)
            return self._paged("reviews", self.reviews, query, int(query["pageSize"]))
        found = [review for review in self.reviews if f"/{review['reviewId']}" == rest]
        if not found:
            raise RefusedError(404)
        return found[0]

    @staticmethod
    def _must(query, name):
        if name not in query:
            raise RefusedError(400)

    @staticmethod
    def _paged(name, things, query, size):
        page, following = page_of(things, query.get("pageToken", ""), size)
        return ({name: page} if page else {}) | ({"nextPageToken": following} if following else {})
