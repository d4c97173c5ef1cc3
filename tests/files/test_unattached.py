"""Uploads that nothing refers to go; those that something does stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.accounts.operations import profiles
from apps.files import operations
from apps.files.models import StoredFile

pytestmark = pytest.mark.django_db


def _store(user_id):
    return operations.store(upload=SimpleUploadedFile("a.txt", b"words"), uploaded_by_id=user_id, now=timezone.now())


def test_what_was_never_attached_is_deleted_with_its_bytes(make, django_capture_on_commit_callbacks):
    freelancer = make.freelancer()
    actor = make.actor(freelancer)
    used, spare, new = (_store(actor.user_id) for _number in range(3))
    StoredFile.objects.exclude(id=new.id).update(created_at=timezone.now() - timedelta(days=3))
    profiles.add_portfolio_item(
        organization_id=freelancer.id, actor=actor, now=make.now, fields={"title": "Work", "image": used}
    )

    with django_capture_on_commit_callbacks(execute=True):
        assert operations.forget_unattached(now=timezone.now()) == 1

    assert set(StoredFile.objects.values_list("id", flat=True)) == {used.id, new.id}
    assert default_storage.exists(used.storage_key)
    assert not default_storage.exists(spare.storage_key)


def test_one_that_cannot_be_deleted_stops_no_other(make, monkeypatch):
    user = make.user()
    rows = [_store(user.id) for _number in range(3)]
    StoredFile.objects.update(created_at=timezone.now() - timedelta(days=3))
    delete = StoredFile.delete

    def refuse(self, *args, **options):
        if self.id == rows[0].id:
            raise OSError("disk")
        return delete(self, *args, **options)

    monkeypatch.setattr(StoredFile, "delete", refuse)
    assert operations.forget_unattached(now=timezone.now()) == 2
    assert list(StoredFile.objects.values_list("id", flat=True)) == [rows[0].id]
