"""Uploads in a bucket: an S3 server that is a process of its own, spoken to over HTTP."""

from __future__ import annotations

import io
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import requests
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.dashboard.management import deploy_checks
from apps.files import gateways, operations, views
from apps.files.errors import FilesUnavailable
from apps.files.models import StoredFile
from apps.messaging.models import MessageFile
from tests.conftest import NOON, api, log_in
from tests.files import s3_server
from tests.files.test_operations import _jpeg_with_place
from tests.make.agreed import active_contract

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture(scope="module")
def server():
    with s3_server.server() as url:
        yield url


@pytest.fixture
def bucket(server, settings):
    name = f"files-{uuid4().hex}"
    client = s3_server.client(server)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3_server.REGION})
    settings.FILES_S3_BUCKET = name
    settings.STORAGES = {**settings.STORAGES, "default": s3_server.storage(name, server)}
    return SimpleNamespace(name=name, client=client, url=server)


def keys(bucket) -> list[str]:
    return [item["Key"] for item in bucket.client.list_objects_v2(Bucket=bucket.name).get("Contents", [])]


TEXT = "条款".encode()


def _store(name="合同.txt", content=TEXT, **options):
    upload = SimpleUploadedFile(name, content)
    return operations.store(upload=upload, uploaded_by_id=uuid4(), now=timezone.now(), **options)


def test_an_upload_is_stored_in_the_bucket_and_not_on_the_disk(bucket, tmp_path):
    file = _store()

    assert keys(bucket) == [file.storage_key]
    assert bucket.client.get_object(Bucket=bucket.name, Key=file.storage_key)["Body"].read() == "条款".encode()
    assert list(tmp_path.rglob("*")) == []


def test_an_upload_is_stored_without_asking_whether_its_key_exists(bucket):
    calls = []
    events = default_storage.connection.meta.client.meta.events
    events.register("before-call.s3", lambda model, **_options: calls.append(model.name))

    _store()

    assert calls == ["PutObject"]


def test_the_web_process_sends_the_file_with_the_same_headers_as_from_the_disk(bucket):
    response = views.serve(_store())

    assert b"".join(response) == "条款".encode()
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Length"] == str(len("条款".encode()))


def test_a_stranger_reads_nothing_from_the_bucket(bucket):
    file = _store()

    assert requests.get(f"{bucket.url}/{bucket.name}/{file.storage_key}", timeout=5).status_code == 403


def test_a_download_is_refused_to_others_before_anything_is_asked_of_the_bucket(bucket, client, make, settings):
    settings.FILES_S3_URL_SECONDS = 60
    contract = active_contract(make)
    client.force_login(User.objects.get(id=make.actor(contract.employer).user_id))
    values = {"text": "See attached", "files": [SimpleUploadedFile("合同.txt", "条款".encode())]}
    assert client.post(reverse("messaging:send", args=[contract.id]), values).status_code == 302
    path = reverse("messaging:file", args=[MessageFile.objects.get().id])

    mine = client.get(path)
    client.force_login(make.user("Stranger"))
    other = client.get(path)
    client.logout()
    nobody = client.get(path)

    assert (mine.status_code, other.status_code) == (302, 404)
    assert requests.get(mine["Location"], timeout=5).content == "条款".encode()
    assert urlsplit(nobody["Location"]).path == reverse("account_login")


def test_a_signed_url_is_short_lived_and_says_how_the_file_is_sent(bucket, settings):
    settings.FILES_S3_URL_SECONDS = 45
    response = views.serve(_store())

    query = parse_qs(urlsplit(response["Location"]).query)
    answer = requests.get(response["Location"], timeout=5)
    assert query["X-Amz-Expires"] == ["45"]
    assert "X-Amz-Signature" in query
    assert s3_server.SECRET not in response["Location"]
    assert response["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_picture_in_a_page_is_sent_by_this_site_because_pages_load_none_from_elsewhere(bucket, settings):
    settings.FILES_S3_URL_SECONDS = 45
    response = views.serve(_store("a.jpg", _jpeg_with_place()), inline=True)

    assert response.status_code == 200
    assert b"".join(response).startswith(b"\xff\xd8")


def test_an_unattached_upload_leaves_the_bucket_too(bucket, django_capture_on_commit_callbacks):
    file = _store()
    StoredFile.objects.update(created_at=NOON.replace(year=2020))

    with django_capture_on_commit_callbacks(execute=True):
        assert operations.forget_unattached(now=timezone.now()) == 1

    assert keys(bucket) == []
    assert not StoredFile.objects.filter(id=file.id).exists()


@pytest.fixture
def silent(settings):
    """A bucket whose server refuses connections."""
    settings.FILES_S3_BUCKET = "files"
    entry = s3_server.storage("files", "http://127.0.0.1:9")
    config = entry["OPTIONS"]["client_config"]
    entry["OPTIONS"]["client_config"] = config.merge(type(config)(retries={"max_attempts": 0}))
    settings.STORAGES = {**settings.STORAGES, "default": entry}


def test_a_server_that_does_not_answer_is_an_outage_and_leaves_no_row(silent, make):
    user = make.user()
    answer = api(user).post("/api/v1/files/", {"file": SimpleUploadedFile("a.txt", b"words")}, format="multipart")

    assert (answer.status_code, answer.json()["code"]) == (503, "files_unavailable")
    assert answer["Retry-After"] == "30"
    assert not StoredFile.objects.exists()


def test_a_download_from_a_server_that_does_not_answer_is_a_page_and_not_half_a_file(silent):
    file = StoredFile(name="a.txt", content_type="text/plain", storage_key="private/ab/c", sha256="0" * 64, size=1)

    with pytest.raises(FilesUnavailable):
        views.serve(file)


def test_a_key_without_rights_is_an_outage_of_ours_and_a_missing_object_is_missing(bucket):
    with pytest.raises(FileNotFoundError):
        default_storage.open("private/00/none")
    bucket.client.delete_bucket(Bucket=bucket.name)
    with pytest.raises(FileNotFoundError):
        gateways.keep(b"words")


def test_check_files_finds_what_is_missing_or_damaged(bucket, capsys):
    complete, damaged, missing = (_store(content=f"words {number}".encode()) for number in range(3))
    call_command("check_files")
    assert "3 files are complete" in capsys.readouterr().out
    bucket.client.put_object(Bucket=bucket.name, Key=damaged.storage_key, Body=b"other")
    bucket.client.delete_object(Bucket=bucket.name, Key=missing.storage_key)

    with pytest.raises(CommandError, match="2 of 3"):
        call_command("check_files")
    out = capsys.readouterr().out
    assert f"{damaged.storage_key}: damaged" in out
    assert f"{missing.storage_key}: missing" in out
    assert complete.storage_key not in out
    with pytest.raises(CommandError, match="1 of 3"):
        call_command("check_files", only_existence=True)


def test_files_moved_from_the_disk_keep_their_keys(bucket, settings, tmp_path):
    """`aws s3 sync MEDIA_ROOT/private s3://BUCKET/private`, as docs/how-to/scale-out.md says."""
    s3 = settings.STORAGES
    settings.STORAGES = {**s3, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    settings.FILES_S3_BUCKET = ""
    _store()
    for path in (tmp_path / "private").rglob("*"):
        if path.is_file():
            bucket.client.upload_fileobj(io.BytesIO(path.read_bytes()), bucket.name, str(path.relative_to(tmp_path)))

    settings.STORAGES, settings.FILES_S3_BUCKET = s3, bucket.name
    call_command("check_files")


def test_the_probe_passes_and_leaves_nothing_behind(bucket):
    assert list(gateways.probe()) == []
    assert keys(bucket) == []


def test_the_probe_names_a_bucket_that_everybody_can_read(bucket, settings):
    entry = settings.STORAGES["default"]
    entry["OPTIONS"]["default_acl"] = "public-read"
    settings.STORAGES = {**settings.STORAGES, "default": entry}

    assert ["EVERYBODY CAN READ" in problem for problem in gateways.probe()] == [True]
    assert keys(bucket) == []


def test_a_folder_for_uploads_is_not_needed_beside_a_bucket(bucket, settings):
    settings.MEDIA_ROOT = "/proc/nowhere"
    assert "MEDIA_ROOT" not in " ".join(item.msg for item in deploy_checks.check_settings())


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"accel_prefix": "/private-media"}, "leave it empty"), ({"secret": ""}, "both")],
)
def test_settings_that_contradict_each_other_are_refused(changes, message):
    with pytest.raises(RuntimeError, match=message):
        s3_server.storage("files", "http://127.0.0.1:9", **changes)


def test_a_bucket_without_its_packages_says_what_to_install(monkeypatch):
    monkeypatch.setattr("marketplace.file_storage.find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"requirements/s3\.txt"):
        s3_server.storage("files", "http://127.0.0.1:9")


@pytest.mark.django_db(transaction=True)
def test_no_page_or_endpoint_stores_an_upload_inside_a_transaction(bucket, client, make, monkeypatch):
    inside = []
    monkeypatch.setattr(
        gateways, "keep", lambda content, keep=gateways.keep: inside.append(connection.in_atomic_block) or keep(content)
    )
    task = make.task(status="draft")
    log_in(client, task.employer)
    client.post(reverse("tasks:attach", args=[task.id]), {"file": SimpleUploadedFile("a.txt", b"words")})
    client.post("/api/v1/files/", {"file": SimpleUploadedFile("a.txt", b"words")})
    freelancer = make.freelancer()
    log_in(client, freelancer)
    picture = SimpleUploadedFile("a.jpg", _jpeg_with_place())
    client.post(reverse("accounts:add_portfolio_item"), {"title": "Work", "picture": picture, "image_alt": "Red"})

    assert inside == [False, False, False]
    assert len(keys(bucket)) == 3
