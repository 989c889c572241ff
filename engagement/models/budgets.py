"""How many calls, posts and dollars an account or app may spend, and what was spent. Shared by all workers."""

from django.db import models
from django.db.models import Q

from acd.constraints import legal
from engagement.enums import Platform
from engagement.models.accounts import SocialAccount


class Budget(models.Model):
    """What may be spent of one thing in any `seconds`. Without an account it is the whole app's.

    `amount` and what is spent are whole numbers of `unit`; money is in micro-dollars. `source` and `stated_on` say
    where the amount comes from: a document, or the platform's own headers.
    """

    platform = models.CharField(max_length=10, choices=Platform.choices)
    account = models.ForeignKey(SocialAccount, models.CASCADE, null=True, blank=True, related_name="budgets")
    name = models.CharField(max_length=60, help_text="What is counted, such as an endpoint.")
    unit = models.CharField(max_length=20, default="requests")
    amount = models.PositiveBigIntegerField(null=True, blank=True, help_text="Empty: counted, not limited.")
    seconds = models.PositiveIntegerField()
    source = models.CharField(max_length=200, blank=True)
    stated_on = models.DateField(null=True, blank=True)
    resets_at = models.DateTimeField(null=True, blank=True, help_text="When the platform's own window begins anew.")
    closed_until = models.DateTimeField(null=True, blank=True, help_text="Nothing is called before this moment.")
    reason = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True, blank=True, help_text="When the platform last told what is left.")

    class Meta:
        ordering = ("platform", "account", "name")
        constraints = (
            models.UniqueConstraint(fields=["account", "name"], name="budget_once_per_account"),
            models.UniqueConstraint(
                fields=["platform", "name"], name="budget_once_per_app", condition=Q(account__isnull=True)
            ),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="budget_has_a_window"),
            legal("budget", "platform", Platform),
        )

    def __str__(self) -> str:
        return f"{self.get_platform_display()}: {self.name}"


class Spending(models.Model):
    """What was spent of a budget within one slot of its window."""

    budget = models.ForeignKey(Budget, models.CASCADE, db_index=False, related_name="spendings")
    slot_at = models.DateTimeField()
    amount = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["budget", "slot_at"], name="spending_once_per_slot"),)

    def __str__(self) -> str:
        return f"{self.amount} at {self.slot_at:%Y-%m-%d %H:%M} UTC"


class BilledRead(models.Model):
    """A thing that was paid for on a day: X charges a resource once a day (UTC), however often it is read."""

    budget = models.ForeignKey(Budget, models.CASCADE, db_index=False, related_name="billed_reads")
    day = models.DateField()
    resource = models.CharField(max_length=64, help_text="Keyed hash of its kind and id.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["budget", "day", "resource"], name="billed_once_per_day"),)

    def __str__(self) -> str:
        return f"{self.day}"
