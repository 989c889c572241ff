"""Instagram with Facebook Login: the same endpoints on another host, which takes batches and shows some authors.

Business discovery tells what a professional account shows of itself; of a person it tells nothing, and that is no sign.
"""

import re
from dataclasses import replace

from engagement.enums import Flavour
from engagement.platforms import errors
from engagement.platforms.graph_reading import MAX_BATCH, Ask
from engagement.platforms.instagram import InstagramAdapter
from engagement.platforms.replies import Reply
from engagement.values import AuthorSignals, SeenInteraction, Tokens, Visible

# Counters without the delay of insights, since 22 Apr 2026.
COUNTERS = ("reposts_count", "shares_count", "saved_count")
PROFILE = "name,biography,followers_count,follows_count,media_count,profile_picture_url"
# Each counts as a call, so of many new authors under one post the newest are looked up, in one batch.
MOST_AUTHORS = MAX_BATCH
# What stands in a field list; a name of other characters is none of Instagram's.
HANDLE = re.compile(r"[A-Za-z0-9._]{1,30}")


class InstagramFacebookLoginAdapter(InstagramAdapter):
    """A professional Instagram account, connected by Facebook Login through its Page."""

    flavour = Flavour.FACEBOOK_LOGIN.value
    host = "https://graph.facebook.com"
    can_batch = True
    optional_fields = {name: name for name in COUNTERS}
    list_names = (*InstagramAdapter.list_names, *COUNTERS)
    post_names = COUNTERS

    def fetch_interactions(self, post_id: str, known: frozenset[str], *, everything: bool = False) -> Visible:
        """Comments and replies under a post, the new ones with what their authors show of themselves."""
        visible = super().fetch_interactions(post_id, known, everything=everything)
        handles = {one: name for one, name in self.handles.items() if one not in known and HANDLE.fullmatch(name)}
        authors = self._discovered(list(dict.fromkeys(handles.values()))[:MOST_AUTHORS])
        interactions = (
            _told(one, known, authors.get(handles.get(one.platform_id, ""))) for one in visible.interactions
        )
        return replace(visible, interactions=tuple(interactions))

    def _discovered(self, handles: list[str]) -> dict[str, AuthorSignals]:
        """By handle, what professional accounts show; whoever is not answered for stays unknown."""
        path = self._path(self.credentials.platform_user_id)
        asks = {
            handle: Ask(path, {"fields": f"business_discovery.username({handle}){{{PROFILE}}}"}) for handle in handles
        }
        read = self.read_each(asks)
        denied = next((one for one in read.values() if isinstance(one, errors.AccessDenied)), None)
        if denied:
            self.note(f"Authors of comments cannot be looked up. {denied.for_staff}")
        shown = {handle: _signals(one) for handle, one in read.items() if isinstance(one, Reply)}
        return {handle: author for handle, author in shown.items() if author}

    def refresh(self) -> Tokens:
        """Sixty more days for a user's token; a Page's has no end."""
        return self._exchanged()


def _signals(reply: Reply) -> AuthorSignals | None:
    """What a profile shows, if it can be read; Graph leaves out what is empty."""
    try:
        profile = reply.node.node("business_discovery")
        return AuthorSignals(
            followers=profile.count("followers_count"),
            following=profile.count("follows_count"),
            posts=profile.count("media_count"),
            has_biography=bool(profile.text("biography")),
            has_picture=bool(profile.text("profile_picture_url")),
            has_name=bool(profile.text("name")),
        )
    except errors.InvalidResponse:
        return None


def _told(one: SeenInteraction, known: frozenset[str], author: AuthorSignals | None) -> SeenInteraction:
    """With what its author shows. A known one says nothing of its author: what was looked up once is to stay."""
    if one.platform_id in known:
        return replace(one, signals=None)
    if author is None or one.signals is None:
        return one
    return replace(one, signals=replace(author, handle_digits=one.signals.handle_digits))
