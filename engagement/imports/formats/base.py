"""What one content export looks like, as data: its telling headers, what its columns mean, where the id stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engagement.enums import Platform


@dataclass(frozen=True, kw_only=True)
class Format:
    """One content export: a row per post, lifetime totals. Headers are in the form in which headers are compared.

    Any one set of `signs` tells the export apart, since columns come and go. `columns` feed our fields; `ignored` are
    known and not read, each with the reason. `fractions` are rates that the export may write as 0.45 for 45 percent.
    """

    name: str
    title: str
    platform: Platform
    columns: Mapping[str, str]
    signs: tuple[frozenset[str], ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)
    fractions: frozenset[str] = frozenset()
    # Addresses that hold the post's id, and addresses that hold that of its media, which is the post's only sometimes.
    id_in_url: re.Pattern[str] | None = None
    media_id_in_url: re.Pattern[str] | None = None

    def seen_in(self, headers: frozenset[str]) -> frozenset[str]:
        """The headers that show this export; empty if it is another."""
        return next((sign for sign in self.signs if sign <= headers), frozenset())


def signs(*sets: str) -> tuple[frozenset[str], ...]:
    """Sets of headers, each written with `|` between."""
    return tuple(frozenset(part.strip() for part in one.split("|")) for one in sets)


def held(pattern: re.Pattern[str] | None, url: str | None) -> str | None:
    """The id that a pattern finds in an address."""
    found = pattern.search(url) if pattern and url else None
    return next((group for group in found.groups() if group), None) if found else None
