"""Matching (`matching`), and the copy of everybody that it asks (`shelf`)."""

from apps.matching.operations.matching import (
    match_organization,
    match_task,
    refresh_pending,
    request_match,
    set_weights,
)
from apps.matching.operations.shelf import rebuild_shelf, refresh_shelf, shelf

__all__ = [
    "match_organization",
    "match_task",
    "rebuild_shelf",
    "refresh_pending",
    "refresh_shelf",
    "request_match",
    "set_weights",
    "shelf",
]
