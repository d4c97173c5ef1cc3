from django.db import models

from apps.common.models import BaseModel


class StoredFile(BaseModel):
    """
    An upload, stored under a random name; it has no URL of its own.

    The app that refers to it decides who may download it.
    """

    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=120, unique=True)
    uploaded_by_id = models.UUIDField()
    facts = models.JSONField(default=dict)
    """What was measured when it was stored: see `measuring.measure`, with language and spelling for the text."""

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(size__gt=0), name="files_storedfile_not_empty")]
