from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common import business_days, fmt


def end_of(zone, *day):
    return datetime(*day, 23, 59, 59, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "days", "country", "zone", "end"),
    [
        # a Friday in Berlin: the weekend does not count
        (datetime(2026, 6, 12, 12, tzinfo=UTC), 3, "DE", "Europe/Berlin", (2026, 6, 17)),
        # a Thursday in Cairo: Friday and Saturday are the weekend
        (datetime(2026, 6, 11, 12, tzinfo=UTC), 3, "EG", "Africa/Cairo", (2026, 6, 16)),
        # Christmas, and the weekend after it
        (datetime(2026, 12, 24, 12, tzinfo=UTC), 1, "DE", "Europe/Berlin", (2026, 12, 28)),
        # New Year's Day in the next year
        (datetime(2026, 12, 31, 12, tzinfo=UTC), 1, "DE", "Europe/Berlin", (2027, 1, 4)),
        # the Spring Festival of 2026 in China, from 15 to 23 February; Saturday 14 is a working day
        (datetime(2026, 2, 13, 4, tzinfo=UTC), 2, "CN", "Asia/Shanghai", (2026, 2, 24)),
        # already Saturday in Shanghai: the day is that of the side which must act
        (datetime(2026, 6, 12, 17, tzinfo=UTC), 1, "CN", "Asia/Shanghai", (2026, 6, 15)),
        # a clock change in the night before
        (datetime(2026, 3, 27, 12, tzinfo=UTC), 1, "DE", "Europe/Berlin", (2026, 3, 30)),
    ],
)
def test_a_deadline_is_the_end_of_a_business_day(start, days, country, zone, end):
    assert business_days.deadline(start, days, country=country, time_zone=zone) == end_of(zone, *end)


countries = st.sampled_from(["DE", "EG", "CN", "NG", "IR", "NP", "AE", "BR", "US", "IN", "XX"])
starts = st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))


@given(starts, st.integers(1, 20), countries)
def test_a_deadline_counts_that_many_business_days(start, days, country):
    end = business_days.deadline(start, days, country=country, time_zone="Asia/Tokyo")
    first, last = (moment.astimezone(ZoneInfo("Asia/Tokyo")).date() for moment in (start, end))
    between = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    counted = sum(business_days.is_business_day(day, country) for day in between)
    assert counted == days and business_days.is_business_day(last, country)
    assert (last - first).days <= 3 * days + business_days.LONGEST_HOLIDAY


@given(starts, countries)
def test_a_moment_moves_to_a_business_day_or_stays(moment, country):
    moved = business_days.no_earlier_than_a_business_day(moment, country=country, time_zone="UTC")
    assert moved >= moment
    assert business_days.is_business_day(moved.date(), country)
    if business_days.is_business_day(moment.date(), country):
        assert moved == moment


def test_every_country_of_an_organization_has_a_calendar():
    codes = {code for code, _name in fmt.countries()}
    assert len(codes) > 200
    assert codes <= set(holidays.list_supported_countries()) | {"XK"}


def test_an_unknown_country_has_the_usual_weekend():
    assert business_days.is_business_day(date(2026, 6, 15), "ZZ")
    assert not business_days.is_business_day(date(2026, 6, 14), "ZZ")
