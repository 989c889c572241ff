"""The content exports that are known, one module each, and which of them a header is."""

from collections.abc import Sequence

from engagement.enums import Platform
from engagement.imports.formats.base import Format
from engagement.imports.formats.meta_facebook import META_FACEBOOK
from engagement.imports.formats.meta_instagram import META_INSTAGRAM
from engagement.imports.formats.tiktok_studio import TIKTOK_STUDIO
from engagement.imports.formats.x_analytics import X_ANALYTICS
from engagement.imports.formats.x_analytics_old import X_ANALYTICS_OLD

__all__ = ["FORMATS", "Format", "any_table", "recognised"]

# The newest of a platform stands first.
FORMATS = (META_INSTAGRAM, META_FACEBOOK, X_ANALYTICS, X_ANALYTICS_OLD, TIKTOK_STUDIO)


def recognised(headers: frozenset[str]) -> Sequence[Format]:
    """Every export that the headers show."""
    return [one for one in FORMATS if one.seen_in(headers)]


def any_table(platform: str) -> Format:
    """A table of posts made by hand or by another program: it may use the headers of any export of its platform."""
    own = [one for one in FORMATS if one.platform == platform]
    columns = {header: field for one in reversed(own) for header, field in one.columns.items()}
    return Format(
        name="",
        title=f"a table of posts on {Platform(platform).label}",
        platform=Platform(platform),
        columns=columns,
        id_in_url=own[0].id_in_url,
        media_id_in_url=own[0].media_id_in_url,
    )
