"""Pictures of people and companies."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from apps.accounts import pictures
from apps.accounts.models import Picture
from apps.common.actors import Actor
from apps.common.caches import ProcessMemory
from apps.files.models import StoredFile

_SIZES = {square.side: name for name, square in pictures.SQUARES.items()}
_contents: ProcessMemory[tuple[str, int], bytes] = ProcessMemory(lambda: settings.LIST_MEMORY_SECONDS, most=2_000)


def picture_of(organization_id: UUID) -> Picture | None:
    """An organization's picture, also one that was taken down."""
    return Picture.objects.filter(organization_id=organization_id).first()


def pictures_visible_to(actor: Actor) -> QuerySet[Picture]:
    """Pictures that everybody sees and the actor's own; staff see also those that were taken down."""
    rows = Picture.objects.select_related("organization")
    own = Q(organization_id=actor.organization_id) if actor.organization_id else Q(pk__in=[])
    return rows if actor.is_staff else rows.filter(Q(hidden_at=None) | own)


def public_content(digest: str, side: int) -> bytes | None:
    """
    A picture's content, as of up to `LIST_MEMORY_SECONDS` ago; None if there is no such picture, or it was taken down.

    :raises FilesUnavailable: if the storage does not answer.
    """
    if side not in _SIZES:
        return None

    def read(_missing: object) -> dict[tuple[str, int], bytes]:
        picture = Picture.objects.select_related(_SIZES[side]).filter(digest=digest, hidden_at=None).first()
        if picture is None:
            return {}
        file: StoredFile = getattr(picture, _SIZES[side])
        with default_storage.open(file.storage_key) as stored:
            return {(digest, side): stored.read()}

    return _contents.get_many([(digest, side)], read).get((digest, side))
