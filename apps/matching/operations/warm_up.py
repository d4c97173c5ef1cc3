"""Loads what a web process needs before the first request needs it."""

from __future__ import annotations

import logging
import threading

from django.conf import settings
from django.db import DatabaseError, connections

from apps.skills import queries as skills
from ranking import skill_suggestions

log = logging.getLogger(__name__)


def warm_up() -> threading.Thread | None:
    """
    Load the names that searches look for, then the skill finder, in the background while pages are served; None if
    MATCH_WARM_UP is off.
    """
    if not settings.MATCH_WARM_UP:
        return None
    loading = threading.Thread(target=_load, name="matching-warm-up", daemon=True)
    loading.start()
    return loading


def _load() -> None:
    load_names()
    skill_suggestions.ready()


def load_names() -> None:
    """Build the index of names; without a database the first search builds it."""
    try:
        skills.lexicon()
    except DatabaseError:
        log.warning("The index of names is not built yet: the database does not answer.", exc_info=True)
    finally:
        connections.close_all()  # those of this thread
