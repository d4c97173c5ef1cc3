"""The people of the demo, from people.yaml: ten employers, thirty-two freelancers; and those who act beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from apps.common.money import Money

PASSWORD = "tradewind-demo"  # noqa: S105 - the demo's own, printed at every start
FILE = Path(__file__).parent / "people.yaml"


@dataclass(frozen=True, slots=True)
class Work:
    """
    An item of a portfolio, some with a picture: `draws` is a motif of `artworks`, `shows` says what the picture shows.
    """

    title: str
    description: str
    draws: str = ""
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One person and the organization they act for."""

    email: str
    name: str
    organization: str
    kind: str
    country: str
    currency: str
    time_zone: str
    language: str
    headline: str = ""
    bio: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[tuple[str, str], ...] = ()
    rate_minor: int = 0
    works: bool = True
    pitch: str = ""
    portfolio: tuple[Work, ...] = ()

    @property
    def key(self) -> str:
        """The local part of the e-mail address, by which the other files of the demo name the person."""
        return self.email.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Member:
    """A person beside an owner: of the marketplace's staff, or of the employer `of`."""

    email: str
    name: str
    of: str = ""
    language: str = "en"


def _person(row: dict[str, Any], *, works: bool) -> Person:
    country, currency, time_zone = row["home"]
    return Person(
        email=row["email"],
        name=row["name"],
        organization=row.get("organization", row["name"]),
        kind=row["kind"],
        country=country,
        currency=currency,
        time_zone=time_zone,
        language=row["language"],
        headline=row["headline"],
        bio=row["bio"],
        skills=tuple(row.get("skills", ())),
        languages=tuple(row.get("languages", {}).items()),
        rate_minor=Money.of(row["rate"], currency).amount_minor if "rate" in row else 0,
        works=works,
        pitch=row.get("pitch", ""),
        portfolio=tuple(Work(**work) for work in row.get("portfolio", ())),
    )


_DESCRIBED = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
EMPLOYERS = [_person(row, works=False) for row in _DESCRIBED["employers"]]
FREELANCERS = [_person(row, works=True) for row in _DESCRIBED["freelancers"]]
COLLEAGUE = Member("malte@hafenlicht.example", "Malte Petersen", "greta", "de")
STAFF = Member("admin@tradewind.example", "Ines Moderator")
MODERATOR = Member("bo@tradewind.example", "Bo Lindqvist")
EMAILS = [person.email for person in (*EMPLOYERS, *FREELANCERS)] + [COLLEAGUE.email, STAFF.email, MODERATOR.email]

LOGINS = [
    ("greta@hafenlicht.example", "employer in Germany"),
    ("sam@northfork.example", "employer in the United States"),
    ("amara@lagos.example", "freelancer in Nigeria"),
    ("lin@shenzhen.example", "freelancer in China (简体中文)"),
    ("nour@cairo.example", "freelancer in Egypt (العربية)"),
    ("admin@tradewind.example", "staff: moderation and /admin/"),
]
