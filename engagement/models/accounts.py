"""Accounts of personas on platforms, with their sealed tokens."""

from django.db import models
from django.utils import timezone

from acd.constraints import legal
from engagement.enums import AccountState, Flavour, Platform
from engagement.fields import EncryptedTextField
from engagement.querysets import SocialAccountQuerySet
from gator.studio.models import Persona


class SocialAccount(models.Model):
    """A persona's account on one platform, with its sealed tokens."""

    persona = models.ForeignKey(Persona, models.PROTECT, related_name="accounts")
    platform = models.CharField(max_length=10, choices=Platform.choices)
    flavour = models.CharField(
        max_length=20,
        choices=Flavour.choices,
        default=Flavour.STANDARD,
        help_text="The platform's programme it was connected through.",
    )
    platform_user_id = models.CharField(max_length=100)
    handle = models.CharField(max_length=100, blank=True)
    comment_user_id = models.CharField(
        max_length=200,
        blank=True,
        help_text="How comments name the account, where that is not by the id above (TikTok). Learned from a comment.",
    )
    access_token = EncryptedTextField(blank=True, default="")
    refresh_token = EncryptedTextField(blank=True, default="")
    scopes = models.JSONField(default=list, blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True, help_text="When the refresh token ends.")
    refresh_claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    token_refreshed_at = models.DateTimeField(null=True, blank=True, editable=False)
    auth_failures = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Refusals of the token in a row; one alone may be the platform's fault."
    )
    state = models.CharField(max_length=10, choices=AccountState.choices, default=AccountState.ACTIVE)
    followers = models.PositiveBigIntegerField(null=True, blank=True)
    facts_at = models.DateTimeField(null=True, blank=True, help_text="When followers and audience were last read.")
    audience = models.JSONField(default=dict, blank=True, help_text="People by group, only in groups of at least ten.")
    refused_metrics = models.JSONField(
        default=dict, blank=True, help_text="Metrics the platform refused, by place and name, with the day."
    )
    notice = models.TextField(blank=True, help_text="What the platform does otherwise than expected.")
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    # Nothing is called before this moment: the platform closed the window.
    throttled_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SocialAccountQuerySet.as_manager()

    class Meta:
        ordering = ("platform", "handle", "id")
        constraints = (
            models.UniqueConstraint(fields=["platform", "platform_user_id"], name="socialaccount_once_per_platform"),
            legal("socialaccount", "platform", Platform),
            legal("socialaccount", "state", AccountState),
            legal("socialaccount", "flavour", Flavour),
        )

    def __str__(self) -> str:
        return f"{self.get_platform_display()} @{self.handle or self.platform_user_id}"

    @property
    def has_token(self) -> bool:
        """Whether an access token is set; the token itself is never shown."""
        return bool(self.access_token)
