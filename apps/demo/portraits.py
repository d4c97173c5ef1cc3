"""Drawn photos and logos of the demo's people: always the same ones, from a few shapes."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

SIDE = 512
_Color = str
_Pen = ImageDraw.ImageDraw


@dataclass(frozen=True, slots=True)
class Face:
    """
    A person in front of a wall.

    :param hair: short, long, bob, bun, curls, none or scarf. :param extra: glasses, beard, moustache or nothing.
    """

    wall: _Color
    skin: _Color
    hair_color: _Color
    clothes: _Color
    hair: str
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """Two tones and a shape."""

    ground: _Color
    shape_color: _Color
    shape: str


PICTURES: dict[str, Face | Logo] = {
    "greta@hafenlicht.example": Logo("#0f2f4f", "#f2b84b", "waves"),
    "sam@northfork.example": Logo("#e9f2e1", "#2f7d4f", "field"),
    "margaux@canal.example": Logo("#f7ead9", "#b5452c", "book"),
    "khalid@alwaha.example": Logo("#e2f1f0", "#16736c", "drop"),
    "meiling@nanyangtea.example": Logo("#22402f", "#d9c089", "leaf"),
    "lucia@valleverde.example": Logo("#f4f0d8", "#6b7f2a", "leaf"),
    "oliver@fernhill.example": Logo("#efe7f0", "#4b3b63", "vane"),
    "bram@tweewiel.example": Logo("#fff1dc", "#c4541c", "wheels"),
    "hannah@arvenhof.example": Logo("#dfeaf2", "#2b4a63", "peaks"),
    "aisha@simuschool.example": Logo("#ffe9a8", "#1c4f82", "speech"),
    "amara@lagos.example": Face("#f3d9b1", "#7a4a2b", "#1d1512", "#c2402f", "bun"),
    "lin@shenzhen.example": Logo("#fbe9e7", "#c62828", "tiles"),
    "nour@cairo.example": Face("#dfe9ef", "#c99870", "#2b6c73", "#3a4a5c", "scarf"),
    "diego@bogota.example": Face("#cfe3d4", "#b98159", "#2a1c14", "#22577a", "short", "beard"),
    "claire@lyon.example": Face("#f0e4ee", "#e8bd9c", "#8a4b2a", "#5b3a63", "long"),
    "priya@pune.example": Logo("#1f3350", "#f0a35e", "bars"),
    "yuki@osaka.example": Face("#e6ecd9", "#e6be98", "#17151a", "#e07a5f", "bob"),
    "tom@leeds.example": Logo("#e8edf4", "#8c2f39", "speech"),
    "leila@tunis.example": Face("#fbe8cf", "#c48d63", "#2b1a12", "#1f7a6f", "curls"),
    "marek@krakow.example": Face("#dbe2ec", "#edc6a6", "#6b4a2f", "#2f3b52", "short", "glasses"),
    "sofia@porto.example": Face("#d8e8ea", "#d9a77f", "#4a2c1c", "#a8443a", "long", "glasses"),
    "thiago@recife.example": Face("#fdebc8", "#8f5a38", "#1a120d", "#2f7d4f", "curls", "beard"),
    "thandi@joburg.example": Face("#e4dcef", "#5f3a24", "#14100e", "#e0a526", "none"),
    "wanjiru@nairobi.example": Face("#d6ebe2", "#6b4128", "#1a1310", "#5b3a63", "curls"),
    "youssef@casablanca.example": Face("#efe3d3", "#bd8a62", "#1f1713", "#3a4a5c", "short", "moustache"),
    "mariana@cdmx.example": Logo("#fbe0d6", "#7a2f4b", "tiles"),
    "minhanh@danang.example": Face("#dcebd9", "#e3b78e", "#15131a", "#22577a", "bob", "glasses"),
    "putri@bandung.example": Face("#fde3e1", "#c8946a", "#7a4f8a", "#2b6c73", "scarf"),
    "raza@lahore.example": Logo("#14333a", "#8fd0c2", "bars"),
    "olena@lviv.example": Face("#dfe7f5", "#f0cdb0", "#b98a4a", "#a8443a", "bun"),
    "elif@izmir.example": Face("#e8efe0", "#dcae88", "#3a221a", "#8a4b2a", "long"),
    "maya@amman.example": Face("#f6ebd4", "#cf9f78", "#2b1c16", "#16736c", "curls", "glasses"),
    "liam@hobart.example": Face("#dfe6e0", "#eec3a2", "#a5582d", "#46603a", "short", "beard"),
    "zhao@hangzhou.example": Logo("#e6eef8", "#1e4f8f", "peaks"),
    "giulia@torino.example": Face("#efe6dc", "#e5b792", "#5a3320", "#20303c", "bob"),
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


def _face(pen: _Pen, face: Face) -> None:
    if face.hair in _BEHIND:
        _BEHIND[face.hair](pen, face.hair_color)
    pen.ellipse((70, 370, 442, 760), fill=face.clothes)
    pen.rounded_rectangle((216, 300, 296, 420), 40, fill=face.skin)
    if face.hair == "scarf":
        pen.ellipse((150, 320, 362, 470), fill=face.hair_color)
    elif face.hair != "none":
        pen.ellipse((150, 86, 362, 330), fill=face.hair_color)
    pen.ellipse((168, 118, 344, 348), fill=face.skin)
    if face.hair == "none":
        for x in (158, 334):
            pen.ellipse((x, 218, x + 22, 262), fill=face.skin)
    if face.extra == "beard":
        pen.chord((168, 150, 344, 352), 15, 165, fill=face.hair_color)
        pen.rounded_rectangle((214, 258, 298, 300), 20, fill=face.skin)
    if face.hair not in ("scarf", "none"):
        pen.chord((160, 92, 352, 300), 190, 350, fill=face.hair_color)
    for x in (218, 294):
        pen.ellipse((x - 9, 226, x + 9, 244), fill="#20181a")
    pen.arc((222, 240, 290, 304), 30, 150, fill="#7d3b34", width=7)
    if face.extra == "moustache":
        pen.chord((216, 262, 296, 300), 180, 360, fill=face.hair_color)
    if face.extra == "glasses":
        for x in (218, 294):
            pen.ellipse((x - 29, 206, x + 29, 264), outline="#2a2a30", width=6)
        pen.line((247, 232, 265, 232), fill="#2a2a30", width=6)


def _long(pen: _Pen, color: _Color) -> None:
    pen.rounded_rectangle((136, 110, 376, 420), 120, fill=color)


def _bob(pen: _Pen, color: _Color) -> None:
    pen.rounded_rectangle((138, 90, 374, 336), 90, fill=color)


def _scarf(pen: _Pen, color: _Color) -> None:
    pen.ellipse((128, 78, 384, 400), fill=color)


def _bun(pen: _Pen, color: _Color) -> None:
    pen.ellipse((206, 40, 306, 140), fill=color)


def _curls(pen: _Pen, color: _Color) -> None:
    for x, y in (
        (120, 170),
        (132, 110),
        (176, 66),
        (232, 52),
        (288, 66),
        (330, 110),
        (342, 170),
        (124, 226),
        (338, 226),
    ):
        pen.ellipse((x - 6, y - 6, x + 62, y + 62), fill=color)


_BEHIND: dict[str, Callable[[_Pen, _Color], None]] = {
    "long": _long, "bob": _bob, "scarf": _scarf, "bun": _bun, "curls": _curls
}  # fmt: skip


def _waves(pen: _Pen, logo: Logo) -> None:
    pen.ellipse((176, 96, 336, 256), fill=logo.shape_color)
    for y in (270, 330, 390):
        for x in range(-40, SIDE, 120):
            pen.arc((x, y, x + 120, y + 60), 180, 360, fill="#ffffff", width=16)


def _field(pen: _Pen, logo: Logo) -> None:
    for x in (96, 176, 256, 336, 416):
        pen.polygon([(256, 210), (x - 26, 430), (x + 26, 430)], fill=logo.shape_color)
    pen.ellipse((196, 80, 316, 200), fill="#e0a526")


def _tiles(pen: _Pen, logo: Logo) -> None:
    for row in range(3):
        for column in range(3):
            if (row, column) != (1, 1):
                left, top = 112 + column * 100, 112 + row * 100
                pen.rounded_rectangle((left, top, left + 84, top + 84), 18, fill=logo.shape_color)


def _book(pen: _Pen, logo: Logo) -> None:
    pen.polygon([(256, 180), (96, 140), (96, 350), (256, 390)], fill=logo.shape_color)
    pen.polygon([(256, 180), (416, 140), (416, 350), (256, 390)], fill="#2b4a63")
    for y in (212, 252, 292):
        pen.line((126, y - 26, 226, y), fill=logo.ground, width=10)
        pen.line((286, y, 386, y - 26), fill=logo.ground, width=10)


def _drop(pen: _Pen, logo: Logo) -> None:
    pen.ellipse((146, 200, 366, 420), fill=logo.shape_color)
    pen.polygon([(256, 80), (160, 260), (352, 260)], fill=logo.shape_color)
    pen.arc((190, 250, 320, 380), 20, 110, fill=logo.ground, width=18)


def _leaf(pen: _Pen, logo: Logo) -> None:
    along = [step / 20 for step in range(21)]
    bulge = [110 * math.sin(math.pi * part) for part in along]
    upper = [
        (130 + 250 * part - 0.7 * out, 390 - 270 * part - 0.7 * out) for part, out in zip(along, bulge, strict=True)
    ]
    lower = [
        (130 + 250 * part + 0.7 * out, 390 - 270 * part + 0.7 * out) for part, out in zip(along, bulge, strict=True)
    ]
    pen.polygon([*upper, *reversed(lower)], fill=logo.shape_color)
    pen.line((96, 426, 350, 152), fill=logo.ground, width=12)
    for x, y in ((196, 318), (246, 264), (292, 214)):
        pen.line((x, y, x + 56, y + 6), fill=logo.ground, width=8)
        pen.line((x, y, x - 6, y - 56), fill=logo.ground, width=8)


def _vane(pen: _Pen, logo: Logo) -> None:
    pen.rounded_rectangle((246, 120, 266, 430), 8, fill=logo.shape_color)
    pen.polygon([(110, 190), (370, 172), (370, 208)], fill=logo.shape_color)
    pen.polygon([(340, 140), (430, 110), (400, 190), (430, 270), (340, 240)], fill="#c9913d")
    pen.chord((166, 380, 346, 500), 180, 360, fill=logo.shape_color)


def _wheels(pen: _Pen, logo: Logo) -> None:
    for x in (90, 274):
        pen.ellipse((x, 210, x + 150, 360), outline=logo.shape_color, width=18)
    pen.line([(165, 285), (220, 190), (320, 190), (349, 285)], fill="#2b3a42", width=16, joint="curve")
    pen.line([(165, 285), (256, 285), (320, 190)], fill="#2b3a42", width=16, joint="curve")
    pen.line((196, 172, 244, 172), fill=logo.shape_color, width=16)


def _peaks(pen: _Pen, logo: Logo) -> None:
    pen.ellipse((320, 96, 400, 176), fill="#e7b24a")
    pen.polygon([(60, 400), (206, 150), (300, 310), (350, 240), (452, 400)], fill=logo.shape_color)
    pen.polygon([(206, 150), (166, 218), (196, 208), (214, 226), (242, 212)], fill="#ffffff")


def _speech(pen: _Pen, logo: Logo) -> None:
    pen.rounded_rectangle((92, 120, 420, 340), 56, fill=logo.shape_color)
    pen.polygon([(150, 320), (150, 420), (240, 330)], fill=logo.shape_color)
    for x in (164, 236, 308):
        pen.ellipse((x, 208, x + 44, 252), fill=logo.ground)


def _bars(pen: _Pen, logo: Logo) -> None:
    for x, top in ((110, 300), (190, 240), (270, 270), (350, 150)):
        pen.rounded_rectangle((x, top, x + 56, 410), 12, fill=logo.shape_color)
    pen.line([(138, 250), (218, 190), (298, 216), (378, 100)], fill="#ffffff", width=12, joint="curve")


_LOGOS: dict[str, Callable[[_Pen, Logo], None]] = {
    "waves": _waves, "field": _field, "tiles": _tiles, "book": _book, "drop": _drop, "leaf": _leaf, "vane": _vane,
    "wheels": _wheels, "peaks": _peaks, "speech": _speech, "bars": _bars,
}  # fmt: skip
