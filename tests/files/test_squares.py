"""Photos and logos drawn as squares, in the limited process."""

import io
import os
import uuid

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps.accounts.pictures import SQUARES
from apps.files import operations
from apps.files.models import StoredFile
from apps.files.pictures import SIDE_MIN, Crop, draw_squares
from tests.conftest import NOON

USER = uuid.uuid4()
SIZES = list(SQUARES.values())
sides = st.integers(SIDE_MIN, 5_000)


def _bytes(image: Image.Image, form: str = "PNG", **options) -> bytes:
    box = io.BytesIO()
    image.save(box, form, **options)
    return box.getvalue()


def _store(content: bytes, name: str = "me.png") -> list[StoredFile]:
    return operations.store_squares(
        upload=SimpleUploadedFile(name, content), crop=Crop(), squares=SIZES, uploaded_by_id=USER, now=NOON
    )


def _drawn(content: bytes, kind: str = "image/png", crop: Crop | None = None) -> Image.Image:
    return Image.open(io.BytesIO(draw_squares(content, kind, crop or Crop(), SIZES)[-1]))


def _halves(width: int, height: int) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste(Image.new("RGB", (width // 2, height), "red"), (0, 0))
    return _bytes(image)


@given(sides, sides, st.floats(allow_nan=False), st.floats(0, 1), st.floats(0, 1))
def test_whatever_is_asked_the_part_is_a_square_inside_the_picture(width, height, zoom, across, down):
    left, top, right, bottom = Crop(zoom, across, down).box(width, height)

    assert right - left == bottom - top >= SIDE_MIN
    assert left >= 0 and right <= width and top >= 0 and bottom <= height


def test_without_a_choice_the_middle_is_used():
    assert Crop().box(300, 100) == (100, 0, 200, 100)
    assert Crop().box(100, 300) == (0, 100, 100, 200)
    assert Crop(zoom=2, across=1, down=0).box(400, 400) == (200, 0, 400, 200)


@pytest.mark.parametrize(("across", "colour"), [(0, "red"), (1, "blue")])
def test_the_chosen_part_is_drawn(across, colour):
    drawn = _drawn(_halves(400, 100), crop=Crop(across=across))

    red, _green, blue = drawn.convert("RGB").getpixel((128, 128))
    assert (red > 200 and blue < 60) if colour == "red" else (blue > 200 and red < 60)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_even_noise_keeps_to_the_bytes(form):
    noise = Image.frombytes("RGB", (300, 300), os.urandom(270_000))

    drawn = draw_squares(_bytes(noise, form), f"image/{form.lower()}", Crop(), SIZES)

    assert [len(content) <= size.bytes_max for content, size in zip(drawn, SIZES, strict=True)] == [True] * 3
    assert [Image.open(io.BytesIO(content)).size[0] for content in drawn] == [48, 96, 256]


def test_nothing_of_the_upload_is_left_but_what_is_seen():
    exif = Image.Exif()
    exif[0x010F] = "SecretCameraMaker"
    exif[0x0112] = 6  # lying on its side
    image = Image.new("RGB", (200, 120), "blue")
    image.paste(Image.new("RGB", (200, 60), "red"), (0, 0))

    drawn = _drawn(_bytes(image, "JPEG", exif=exif), "image/jpeg")

    assert not drawn.getexif() and "icc_profile" not in drawn.info
    assert drawn.convert("RGB").getpixel((250, 128))[0] > 200  # what was on top is on the right after turning


def test_a_transparent_logo_is_drawn_on_white():
    logo = Image.new("RGBA", (128, 128), (0, 0, 0, 0))

    assert min(_drawn(_bytes(logo)).convert("RGB").getpixel((10, 10))) > 250


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_every_kind_of_pixel_is_drawn(mode):
    image = Image.new(mode if mode != "CMYK" else "RGB", (128, 128)).convert(mode)
    form = "JPEG" if mode == "CMYK" else "PNG"

    assert _drawn(_bytes(image, form), f"image/{form.lower()}").size == (256, 256)


def test_of_an_animation_the_first_frame_is_drawn():
    frames = [Image.new("RGB", (128, 128), colour) for colour in ("red", "blue")]
    content = _bytes(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)

    drawn = _drawn(content, "image/gif")

    assert getattr(drawn, "n_frames", 1) == 1
    assert drawn.convert("RGB").getpixel((10, 10))[0] > 200


@pytest.mark.django_db
class TestStore:
    def test_it_keeps_only_the_squares(self):
        files = _store(_halves(300, 200))

        assert [file.name for file in files] == ["picture-48.webp", "picture-96.webp", "picture-256.webp"]
        with default_storage.open(files[0].storage_key) as kept:
            assert Image.open(io.BytesIO(kept.read())).format == "WEBP"

    def test_a_small_one_is_refused_with_what_to_do(self):
        with pytest.raises(operations.PictureTooSmall, match="96 pixels"):
            _store(_bytes(Image.new("RGB", (95, 500))))

    @pytest.mark.parametrize("content", [b"%PDF-1.4 \n%%EOF", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
    def test_what_is_no_picture_is_refused(self, content):
        with pytest.raises(operations.NoPicture):
            _store(content)

    def test_a_broken_one_is_refused(self):
        with pytest.raises(operations.PictureBroken):
            _store(_halves(300, 200)[:-200])

    def test_a_bomb_is_refused_before_it_is_decoded(self):
        with pytest.raises(operations.PictureTooLarge):
            _store(_bytes(Image.new("1", (20_000, 20_000))))

    def test_nothing_is_kept_of_a_refused_one(self):
        with pytest.raises(operations.NoPicture):
            _store(b"hello")
        assert not StoredFile.objects.exists()
