"""Sizes and addresses of pictures of people and companies."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

from apps.files.pictures import Square

# A list shows twenty of the middle size and the header one of the smallest: 40 kB at most. The largest is on a profile.
SQUARES = {"small": Square(48, 900), "medium": Square(96, 1_900), "large": Square(256, 9_000)}
"""By name; twice the pixels of the place where a page shows it."""
FOLDER = "/pictures/"
MARKS = 50
"""How many different generated marks there are: ten hues with five shapes each (static/css/components/person.css)."""


def digest(organization_id: UUID, content: bytes) -> str:
    """Names one picture of one organization: the same photo of another organization has another address."""
    return sha256(organization_id.bytes + content).hexdigest()[:32]


def address(digest: str, size: str = "medium") -> str:
    """The path of a picture, valid as long as the picture is: browsers may keep it for a year."""
    return f"{FOLDER}{digest}-{SQUARES[size].side}.webp"


def mark(seed: Any) -> tuple[int, int]:
    """The hue and the shape of the generated mark, always the same for the same id or name."""
    number = int.from_bytes(sha256(str(seed).encode()).digest()[:4], "big") % MARKS
    return number % 10, number // 10
