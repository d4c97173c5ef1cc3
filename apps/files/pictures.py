"""
Re-encode pictures, which removes hidden data and metadata such as place, camera and owner (EXIF).

Pure functions on bytes; they run inside the limited process (`upload_reader`).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

# Of all frames together, because all of them are decoded.
PIXELS_MAX = 50_000_000
FRAMES_MAX = 1_000
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
_QUALITY = {"image/jpeg": {"quality": 90}, "image/webp": {"quality": 90}}
_COLOUR_MODES = {"L": "RGB", "RGB": "RGB", "RGBA": "RGBA", "CMYK": "RGB"}
_ORIENTATION = 0x0112


class PictureUnreadable(Exception):
    """Not a picture, or a broken one."""


class PictureTooLarge(PictureUnreadable):
    """The decoded picture would need gigabytes of memory."""


class PictureTooSmall(PictureUnreadable):
    """A side has fewer than SIDE_MIN pixels."""


SIDE_MIN = 96
"""Pixels of the shorter side of a picture that is drawn as a square."""
_QUALITIES = (82, 74, 66, 56, 46, 36, 26, 16, 8, 1)
_WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Crop:
    """
    The square part of a picture.

    :param zoom: the shorter side divided by that of the square, at least 1.
    :param across: where the square is from left to right, 0 to 1; what fits on both sides is 0.5.
    :param down: the same from top to bottom.
    """

    zoom: float = 1.0
    across: float = 0.5
    down: float = 0.5

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in a picture of this size: a square of at least SIDE_MIN, or the shorter side."""
        shorter = min(width, height)
        side = max(round(shorter / max(self.zoom, 1.0)), min(SIDE_MIN, shorter))
        left = round((width - side) * min(max(self.across, 0.0), 1.0))
        top = round((height - side) * min(max(self.down, 0.0), 1.0))
        return left, top, left + side, top + side


@dataclass(frozen=True, slots=True)
class Square:
    """A square in WebP: its side in pixels, and how many bytes it may have (at least as long as quality allows)."""

    side: int
    bytes_max: int


def draw_again(content: bytes, kind: str) -> bytes:
    """
    The same picture, upright, converted to sRGB, with its frames and their durations.

    :raises PictureTooLarge: beyond PIXELS_MAX or FRAMES_MAX, before any frame is decoded.
    :raises PictureUnreadable: if it cannot be decoded.
    """
    drawn = io.BytesIO()
    Image.MAX_IMAGE_PIXELS = None  # our own limit counts all frames and is checked first
    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[kind]]) as image:
            frames = _frame_count(image, kind)
            if frames > 1:
                _save_frames(image, frames, kind, drawn)
            else:
                _save_one(image, kind, drawn)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, EOFError, TypeError) as error:
        raise PictureUnreadable from error
    except (MemoryError, Image.DecompressionBombError) as error:
        raise PictureTooLarge from error
    return drawn.getvalue()


def draw_squares(content: bytes, kind: str, crop: Crop, squares: Sequence[Square]) -> list[bytes]:
    """
    A part of the picture as WebP in several sizes: upright, in sRGB, on white, only its first frame.

    :raises PictureTooSmall: if the shorter side has fewer than SIDE_MIN pixels.
    :raises PictureTooLarge: beyond PIXELS_MAX or FRAMES_MAX, before any frame is decoded.
    :raises PictureUnreadable: if it cannot be decoded.
    """
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked first
    largest = max(square.side for square in squares)
    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[kind]]) as image:
            _frame_count(image, kind)
            if min(image.size) < SIDE_MIN:
                raise PictureTooSmall
            # A JPEG is decoded at half or a quarter of its size if that is enough: most of the time goes there.
            needed = round(largest * max(crop.zoom, 1.0))
            image.draft(None, (needed, needed))  # type: ignore[arg-type]  # the mode stays
            upright = _in_srgb(ImageOps.exif_transpose(image), image.info.get("icc_profile"))
            drawn = _on_white(upright).resize(
                (largest, largest), Image.Resampling.LANCZOS, box=crop.box(*upright.size), reducing_gap=3.0
            )
            return [_webp(drawn, square) for square in squares]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, EOFError, TypeError) as error:
        raise PictureUnreadable from error
    except (MemoryError, Image.DecompressionBombError) as error:
        raise PictureTooLarge from error


def _on_white(image: Image.Image) -> Image.Image:
    """Logos with a transparent background are made for white paper; on a dark page a black one would be invisible."""
    if image.mode == "P" or "transparency" in image.info or image.mode in ("LA", "PA", "RGBA"):
        image = image.convert("RGBA")
        plain = Image.new("RGB", image.size, _WHITE)
        plain.paste(image, mask=image.getchannel("A"))
        return plain
    if image.mode.startswith("I"):  # 16 bits of grey: convert() would cut them off at 255
        image = image.point(lambda value: value / 256)
        return image.convert("L").convert("RGB")
    return image.convert("RGB")


def _webp(drawn: Image.Image, square: Square) -> bytes:
    """The best quality that fits."""
    sized = drawn if drawn.width == square.side else drawn.resize((square.side,) * 2, Image.Resampling.LANCZOS)
    content = b""
    for quality in _QUALITIES:
        box = io.BytesIO()
        sized.save(box, "WEBP", quality=quality, method=4, exif=b"", icc_profile=b"")
        content = box.getvalue()
        if len(content) <= square.bytes_max:
            break
    return content


def _frame_count(image: Image.Image, kind: str) -> int:
    if image.width * image.height > PIXELS_MAX:
        raise PictureTooLarge
    # A JPEG with several pictures (MPO, from phones and stereo cameras) is not an animation: only the first is used.
    count = 1 if kind == "image/jpeg" else int(getattr(image, "n_frames", 1))
    if count > FRAMES_MAX or image.width * image.height * count > PIXELS_MAX:
        raise PictureTooLarge
    return count


def _save_one(image: Image.Image, kind: str, drawn: io.BytesIO) -> None:
    upright = _in_srgb(ImageOps.exif_transpose(image), image.info.get("icc_profile"))
    plain = Image.new(upright.mode, upright.size)
    if upright.mode == "P":
        plain.putpalette(upright.getpalette() or [])
    plain.paste(upright)
    options: dict[str, Any] = dict(_QUALITY.get(kind, {}))
    if "transparency" in upright.info:
        options["transparency"] = upright.info["transparency"]
    plain.save(drawn, FORMATS[kind], **options)


def _save_frames(image: Image.Image, count: int, kind: str, drawn: io.BytesIO) -> None:
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    profile = image.info.get("icc_profile")
    has_still = bool(getattr(image, "default_image", False))  # PNG: a still image for viewers without animation
    options: dict[str, Any] = dict(_QUALITY.get(kind, {}))
    if "loop" in image.info:  # without it an animation plays once
        options["loop"] = image.info["loop"]
    frames, times = [], []
    for number in range(count):
        image.seek(number)
        frame = image.copy()
        frames.append(_in_srgb(frame.transpose(turn) if turn is not None else frame, profile))
        if number or not has_still:
            times.append(image.info.get("duration", 0))
    for frame in frames:
        for name in ("exif", "xmp", "comment", "icc_profile"):
            frame.info.pop(name, None)
    if has_still:
        options["default_image"] = True
    frames[0].save(
        drawn, FORMATS[kind], save_all=True, append_images=frames[1:], duration=times, exif=b"", **options
    )  # fmt: skip


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours converted to sRGB; an unreadable profile is ignored."""
    if not profile:
        return image
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode not in _COLOUR_MODES:
        return image
    try:
        meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(image, meant, srgb, outputMode=_COLOUR_MODES[image.mode])
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return turned if turned is not None else image


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
