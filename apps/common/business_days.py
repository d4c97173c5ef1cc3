"""
Business days of a country: deadlines for people count only days on which people there work.

Weekends and public holidays, with working Saturdays as in China, come from the `holidays` package. Holidays of single
states or provinces are not counted, because an organization says only its country.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

SATURDAY = 5
LONGEST_HOLIDAY = 21
"""No deadline is further away than this and three calendar days for each business day."""


def deadline(start: datetime, days: int, *, country: str, time_zone: str) -> datetime:
    """
    Return the last moment of the last of so many business days after the day of `start`.

    Days are those of the side that must act: three business days from a Friday noon in Berlin end on Wednesday at
    23:59:59 in Berlin; in Cairo, from a Thursday, on Tuesday.

    :param days: at least 1.
    :param country: ISO 3166 code of the side that must act.
    :param time_zone: its IANA zone.
    """
    zone = ZoneInfo(time_zone)
    first = start.astimezone(zone).date()
    day, left = first, days
    while left and (day - first).days < 3 * days + LONGEST_HOLIDAY:
        day += timedelta(days=1)
        left -= is_business_day(day, country)
    return _end_of(day, zone)


def no_earlier_than_a_business_day(moment: datetime, *, country: str, time_zone: str) -> datetime:
    """Return the moment itself if it is on a business day, else the end of the next one."""
    zone = ZoneInfo(time_zone)
    day = moment.astimezone(zone).date()
    if is_business_day(day, country):
        return moment
    return deadline(moment, 1, country=country, time_zone=time_zone)


def is_business_day(day: date, country: str) -> bool:
    return day in _business_days(country, day.year)


@lru_cache(maxsize=1_000)
def _business_days(country: str, year: int) -> frozenset[date]:
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    days = [first + timedelta(days=number) for number in range((after - first).days)]
    try:
        calendar = holidays.country_holidays(country, years=year)
    except NotImplementedError:  # the package has every country of ISO 3166, but not codes that are only reserved
        return frozenset(day for day in days if day.weekday() < SATURDAY)
    return frozenset(day for day in days if calendar.is_working_day(day))


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59, 59), zone)
