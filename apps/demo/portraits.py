"""Drawn photos and logos of the demo's people: always the same ones, from a few shapes."""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

SIDE = 512
_Color = str


@dataclass(frozen=True, slots=True)
class Face:
    """A person in front of a wall. `hair`: short, long, bun or scarf."""

    wall: _Color
    skin: _Color
    hair_color: _Color
    clothes: _Color
    hair: str


@dataclass(frozen=True, slots=True)
class Logo:
    """Two tones and a shape: waves, field or tiles."""

    ground: _Color
    shape_color: _Color
    shape: str


PICTURES: dict[str, Face | Logo] = {
    "greta@hafenlicht.example": Logo("#0f2f4f", "#f2b84b", "waves"),
    "sam@northfork.example": Logo("#e9f2e1", "#2f7d4f", "field"),
    "amara@lagos.example": Face("#f3d9b1", "#7a4a2b", "#1d1512", "#c2402f", "bun"),
    "lin@shenzhen.example": Logo("#fbe9e7", "#c62828", "tiles"),
    "nour@cairo.example": Face("#dfe9ef", "#c99870", "#2b6c73", "#3a4a5c", "scarf"),
    "diego@bogota.example": Face("#cfe3d4", "#b98159", "#2a1c14", "#22577a", "short"),
    "claire@lyon.example": Face("#f0e4ee", "#e8bd9c", "#8a4b2a", "#5b3a63", "long"),
    "yuki@osaka.example": Face("#e6ecd9", "#e6be98", "#17151a", "#e07a5f", "long"),
    "leila@tunis.example": Face("#fbe8cf", "#c48d63", "#2b1a12", "#1f7a6f", "long"),
    "marek@krakow.example": Face("#dbe2ec", "#edc6a6", "#6b4a2f", "#2f3b52", "short"),
}
"""By e-mail address. The others have the generated mark."""


def draw(picture: Face | Logo, name: str) -> ContentFile[bytes]:
    """The picture as an upload, as its owner would send it."""
    image = Image.new("RGB", (SIDE, SIDE), picture.wall if isinstance(picture, Face) else picture.ground)
    pen = ImageDraw.Draw(image)
    if isinstance(picture, Face):
        _face(pen, picture)
    else:
        _LOGOS[picture.shape](pen, picture)
    box = io.BytesIO()
    image.save(box, "PNG")
    return ContentFile(box.getvalue(), name=name)


def _face(pen: ImageDraw.ImageDraw, face: Face) -> None:
    if face.hair == "long":
        pen.rounded_rectangle((136, 110, 376, 420), 120, fill=face.hair_color)
    if face.hair == "scarf":
        pen.ellipse((128, 78, 384, 400), fill=face.hair_color)
    if face.hair == "bun":
        pen.ellipse((206, 40, 306, 140), fill=face.hair_color)
    pen.ellipse((70, 370, 442, 760), fill=face.clothes)
    pen.rounded_rectangle((216, 300, 296, 420), 40, fill=face.skin)
    if face.hair == "scarf":
        pen.ellipse((150, 320, 362, 470), fill=face.hair_color)
    else:
        pen.ellipse((150, 86, 362, 330), fill=face.hair_color)
    pen.ellipse((168, 118, 344, 348), fill=face.skin)
    if face.hair != "scarf":
        pen.chord((160, 92, 352, 300), 190, 350, fill=face.hair_color)
    for x in (218, 294):
        pen.ellipse((x - 9, 226, x + 9, 244), fill="#20181a")
    pen.arc((222, 240, 290, 304), 30, 150, fill="#7d3b34", width=7)


def _waves(pen: ImageDraw.ImageDraw, logo: Logo) -> None:
    pen.ellipse((176, 96, 336, 256), fill=logo.shape_color)
    for y in (270, 330, 390):
        for x in range(-40, SIDE, 120):
            pen.arc((x, y, x + 120, y + 60), 180, 360, fill="#ffffff", width=16)


def _field(pen: ImageDraw.ImageDraw, logo: Logo) -> None:
    for x in (96, 176, 256, 336, 416):
        pen.polygon([(256, 210), (x - 26, 430), (x + 26, 430)], fill=logo.shape_color)
    pen.ellipse((196, 80, 316, 200), fill="#e0a526")


def _tiles(pen: ImageDraw.ImageDraw, logo: Logo) -> None:
    for row in range(3):
        for column in range(3):
            if (row, column) != (1, 1):
                left, top = 112 + column * 100, 112 + row * 100
                pen.rounded_rectangle((left, top, left + 84, top + 84), 18, fill=logo.shape_color)


_LOGOS = {"waves": _waves, "field": _field, "tiles": _tiles}
