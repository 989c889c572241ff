"""Rules of a token's life, what renewing it takes on each platform and when that is due; and when numbers have settled.

Pure: no rows, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engagement.enums import Flavour, Platform

# Days before access ends at which staff are told, nearest first.
WARNING_DAYS = (1, 7, 14)

# A token is renewed when a third of its life is left: of two hours, eight runs of the schedule; of sixty days, twenty.
LEAD_SHARE = 3
LEAST_LEAD = timedelta(minutes=10)
MOST_LEAD = timedelta(days=20)


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """What it takes to renew a token by a program.

    `app` names the operator's app in `PLATFORM_APPS`, if one is needed. `after_end`: whether a token that has ended can
    still be renewed. Younger than `least_age` it cannot.
    """

    app: str = ""
    needs_refresh_token: bool = False
    after_end: bool = False
    least_age: timedelta = timedelta(0)

    def is_too_young(self, since: datetime, now: datetime) -> bool:
        """Whether a token that is ours since then has to grow older first."""
        return now < since + self.least_age


# Where a platform and programme have no row, a person has to connect the account again.
RENEWALS: Mapping[tuple[str, str], Renewal] = {
    # "Must be at least 24 hours old and not expired"; the token itself is all it takes (Refresh Access Token, 2026).
    (Platform.INSTAGRAM, Flavour.STANDARD): Renewal(least_age=timedelta(hours=24)),
    # A long-lived token is exchanged for another one while it lives; those of Pages have no end at all.
    (Platform.INSTAGRAM, Flavour.FACEBOOK_LOGIN): Renewal(app="instagram_facebook_login"),
    (Platform.FACEBOOK, Flavour.STANDARD): Renewal(app="facebook"),
    # OAuth 2.0 with refresh tokens that are good for one use.
    (Platform.TWITTER, Flavour.STANDARD): Renewal(app="twitter", needs_refresh_token=True, after_end=True),
    (Platform.TIKTOK, Flavour.STANDARD): Renewal(app="tiktok", needs_refresh_token=True, after_end=True),
    (Platform.TIKTOK, Flavour.BUSINESS): Renewal(app="tiktok_business", needs_refresh_token=True, after_end=True),
}


def lead(life: timedelta) -> timedelta:
    """How long before its end a token that lives so long is renewed."""
    return min(max(life / LEAD_SHARE, LEAST_LEAD), MOST_LEAD)


def is_due(ends_at: datetime, *, since: datetime, now: datetime) -> bool:
    """Whether a token that is ours since then should be renewed by now."""
    return ends_at - now <= lead(ends_at - since)


def is_settled(published_at: datetime | None, observed_at: datetime | None, *, hours: float) -> bool:
    """Whether the newest numbers of a post were observed so long after it went out that insights have settled."""
    if published_at is None or observed_at is None:
        return False
    return observed_at - published_at >= timedelta(hours=hours)
