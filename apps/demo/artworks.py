"""Drawn pictures for the portfolios of the demo's people: ten motifs in a few palettes, always the same ones."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from zlib import crc32

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 480
Palette = tuple[str, str, str, str]
"""Ground, paper, main colour, accent."""
PALETTES: list[Palette] = [
    ("#e9eef2", "#ffffff", "#22577a", "#f2b84b"),
    ("#f4ece1", "#fffaf2", "#8a4b2a", "#2b6c73"),
    ("#e6efe6", "#ffffff", "#2f7d4f", "#e07a5f"),
    ("#efe7f0", "#ffffff", "#5b3a63", "#e0a526"),
    ("#20303c", "#f6f3ec", "#c2402f", "#9cc5a1"),
    ("#f7e8dc", "#ffffff", "#3a4a5c", "#d1603d"),
]
Pen = ImageDraw.ImageDraw


def draw(motif: str, title: str) -> ContentFile[bytes]:
    """The picture as an upload. The title decides on colours and details."""
    seed = crc32(title.encode())
    palette = PALETTES[seed % len(PALETTES)]
    image = Image.new("RGB", (WIDTH, HEIGHT), palette[0])
    MOTIFS[motif](ImageDraw.Draw(image), palette, seed)
    box = io.BytesIO()
    image.save(box, "PNG")
    return ContentFile(box.getvalue(), name=f"{motif}.png")


def _numbers(seed: int, count: int, low: int, high: int) -> list[int]:
    """Numbers between low and high that look accidental and are always the same."""
    return [low + (seed >> (number * 3) ^ number * 2654435761 + seed) % (high - low + 1) for number in range(count)]


def _lines(pen: Pen, left: int, top: int, widths: list[int], color: str, gap: int = 22, height: int = 10) -> None:
    for number, width in enumerate(widths):
        y = top + number * gap
        pen.rounded_rectangle((left, y, left + width, y + height), height // 2, fill=color)


def _page(pen: Pen, colors: Palette, seed: int) -> None:
    ground, paper, main, accent = colors
    pen.rounded_rectangle((60, 50, 580, 440), 14, fill=paper)
    pen.rounded_rectangle((60, 50, 580, 84), 14, fill=main)
    for number in range(3):
        pen.ellipse((78 + number * 22, 61, 90 + number * 22, 73), fill=paper)
    pen.rounded_rectangle((84, 106, 360, 260), 8, fill=accent)
    pen.ellipse((250, 130, 310, 190), fill=paper)
    pen.polygon([(84, 260), (170, 170), (230, 225), (280, 190), (360, 260)], fill=main)
    _lines(pen, 384, 112, _numbers(seed, 6, 90, 170), ground)
    for number in range(3):
        left = 84 + number * 164
        pen.rounded_rectangle((left, 284, left + 144, 376), 8, fill=ground)
        pen.rounded_rectangle((left, 388, left + 60 + number * 24, 400), 6, fill=main if number else accent)


def _phone(pen: Pen, colors: Palette, seed: int) -> None:
    ground, paper, main, accent = colors
    pen.ellipse((90, 20, 550, 480), fill=accent)
    pen.rounded_rectangle((218, 26, 422, 462), 30, fill="#1d2430")
    pen.rounded_rectangle((228, 44, 412, 444), 18, fill=paper)
    pen.rounded_rectangle((228, 44, 412, 110), 18, fill=main)
    for number, width in enumerate(_numbers(seed, 5, 60, 110)):
        top = 126 + number * 54
        pen.rounded_rectangle((240, top, 400, top + 44), 10, fill=ground)
        pen.ellipse((250, top + 10, 274, top + 34), fill=accent if number == seed % 5 else main)
        pen.rounded_rectangle((284, top + 17, 284 + width, top + 27), 5, fill=main)
    pen.rounded_rectangle((250, 402, 390, 432), 15, fill=main)


def _chart(pen: Pen, colors: Palette, seed: int) -> None:
    ground, paper, main, accent = colors
    pen.rounded_rectangle((50, 46, 590, 434), 14, fill=paper)
    for number in range(4):
        left = 74 + number * 126
        pen.rounded_rectangle((left, 68, left + 110, 124), 8, fill=ground)
        pen.rounded_rectangle((left + 12, 86, left + 56, 104), 6, fill=accent if number == seed % 4 else main)
    heights = _numbers(seed, 9, 50, 190)
    for number, height in enumerate(heights):
        left = 84 + number * 55
        pen.rounded_rectangle((left, 404 - height, left + 34, 404), 6, fill=ground)
    points = [(101 + number * 55, 390 - (height * 3 + number * 90) // 6) for number, height in enumerate(heights)]
    pen.line(points, fill=main, width=6, joint="curve")
    for x, y in points:
        pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=accent)
    pen.line((74, 405, 572, 405), fill=main, width=3)


def _poster(pen: Pen, colors: Palette, seed: int) -> None:
    _ground, paper, main, accent = colors
    pen.rectangle((180, 30, 460, 450), fill=paper)
    sun = 230 + seed % 120
    pen.ellipse((sun, 70, sun + 110, 180), fill=accent)
    for number, color in enumerate((main, accent, main)):
        base = 270 + number * 50
        wave = [(180 + x, base + 28 * math.sin((x + seed % 97 + number * 70) / 52)) for x in range(0, 281, 4)]
        pen.polygon([*wave, (460, base + 62), (180, base + 62)], fill=color)
    pen.rectangle((180, 408, 460, 450), fill=paper)
    _lines(pen, 200, 416, [150, 90], main, gap=16, height=8)


def _text(pen: Pen, colors: Palette, seed: int) -> None:
    ground, paper, main, accent = colors
    for left in (70, 330):
        pen.rectangle((left, 50, left + 240, 430), fill=paper)
    pen.rounded_rectangle((90, 76, 250, 94), 8, fill=main)
    _lines(pen, 90, 116, _numbers(seed, 12, 140, 196), ground)
    pen.ellipse((100, 382, 116, 398), fill=accent)
    pen.rectangle((350, 76, 550, 210), fill=accent)
    pen.polygon([(360, 200), (430, 110), (480, 170), (510, 140), (540, 200)], fill=main)
    _lines(pen, 350, 232, _numbers(seed // 7, 8, 130, 196), ground)


def _frame(pen: Pen, colors: Palette, seed: int) -> None:
    _ground, _paper, main, accent = colors
    pen.rounded_rectangle((40, 40, 600, 380), 12, fill=main)
    pen.ellipse((360 + seed % 90, 80, 450 + seed % 90, 170), fill=accent)
    pen.polygon([(40, 380), (190, 190 + seed % 50), (300, 300), (410, 220), (600, 380)], fill="#1d2430")
    pen.ellipse((270, 160, 370, 260), fill="#ffffff")
    pen.polygon([(306, 184), (306, 236), (348, 210)], fill=main)
    pen.rounded_rectangle((40, 404, 600, 416), 6, fill="#ffffff")
    pen.rounded_rectangle((40, 404, 140 + seed % 300, 416), 6, fill=accent)
    for number in range(6):
        left = 40 + number * 95
        pen.rounded_rectangle((left, 432, left + 85, 466), 6, fill=main if number % 2 else accent)


def _product(pen: Pen, colors: Palette, seed: int) -> None:
    _ground, paper, main, accent = colors
    pen.rectangle((0, 340, WIDTH, HEIGHT), fill=paper)
    pen.ellipse((190, 396, 450, 430), fill="#c9cdd2")
    if seed % 2:  # a chair
        pen.rounded_rectangle((230, 80, 410, 240), 20, fill=main)
        pen.rounded_rectangle((215, 250, 425, 284), 12, fill=accent)
        for x in (228, 398):
            pen.rounded_rectangle((x, 280, x + 16, 412), 6, fill=main)
        for x in (262, 362):
            pen.rounded_rectangle((x, 280, x + 12, 396), 6, fill=accent)
    else:  # a bottle
        pen.rounded_rectangle((292, 60, 348, 170), 12, fill=accent)
        pen.rounded_rectangle((240, 140, 400, 412), 40, fill=main)
        pen.rectangle((240, 230, 400, 340), fill=paper)
        pen.ellipse((290, 250, 350, 310), fill=accent)


def _map(pen: Pen, colors: Palette, seed: int) -> None:
    ground, paper, main, accent = colors
    pen.rounded_rectangle((40, 40, 600, 440), 14, fill=paper)
    xs = [40, 150 + seed % 40, 300 - seed % 30, 450 + seed % 30, 600]
    for row in range(3):
        for column in range(4):
            top, bottom = 44 + row * 132, 168 + row * 132
            color = (ground, main, accent)[(seed >> row * 4 + column) % 3]
            pen.polygon(
                [
                    (xs[column] + 6, top),
                    (xs[column + 1] - 4, top + 6),
                    (xs[column + 1] - 10, bottom),
                    (xs[column], bottom),
                ],
                fill=color,
            )
    pen.line([(40, 300), (220, 250), (380, 330), (600, 210)], fill=paper, width=12, joint="curve")
    for x, y in zip(_numbers(seed, 5, 80, 540), _numbers(seed // 3, 5, 80, 380), strict=True):
        pen.ellipse((x, y, x + 26, y + 26), fill="#1d2430", outline=paper, width=4)


def _pattern(pen: Pen, colors: Palette, seed: int) -> None:
    _ground, paper, main, accent = colors
    for row in range(4):
        for column in range(5):
            x, y, kind = 20 + column * 122, 16 + row * 114, (seed >> (row * 5 + column) % 23) % 4
            pen.rounded_rectangle((x, y, x + 108, y + 102), 16, fill=paper)
            if kind == 0:
                pen.ellipse((x + 26, y + 22, x + 82, y + 78), fill=main)
            elif kind == 1:
                pen.pieslice((x + 18, y + 16, x + 90, y + 88), 180, 360, fill=accent)
            elif kind == 2:
                pen.polygon([(x + 54, y + 16), (x + 88, y + 84), (x + 20, y + 84)], fill=main)
            else:
                for offset in (24, 44, 64):
                    pen.rounded_rectangle((x + 22, y + offset, x + 86, y + offset + 10), 5, fill=accent)


def _mark(pen: Pen, colors: Palette, seed: int) -> None:
    _ground, paper, main, accent = colors
    pen.ellipse((150, 70, 490, 410), fill=paper)
    if seed % 2:
        pen.pieslice((200, 120, 440, 360), 200, 340, fill=main)
        pen.pieslice((230, 190, 410, 370), 20, 160, fill=accent)
    else:
        pen.polygon([(320, 120), (430, 240), (320, 360), (210, 240)], fill=main)
        pen.polygon([(320, 180), (375, 240), (320, 300), (265, 240)], fill=accent)


MOTIFS: dict[str, Callable[[Pen, Palette, int], None]] = {
    "page": _page, "phone": _phone, "chart": _chart, "poster": _poster, "text": _text, "frame": _frame,
    "product": _product, "map": _map, "pattern": _pattern, "mark": _mark,
}  # fmt: skip
