"""What X shows under a post: replies of the last seven days, who liked or reposted it, posts that quote it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from engagement.enums import InteractionKind
from engagement.platforms import errors
from engagement.platforms.http import Connection
from engagement.platforms.lists import Fetch, Listed, Page, Seen, read_list
from engagement.platforms.nodes import Node
from engagement.platforms.twitter_errors import problem_of
from engagement.platforms.twitter_objects import (
    IDENTITY,
    REFERENCES,
    USER_FIELDS,
    moment_of,
    people_of,
    person_of,
    quote_of,
    reply_of,
)
from engagement.values import SeenInteraction, Visible

SEARCHED = timedelta(days=7)
PAGE_SIZE = 100
# X never shows more people than this who liked a post.
MAX_LIKERS = 100
LIKERS, REPOSTERS, QUOTES, REPLIES = "liking_users", "retweeted_by", "quote_tweets", "search"
SHARE, LIKE = str(InteractionKind.SHARE), str(InteractionKind.LIKE)
# Where a list that the plan withholds from every post is kept in mind, so that it is not asked for again.
PLACE = "list"
# And where a field of people is, which older apps are refused.
PEOPLE = "people"
PLAN_PROBLEM = "client-forbidden"
# Without credits nothing at all can be read, and a post that is gone has no lists: neither is a matter of one list.
OF_EVERYTHING = ("CreditsDepleted", "resource-not-found", "resource-unavailable")


@dataclass
class Looker:
    """Reads the lists of one post. A list that is withheld costs none of the others.

    `refused`, `notices` and `note_unread` are those of the adapter.
    """

    http: Connection
    post_id: str
    known: frozenset[str]
    everything: bool
    refused: set[tuple[str, str]]
    notices: list[str]
    note_unread: Callable[[errors.PlatformError | None], None]
    now: datetime

    def look(self) -> Visible:
        """Everything visible, and the kinds of which nothing was left unread."""
        replies = self._unless_withheld(REPLIES, self._replies)
        likers = self._unless_withheld(LIKERS, self._likers)
        reposters = self._unless_withheld(REPOSTERS, self._reposters)
        quotes = self._unless_withheld(QUOTES, self._quotes)
        whole = {
            LIKE: likers.is_whole and len(likers.found) < MAX_LIKERS,
            SHARE: reposters.is_whole and quotes.is_whole,
            **dict.fromkeys((InteractionKind.COMMENT.value, InteractionKind.REPLY.value), replies.is_whole),
        }
        self._note_unread(replies, likers, reposters, quotes)
        found = replies.found | likers.found | reposters.found | quotes.found
        return Visible(
            interactions=tuple(found.values()),
            whole=frozenset(kind for kind, is_whole in whole.items() if is_whole),
        )

    def _unless_withheld(self, name: str, read: Callable[[], Listed]) -> Listed:
        if (PLACE, name) in self.refused:
            return Listed()
        try:
            return read()
        except (errors.AccessDenied, errors.NotFound) as error:
            if not _is_withheld(error):
                raise
            self._note(name, error)
            return Listed()

    def _note(self, name: str, error: errors.PlatformError) -> None:
        notice = f"X withholds {name}"
        if not any(one.startswith(notice) for one in self.notices):
            self.notices.append(f"{notice}: {error.message}")
        if error.code == PLAN_PROBLEM:
            self.refused.add((PLACE, name))

    def _note_unread(self, *lists: Listed) -> None:
        self.note_unread(next((one.unread for one in lists if one.unread), None))

    # Replies

    def _replies(self) -> Listed:
        """X refuses a `since_id` from before the last seven days; then everything in the window is read."""
        since = None if self.everything else self._newest_known()
        if since is None:
            return self._search({})
        try:
            return self._search({"since_id": str(since)})
        except errors.Rejected:
            return self._search({})

    def _newest_known(self) -> int | None:
        newest = max((int(one) for one in self.known if one.isascii() and one.isdigit()), default=None)
        moment = moment_of(str(newest))
        return None if moment and self.now - moment >= SEARCHED else newest

    def _search(self, since: dict[str, str]) -> Listed:
        params = self._post_params() | {"query": f"conversation_id:{self.post_id}", "max_results": PAGE_SIZE} | since

        def fetch(cursor: str) -> Page:
            node = self._read("/2/tweets/search/recent", params | ({"next_token": cursor} if cursor else {}))
            people = people_of(node)
            # Of an edited reply the newest version comes first, and counts.
            told, unread = node.told(
                "data", "id", lambda one: (one.required("id"), reply_of(one, self.post_id, people))
            )
            told.sort(key=lambda one: one[0].rjust(30, "0"), reverse=True)
            found = [reply for name, reply in told if name != self.post_id]
            return Page(found, node.node("meta").text("next_token"), unread)

        listed = read_list(fetch, self._is_known if not since else lambda seen: False)
        made = moment_of(self.post_id)
        is_young = made is not None and self.now - made < SEARCHED
        listed.is_whole = listed.is_whole and not since and is_young
        return listed

    def _post_params(self) -> dict[str, Any]:
        references = REFERENCES.get(settings.X_POST_FIELDS, "referenced_tweets")
        return {
            settings.X_POST_FIELDS: f"author_id,created_at,public_metrics,{references}",
            "expansions": "author_id",
            "user.fields": USER_FIELDS,
        }

    # People

    def _likers(self) -> Listed:
        seen: set[str] = set()

        def is_read(page: Seen) -> bool:
            seen.update(one.platform_id for one in page)
            return len(seen) >= MAX_LIKERS or self._is_known(page)

        return read_list(self._people(LIKERS, InteractionKind.LIKE), is_read)

    def _reposters(self) -> Listed:
        return read_list(self._people(REPOSTERS, InteractionKind.SHARE), self._is_known)

    def _people(self, edge: str, kind: InteractionKind) -> Fetch:
        def person(node: Node, answer: Node) -> SeenInteraction:
            return person_of(node, kind)

        return self._edge(edge, {"user.fields": USER_FIELDS}, person)

    def _quotes(self) -> Listed:
        def quote(node: Node, answer: Node) -> SeenInteraction | None:
            # Every post has an author: what has none is no post.
            return quote_of(node, people_of(answer)) if node.text("author_id") else None

        return read_list(self._edge(QUOTES, self._post_params(), quote), self._is_known)

    def _edge(self, edge: str, params: dict[str, Any], told: Callable[[Node, Node], SeenInteraction | None]) -> Fetch:
        def fetch(cursor: str) -> Page:
            page = {"max_results": PAGE_SIZE} | ({"pagination_token": cursor} if cursor else {})
            node = self._read(f"/2/tweets/{self.post_id}/{edge}", params | page)
            found, unread = node.told("data", "id", lambda one: told(one, node))
            return Page([one for one in found if one], node.node("meta").text("next_token"), unread)

        return fetch

    # Both

    def _read(self, path: str, params: dict[str, Any]) -> Node:
        """An answer without data that names problems is a refusal, whatever its status; one without data, problems and
        `meta` says nothing, least of all that there is nobody.
        """
        node = self._asked(path, params)
        if node.value.get("data"):
            return node
        if problems := node.objects("errors"):
            raise problem_of(problems[0])
        if node.value.get("data") is None and node.value.get("meta") is None:
            raise errors.InvalidResponse("The answer holds no list", platform=node.platform)
        return node

    def _asked(self, path: str, params: dict[str, Any]) -> Node:
        """The answer, with whether X has checked who people are; without that where it is refused, from then on."""
        if (PEOPLE, IDENTITY) in self.refused:
            return self.http.get(path, **params).node
        try:
            return self.http.get(path, **params | {"user.fields": f"{USER_FIELDS},{IDENTITY}"}).node
        except errors.Rejected:
            # More likely the `since_id` is too old, and is then left out first.
            if "since_id" in params:
                raise
            node = self.http.get(path, **params).node
            self.refused.add((PEOPLE, IDENTITY))
            return node

    def _is_known(self, page: Seen) -> bool:
        """Lists are newest first: behind a page of which everything is known, everything is."""
        return bool(page) and not self.everything and all(one.platform_id in self.known for one in page)


def _is_withheld(error: errors.PlatformError) -> bool:
    """Whether a refusal concerns one list alone; a bare 404 says that the list is not there, not the post."""
    return error.status != 402 and error.code not in OF_EVERYTHING
