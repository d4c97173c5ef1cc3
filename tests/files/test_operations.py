import hashlib
import io
import uuid

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.files import operations, views
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


def test_store_draws_pictures_anew_without_their_metadata():
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
