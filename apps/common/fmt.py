"""
Format numbers, money and times for users, with CLDR data from Babel, in the active language.

Amounts have the ISO code, never only "$", and Latin digits in every language. Templates wrap them in `<bdi dir="ltr">`
so that right-to-left text does not reorder them.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, numbers
from django.db.models import Choices
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.common import currencies, errors
from apps.common.money import Money

_NUMBERING = "latn"
NUMBER_MAX = 10**12  # major units; in minor units of any currency this fits a column, with room for sums
NUMBER_CHARACTERS_MAX = 60


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(translation.to_locale(language))


def locale() -> Locale:
    return _locale(translation.get_language() or "en")


def money(amount: Money) -> str:
    """1,250.00 USD"""
    digits = currencies.exponent(amount.currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    figure = numbers.format_decimal(amount.as_decimal(), format=pattern, locale=locale(), numbering_system=_NUMBERING)
    return f"{figure}\u00a0{amount.currency}"


def number(value: int | Decimal) -> str:
    return numbers.format_decimal(value, locale=locale(), numbering_system=_NUMBERING)


def percent_bps(basis_points: int) -> str:
    """1000 -> 10%, 250 -> 2.5%"""
    return numbers.format_percent(
        Decimal(basis_points) / 10_000, format="#,##0.##%", locale=locale(), numbering_system=_NUMBERING
    )


def rate(value: Decimal) -> str:
    return numbers.format_decimal(value, format="#,##0.######", locale=locale(), numbering_system=_NUMBERING)


def _latin_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)


def _zone(zone: str | None) -> ZoneInfo:
    return ZoneInfo(zone) if zone else ZoneInfo(str(timezone.get_current_timezone()))


def date_time(moment: datetime, zone: str | None = None) -> str:
    """28 Nov 2026, 18:00 in the given zone, else in the reader's time zone."""
    local = moment.astimezone(_zone(zone))
    pattern = str(dates.get_datetime_format("medium", locale=locale())).replace("'", "")
    written = pattern.replace("{1}", dates.format_date(local, "medium", locale=locale()))
    return _latin_digits(written.replace("{0}", clock(moment, zone)))


def clock(moment: datetime, zone: str | None = None) -> str:
    """18:05, or 6:05 PM in languages that use it."""
    local = moment.astimezone(_zone(zone))
    return _latin_digits(dates.format_time(local, "short", tzinfo=local.tzinfo, locale=locale()))


def day(value: date) -> str:
    """Nov 30, 2026; of a moment the day in the reader's zone."""
    if isinstance(value, datetime):
        value = value.astimezone(_zone(None)).date()
    return _latin_digits(dates.format_date(value, "medium", locale=locale()))


def month(value: date) -> str:
    """November 2026, for any day of the month."""
    return _latin_digits(dates.format_skeleton("yMMMM", value, locale=locale()))


def zone_name(zone: str | None = None, moment: datetime | None = None) -> str:
    """Berlin (UTC+01:00)"""
    tz = _zone(zone)
    local = (moment or timezone.now()).astimezone(tz)
    city = dates.get_timezone_location(tz, locale=locale(), return_city=True)
    return _latin_digits(f"{city} ({dates.get_timezone_gmt(local, locale=Locale('en')).replace('GMT', 'UTC')})")


def relative(moment: datetime, now: datetime | None = None) -> str:
    """
    in 3 days, 2 hours ago. Rounded down and in exact units: 11 days are "11 days", not "2 weeks", because users rely on
    it for deadlines.
    """
    delta = moment - (now or timezone.now())
    seconds = abs(delta.total_seconds())
    if delta <= timedelta(0) and seconds < JUST_NOW_SECONDS:
        return _("just now")
    unit, size = next(((unit, size) for unit, size, least in _UNITS if seconds >= size * least), _UNITS[-1][:2])
    whole = timedelta(seconds=seconds // size * size) * (-1 if delta < timedelta(0) else 1)
    # No value reaches the threshold, so the given unit is used.
    return _latin_digits(
        dates.format_timedelta(whole, granularity=unit, threshold=10**12, add_direction=True, locale=locale())
    )


JUST_NOW_SECONDS = 10
_UNITS: tuple[tuple[Literal["year", "month", "week", "day", "hour", "minute", "second"], int, int], ...] = (
    ("year", 365 * 86_400, 2), ("month", 30 * 86_400, 2), ("week", 7 * 86_400, 2), ("day", 86_400, 1),
    ("hour", 3600, 1), ("minute", 60, 1), ("second", 1, 0),
)  # fmt: skip
"""(unit, its seconds, the smallest number displayed). Larger units for small numbers would round deadlines."""


def duration(value: timedelta) -> str:
    return _latin_digits(dates.format_timedelta(value, locale=locale(), threshold=1.1))


def language_name(code: str) -> str:
    """The name of a language, in the reader's language."""
    try:
        return str(Locale.parse(translation.to_locale(code)).get_display_name(locale()) or code)
    except (ValueError, LookupError, UnknownLocaleError):
        return code


def country_name(code: str) -> str:
    return str(locale().territories.get(code, code))


def currency_name(code: str) -> str:
    return numbers.get_currency_name(code, locale=locale())


class Country(str):
    """An ISO 3166 code in a domain error: displayed as the country's name."""


def countries() -> list[tuple[str, str]]:
    """(code, name in the reader's language), sorted by name."""
    names = locale().territories
    pairs = [(code, name) for code, name in names.items() if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRY]
    return sorted(pairs, key=lambda pair: pair[1])


_NO_COUNTRY = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
"""Groups, and codes that ISO 3166-1 reserves for parts of countries: not valid on invoices or for banks."""


class NotANumber(ValueError):
    """The text is not a number in the reader's format."""


class NumberTooLarge(NotANumber):
    """The number is larger than any amount allowed here."""


def parse_decimal(text: str) -> Decimal:
    """
    Parse a number as users type it: digits of any script, the reader's own separators.

    :raises NotANumber: if it is ambiguous or not a number.
    :raises NumberTooLarge: if its absolute value is above NUMBER_MAX, or it is too long.
    """
    if len(text) > NUMBER_CHARACTERS_MAX:
        raise NumberTooLarge(text[:NUMBER_CHARACTERS_MAX])
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u066b", ".").replace("\u066c", "")
    plain = _latin_digits(plain).replace("\u200f", "").replace("\u200e", "")
    group = numbers.get_group_symbol(locale(), numbering_system=_NUMBERING)
    point = numbers.get_decimal_symbol(locale(), numbering_system=_NUMBERING)
    plain = re.sub(r"[\s'\u2019]", "", plain)
    if group.strip():
        # If the comma groups thousands, "1,5" would silently become 15: refuse it instead of guessing.
        if re.search(rf"{re.escape(group)}(?!\d{{3}}(?!\d))", plain):
            raise NotANumber(text)
        plain = plain.replace(group, "")
    plain = plain.replace(point, ".")
    if not re.fullmatch(r"-?\d+(\.\d+)?", plain):
        raise NotANumber(text)
    try:
        value = Decimal(plain)
    except InvalidOperation as error:
        raise NotANumber(text) from error
    if abs(value) > NUMBER_MAX:
        raise NumberTooLarge(text)
    return value


def plain_decimal(value: Decimal) -> str:
    """For an input: the reader's decimal separator, without grouping, so that it can be parsed again."""
    return numbers.format_decimal(
        value, format="0.####", locale=locale(), numbering_system=_NUMBERING, group_separator=False
    )


# The first match is correct: other browsers also contain Safari or Chrome, and Android contains Linux.
_BROWSERS = (
    ("MicroMessenger/", "WeChat"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("Edg/", "Edge"), ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"), ("HuaweiBrowser/", "Huawei Browser"), ("MiuiBrowser/", "Mi Browser"),
    ("UCBrowser/", "UC Browser"), ("YaBrowser/", "Yandex Browser"), ("Vivaldi/", "Vivaldi"), ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Version/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("OpenHarmony", "HarmonyOS"), ("HarmonyOS", "HarmonyOS"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(user_agent: str) -> str:
    """The browser and system of a User-Agent header, for example `Firefox on Android`."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


errors.in_words.register(Money, money)
errors.in_words.register(datetime, date_time)
errors.in_words.register(date, day)
errors.in_words.register(Country, country_name)
errors.in_words.register(Choices, lambda choice: choice.label)
errors.in_words.register(list, lambda values: ", ".join(str(errors.in_words(value)) for value in values) or "-")
