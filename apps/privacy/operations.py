"""Give a person a copy of their data, and close an account: what must be kept is kept, everything else is erased."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
import zipfile
from datetime import datetime, timedelta
from typing import IO, Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Membership, Organization, PastMembership, Picture, PortfolioItem, Profile, User
from apps.accounts.operations import keys
from apps.accounts.operations.access_log import record_access
from apps.accounts.policies import check_fresh_login
from apps.common import limits
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict
from apps.common.operations import move
from apps.files import operations as files
from apps.files.models import StoredFile
from apps.messaging.models import Phrase
from apps.notifications.models import MailHours, Notification, PushDevice
from apps.outbox import bus
from apps.privacy import events, personal_data, queries, uploads
from apps.privacy.models import AccountClosure, DataExport, DataExportPart
from apps.privacy.states import CLOSURE, ClosureStatus
from apps.saved.models import SavedPerson, SavedTask
from apps.tasks.models import SavedSearch

EXPORT_LIFE = timedelta(days=7)
PART_BYTES, PARTS_MAX = 256 * 2**20, 40
"""Of the archives of files: 10 GB altogether. A single file is smaller than a part (UPLOAD_BYTES_MAX)."""
BUILDING_SECONDS_MAX = 40.0
"""After this time no further archive is begun; the next run of the job goes on."""
GRACE = timedelta(days=14)
TRIED_AGAIN = timedelta(days=1)
NAME_OF_CLOSED = "Closed account"


class ExportAlreadyRequested(Conflict):
    code = "export_already_requested"
    message = _("A copy is being prepared already. You will be notified.")


class ObstaclesLeft(Conflict):
    code = "obstacles_left"
    message = _("Some things have to be settled before the account can be closed.")


class AlreadyClosing(Conflict):
    code = "already_closing"
    message = _("The account is closing already.")


# -- a copy of one's data


@transaction.atomic
def request_export(*, user: User, actor: Actor, now: datetime) -> DataExport:
    """
    Request a copy of all one's data; a job builds it.

    :raises FreshLoginNeeded: unless the login is fresh.
    :raises ExportAlreadyRequested: if one is being built.
    """
    check_fresh_login(actor)
    limits.spend("request_export", user.pk, now=now)
    if queries.exports_of(user.pk).filter(ready_at=None).exists():
        raise ExportAlreadyRequested
    return DataExport.objects.create(user=user, requested_at=now)


def build_export(*, export_id: UUID, now: datetime) -> None:
    """
    Build a requested copy, or go on with it: ZIP archives with the files that the person uploaded, each of at most
    PART_BYTES, then one with a JSON file for each table, and the pictures. The storage is called outside of the
    transactions, and no file is ever whole in memory.
    """
    export = DataExport.objects.select_related("user").filter(id=export_id, ready_at=None).first()
    if export is None:
        return
    ends = time.monotonic() + BUILDING_SECONDS_MAX
    while _add_part(export):
        if time.monotonic() > ends:
            return
    left_out = _uploads_left(export).count()
    with tempfile.TemporaryFile() as archive:
        _write(archive, export, left_out, now)
        stored = files.store_archive(content=archive, name="my-data.zip", uploaded_by_id=export.user_id)
    with transaction.atomic():
        changed = DataExport.objects.filter(id=export.id, ready_at=None).update(
            file=stored, ready_at=now, expires_at=now + EXPORT_LIFE, files_left_out=left_out
        )
        if changed:
            bus.publish(events.DataExportReady(export.id, export.user_id), now=now)


def _uploads_left(export: DataExport) -> QuerySet[StoredFile]:
    last = export.parts.order_by("number").last()
    return uploads.uploads_of(export.user_id, until=export.requested_at, before=last.until_id if last else None)


def _add_part(export: DataExport) -> bool:
    """Build the next archive of files. Returns False if there is nothing more for one, or there are enough."""
    number = export.parts.count() + 1
    chosen = _fitting(_uploads_left(export))
    if not chosen or number > PARTS_MAX:
        return False
    with tempfile.TemporaryFile() as archive:
        written = _write_files(archive, chosen, number)
        stored = files.store_archive(content=archive, name=f"my-files-{number}.zip", uploaded_by_id=export.user_id)
    DataExportPart.objects.create(export=export, number=number, file=stored, files=written, until_id=chosen[-1].pk)
    return True


def _fitting(rows: QuerySet[StoredFile]) -> list[StoredFile]:
    """The first of these that fit into one archive; at least one."""
    chosen: list[StoredFile] = []
    size = 0
    for file in rows.iterator(chunk_size=500):
        size += file.size
        if chosen and size > PART_BYTES:
            break
        chosen.append(file)
    return chosen


def _write_files(archive: IO[bytes], chosen: list[StoredFile], number: int) -> int:
    """Write the files and their manifest. Returns how many the archive contains."""
    attached, used = uploads.places(chosen), set[str]()
    included, named = [], []
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zipped:
        for file in chosen:
            where = attached.get(file.pk, [])
            if not where:  # detached in the meantime
                continue
            entry = uploads.entry(file, where)
            if all(place.is_taken_down for place in where):
                named.append(entry | {"why": "taken down by staff"})
                continue
            path = uploads.path_of(file, where, used)
            try:
                stored = default_storage.open(file.storage_key)
            except FileNotFoundError:
                named.append(entry | {"why": "its content is missing in our storage"})
                continue
            about = zipfile.ZipInfo(path, max(file.created_at.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
            with stored, zipped.open(about, "w", force_zip64=True) as target:
                shutil.copyfileobj(stored, target)
            included.append(entry | {"path": path})
        manifest = {"part": number, "files": included, "not_included": named}
        zipped.writestr("manifest.json", _json(manifest))
    return len(included)


def _write(archive: IO[bytes], export: DataExport, left_out: int, now: datetime) -> None:
    counts, user = {}, export.user
    own = personal_data.own_organizations(user.pk)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, rows in personal_data.tables(user):
            values = list(rows.iterator(chunk_size=500))
            if values:
                counts[name] = len(values)
                zipped.writestr(f"{name}.json", _json(values))
        for picture in Picture.objects.filter(organization__in=own):
            with default_storage.open(picture.large.storage_key) as stored:
                zipped.writestr(f"pictures/{picture.organization_id}.webp", stored.read())
        if others := uploads.files_of_others(user.pk, own, until=export.requested_at):
            zipped.writestr("files of others.json", _json(others))
        parts = list(export.parts.order_by("number").values("number", "files", "file__size", "file__sha256"))
        about = {
            "person": str(user.pk),
            "made_at": now,
            "rows": counts,
            "rows_at_most_of_each_table": personal_data.ROWS_MAX,
            "left_out": personal_data.LEFT_OUT,
            "archives_of_uploaded_files": parts,
            "uploaded_files_left_out": left_out,
            "files_of_others": "named in “files of others.json”; download them in the room of the contract",
        }
        zipped.writestr("README.json", _json(about))


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def delete_export(*, export_id: UUID, now: datetime) -> None:
    """Delete an old copy; its file is deleted like every upload to which nothing refers."""
    DataExport.objects.filter(id=export_id, expires_at__lte=now).delete()


# -- closing an account


@transaction.atomic
def request_closure(*, user: User, actor: Actor, now: datetime) -> AccountClosure:
    """
    Ask to close the account in 14 days. Until then it can be kept; the profile is hidden at once.

    :raises FreshLoginNeeded: unless the login is fresh.
    :raises AlreadyClosing: if it is closing already.
    :raises ObstaclesLeft: if open work or money stands against it.
    """
    check_fresh_login(actor)
    User.objects.select_for_update().get(id=user.pk)
    if queries.closure_of(user.pk):
        raise AlreadyClosing
    if queries.obstacles(user):
        raise ObstaclesLeft
    profiles = Profile.objects.filter(organization__in=queries.alone_owned(user.pk), is_public=True)
    shown = [str(row_id) for row_id in profiles.values_list("id", flat=True)]
    profiles.filter(id__in=shown).update(is_public=False)
    closure = AccountClosure.objects.create(user=user, requested_at=now, closes_at=now + GRACE, shown_profiles=shown)
    record_access("privacy.closure_requested", actor=actor, details={}, now=now)
    bus.publish(events.AccountClosureRequested(closure.id, user.pk), now=now)
    return closure


@transaction.atomic
def cancel_closure(*, user: User, actor: Actor, now: datetime) -> None:
    """Keep the account. Does nothing if it is not closing."""
    closure = AccountClosure.objects.select_for_update().filter(user=user, status=ClosureStatus.REQUESTED).first()
    if closure is None:
        return
    move(closure, CLOSURE, "cancel", actor=actor, now=now, changes={"ended_at": now})
    Profile.objects.filter(id__in=closure.shown_profiles).update(is_public=True)
    record_access("privacy.closure_cancelled", actor=actor, details={}, now=now)


@transaction.atomic
def close(*, closure_id: UUID, now: datetime) -> None:
    """
    Close an account whose date has come. If something stands against it by now, it is tried again a day later and the
    person is notified.
    """
    closure = AccountClosure.objects.select_for_update().get(id=closure_id)
    if closure.status != ClosureStatus.REQUESTED or closure.closes_at > now:
        return
    user = User.objects.select_for_update().get(id=closure.user_id)
    if queries.obstacles(user):
        closure.closes_at = now + TRIED_AGAIN
        closure.save(update_fields=["closes_at"])
        bus.publish(events.AccountClosurePostponed(closure.id, user.pk), now=now)
        return
    for organization in queries.alone_owned(user.pk):
        _empty(organization)
    _leave_all(user, now)
    _erase(user)
    move(closure, CLOSURE, "close", actor=SYSTEM, now=now, changes={"ended_at": now})
    record_access("privacy.closed", actor=SYSTEM, details={"user": str(user.pk)}, now=now)
    bus.publish(events.AccountClosed(closure.id), now=now)


def _empty(organization: Organization) -> None:
    """Erase what an organization without members shows. Its documents keep the names that they were issued with."""
    profile = Profile.objects.filter(organization=organization).first()
    if profile is not None:
        profile.skills.all().delete()
        profile.languages.all().delete()
        PortfolioItem.objects.filter(profile=profile).delete()
        Profile.objects.filter(id=profile.id).update(
            headline="", bio="", is_public=False, rate_amount_minor=None, rate_currency="", search_vector=None
        )
    Picture.objects.filter(organization=organization).delete()
    organization.is_active, organization.display_name, organization.picture = False, NAME_OF_CLOSED, ""
    organization.save(update_fields=["is_active", "display_name", "picture"])


def _leave_all(user: User, now: datetime) -> None:
    for membership in Membership.objects.filter(user=user):
        PastMembership.objects.create(
            user=user, organization_id=membership.organization_id, role=membership.role, left_at=now
        )
        membership.delete()
    keys.revoke_tokens(user=user, now=now)


def _erase(user: User) -> None:
    sessions = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions.delete()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    for model in (SavedSearch, SavedTask, SavedPerson, Phrase):
        model.objects.filter(user=user).delete()  # type: ignore[attr-defined]
    Notification.objects.filter(user=user).delete()
    MailHours.objects.filter(user=user).delete()
    PushDevice.objects.filter(user=user).delete()
    DataExport.objects.filter(user=user).delete()
    user.email, user.display_name, user.legal_name = f"closed-{user.pk}@closed.invalid", NAME_OF_CLOSED, ""
    user.is_active, user.last_organization, user.terms_due_at = False, None, None
    user.set_unusable_password()
    user.save()
