"""Choices of people and organizations."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganizationKind(models.TextChoices):
    INDIVIDUAL = "individual", _("Individual")
    TEAM = "team", _("Team")
    AGENCY = "agency", _("Agency")
    COMPANY = "company", _("Company")
    INSTITUTION = "institution", _("Institution")


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    FINANCE = "finance", _("Finance")
    MEMBER = "member", _("Member")
    VIEWER = "viewer", _("Viewer")


class StaffRole(models.TextChoices):
    """The roles of the marketplace's staff; a person may have several."""

    MODERATOR = "moderator", _("Moderator")
    FINANCE = "finance", _("Finance")
    SUPPORT = "support", _("Support")
    ADMINISTRATOR = "administrator", _("Administrator")


class KeyScope(models.TextChoices):
    """The scopes of an API key."""

    READ = "read", _("Read")
    MESSAGES = "messages", _("Write messages")
    WORK = "work", _("Post tasks, bid and deliver")
    MONEY = "money", _("Pay, approve and withdraw")


class Availability(models.TextChoices):
    OPEN = "open", pgettext_lazy("for work", "Available now")
    PARTLY = "partly", _("Available part of the week")
    BUSY = "busy", _("Not taking new work")


class SkillLevel(models.IntegerChoices):
    BASIC = 1, _("Basic")
    WORKING = 2, _("Working knowledge")
    ADVANCED = 3, _("Advanced")
    EXPERT = 4, _("Expert")


class LanguageLevel(models.TextChoices):
    """Levels of the Common European Framework of Reference, in everyday groups."""

    BASIC = "basic", _("Basic")
    CONVERSATIONAL = "conversational", _("Conversational")
    FLUENT = "fluent", _("Fluent")
    NATIVE = "native", _("Native")
