"""Loads what a web process needs before the first request needs it."""

from __future__ import annotations

import threading

from django.conf import settings

from ranking import skill_suggestions


def warm_up() -> threading.Thread | None:
    """Load the skill finder in the background while pages are served; None if MATCH_WARM_UP is off."""
    if not settings.MATCH_WARM_UP:
        return None
    loading = threading.Thread(target=skill_suggestions.ready, name="matching-warm-up", daemon=True)
    loading.start()
    return loading
