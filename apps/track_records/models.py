from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.accounts.models import Organization
from apps.common.models import BaseModel

_PARTS = (
    ("deliveries_on_time", "deliveries"),
    ("repeat_clients", "clients"),
    ("tasks_hired", "tasks_decided"),
    ("approvals_on_time", "approvals"),
)


class TrackRecord(BaseModel):
    """
    What an organization has done here, counted from what happened. A job counts again when something new happens, and
    once a day; organizations without a row have done nothing yet.
    """

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="track_record")
    due_at = models.DateTimeField()
    """From when it is to be counted again."""
    counted_at = models.DateTimeField(null=True, blank=True)

    # As a freelancer.
    contracts_completed = models.PositiveIntegerField(default=0)
    deliveries = models.PositiveIntegerField(default=0)
    deliveries_on_time = models.PositiveIntegerField(default=0)
    clients = models.PositiveIntegerField(default=0)
    repeat_clients = models.PositiveIntegerField(default=0)
    is_payout_account_checked = models.BooleanField(default=False)

    # As an employer.
    tasks_posted = models.PositiveIntegerField(default=0)
    tasks_decided = models.PositiveIntegerField(default=0)
    tasks_hired = models.PositiveIntegerField(default=0)
    decisions = models.PositiveIntegerField(default=0)
    decision_minutes = models.PositiveIntegerField(null=True, blank=True)
    """The median from the end of bidding to the offer."""
    paid_reference_minor = models.PositiveBigIntegerField(default=0)
    """What it has paid to freelancers, in minor units of `rules.REFERENCE_CURRENCY`."""
    approvals = models.PositiveIntegerField(default=0)
    approvals_on_time = models.PositiveIntegerField(default=0)

    # As either.
    answers = models.PositiveIntegerField(default=0)
    answer_minutes = models.PositiveIntegerField(null=True, blank=True)
    """The median from the first message of somebody to the first answer."""
    stars = ArrayField(models.PositiveIntegerField(), size=5, default=list)
    """How many reviews have one star, two stars, and so on."""
    rating_tenths = models.PositiveSmallIntegerField(null=True, blank=True)
    """The mean of the stars, times ten, rounded; null without reviews."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(**{f"{part}__lte": models.F(whole)}), name=f"track_records_{part}_of_whole"
            )
            for part, whole in _PARTS
        ]
        indexes = [
            models.Index(fields=["due_at"], name="track_records_due"),
            models.Index(fields=["rating_tenths", "organization"], name="track_records_rating"),
            models.Index(
                fields=["organization"],
                condition=models.Q(is_payout_account_checked=True),
                name="track_records_checked",
            ),
        ]
