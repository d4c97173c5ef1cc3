"""The fingerprint of an agreement: both sides can compute it from what they see."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def fingerprint(terms: dict[str, Any]) -> str:
    """Return the SHA-256 of the terms in canonical JSON (sorted keys, no spaces, UTF-8)."""
    canonical = json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
