"""An organization's photo or logo."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from apps.accounts import events, pictures, policies
from apps.accounts.models import Organization, Picture
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.files import operations as files
from apps.files.pictures import Crop
from apps.outbox import bus


def set_picture(*, organization_id: UUID, upload: File[bytes], crop: Crop, actor: Actor, now: datetime) -> Picture:
    """
    Give an organization a picture, in place of the one it may have: a square of the upload, drawn again.

    :raises policies.NotYours, policies.RoleMissing: if the actor may not change the profile.
    :raises files.NoPicture, files.PictureTooSmall: and the other errors of `files.operations.store_squares`.
    """
    policies.check_may(actor, Act.CHANGE_PROFILE, organization_id)
    assert actor.user_id is not None
    small, medium, large = files.store_squares(
        upload=upload, crop=crop, squares=list(pictures.SQUARES.values()), uploaded_by_id=actor.user_id, now=now
    )
    with default_storage.open(large.storage_key) as stored:
        digest = pictures.digest(organization_id, stored.read())
    with transaction.atomic():
        organization = Organization.objects.select_for_update().get(id=organization_id)
        Picture.objects.filter(organization=organization).delete()
        picture = Picture.objects.create(
            organization=organization, digest=digest, small=small, medium=medium, large=large
        )
        _show(organization_id, digest, now)
    return picture


@transaction.atomic
def remove_picture(*, organization_id: UUID, actor: Actor, now: datetime) -> None:
    """Remove the picture at once; its files are deleted like every upload to which nothing refers."""
    policies.check_may(actor, Act.CHANGE_PROFILE, organization_id)
    Organization.objects.select_for_update().get(id=organization_id)
    Picture.objects.filter(organization_id=organization_id).delete()
    _show(organization_id, "", now)


@transaction.atomic
def hide_picture(*, picture_id: UUID, reason_code: str, actor: Actor, now: datetime) -> None:
    """Take a picture down for moderation. Does nothing if its owner has removed or replaced it."""
    policies.check_staff_may(actor, Act.HIDE_PROFILE)
    picture = Picture.objects.select_for_update(of=("self",)).filter(id=picture_id).first()
    if picture is None:
        return
    picture.hidden_at, picture.hidden_reason = now, reason_code
    picture.save(update_fields=["hidden_at", "hidden_reason"])
    _show(picture.organization_id, "", now)


@transaction.atomic
def restore_picture(*, picture_id: UUID, actor: Actor, now: datetime) -> None:
    """Show a picture again that was taken down. Does nothing if its owner has removed or replaced it."""
    policies.check_staff_may(actor, Act.HIDE_PROFILE)
    picture = Picture.objects.select_for_update(of=("self",)).filter(id=picture_id).first()
    if picture is None:
        return
    picture.hidden_at, picture.hidden_reason = None, ""
    picture.save(update_fields=["hidden_at", "hidden_reason"])
    _show(picture.organization_id, picture.digest, now)


def _show(organization_id: UUID, digest: str, now: datetime) -> None:
    Organization.objects.filter(id=organization_id).update(picture=digest)
    bus.publish(events.ProfileChanged(organization_id=organization_id), now=now)
