"""What the avatar of a person or company is made of."""

from __future__ import annotations

from typing import Any

from django import template

from apps.accounts import pictures
from apps.common import text

register = template.Library()


@register.filter
def picture_address(digest: str, size: str = "") -> str:
    """The address of a picture for an avatar of this size ("small", "large", else the usual one)."""
    return pictures.address(digest, size if size in pictures.SQUARES else "medium")


@register.filter
def mark(owner: Any, name: str = "") -> str:
    """The classes of the generated mark: the same for the same owner everywhere, by id or else by name."""
    hue, shape = pictures.mark(getattr(owner, "id", None) or name)
    return f"mark hue-{hue} shape-{shape}"


@register.filter
def initials(name: str) -> str:
    return text.initials(name)
