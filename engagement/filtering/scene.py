"""What the layers of the filter see, and what they say. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from engagement.enums import InteractionKind
from engagement.filtering.near import runs
from engagement.filtering.ngrams import tokens
from engagement.filtering.text import fingerprint_of, visible, words

# Only these carry words; a like or a share can be judged by who and when alone.
WRITTEN = frozenset({InteractionKind.COMMENT, InteractionKind.REPLY})


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a platform shows of an author's account: days since it was made, counts, completeness. None is unknown."""

    age_days: float | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    has_biography: bool | None = None
    has_picture: bool | None = None
    handle_digits: int | None = None
    verified: bool | None = None


class Forms(NamedTuple):
    """A text as readers see it, in words as these are compared, in words and signs, and in pairs of words."""

    visible: str
    words: list[str]
    tokens: list[str]
    runs: frozenset[str]


@dataclass(frozen=True)
class Seen:
    """One interaction of a post. An empty author key and a missing time are unknown, and never evidence.

    `fingerprint` is what remains of a text that was purged; it is computed of a text that comes without.
    `account` is what the platform shows of the author, at the time of the interaction.
    """

    id: int | str
    kind: str
    author_key: str = ""
    text: str = field(default="", repr=False)
    occurred_at: datetime | None = None
    fingerprint: str = ""
    account: Account | None = None

    @cached_property
    def forms(self) -> Forms:
        """The text in its forms, made once for all who read it."""
        shown = visible(self.text)
        said = tokens(shown)
        return Forms(shown, words(shown), said, runs(said))


class Evidence(NamedTuple):
    """One layer's reason to think of a bot: `weight` is the chance, 0 to 1, that it alone would justify.

    Some layers can speak for a person too (`stack.SIGNED`): there a weight below one half does.

    `detail` is a sentence for staff; it holds nothing of the author and nothing the author wrote.
    """

    layer: str
    name: str
    weight: float
    detail: str


@dataclass(frozen=True, kw_only=True)
class AuthorRecord:
    """What an author did on other posts of ours: interactions found genuine, found a bot's, and texts left there.

    `texts` gives by fingerprint on how many other posts the author left the same text.
    """

    genuine: int = 0
    bot: int = 0
    texts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Together:
    """Whom an author acts together with: how many others, and on how many posts at most with one of them."""

    partners: int
    posts: int


@dataclass(frozen=True, kw_only=True)
class History:
    """What the account's earlier posts teach, never holding the post being judged. Empty means unknown.

    `fingerprints`: how many authors left a text elsewhere, by fingerprint. `author_posts`: on how many earlier posts
    an author was found genuine. `typical_pace`: comments in the busiest two minutes of an ordinary earlier post
    (`pace.busiest`).
    `near`: the same by near mark (`near.marks`). `authors`: what authors did on other posts.
    `together`: authors who act within seconds of others, more often than chance has it (`coengagement.together`).
    """

    fingerprints: Mapping[str, int] = field(default_factory=dict)
    author_posts: Mapping[str, int] = field(default_factory=dict)
    typical_pace: float | None = None
    near: Mapping[int, int] = field(default_factory=dict)
    authors: Mapping[str, AuthorRecord] = field(default_factory=dict)
    together: Mapping[str, Together] = field(default_factory=dict)


NOTHING_KNOWN = History()


@dataclass(frozen=True)
class Scene:
    """All interactions of one post, and the forms of their texts by id."""

    interactions: Sequence[Seen]
    history: History = NOTHING_KNOWN

    @cached_property
    def forms(self) -> dict[int | str, Forms]:
        """The texts of those who wrote something."""
        return {seen.id: seen.forms for seen in self.interactions if seen.kind in WRITTEN and seen.text}

    @cached_property
    def visible(self) -> dict[int | str, str]:
        """What readers see."""
        return {key: one.visible for key, one in self.forms.items()}

    @cached_property
    def words(self) -> dict[int | str, list[str]]:
        """The words of each text, in the form in which texts are compared (`text.words`)."""
        return {key: one.words for key, one in self.forms.items()}

    @cached_property
    def tokens(self) -> dict[int | str, list[str]]:
        """The words and signs of each text (`ngrams.tokens`)."""
        return {key: one.tokens for key, one in self.forms.items()}

    @cached_property
    def runs(self) -> dict[int | str, frozenset[str]]:
        """The pairs of words by which texts are compared that are nearly the same (`near.runs`)."""
        return {key: one.runs for key, one in self.forms.items()}

    @cached_property
    def fingerprints(self) -> dict[int | str, str]:
        """What equal texts share, for texts long enough; also of texts that were purged."""
        kept = {seen.id: seen.fingerprint for seen in self.interactions}
        missing = {key: fingerprint_of(said) for key, said in self.words.items() if not kept[key]}
        return {key: mark for key, mark in (kept | missing).items() if mark}


Findings = dict[int | str, list[Evidence]]
