"""The fingerprint of an agreement or a record: everybody who sees it can compute it."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def fingerprint(values: dict[str, Any]) -> str:
    """Return the SHA-256 of plain values in canonical JSON (sorted keys, no spaces, UTF-8)."""
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
