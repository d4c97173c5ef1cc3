from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.working_hours import WorkingHours, common_hours

BERLIN, LAGOS, KOLKATA, LOS_ANGELES = "Europe/Berlin", "Africa/Lagos", "Asia/Kolkata", "America/Los_Angeles"
WINTER = datetime(2026, 12, 1, 12, tzinfo=UTC)


def said(own, other, now=WINTER):
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in common_hours(own, other, now)]


@pytest.mark.parametrize(
    ("own", "other", "hours"),
    [
        (WorkingHours(BERLIN), WorkingHours(LAGOS), ["09:00-18:00"]),
        (WorkingHours(BERLIN), WorkingHours(KOLKATA), ["09:00-13:30"]),
        (WorkingHours(KOLKATA), WorkingHours(BERLIN), ["13:30-18:00"]),
        (WorkingHours(BERLIN), WorkingHours(LOS_ANGELES), []),
        (WorkingHours(BERLIN, 9, 24), WorkingHours(LOS_ANGELES), ["18:00-00:00"]),
        (WorkingHours(BERLIN, 22, 6), WorkingHours(LOS_ANGELES), ["22:00-03:00"]),
        (WorkingHours(BERLIN, 0, 24), WorkingHours("Asia/Tokyo"), ["01:00-10:00"]),
        (WorkingHours(BERLIN, 0, 24), WorkingHours("Asia/Tokyo", 6, 15), ["00:00-07:00", "22:00-00:00"]),
    ],
)
def test_hours_in_common(own, other, hours):
    assert said(own, other) == hours


def test_summer_time_of_one_side_moves_the_hours():
    april = datetime(2026, 4, 1, 12, tzinfo=UTC)
    assert said(WorkingHours(LAGOS), WorkingHours(BERLIN), april) == ["09:00-17:00"]


zones = st.sampled_from([BERLIN, LAGOS, KOLKATA, LOS_ANGELES, "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Niue"])
hours = st.builds(WorkingHours, zones, st.integers(0, 23), st.integers(1, 24))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@given(hours, hours, moments)
def test_both_are_at_work_in_every_part(own, other, now):
    parts = common_hours(own, other, now)
    assert len(parts) <= 2
    for start, end in parts:
        assert start < end
        middle = start + (end - start) / 2
        for side in (own, other):
            day = middle.astimezone(ZoneInfo(side.time_zone)).date()
            windows = [side.on(day - timedelta(days=back)) for back in (0, 1)]
            assert any(from_ <= middle <= to for from_, to in windows)
