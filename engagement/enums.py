"""Vocabularies of accounts, posts and interactions. A leaf: it imports nothing of ours."""

from django.db import models


class Platform(models.TextChoices):
    """The four platforms; the stored word is lower case, the label is the platform's own name."""

    INSTAGRAM = "instagram", "Instagram"
    FACEBOOK = "facebook", "Facebook"
    TWITTER = "twitter", "X"
    TIKTOK = "tiktok", "TikTok"


class Flavour(models.TextChoices):
    """Which of a platform's programmes an account was connected through. Most platforms have one."""

    STANDARD = "standard", "Standard"
    # Instagram with Facebook Login: the same endpoints on another host, with a Page's token.
    FACEBOOK_LOGIN = "facebook_login", "Facebook Login"
    # TikTok API for Business: its own host, token and envelope; comments, reach and watch time.
    BUSINESS = "business", "Business"


class AccountState(models.TextChoices):
    """Whether Gator can act for an account."""

    ACTIVE = "active", "Active"
    EXPIRING = "expiring", "Expiring"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"
    PAUSED = "paused", "Paused"


class PostStatus(models.TextChoices):
    """The life of a post on its platform."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHING = "publishing", "Publishing"
    PUBLISHED = "published", "Published"
    # The platform's answer never arrived: the post may or may not be live, and is never sent again blindly.
    UNKNOWN = "unknown", "Unknown"
    FAILED = "failed", "Failed"
    DELETED = "deleted", "Deleted"


class Freshness(models.TextChoices):
    """How far the numbers of a post can be trusted to be today's."""

    FRESH = "fresh", "Fresh"
    LATE = "late", "Late"
    # The last read failed, or the platform did not show the post: the numbers are those of the last good read.
    STALE = "stale", "Stale"
    # Too old to be read any more, or gone: the numbers are the last there will be.
    FINAL = "final", "Final"
    NEVER = "never", "Never read"


class AttemptOutcome(models.TextChoices):
    """How one attempt to publish ended. An attempt that is still `started` after its claim ran out has died."""

    STARTED = "started", "Started"
    # The platform accepted it and still works on it.
    PENDING = "pending", "Pending"
    LIVE = "live", "Live"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Unknown"
    DIED = "died", "Process died"


class SyncStatus(models.TextChoices):
    """How the last attempt to read a post's numbers ended."""

    NEVER = "never", "Never synced"
    OK = "ok", "OK"
    FAILED = "failed", "Failed"


class InteractionKind(models.TextChoices):
    """What a visible person did with a post."""

    COMMENT = "comment", "Comment"
    REPLY = "reply", "Reply"
    LIKE = "like", "Like"
    SHARE = "share", "Share"


class Verdict(models.TextChoices):
    """Who stands behind an interaction."""

    GENUINE = "genuine", "Genuine"
    BOT = "bot", "Bot"
    PERSONA = "persona", "AI persona"
    # Between the cut-offs: counted by its probability, and for people to look at.
    UNSURE = "unsure", "Not sure"


class FilterState(models.TextChoices):
    """Whether a post's engagement went through the filter. Nothing learns from an unfiltered post."""

    UNFILTERED = "unfiltered", "Unfiltered"
    FILTERED = "filtered", "Filtered"
    # Nothing of the post can be seen one by one, so its genuine part is estimated from its account's history.
    UNOBSERVED = "unobserved", "Nothing observable"


class Basis(models.TextChoices):
    """What an engagement rate is a share of. Rates of different bases are never compared."""

    REACH = "reach", "Reach"
    VIEWS = "views", "Views"
    FOLLOWERS = "followers", "Followers"
    # No denominator is known: the rate stays NULL and patterns use the log of the count.
    COUNT = "count", "Count"


class MetricSource(models.TextChoices):
    """How a snapshot's numbers reached us."""

    API = "api", "Platform API"
    IMPORT = "import", "Imported file"
    PUSH = "push", "Pushed by another program"


class DeliveryState(models.TextChoices):
    """What became of something a platform pushed."""

    RECEIVED = "received", "Received"
    DONE = "done", "Done"
    IGNORED = "ignored", "Nothing to do"
    # Gator does not know this event: it is kept for somebody to look at.
    UNKNOWN = "unknown", "Unknown event"
    FAILED = "failed", "Failed"


class Purpose(models.TextChoices):
    """What a call is for. Publishing keeps a reserve of every budget over syncing."""

    PUBLISH = "publish", "Publishing"
    SYNC = "sync", "Syncing"


class Origin(models.TextChoices):
    """Who said how much a budget holds. A later word of the same or a weightier origin replaces an earlier one."""

    DOCUMENT = "document", "Documented"
    PLATFORM = "platform", "Reported by the platform"
    STAFF = "staff", "Set by staff"
