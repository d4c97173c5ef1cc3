"""Where the bytes lie, and the door that pictures come through."""

from __future__ import annotations

import io
import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

PIXELS_MAX = 50_000_000
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}


class PictureUnreadable(Exception):
    """Not a picture, or one that would unfold into gigabytes."""


def redraw(content: bytes, kind: str) -> bytes:
    """
    The same picture drawn anew: what is no picture does not survive, nor do place, camera and owner (EXIF).

    :raises PictureUnreadable: if it cannot be drawn.
    """
    drawn = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as image:
            if image.width * image.height > PIXELS_MAX:
                raise PictureUnreadable
            if getattr(image, "n_frames", 1) > 1:
                frames = [frame.copy() for frame in ImageSequence.Iterator(image)]
                duration = image.info.get("duration", 100)
                frames[0].save(
                    drawn, _FORMATS[kind], save_all=True, append_images=frames[1:], loop=0, duration=duration
                )
            else:
                upright = ImageOps.exif_transpose(image)
                plain = Image.new(upright.mode, upright.size)
                if upright.mode == "P":
                    plain.putpalette(upright.getpalette() or [])
                plain.paste(upright)
                options = {"quality": 90} if kind in ("image/jpeg", "image/webp") else {}
                if "transparency" in upright.info:
                    options["transparency"] = upright.info["transparency"]
                plain.save(drawn, _FORMATS[kind], **options)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise PictureUnreadable from error
    return drawn.getvalue()


def keep(content: bytes) -> str:
    """Write the bytes under a random key and give the key."""
    random = secrets.token_hex(20)
    return default_storage.save(f"private/{random[:2]}/{random[2:]}", ContentFile(content))


def forget(key: str) -> None:
    default_storage.delete(key)
