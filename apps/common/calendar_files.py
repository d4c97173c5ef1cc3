"""Calendar files (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """
    A moment in a calendar.

    :param uid: the same as long as it is the same deadline, so that a calendar moves it when its date changes.
    :param url: the absolute URL of its page.
    """

    uid: str
    title: str
    at: datetime
    url: str


def calendar_file(name: str, entries: Iterable[CalendarEntry], *, now: datetime, product: str) -> bytes:
    """Return the entries as a calendar; programs that subscribe to it are asked to read it again every hour."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{product}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("name", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now)
        event.add("dtstart", entry.at)
        event.add("dtend", entry.at)
        event.add("summary", entry.title)
        event.add("url", entry.url)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
