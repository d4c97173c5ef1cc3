"""The files that a person uploaded, in the copy of their data."""

import hashlib
import io
import json
import tracemalloc
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import PortfolioItem, Profile
from apps.contracts.models import DeliverableFile
from apps.files import operations as files
from apps.files.models import StoredFile
from apps.messaging.models import Message, MessageFile
from apps.messaging.operations import send
from apps.privacy import jobs, operations, queries, uploads
from apps.privacy.models import DataExport, DataExportPart
from apps.tasks.models import TaskAttachment
from tests.conftest import api, log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def owner(organization):
    return organization.memberships.get(role="owner").user


def store(user, name, content=b"Some text."):
    return files.store(upload=ContentFile(content, name), uploaded_by_id=user.pk, now=timezone.now())


def build(organization, make):
    user = owner(organization)
    export = operations.request_export(user=user, actor=make.actor(organization), now=timezone.now())
    assert jobs.build_exports() == 1
    export.refresh_from_db()
    return export


def archive(file) -> zipfile.ZipFile:
    with default_storage.open(file.storage_key) as stored:
        content = stored.read()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)
    return zipfile.ZipFile(io.BytesIO(content))


def manifest(part) -> dict:
    return json.loads(archive(part.file).read("manifest.json"))


@pytest.fixture
def contract(make):
    """With a delivery and a message, to which files can be attached."""
    return make.milestone(status="delivered").contract


def deliver(contract, name, uploader, content=b"Some text."):
    deliverable = contract.milestones.get().deliverables.get()
    return DeliverableFile.objects.create(deliverable=deliverable, file=store(uploader, name, content)).file


def write(contract, name, uploader, make, content=b"Some text."):
    send(
        contract_id=contract.id, text="Look", source_language="en", actor=make.actor(contract.freelancer), now=make.now
    )
    message = Message.objects.order_by("-id").first()
    MessageFile.objects.create(message=message, file=store(uploader, name, content))
    return message


def test_what_the_person_uploaded_is_in_it_with_its_place(make, contract):
    user = owner(contract.freelancer)
    delivered = deliver(contract, "设计.txt", user, "红色".encode())
    write(contract, "note.txt", user, make)
    own_task = make.task(employer=make.organization("Own", owner=user))
    TaskAttachment.objects.create(task=own_task, file=store(user, "brief.txt"))
    profile = Profile.objects.get(organization=contract.freelancer)
    item = PortfolioItem.objects.create(profile=profile, title="A/../B: “Logo”", image=store(user, "work.txt"))

    [part] = build(contract.freelancer, make).parts.all()

    zipped, lines = archive(part.file), manifest(part)
    paths = {line["name"]: line["path"] for line in lines["files"]}
    assert part.files == len(paths) == 4 and lines["not_included"] == []
    assert set(zipped.namelist()) == {*paths.values(), "manifest.json"}
    assert zipped.testzip() is None
    assert zipped.read(paths["设计.txt"]).decode() == "红色"
    assert paths["work.txt"] == f"portfolio/A B Logo {item.pk.hex[-8:]}/work.txt"
    assert {path.split("/")[0] for path in paths.values()} == {"contracts", "messages", "tasks", "portfolio"}
    line = next(line for line in lines["files"] if line["name"] == "设计.txt")
    assert (line["size"], line["sha256"]) == (6, delivered.sha256)
    assert line["belongs_to"] == [
        {"kind": "delivery", "id": str(DeliverableFile.objects.get().deliverable_id),
         "title": contract.milestones.get().title}
    ]  # fmt: skip


def test_every_table_with_uploads_has_a_place_in_the_archives_or_another_reason():
    copied = {"tasks.TaskAttachment", "messaging.MessageFile", "contracts.DeliverableFile", "accounts.PortfolioItem"}
    elsewhere = {"accounts.Picture", "privacy.DataExport", "privacy.DataExportPart"}  # pictures/ of the data; copies
    relations = StoredFile._meta.get_fields(include_hidden=True)
    refer = {item.field.model._meta.label for item in relations if isinstance(item, ForeignObjectRel)}
    assert refer == copied | elsewhere


def test_files_of_others_are_listed_and_not_included(make, contract):
    employer, freelancer = owner(contract.employer), owner(contract.freelancer)
    deliver(contract, "mine.txt", freelancer, b"Written by me")
    write(contract, "theirs.txt", employer, make, b"Written by them")
    stranger = make.milestone(status="delivered").contract
    deliver(stranger, "elsewhere.txt", owner(stranger.freelancer))

    export = build(contract.freelancer, make)

    assert [line["name"] for line in manifest(export.parts.get())["files"]] == ["mine.txt"]
    [line] = json.loads(archive(export.file).read("files of others.json"))
    assert (line["name"], line["contract"], line["kind"]) == ("theirs.txt", str(contract.id), "message")
    whole = b"".join(archive(item).read(name) for item in (export.file, export.parts.get().file)
                     for name in archive(item).namelist())  # fmt: skip
    assert b"Written by me" in whole and b"Written by them" not in whole and b"elsewhere" not in whole


def test_what_staff_took_down_or_what_is_lost_is_named_alone(make, contract):
    user = owner(contract.freelancer)
    message = write(contract, "hidden.txt", user, make)
    Message.objects.filter(pk=message.pk).update(hidden_at=make.now)
    lost = deliver(contract, "lost.txt", user)
    deliver(contract, "kept.txt", user)
    default_storage.delete(lost.storage_key)

    part = build(contract.freelancer, make).parts.get()

    lines = manifest(part)
    assert [line["name"] for line in lines["files"]] == ["kept.txt"] and part.files == 1
    assert {line["name"]: line["why"] for line in lines["not_included"]} == {
        "hidden.txt": "taken down by staff", "lost.txt": "its content is missing in our storage",
    }  # fmt: skip


def test_files_of_the_same_name_get_different_paths(make, contract):
    for text in (b"one", b"two"):
        deliver(contract, "same.txt", owner(contract.freelancer), text)
    part = build(contract.freelancer, make).parts.get()
    zipped = archive(part.file)
    assert {zipped.read(line["path"]) for line in manifest(part)["files"]} == {b"one", b"two"}


def test_copies_and_uploads_that_belong_nowhere_are_not_copied_again(make, contract):
    store(owner(contract.freelancer), "draft.txt")
    build(contract.freelancer, make)
    assert build(contract.freelancer, make).parts.count() == 0
    assert uploads.uploads_of(owner(contract.freelancer).pk, until=timezone.now()).count() == 0


def test_many_files_become_several_archives_and_the_oldest_are_left_out(make, contract, monkeypatch, client):
    monkeypatch.setattr(operations, "PART_BYTES", 25)
    monkeypatch.setattr(operations, "PARTS_MAX", 2)
    for number in range(5):
        deliver(contract, f"{number}.txt", owner(contract.freelancer), b"0123456789")

    export = build(contract.freelancer, make)

    parts = list(export.parts.order_by("number"))
    assert [[line["name"] for line in manifest(part)["files"]] for part in parts] == [
        ["4.txt", "3.txt"], ["2.txt", "1.txt"],
    ]  # fmt: skip
    assert export.files_left_out == 1
    about = json.loads(archive(export.file).read("README.json"))
    assert about["uploaded_files_left_out"] == 1
    assert [row["file__sha256"] for row in about["archives_of_uploaded_files"]] == [part.file.sha256 for part in parts]
    html = log_in(client, contract.freelancer).get(reverse("privacy:overview")).content.decode()
    assert "1 older file is not included" in html and "2 uploaded files" in html and "part 2" in html
    listed = api(owner(contract.freelancer)).get("/api/v1/account-data/").json()
    assert [part["files"] for part in listed[0]["parts"]] == [2, 2] and listed[0]["files_left_out"] == 1


def test_a_run_that_has_no_more_time_goes_on_with_the_next_archive(make, contract, monkeypatch):
    monkeypatch.setattr(operations, "PART_BYTES", 5)
    monkeypatch.setattr(operations, "BUILDING_SECONDS_MAX", -1)
    for number in range(3):
        deliver(contract, f"{number}.txt", owner(contract.freelancer))
    export = build(contract.freelancer, make)
    assert (export.ready_at, export.parts.count()) == (None, 1)
    deliver(contract, "later.txt", owner(contract.freelancer))  # uploaded after the request
    for _ in range(3):
        jobs.build_exports()
    export.refresh_from_db()
    names = [manifest(part)["files"][0]["name"] for part in export.parts.order_by("number")]
    assert export.ready_at and names == ["2.txt", "1.txt", "0.txt"]


def test_a_large_file_is_never_whole_in_memory(make, contract, tmp_path):
    size = 30 * 2**20
    row = deliver(contract, "large.txt", owner(contract.freelancer))
    with default_storage.open(row.storage_key, "wb") as target:
        for _ in range(size // 2**20):
            target.write(b"\1" * 2**20)
    StoredFile.objects.filter(pk=row.pk).update(size=size)
    export = operations.request_export(
        user=owner(contract.freelancer), actor=make.actor(contract.freelancer), now=timezone.now()
    )
    tracemalloc.start()
    operations.build_export(export_id=export.id, now=timezone.now())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert export.parts.get().file.size > size
    assert peak < size / 2


def test_the_files_are_downloaded_by_their_person_alone(make, contract, client, time_machine):
    deliver(contract, "mine.txt", owner(contract.freelancer))
    export = build(contract.freelancer, make)
    address = reverse("privacy:download_files", args=[export.id, 1])
    answer = log_in(client, contract.freelancer).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert "my-files-1.zip" in answer["Content-Disposition"]
    assert client.get(reverse("privacy:download_files", args=[export.id, 2])).status_code == 404
    assert log_in(Client(), contract.employer).get(address).status_code == 404
    stale = Client()
    stale.force_login(owner(contract.freelancer))
    assert stale.get(address).status_code != 200, "without a fresh login"
    time_machine.move_to(export.expires_at, tick=False)
    assert log_in(Client(), contract.freelancer).get(address).status_code == 404


def test_old_archives_go_with_their_copy(make, contract):
    from apps.files import queries as stored

    deliver(contract, "mine.txt", owner(contract.freelancer))
    export = build(contract.freelancer, make)
    part = export.parts.get()
    operations.delete_export(export_id=export.id, now=export.expires_at)
    assert not DataExport.objects.exists()
    assert part.file_id in stored.unattached(created_before=export.expires_at, limit=10)


def test_a_copy_does_not_count_as_an_upload(make, contract, settings):
    settings.LIMITS_ARE_ON, settings.UPLOAD_BYTES_MAX = True, 1
    export = build(contract.freelancer, make)
    assert export.file.size > 1


def test_the_database_keeps_one_archive_per_number(make, contract):
    deliver(contract, "mine.txt", owner(contract.freelancer))
    part = build(contract.freelancer, make).parts.get()
    for number in (1, 0):
        with pytest.raises(IntegrityError), transaction.atomic():
            DataExportPart.objects.create(
                export=part.export, number=number, file=part.file, files=1, until_id=part.until_id
            )


def test_the_list_of_copies_costs_a_fixed_number_of_statements(make, contract, django_assert_num_queries):
    deliver(contract, "mine.txt", owner(contract.freelancer))
    for _ in range(2):
        build(contract.freelancer, make)
    user = owner(contract.freelancer)
    with django_assert_num_queries(2):
        assert sum(len(export.parts.all()) for export in queries.exports_of(user.pk)) == 2
