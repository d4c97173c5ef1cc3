"""Arithmetic and fingerprints of a contract. No database, no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from apps.common.money import Money


def fingerprint(terms: dict[str, Any]) -> str:
    """SHA-256 of the terms in canonical JSON (sorted keys, no spaces, UTF-8)."""
    canonical = json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def split_held(held: Money, freelancer_share_bps: int) -> tuple[Money, Money]:
    """(freelancer's, employer's) parts of held money; they sum to the whole."""
    freelancer, employer = held.allocate([freelancer_share_bps, 10_000 - freelancer_share_bps])
    return freelancer, employer


def part_of_exchange(exchange: Money, *, whole: Money, part: Money) -> Money:
    """How much of what bears the exchange falls to one milestone, pro rata and rounded down: for showing."""
    return Money(exchange.amount_minor * part.amount_minor // whole.amount_minor, exchange.currency)


def is_finished(statuses: Iterable[str]) -> bool:
    """Nothing left to do, and something was paid."""
    found = set(statuses)
    return found <= {"approved", "cancelled"} and "approved" in found
