from __future__ import annotations

from django.db import models

from apps.accounts.models import User
from apps.common.models import BaseModel
from apps.files.models import StoredFile
from apps.privacy.states import ClosureStatus


class DataExport(BaseModel):
    """A copy of a person's data, built by a job and deleted after some days."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_exports")
    requested_at = models.DateTimeField()
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    files_left_out = models.PositiveIntegerField(default=0)
    """How many of the oldest uploads did not fit into the archives of files."""

    class Meta:
        indexes = [
            models.Index(fields=["requested_at"], condition=models.Q(ready_at=None), name="privacy_export_to_build"),
        ]


class DataExportPart(BaseModel):
    """One archive of the files that the person uploaded, the newest in the first."""

    export = models.ForeignKey(DataExport, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    files = models.PositiveIntegerField()
    """How many it contains."""
    until_id = models.UUIDField()
    """The last upload that was looked at; the next part begins behind it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="privacy_export_part_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="privacy_export_part_from_one"),
        ]


class AccountClosure(BaseModel):
    """A person's wish to close the account."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="closures")
    status = models.CharField(max_length=10, choices=ClosureStatus, default=ClosureStatus.REQUESTED)
    requested_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    shown_profiles = models.JSONField(default=list)
    """The ids of the profiles that were public before, to be shown again if the account is kept."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(status="requested"), name="privacy_closure_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ClosureStatus.values), name="privacy_closure_status_known"
            ),
        ]
        indexes = [
            models.Index(fields=["closes_at"], condition=models.Q(status="requested"), name="privacy_closure_due"),
        ]
