"""Publish legal texts, and record who accepted them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.operations.access_log import record_access
from apps.accounts.policies import check_staff_may
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotFound
from apps.legal import events, queries, rules
from apps.legal.models import ACCEPTED_KINDS, Consent, LegalKind, LegalText, LegalVersion
from apps.outbox import bus

MARKED_AT_ONCE = 5_000


class EnglishMissing(Invalid):
    code = "english_missing"
    field = "body_en"
    message = _("The English text is needed: it is shown where a language is missing.")


class TooSoon(Invalid):
    code = "too_soon"
    field = "effective_at"
    message = _(
        "People must have at least 15 days before changed terms take effect. The earliest date is %(earliest)s."
    )


class TextUnchanged(Invalid):
    code = "text_unchanged"
    field = "body_en"
    message = _("These are the words of the version in force.")


class TextsChanged(Conflict):
    code = "legal_texts_changed"
    message = _("A newer version was published in the meantime. Read it, then accept it.")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language; `body` is Markdown."""

    title: str
    body: str
    changes: str = ""


@transaction.atomic
def publish(
    *, kind: LegalKind, wordings: Mapping[str, Wording], effective_at: datetime | None, actor: Actor, now: datetime
) -> LegalVersion:
    """
    Publish a version. It is never changed; a mistake is corrected by the next version.

    :param wordings: by language. English is needed.
    :param effective_at: at the earliest 15 days from now, if people have to accept it and another one is in force; None
        for the earliest moment.
    :raises StaffOnly, StaffRoleMissing, FreshLoginNeeded: unless the actor is an administrator, or the system.
    :raises EnglishMissing, TooSoon, TextUnchanged: each names its field.
    """
    if not actor.is_system:
        check_staff_may(actor, Act.PUBLISH_LEGAL_TEXT)
    written = {
        language: wording
        for language, wording in wordings.items()
        if wording.title.strip() and wording.body.strip() and language in dict(settings.LANGUAGES)
    }
    if queries.FALLBACK not in written:
        raise EnglishMissing
    list(LegalVersion.objects.select_for_update().filter(kind=kind))  # two publications come one after the other
    last = queries.versions(kind).first()
    if last is not None and _fingerprints(written) == set(last.texts.values_list("sha256", flat=True)):
        raise TextUnchanged
    earliest = rules.earliest_effect(now, is_first=last is None, is_accepted=kind in ACCEPTED_KINDS)
    if effective_at is not None and effective_at < earliest:
        raise TooSoon(earliest=earliest)
    version = LegalVersion.objects.create(
        kind=kind,
        number=last.number + 1 if last else 1,
        effective_at=effective_at or earliest,
        published_at=now,
        published_by_id=actor.user_id,
    )
    LegalText.objects.bulk_create(
        LegalText(
            version=version,
            language=language,
            title=wording.title.strip(),
            changes=wording.changes.strip(),
            body=wording.body.strip(),
            sha256=rules.fingerprint(wording.title.strip(), wording.body.strip()),
        )
        for language, wording in written.items()
    )
    details = {"kind": str(kind), "number": version.number, "effective_at": version.effective_at.isoformat()}
    record_access("legal.published", actor=actor, details=details, now=now)
    bus.publish(events.LegalVersionPublished(version.id, kind in ACCEPTED_KINDS), now=now)
    return version


def _fingerprints(wordings: Mapping[str, Wording]) -> set[str]:
    return {rules.fingerprint(wording.title.strip(), wording.body.strip()) for wording in wordings.values()}


def mark_due(*, version_id: UUID) -> int:
    """Remember for every person by when this version is to be accepted. Returns their number. Can be repeated."""
    effective_at = LegalVersion.objects.values_list("effective_at", flat=True).get(id=version_id)
    accepted = Consent.objects.filter(version_id=version_id).values("user_id")
    people = User.objects.filter(is_active=True).exclude(id__in=accepted).exclude(terms_due_at__lte=effective_at)
    marked = 0
    while ids := list(people.order_by("id").values_list("id", flat=True)[:MARKED_AT_ONCE]):
        marked += User.objects.filter(id__in=ids).update(terms_due_at=effective_at)
    return marked


@transaction.atomic
def accept(*, user: User, text_ids: list[UUID], now: datetime) -> list[Consent]:
    """
    Record that a person accepts the texts in force. Accepting twice changes nothing.

    :param text_ids: the texts that the person has seen.
    :raises TextsChanged: if others are to be accepted by now.
    """
    User.objects.select_for_update().get(id=user.pk)
    texts = {text.id: text for text in LegalText.objects.filter(id__in=text_ids).select_related("version")}
    if len(texts) != len(set(text_ids)):
        raise NotFound
    missing = {text.version_id for text in queries.texts_to_accept(user, queries.FALLBACK, now)}
    if not missing <= {text.version_id for text in texts.values()}:
        raise TextsChanged
    consents = [
        Consent(user=user, text=text, version_id=text.version_id, accepted_at=now)
        for text in texts.values()
        if text.version.kind in ACCEPTED_KINDS
    ]
    Consent.objects.bulk_create(consents, ignore_conflicts=True)
    user.terms_due_at = queries.next_due_at(user.pk, now)
    user.save(update_fields=["terms_due_at"])
    return consents


def accept_at_signup(*, user: User, language: str, now: datetime) -> None:
    """Record that a new person accepted what the sign-up form named."""
    accept(user=user, text_ids=[text.id for text in queries.texts_to_accept(user, language, now)], now=now)
