"""Converts rows of a track's files to the ranker's types; a wrong value is reported with its place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apps.demo.tracks import files
from apps.demo.tracks.files import TrackUnreadable
from ranking.tracks import Brief, Past, Person, Track


def read(folder: Path) -> Track:
    """
    Return the track in a folder.

    :raises TrackUnreadable: if a file is missing or a row is not as described.
    """
    people = files.rows(folder, "freelancers")
    tasks = files.rows(folder, "tasks")
    past = files.rows(folder, "past_tasks", is_required=False)
    meta = files.meta(folder)
    return Track(
        people=[_parsed(folder, "freelancers", row, _person) for row in people],
        tasks=[_parsed(folder, "tasks", row, _brief) for row in tasks],
        past=[_parsed(folder, "past_tasks", row, _brief) for row in past],
        excludes_same_language=meta.get("exclude_same_language") is True,
    )


def _parsed(folder: Path, name: str, row: dict[str, Any], make: Any) -> Any:
    try:
        return make(row)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TrackUnreadable(f"{folder.name}/{name}: {row['id']} is not as described ({error!r})") from error


def _person(row: dict[str, Any]) -> Person:
    skills = row.get("skills") or {}
    counted = skills.items() if isinstance(skills, Mapping) else [(label, 1) for label in skills]
    return Person(
        id=row["id"],
        language=_text(row, "lang") or None,
        title=_text(row, "title"),
        skills={str(label): float(count) for label, count in counted},
        text=_text(row, "text"),
        history=[
            Past(
                task=str(item["task"]),
                score=_number(item.get("score") or 0),
                accepted=bool(item.get("accepted")),
                at=_number(item["t"]),
            )
            for item in row.get("history") or []
        ],
    )


def _brief(row: dict[str, Any]) -> Brief:
    return Brief(
        id=row["id"],
        language=_text(row, "lang") or None,
        title=_text(row, "title"),
        skills=[str(label) for label in row.get("skills") or []],
        text=_text(row, "text"),
        at=None if row.get("t") is None else _number(row["t"]),
    )


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a text")
    return value


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is not a number")
    return number
