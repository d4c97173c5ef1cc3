"""Makes the text of a notification from its kind and values, in the active language and time zone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.lists import format_list
from django.utils.translation import gettext as _

from apps.bidding.states import DeclineReason
from apps.common import fmt
from apps.common.backoff import pause_after
from apps.common.money import Money
from apps.notifications.catalogue.every_kind import KINDS
from apps.notifications.catalogue.kinds import Group

Value = str | int | dict[str, Any]
TEXT_MAX = 280
# First strong isolate: a name in another script keeps its own direction inside the sentence (Unicode UAX 9).
ISOLATE, END = "\u2068", "\u2069"
# Unicode's bidirectional and other invisible format characters that an e-mail header must not contain.
_UNSEEN = re.compile(
    "[\\u061c\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ufeff\\x00-\\x08\\x0e-\\x1f\\x7f]"
)
CHOICES = {"decline_reason": DeclineReason}
ATTEMPTS_MAX = 8
PAUSE_FIRST = timedelta(seconds=30)
PAUSE_MAX = timedelta(hours=6)
DIGEST_HOUR, DIGEST_WEEKDAY = 8, 1
TIME_TO_ACT = timedelta(hours=2)
"""What ends less than this after the quiet hours is not held either: nobody could act on it in time."""
PUSH_LIFE = timedelta(days=3)
PUSH_URGENCY: dict[str, str] = {
    Group.MESSAGES: "high", Group.TASKS: "low", Group.SEARCHES: "low", Group.REVIEWS: "low",
}  # fmt: skip
"""How urgent push messages of a group are (RFC 8030, 5.3); normal for the others."""


@dataclass(frozen=True)
class Words:
    title: str
    body: str

    @property
    def subject(self) -> str:
        """Return the title for an e-mail header: one line, without invisible characters."""
        return " ".join(_UNSEEN.sub("", self.title).split())[:300]


# Values that subscribers put into `params`.


def money(amount: Money) -> dict[str, Any]:
    return {"money": [amount.amount_minor, amount.currency]}


def moment(value: datetime | None) -> dict[str, Any] | str:
    return {"moment": value.isoformat()} if value else ""


def day(value: date) -> dict[str, str]:
    return {"day": value.isoformat()}


def country(code: str) -> dict[str, Any]:
    """A country by its code; its name is shown in the reader's language."""
    return {"country": code}


def choice(name: str, value: str) -> dict[str, Any]:
    return {"choice": [name, value]}


def names(values: Iterable[str]) -> dict[str, Any]:
    """Several names, shown as a list in the reader's language."""
    return {"names": list(values)}


def text(value: str) -> str:
    """A text written by a user, shortened."""
    squeezed = " ".join(value.split())
    return squeezed if len(squeezed) <= TEXT_MAX else squeezed[: TEXT_MAX - 1] + "…"


def words(kind: str, params: dict[str, Any]) -> Words:
    """Return title and body in the active language. An unknown kind gives a plain sentence that says so."""
    kind_of = KINDS.get(kind)
    if kind_of is None:
        return Words(_("Something happened in your account"), "")
    values = {name: _shown(value) for name, value in params.items()}
    numbers = {name: value for name, value in params.items() if isinstance(value, int)}
    return Words(_filled(kind_of.title, values, numbers), _filled(kind_of.body, values, numbers))


def _filled(template: Any, values: dict[str, str], numbers: dict[str, int]) -> str:
    # Plural forms are chosen by the number, so numbers are not formatted before that.
    return str(template % (_Missing(values) | numbers))


class _Dash(int):
    """Replaces a missing value; it is a number, because a plural may need one."""

    def __str__(self) -> str:
        return "–"


class _Missing(dict[str, Any]):
    """Leaves a value that is missing in an old row empty, instead of failing the whole list."""

    def __missing__(self, name: str) -> _Dash:
        return _Dash(0)

    def __or__(self, other: Any) -> _Missing:  # type: ignore[override]
        return _Missing({**self, **other})


def _shown(value: Value) -> str:
    if isinstance(value, dict):
        if "money" in value:
            amount_minor, currency = value["money"]
            return f"\u2066{fmt.money(Money(amount_minor, currency))}{END}"
        if "moment" in value:
            return fmt.date_time(datetime.fromisoformat(value["moment"]))
        if "day" in value:
            return fmt.day(date.fromisoformat(value["day"]))
        if "country" in value:
            return f"{ISOLATE}{fmt.country_name(value['country'])}{END}"
        if "names" in value:
            return format_list([f"{ISOLATE}{item}{END}" for item in value["names"]], locale=fmt.locale())
        if "choice" in value:
            name, code = value["choice"]
            return str(CHOICES[name](code).label) if code in CHOICES[name].values else code
    if isinstance(value, int):
        return fmt.number(value)
    return f"{ISOLATE}{value}{END}" if value else ""


def quiet_until(now: datetime, zone: str, from_hour: int, to_hour: int) -> datetime | None:
    """The end of a person's quiet hours in UTC; None outside of them. They may go over midnight."""
    local = now.astimezone(ZoneInfo(zone))
    over_midnight = from_hour > to_hour
    if (local.hour - from_hour) % 24 >= (to_hour - from_hour) % 24:
        return None
    day = local.date() + timedelta(days=int(over_midnight and local.hour >= from_hour))
    end = datetime.combine(day, time(to_hour), ZoneInfo(zone)).astimezone(UTC)
    return end if end > now else None  # the clocks may be changed during the quiet hours


def is_urgent(params: dict[str, Any], now: datetime, quiet_end: datetime) -> bool:
    """Whether a moment that a notification names comes before its reader could act on it after the quiet hours."""
    return any(now < moment <= quiet_end + TIME_TO_ACT for moment in _moments(params))


def push_expires_at(params: dict[str, Any], due: datetime) -> datetime:
    """When nobody needs a push message any more: at the first moment it names after it is due, or after three days."""
    return min([moment for moment in _moments(params) if moment > due] + [due + PUSH_LIFE])


def push_topic(route: str, route_args: list[str]) -> str:
    """The same for notifications that lead to the same page: the newer replaces the older (RFC 8030, 5.4)."""
    return hashlib.sha256(f"{route} {route_args}".encode()).hexdigest()[:32]


def _moments(params: dict[str, Any]) -> list[datetime]:
    values = [value["moment"] for value in params.values() if isinstance(value, dict) and "moment" in value]
    return [datetime.fromisoformat(value) for value in values]


def pause_before_next(attempts_made: int) -> timedelta:
    return pause_after(attempts_made, first=PAUSE_FIRST, most=PAUSE_MAX)
