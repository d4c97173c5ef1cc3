"""Constants of the taxonomy."""

from django.db import models
from django.utils.translation import gettext_lazy as _

CORE, ESCO = "core", "esco"
"""Sources of labels: the product's own names, and those of ESCO."""


class SkillKind(models.TextChoices):
    SKILL = "skill", _("Skill")
    KNOWLEDGE = "knowledge", _("Knowledge")
    OCCUPATION = "occupation", _("Occupation")
    CORE = "core", _("Platform skill")
    GROUP = "group", _("Group of skills")


class RelationKind(models.TextChoices):
    RELATED = "related", _("Related")
    BROADER = "broader", _("Broader")
    ESSENTIAL = "essential", _("Essential for")
    OPTIONAL = "optional", _("Optional for")
