"""What a web process loads before somebody has to wait for it."""

from __future__ import annotations

import threading

from django.conf import settings

from ranking import skill_suggestions


def warm_up() -> threading.Thread | None:
    """Load in the background what finds skills in texts, while pages are served; None where MATCH_WARM_UP is off."""
    if not settings.MATCH_WARM_UP:
        return None
    loading = threading.Thread(target=skill_suggestions.ready, name="matching-warm-up", daemon=True)
    loading.start()
    return loading
