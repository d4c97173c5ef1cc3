"""What is seen of delivered files in the room: small pictures, players, lists of archives, the beginning of texts."""

import io
import zipfile

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from apps.contracts.jobs import draw_previews
from apps.contracts.models import DeliverableFile, Milestone
from apps.files import gateways, operations
from apps.files.previews import SIDE_MAX
from tests.contracts.test_views import as_  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def picture(kind: str = "PNG", size=(1200, 300)) -> bytes:
    box = io.BytesIO()
    Image.new("RGB", size, "teal").save(box, kind)
    return box.getvalue()


def pdf(content_pages: int = 1) -> bytes:
    document, box = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _page in range(content_pages):
        document.new_page(300, 600)
    document.save(box)
    return box.getvalue()


def archive() -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as packed:
        packed.writestr("logo/final.svg", b"x" * 2048)
    return box.getvalue()


WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xac\x00\x00\x88\x58\x01\x00\x02\x00\x10\x00data\x00\x00\x00\x00"


@pytest.fixture
def delivered(make):
    """Delivers files; returns the rows in their order."""
    make.now = timezone.now()

    def deliver(*files: tuple[str, bytes]) -> list[DeliverableFile]:
        milestone: Milestone = make.milestone(status="funded")
        user_id = make.actor(milestone.contract.freelancer).user_id
        ids = [
            operations.store(upload=SimpleUploadedFile(name, content), uploaded_by_id=user_id, now=make.now).id
            for name, content in files
        ]
        make.deliver(milestone, file_ids=ids, links=[])
        return [DeliverableFile.objects.get(file_id=file_id) for file_id in ids]

    return deliver


def contract_of(row: DeliverableFile):
    return row.deliverable.milestone.contract


def test_pictures_and_pdfs_get_a_small_picture_from_a_worker(delivered, as_):  # noqa: F811
    rows = delivered(("a.png", picture()), ("b.pdf", pdf()), ("c.txt", b"Hello"))
    assert draw_previews() == 3
    assert draw_previews() == 0
    for row in rows:
        row.refresh_from_db()
    assert [bool(row.preview_key) for row in rows] == [True, True, False]
    client = as_(contract_of(rows[0]).employer)
    sizes = []
    for row in rows[:2]:
        answer = client.get(f"/en/contracts/files/{row.id}/preview/")
        assert answer["Content-Type"] == "image/webp"
        sizes.append(Image.open(io.BytesIO(b"".join(answer.streaming_content))).size)
    assert sizes == [(SIDE_MAX, SIDE_MAX // 4), (SIDE_MAX // 2, SIDE_MAX)]
    assert client.get(f"/en/contracts/files/{rows[2].id}/preview/").status_code == 404


def test_a_preview_is_for_those_who_may_see_the_file(client, make, delivered, as_):  # noqa: F811
    [row] = delivered(("a.png", picture()))
    draw_previews()
    address = f"/en/contracts/files/{row.id}/preview/"
    assert client.get(address).status_code == 302
    assert as_(make.freelancer()).get(address).status_code == 404
    assert as_(contract_of(row).freelancer).get(address).status_code == 200


def test_a_file_that_cannot_be_drawn_has_none():
    assert gateways.preview(gateways.keep(b"%PDF-1.4 nothing"), "application/pdf") is None
    assert gateways.preview(gateways.keep(picture()[:60]), "image/png") is None


def test_the_room_shows_players_lists_and_beginnings(delivered, as_):  # noqa: F811
    rows = delivered(("a.wav", WAV), ("b.zip", archive()), ("c.txt", b"Once upon a time"), ("d.png", picture()))
    draw_previews()
    client = as_(contract_of(rows[0]).employer)
    room = client.get(contract_of(rows[0]).get_absolute_url()).content.decode()
    assert f'src="/en/contracts/files/{rows[0].id}/?play"' in room
    assert "logo/final.svg" in room
    assert "Once upon a time" in room
    assert f"/en/contracts/files/{rows[3].id}/preview/" in room
    played = client.get(f"/en/contracts/files/{rows[0].id}/?play")
    assert played["Content-Disposition"].startswith("inline")
    assert client.get(f"/en/contracts/files/{rows[2].id}/?play")["Content-Disposition"].startswith("attachment")
