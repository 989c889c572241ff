"""Accounts, posts, what was measured of them, who was seen there, what was spent and what was pushed."""

from engagement.models.accounts import SocialAccount
from engagement.models.attempts import PublishAttempt, RefusedPayload
from engagement.models.budgets import BilledRead, Budget, Spending
from engagement.models.calibrations import Calibration
from engagement.models.interactions import Decision, ErasedAuthor, ErasureReceipt, Interaction, NearMark
from engagement.models.posts import (
    Hashtag,
    Measured,
    MetricSnapshot,
    SocialMediaPost,
)
from engagement.models.webhooks import WebhookDelivery

__all__ = [
    "BilledRead",
    "Budget",
    "Calibration",
    "Decision",
    "ErasedAuthor",
    "ErasureReceipt",
    "Hashtag",
    "Interaction",
    "Measured",
    "MetricSnapshot",
    "NearMark",
    "PublishAttempt",
    "RefusedPayload",
    "SocialAccount",
    "SocialMediaPost",
    "Spending",
    "WebhookDelivery",
]
