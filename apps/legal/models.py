from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.common.models import BaseModel


class LegalKind(models.TextChoices):
    TERMS = "terms", _("Terms of use")
    PRIVACY = "privacy", _("Privacy policy")
    IMPRINT = "imprint", _("Legal notice")
    CONTACT = "contact", _("Contact")


ACCEPTED_KINDS = (LegalKind.TERMS, LegalKind.PRIVACY)
"""What people accept when they create an account, and again when a new version takes effect."""


class LegalVersion(BaseModel):
    """
    A version of one of the operator's legal texts. Append-only: a published version never changes (a trigger refuses
    UPDATE and DELETE).
    """

    kind = models.CharField(max_length=10, choices=LegalKind)
    number = models.PositiveIntegerField()
    effective_at = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """None if a command of the operator published it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="legal_version_once"),
            models.CheckConstraint(condition=models.Q(kind__in=LegalKind.values), name="legal_version_kind_known"),
            models.CheckConstraint(
                condition=models.Q(effective_at__gte=models.F("published_at")), name="legal_version_not_backdated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("legal:version", args=[self.kind, self.number])


class LegalText(BaseModel):
    """A version in one language. English is always there; it is shown where a language is missing."""

    version = models.ForeignKey(LegalVersion, on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=140)
    changes = models.TextField(max_length=2000, blank=True, default="")
    """What is new, in short."""
    body = models.TextField(max_length=200_000)
    """Markdown."""
    sha256 = models.CharField(max_length=64)
    """Of title, an empty line and body, as UTF-8."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="legal_text_once")]

    def __str__(self) -> str:
        return self.title


class Consent(BaseModel):
    """That a person accepted a version, in which language and with which words. Append-only, as the versions."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    text = models.ForeignKey(LegalText, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(LegalVersion, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="legal_consent_once")]
