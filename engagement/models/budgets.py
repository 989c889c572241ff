"""How many calls, posts and dollars an account or app may spend, and what was spent. Shared by all workers."""

from django.db import models
from django.db.models import Q

from acd.constraints import legal
from engagement.enums import Origin, Platform
from engagement.models.accounts import SocialAccount
from engagement.querysets import BudgetQuerySet


class Budget(models.Model):
    """What may be spent of one thing in any `seconds`. Without an account it is the whole app's.

    `amount` and what is spent are whole numbers of `unit`; money is in micro-dollars and counts by the day (UTC). The
    amount is a document's until the platform's own headers say another; what staff set stays.
    """

    platform = models.CharField(max_length=10, choices=Platform.choices)
    account = models.ForeignKey(SocialAccount, models.CASCADE, null=True, blank=True, related_name="budgets")
    name = models.CharField(max_length=60, help_text="What is counted, such as calls of one endpoint.")
    unit = models.CharField(max_length=20, default="requests")
    amount = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="In units; money in micro-dollars (1,000,000 is a dollar). Empty: only counted.",
    )
    seconds = models.PositiveIntegerField(help_text="Length of the window.")
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.DOCUMENT)
    source = models.CharField(max_length=200, blank=True)
    stated_on = models.DateField(null=True, blank=True)
    resets_at = models.DateTimeField(null=True, blank=True, help_text="When the platform's own window begins anew.")
    closed_until = models.DateTimeField(null=True, blank=True, help_text="Nothing is called before this moment.")
    slow_until = models.DateTimeField(null=True, blank=True, help_text="No sync is called before this moment.")
    reason = models.TextField(blank=True, help_text="Why it was closed last.")
    strikes = models.PositiveSmallIntegerField(
        default=0, help_text="How often in a row a limit was met, or no answer came."
    )
    usage = models.FloatField(null=True, blank=True, help_text="Percent used, where the platform reports only that.")
    reported_at = models.DateTimeField(null=True, blank=True, help_text="When the platform last told what is left.")

    objects = BudgetQuerySet.as_manager()

    class Meta:
        ordering = ("platform", "account", "name")
        constraints = (
            models.UniqueConstraint(fields=["account", "name"], name="budget_once_per_account"),
            models.UniqueConstraint(
                fields=["platform", "name"], name="budget_once_per_app", condition=Q(account__isnull=True)
            ),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="budget_has_a_window"),
            legal("budget", "platform", Platform),
            legal("budget", "origin", Origin),
        )

    def __str__(self) -> str:
        return f"{self.get_platform_display()}: {self.name}"


class Spending(models.Model):
    """What was spent of a budget within one slot of its window; it counts against the budget until `counts_until`."""

    budget = models.ForeignKey(Budget, models.CASCADE, db_index=False, related_name="spendings")
    slot_at = models.DateTimeField()
    counts_until = models.DateTimeField()
    amount = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["budget", "slot_at"], name="spending_once_per_slot"),)
        indexes = (
            models.Index(fields=["budget", "counts_until"], name="spending_counting"),
            models.Index(fields=["slot_at"], name="spending_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.amount} at {self.slot_at:%Y-%m-%d %H:%M} UTC"


class BilledRead(models.Model):
    """A thing that was paid for on a day: X charges a resource once a day (UTC), however often it is read."""

    budget = models.ForeignKey(Budget, models.CASCADE, db_index=False, related_name="billed_reads")
    day = models.DateField()
    resource = models.CharField(max_length=64, help_text="Keyed hash of its kind and id.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["budget", "day", "resource"], name="billed_once_per_day"),)
        indexes = (models.Index(fields=["day"], name="billed_by_age"),)

    def __str__(self) -> str:
        return f"{self.day}"
