import hashlib
import io
import uuid
import zipfile
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from apps.files import gateways, operations, views
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
USER = uuid.uuid4()


def _jpeg_with_place() -> bytes:
    box = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCameraMaker"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (8, 6), "red").save(box, "JPEG", exif=exif)
    return box.getvalue()


def _store(name, content, **options):
    return operations.store(upload=SimpleUploadedFile(name, content), uploaded_by_id=USER, now=NOON, **options)


def test_store_keeps_the_bytes_under_a_name_that_tells_nothing():
    file = _store("brief.txt", b"Hello")

    assert (file.name, file.content_type, file.size) == ("brief.txt", "text/plain", 5)
    assert file.sha256 == hashlib.sha256(b"Hello").hexdigest()
    assert "brief" not in file.storage_key
    with default_storage.open(file.storage_key) as kept:
        assert kept.read() == b"Hello"


def test_store_draws_pictures_again_without_their_metadata():
    original = _jpeg_with_place()
    assert b"SecretCameraMaker" in original

    file = _store("me.jpg", original)

    with default_storage.open(file.storage_key) as kept:
        drawn = kept.read()
    assert b"SecretCameraMaker" not in drawn
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.size == (8, 6)
        assert not image.getexif()


def test_store_takes_no_type_from_the_name():
    with pytest.raises(operations.TypeNotAllowed):
        _store("innocent.png", b"<!doctype html><script>1</script>")


def test_store_refuses_what_is_too_large(settings):
    settings.UPLOAD_BYTES_MAX = 10
    with pytest.raises(operations.FileTooLarge):
        _store("long.txt", b"x" * 11)


def test_store_refuses_emptiness():
    with pytest.raises(operations.FileEmpty):
        _store("empty.txt", b"")


def test_store_refuses_a_broken_picture():
    with pytest.raises(operations.PictureBroken):
        _store("half.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 8)


def test_store_of_pictures_only_refuses_text():
    with pytest.raises(operations.TypeNotAllowed):
        _store("note.txt", b"words", only_pictures=True)


def test_serve_sends_a_download_that_no_browser_will_run():
    response = views.serve(_store("合同.txt", "条款".encode()))

    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response) == "条款".encode()


def test_serve_shows_pictures_only_in_the_page():
    assert views.serve(_store("a.jpg", _jpeg_with_place()), inline=True)["Content-Disposition"].startswith("inline")
    assert views.serve(_store("a.txt", b"text"), inline=True)["Content-Disposition"].startswith("attachment")


def test_serve_leaves_the_sending_to_the_proxy_when_told(settings):
    settings.ACCEL_REDIRECT_PREFIX = "/private-files/"
    file = _store("a.txt", b"text")

    assert views.serve(file)["X-Accel-Redirect"] == f"/private-files/{file.storage_key}"


def _drawn(content: bytes, kind: str) -> Image.Image:
    return Image.open(io.BytesIO(gateways.redraw(content, kind)))


def _written(image: Image.Image, form: str, **options) -> bytes:
    box = io.BytesIO()
    image.save(box, form, **options)
    return box.getvalue()


def test_of_a_jpeg_with_more_pictures_the_first_is_kept_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    first, second = Image.new("RGB", (64, 48), (200, 30, 30)), Image.new("RGB", (64, 48), (30, 30, 200))
    content = _written(first, "MPO", save_all=True, append_images=[second], exif=exif)
    with _drawn(content, "image/jpeg") as image:
        assert (image.format, image.size, getattr(image, "n_frames", 1)) == ("JPEG", (48, 64), 1)
        assert image.getpixel((5, 5))[0] > 150
    assert _store("portrait.jpg", content, only_pictures=True).content_type == "image/jpeg"


@pytest.mark.parametrize(("form", "kind"), [("GIF", "image/gif"), ("WEBP", "image/webp"), ("PNG", "image/png")])
@pytest.mark.parametrize("loop", [3, 0])
def test_an_animation_keeps_its_times_and_its_count(form, kind, loop):
    frames = [Image.new("RGB", (20, 20), (number * 40, 0, 0)) for number in range(5)]
    times = [100, 200, 300, 400, 500]
    content = _written(frames[0], form, save_all=True, append_images=frames[1:], duration=times, loop=loop)
    kept = []
    with _drawn(content, kind) as image:
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            kept.append(image.info["duration"])
        assert image.info.get("loop") == loop
    assert kept == times


def test_an_animation_that_plays_once_plays_once():
    frames = [Image.new("RGB", (20, 20), (number * 40, 0, 0)) for number in range(3)]
    content = _written(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300])
    with _drawn(content, "image/gif") as image:
        assert "loop" not in image.info


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_picture_of_another_colour_space_keeps_its_colours(form, kind):
    # A profile whose red and green are exchanged: what was drawn red was meant green.
    profile = _exchanged_profile()
    content = _written(Image.new("RGB", (8, 8), (255, 0, 0)), form, icc_profile=profile, quality=95)
    with _drawn(content, kind) as image:
        red, green, _blue = image.convert("RGB").getpixel((4, 4))
    assert green > red


def test_a_profile_that_cannot_be_read_is_left_out():
    content = _written(Image.new("RGB", (8, 8), (255, 0, 0)), "PNG", icc_profile=b"nonsense")
    with _drawn(content, "image/png") as image:
        assert "icc_profile" not in image.info
        assert image.convert("RGB").getpixel((4, 4)) == (255, 0, 0)


def _exchanged_profile() -> bytes:
    """sRGB with the primaries of red and green exchanged in its table of tags."""
    plain = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = plain.index(b"rXYZ", 128), plain.index(b"gXYZ", 128)
    plain[red : red + 4], plain[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(plain)


def test_pixels_are_counted_over_all_frames_before_one_is_drawn():
    frame = Image.new("P", (2500, 2500))
    content = _written(frame, "GIF", save_all=True, append_images=[_dotted(number) for number in range(12)])
    assert len(content) < 100_000
    with pytest.raises(operations.PictureTooLarge):
        _store("small.gif", content)


def _dotted(number: int) -> Image.Image:
    frame = Image.new("P", (2500, 2500))
    frame.putpixel((number, number), 1)
    return frame


@pytest.mark.parametrize("wide", [60_000, 2**31 - 1])
def test_a_picture_that_says_it_is_huge_is_refused_unread(wide):
    head = b"IHDR" + wide.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    content = b"\x89PNG\r\n\x1a\n\0\0\0\r" + head + zlib.crc32(head).to_bytes(4, "big") + b"\0" * 20
    with pytest.raises((operations.PictureTooLarge, operations.PictureBroken)):
        _store("huge.png", content)


def test_a_broken_archive_is_refused_with_a_sentence():
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", bytes(range(256)) * 8)
    content = bytearray(box.getvalue())
    content[50:60] = b"\xff" * 10
    with pytest.raises(operations.TypeNotAllowed):
        _store("broken.odt", bytes(content))


def test_a_reader_that_takes_too_much_is_a_refusal(monkeypatch):
    monkeypatch.setattr(gateways, "SECONDS_MAX", 0.001)
    with pytest.raises(operations.FileUnreadable):
        _store("slow.txt", b"words")
