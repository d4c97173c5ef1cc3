"""The hours at which people in different time zones work at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Daily hours in an IANA zone. `to_hour` 24 is midnight; hours that end before they start go past midnight."""

    time_zone: str
    from_hour: int = 9
    to_hour: int = 18

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Return the beginning and the end of the hours that begin on this day."""
        ends_next_day = self.to_hour == 24 or self.to_hour <= self.from_hour
        return self._at(day, self.from_hour), self._at(day + DAY if ends_next_day else day, self.to_hour % 24)

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), ZoneInfo(self.time_zone))


def common_hours(own: WorkingHours, other: WorkingHours, now: datetime) -> list[tuple[datetime, datetime]]:
    """
    Return when both work, within the working day of `own` that begins on its current date. At most two parts.

    The moments are in the zone of `own`.
    """
    zone = ZoneInfo(own.time_zone)
    day = now.astimezone(zone).date()
    return [(start.astimezone(zone), end.astimezone(zone)) for start, end in _parts(own, other, day)]


def hours_together(own: WorkingHours, other: WorkingHours, now: datetime) -> float:
    """Return how many hours both work at the same time, on the same day as `common_hours`."""
    return sum((end - start).total_seconds() for start, end in common_hours(own, other, now)) / 3600


def _parts(own: WorkingHours, other: WorkingHours, day: date) -> Iterator[tuple[datetime, datetime]]:
    own_start, own_end = (moment.astimezone(ZoneInfo("UTC")) for moment in own.on(day))
    for offset in (-2, -1, 0, 1, 2):
        start, end = (moment.astimezone(ZoneInfo("UTC")) for moment in other.on(day + offset * DAY))
        start, end = max(start, own_start), min(end, own_end)
        if start < end:
            yield start, end
