"""Notice periods and fingerprints of legal texts. No database, no clock."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

NOTICE = timedelta(days=15)
"""
Between publication and effect of changed terms. Regulation (EU) 2019/1150, article 3 (2): at least 15 days for business
users of a platform.
"""


def fingerprint(title: str, body: str) -> str:
    """Return the SHA-256 of the title, an empty line and the body, as UTF-8, in hexadecimal digits."""
    return hashlib.sha256(f"{title}\n\n{body}".encode()).hexdigest()


def earliest_effect(published_at: datetime, *, is_first: bool, is_accepted: bool) -> datetime:
    """
    Return when a version may take effect at the earliest.

    :param is_first: nothing was in force before.
    :param is_accepted: people have to accept it.
    """
    return published_at if is_first or not is_accepted else published_at + NOTICE
