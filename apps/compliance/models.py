from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.compliance import rules


class SanctionLevel(models.TextChoices):
    NONE = "none", _("None")
    RESTRICTED = "restricted", _("Restricted")
    BLOCKED = "blocked", _("Blocked")


class Rail(models.TextChoices):
    """The payout rail to a country."""

    CONNECT = "connect", _("Connected account")
    GLOBAL_PAYOUTS = "global_payouts", _("International bank payout")
    SANDBOX = "sandbox", _("Sandbox")
    UNSUPPORTED = rules.NO_RAIL, _("Not reachable")


class Country(models.Model):
    """A country that the marketplace serves; a country without a row is not served (never guessed)."""

    code = models.CharField(primary_key=True, max_length=2)
    sanction_level = models.CharField(max_length=10, choices=SanctionLevel, default=SanctionLevel.NONE)
    payout_currencies = models.JSONField(default=list)
    source = models.CharField(max_length=300)
    effective_from = models.DateField()

    @property
    def is_blocked(self) -> bool:
        return self.sanction_level == SanctionLevel.BLOCKED


class Corridor(models.Model):
    """
    Whether money may be sent from one country to another, by which rail, from which date, and the source of the rule.
    "*" is any country.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payer_country = models.CharField(max_length=2)
    payee_country = models.CharField(max_length=2)
    is_open = models.BooleanField()
    rail = models.CharField(max_length=20, choices=Rail)
    reason_code = models.CharField(max_length=40, blank=True, default="")
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    source_url = models.URLField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payer_country", "payee_country", "effective_from"], name="compliance_corridor_once"
            ),
            models.CheckConstraint(
                condition=models.Q(effective_to=None) | models.Q(effective_to__gt=models.F("effective_from")),
                name="compliance_corridor_dates",
            ),
            models.CheckConstraint(
                condition=models.Q(is_open=True) | ~models.Q(reason_code=""),
                name="compliance_corridor_refusal_has_reason",
            ),
        ]


class Withholding(models.Model):
    """Tax that the payer's or payee's country requires the platform to withhold, in basis points of the gross."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payer_country = models.CharField(max_length=2)
    payee_country = models.CharField(max_length=2)
    rate_bps = models.PositiveIntegerField()
    jurisdiction = models.CharField(max_length=2)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    source_url = models.URLField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payer_country", "payee_country", "effective_from"], name="compliance_withholding_once"
            ),
            models.CheckConstraint(condition=models.Q(rate_bps__lte=10_000), name="compliance_withholding_share"),
        ]
