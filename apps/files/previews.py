"""A small picture of a file: a picture, or the first page of a PDF. Pure; it runs inside the limited process."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from apps.files import pictures
from apps.files.pictures import PictureTooLarge, PictureUnreadable

SIDE_MAX = 480
PDF = "application/pdf"
DRAWN = (*pictures.FORMATS, PDF)
"""The types of files that have a preview."""


def draw(content: bytes, kind: str) -> bytes:
    """
    WebP, at most SIDE_MAX pixels wide and high.

    :raises PictureUnreadable, PictureTooLarge: if it cannot be drawn.
    """
    try:
        image = _first_page(content) if kind == PDF else _picture(content, kind)
        image.thumbnail((SIDE_MAX, SIDE_MAX))
        drawn = io.BytesIO()
        image.save(drawn, "WEBP", quality=75)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, EOFError, TypeError) as error:
        raise PictureUnreadable from error
    except (MemoryError, Image.DecompressionBombError) as error:
        raise PictureTooLarge from error
    return drawn.getvalue()


def _picture(content: bytes, kind: str) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # the limit below is checked before anything is decoded
    image = Image.open(io.BytesIO(content), formats=[pictures.FORMATS[kind]])
    if image.width * image.height > pictures.PIXELS_MAX:
        raise PictureTooLarge
    image.draft("RGB", (SIDE_MAX, SIDE_MAX))  # a JPEG is decoded in a smaller size at once
    upright = ImageOps.exif_transpose(image)
    has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    return upright.convert("RGBA" if has_alpha else "RGB")


def _first_page(content: bytes) -> Image.Image:
    import pypdfium2

    try:
        page = pypdfium2.PdfDocument(content)[0]
        width, height = page.get_size()
        image: Any = page.render(scale=SIDE_MAX / max(width, height, 1.0)).to_pil()
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise PictureUnreadable from error
    return Image.Image.convert(image, "RGB")
