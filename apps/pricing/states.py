"""The kinds of contract that have their own fees."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContractType(models.TextChoices):
    ANY = "*", _("Any")
    MILESTONES = "milestones", _("Fixed price, in milestones")
