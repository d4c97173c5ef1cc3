"""Texts written by the demo's people, from texts.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

STREET = "Harbour Road"
FILE = Path(__file__).parent / "texts.yaml"
_WRITTEN: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))

Several = dict[str, list[str]]
"""By language, several of each."""
PLANS: Several = _WRITTEN["plans"]
DELIVERIES: Several = _WRITTEN["deliveries"]
STARTS: dict[str, str] = _WRITTEN["starts"]
REPLIES: dict[str, str] = _WRITTEN["replies"]
QUESTIONS: dict[str, str] = _WRITTEN["questions"]
ANSWERS: dict[str, str] = _WRITTEN["answers"]
REVISIONS: dict[str, str] = _WRITTEN["revisions"]
CANCELLATION: str = _WRITTEN["cancellation"]
STOP: str = _WRITTEN["stop"]
CHANGE: str = _WRITTEN["change"]
EXTRA_TITLE: str = _WRITTEN["extra_title"]
LAST_DATE: str = _WRITTEN["last_date"]
TOO_LATE: str = _WRITTEN["too_late"]
APPEAL: str = _WRITTEN["appeal"]
BONUS: str = _WRITTEN["bonus"]
REPORT: str = _WRITTEN["report"]


def pick(texts: Several, language: str, number: int) -> str:
    """One of the texts in that language, English without one; the number decides which."""
    choice = texts.get(language, texts["en"])
    return choice[number % len(choice)]


def say(texts: dict[str, str], language: str) -> str:
    return texts.get(language, texts["en"])


def language_of(texts: dict[str, str], languages: tuple[tuple[str, str], ...], language: str) -> str:
    """That language, if the person speaks it and there is a text in it; else English."""
    return language if language in dict(languages) and language in texts else "en"
