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


class HiringFact(models.TextChoices):
    """What tasks are filtered by of their employer's record."""

    HIRED = "hired", _("Has hired here")
    PAID = "paid", _("Has paid here")
    ON_TIME = "on_time", _("Approves on time")


class Region(models.TextChoices):
    """Groups of countries to look for people in; a country may be in several."""

    EU = "eu", _("European Union")
    EUROPE = "europe", _("Europe")
    NORTH_AMERICA = "north-america", _("North America")
    LATIN_AMERICA = "latin-america", _("Latin America and the Caribbean")
    AFRICA = "africa", _("Africa")
    MIDDLE_EAST = "middle-east", _("Middle East and North Africa")
    CENTRAL_ASIA = "central-asia", _("Caucasus and Central Asia")
    SOUTH_ASIA = "south-asia", _("South Asia")
    EAST_ASIA = "east-asia", _("East and South-East Asia")
    OCEANIA = "oceania", _("Oceania")


_EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
_NORTH_AFRICA = "DZ EG LY MA SD TN EH"
_COUNTRIES = {
    Region.EU: _EU,
    Region.EUROPE: f"{_EU} AL AD BA BY CH FO GB GG GI IM IS JE LI MC MD ME MK NO RS RU SM UA VA XK AX SJ",
    Region.NORTH_AMERICA: "US CA MX GL BM PM",
    Region.LATIN_AMERICA: "MX GT BZ HN SV NI CR PA CO VE EC PE BO BR PY UY AR CL GY SR GF FK CU DO HT JM PR BS BB TT "
    "LC VC GD DM AG KN AI AW BQ CW KY GP MQ MS SX TC VG VI BL MF",
    Region.AFRICA: f"{_NORTH_AFRICA} AO BJ BW BF BI CV CM CF TD KM CG CD CI DJ GQ ER SZ ET GA GM GH GN GW KE LS LR MG "
    "MW ML MR MU YT MZ NA NE NG RE RW SH ST SN SC SL SO ZA SS TZ TG UG ZM ZW",
    Region.MIDDLE_EAST: f"{_NORTH_AFRICA} BH IQ IR IL JO KW LB OM PS QA SA SY TR AE YE",
    Region.CENTRAL_ASIA: "AM AZ GE KZ KG TJ TM UZ",
    Region.SOUTH_ASIA: "AF BD BT IN LK MV NP PK",
    Region.EAST_ASIA: "CN HK MO TW JP KR KP MN BN KH ID LA MY MM PH SG TH TL VN",
    Region.OCEANIA: "AU NZ PG FJ SB VU NC PF WS TO KI TV NR FM MH PW CK NU TK WF AS GU MP NF PN",
}


def countries_of(region: str) -> list[str]:
    """Return the ISO codes of a region's countries; none for an unknown region."""
    return _COUNTRIES[Region(region)].split() if region in Region.values else []


class LanguageLevel(models.TextChoices):
    """Levels of the Common European Framework of Reference, in everyday groups."""

    BASIC = "basic", _("Basic")
    CONVERSATIONAL = "conversational", _("Conversational")
    FLUENT = "fluent", _("Fluent")
    NATIVE = "native", _("Native")
