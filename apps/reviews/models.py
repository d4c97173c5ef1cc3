from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel
from apps.contracts.models import Contract


def _stars() -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])


class Review(BaseModel):
    """
    One party's review of the other. Visible only to its author until it is published: when both sides have written, or
    when the time for writing is over.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="reviews")
    author = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="reviews_written")
    subject = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="reviews_received")
    author_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    quality = _stars()
    communication = _stars()
    skill = _stars()
    text = models.TextField(max_length=3000, blank=True, default="")
    source_language = models.CharField(max_length=10, default="en")
    submitted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    reply = models.TextField(max_length=2000, blank=True, default="")
    reply_language = models.CharField(max_length=10, blank=True, default="")
    replied_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "author"], name="reviews_review_once"),
            models.CheckConstraint(condition=~models.Q(author=models.F("subject")), name="reviews_review_not_oneself"),
            models.CheckConstraint(
                condition=models.Q(quality__range=(1, 5), communication__range=(1, 5), skill__range=(1, 5)),
                name="reviews_review_stars",
            ),
            models.CheckConstraint(
                condition=models.Q(replied_at=None) | models.Q(published_at__isnull=False),
                name="reviews_review_reply_after_publication",
            ),
        ]
        indexes = [models.Index(fields=["subject", "-published_at"], name="reviews_review_of_subject")]
