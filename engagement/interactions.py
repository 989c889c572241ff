"""How visible interactions are stored: without names, with what the platform shows of their authors.

Every function may run twice: what is already known as it is changes nothing. A text that was changed there is judged
anew; what was deleted there loses its text here and counts no more. All writes go in sets.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from engagement.commenters import learn_commenters
from engagement.filtering.text import fingerprint
from engagement.models import Interaction, SocialMediaPost
from engagement.pseudonyms import author_key
from engagement.tombstones import forgotten
from engagement.values import MAX_COUNT, AuthorSignals, SeenInteraction
from engagement.writing import Row, add_rows, write_columns

TEXT_LIMIT = 10_000
ID_LIMIT = 200
ASKED_AT_ONCE = 5_000
# What another look may change. A verdict of an older text is none: without its model version it is judged again.
RENEWED = (
    "text",
    "fingerprint",
    "likes",
    "author_signals",
    "edited_at",
    "deleted_at",
    "text_purged_at",
    "model_version",
)

# What nobody said or found yet of an interaction that was just seen.
UNJUDGED: dict[str, Any] = {
    "edited_at": None,
    "deleted_at": None,
    "text_purged_at": None,
    "verdict": "",
    "score": None,
    "reasons": [],
    "model_version": "",
    "override": "",
    "overridden_by_id": None,
}


def record_interactions(post: SocialMediaPost, seen: Iterable[SeenInteraction], *, now: datetime) -> int:
    """Store the interactions of `post`; the number of new rows."""
    return record_all_interactions([(post, seen)], now=now)


def record_all_interactions(
    seen_on: Iterable[tuple[SocialMediaPost, Iterable[SeenInteraction]]], *, now: datetime
) -> int:
    """Store the interactions of many posts in sets, and renew known ones that changed; the number of new rows.

    Authors leave only a keyed hash. People who asked to be forgotten are refused here, at the door.
    """
    pairs = [(post, one) for post, seen in seen_on for one in seen]
    learn_commenters(pairs)
    refused = forgotten({(post.platform, one.author_id or "") for post, one in pairs})
    admitted = (_row(post, one, now) for post, one in pairs if (post.platform, one.author_id) not in refused)
    rows = {(row["post_id"], row["platform_id"]): row for row in admitted}
    known = _known(rows.keys())
    new = add_rows(Interaction, [row for key, row in rows.items() if key not in known])
    write_columns([one for key, one in known.items() if _renewed(one, rows[key], now)], RENEWED)
    return new


def mark_deleted(post: SocialMediaPost, gone: Collection[str], *, now: datetime) -> int:
    """Note that these interactions, by the platform's ids, are gone there; their words go here, too. How many."""
    rows = Interaction.objects.visible().filter(post=post, platform_id__in=gone)
    return rows.update(deleted_at=now, text="", author_signals={}, text_purged_at=now)


def missing_from(post: SocialMediaPost, kinds: Collection[str], seen: Collection[str]) -> list[str]:
    """Ids of stored interactions of these kinds that a look at everything did not show."""
    stored = Interaction.objects.visible().filter(post=post, kind__in=kinds).values_list("platform_id", flat=True)
    return sorted(set(stored) - set(seen))


def _row(post: SocialMediaPost, seen: SeenInteraction, now: datetime) -> Row:
    text = storable(seen.text)
    return UNJUDGED | {
        "post_id": post.pk,
        "platform_id": storable(seen.platform_id)[:ID_LIMIT],
        "kind": seen.kind,
        "occurred_at": seen.occurred_at,
        "author_key": author_key(post.platform, seen.author_id) if seen.author_id else "",
        "text": text,
        "fingerprint": fingerprint(text),
        "likes": seen.likes if seen.likes is not None and 0 <= seen.likes <= MAX_COUNT else None,
        "author_signals": known_signals(seen.signals),
        "first_seen_at": now,
    }


def known_signals(signals: AuthorSignals | None) -> dict[str, Any]:
    """What is known of an author as JSON; what is not known is left out."""
    given = asdict(signals) if signals else {}
    return {
        name: value.date().isoformat() if isinstance(value, datetime) else value
        for name, value in given.items()
        if value is not None
    }


def _renewed(stored: Interaction, seen: Row, now: datetime) -> bool:
    """Put what changed on a stored row; whether anything did."""
    before = [getattr(stored, name) for name in RENEWED]
    stored.deleted_at = None
    stored.likes = stored.likes if seen["likes"] is None else seen["likes"]
    if not stored.text_purged_at:
        # A profile is not kept longer than the text it was read beside.
        stored.author_signals = seen["author_signals"] or stored.author_signals
    if _is_edited(stored, seen):
        stored.text, stored.fingerprint = seen["text"], seen["fingerprint"]
        stored.edited_at, stored.text_purged_at, stored.model_version = now, None, ""
    return [getattr(stored, name) for name in RENEWED] != before


def _is_edited(stored: Interaction, seen: Row) -> bool:
    """Whether the text changed there; of a text that is not kept any more its fingerprint tells."""
    if not seen["text"] or stored.text == seen["text"]:
        return False
    return stored.fingerprint != seen["fingerprint"] if stored.text_purged_at or not stored.text else True


def storable(text: str) -> str:
    """Text that every database takes: NUL and lone surrogates become U+FFFD, and the length is capped."""
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")[:TEXT_LIMIT]


def _known(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Interaction]:
    """The stored rows of these (post, platform id); asked in parts, as a statement takes only so many parameters."""
    posts, ids = {post for post, _ in keys}, sorted({one for _, one in keys})
    found: dict[tuple[int, str], Interaction] = {}
    for start in range(0, len(ids), ASKED_AT_ONCE):
        rows = Interaction.objects.filter(post__in=posts, platform_id__in=ids[start : start + ASKED_AT_ONCE])
        found |= {(row.post_id, row.platform_id): row for row in rows.order_by().only("post", "platform_id", *RENEWED)}
    return {key: row for key, row in found.items() if key in keys}
