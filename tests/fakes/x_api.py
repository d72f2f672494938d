"""A double of the X API v2, from its documentation: users, timelines with paging and bounds, lookup with problems."""

from __future__ import annotations

from tests.fakes.owned_service import OwnedService, RefusedError, page_of

PROBLEMS = "https://api.x.com/2/problems"


class XApi(OwnedService):
    """`users` by id, `posts` newest first. `protected` and `suspended` hold what X would not show."""

    def __init__(self) -> None:
        super().__init__()
        dana = {"id": "42", "username": "dana_fern", "name": "Dana", "description": "Counselor", "protected": False}
        self.users = {"42": dana}
        self.posts: list[dict] = []
        self.includes: dict = {}
        self.withheld: set[str] = set()

    def refused(self, status):
        return {"title": "Refused", "type": "about:blank", "status": status, "detail": "a private remark"}

    def respond(self, path, query, _body):
        if path.startswith("/2/users/by/username/"):
            name = path.rpartition("/")[2].lower()
            return self._user(next((user for user in self.users.values() if user["username"].lower() == name), None))
        if path == "/2/tweets":
            return self._lookup(query)
        parts = path.split("/")
        if len(parts) == 4:
            return self._user(self.users.get(parts[3]))
        return self._timeline(query)

    @staticmethod
    def _user(user):
        if user is None:
            return {"errors": [{"type": f"{PROBLEMS}/resource-not-found", "title": "Not Found Error", "detail": "no"}]}
        return {"data": user}

    def _timeline(self, query):
        size = int(query.get("max_results", 10))
        if not 5 <= size <= 100:
            raise RefusedError(400)
        kept = [post for post in self.posts if post["created_at"] >= query.get("start_time", "")]
        if "retweets" in query.get("exclude", ""):
            kept = [post for post in kept if not _is_repost(post)]
        page, following = page_of(kept, query.get("pagination_token", ""), size)
        meta = {"result_count": len(page)} | ({"next_token": following} if following else {})
        return ({"data": page, "includes": self.includes} if page else {}) | {"meta": meta}

    def _lookup(self, query):
        ids = query["ids"].split(",")
        if len(ids) > 100:
            raise RefusedError(400)
        known = {number: post for post in self.posts for number in (post["id"], *post["edit_history_tweet_ids"])}
        found = [known[number] | {"id": number} for number in ids if number in known and number not in self.withheld]
        missing = [number for number in ids if number not in known or number in self.withheld]
        errors = [self._problem(number) for number in missing]
        return ({"data": found} if found else {}) | ({"errors": errors} if errors else {})

    def _problem(self, number):
        kind = "not-authorized-for-resource" if number in self.withheld else "resource-not-found"
        return {"type": f"{PROBLEMS}/{kind}", "resource_id": number, "value": number, "resource_type": "tweet"}


def _is_repost(post):
    return any(entry["type"] == "retweeted" for entry in post.get("referenced_tweets", []))
