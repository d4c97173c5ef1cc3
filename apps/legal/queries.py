"""The operator's legal texts, and who accepted them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.legal.models import ACCEPTED_KINDS, Consent, LegalKind, LegalText, LegalVersion

FALLBACK = "en"


def versions(kind: str) -> QuerySet[LegalVersion]:
    """All versions of a kind, newest first."""
    return LegalVersion.objects.filter(kind=kind).order_by("-number")


def version_in_force(kind: str, now: datetime) -> LegalVersion | None:
    """Return the version that is in force; before the first one takes effect, that first one."""
    rows = list(versions(kind)[:20])
    return next((row for row in rows if row.effective_at <= now), rows[-1] if rows else None)


def coming_version(kind: str, now: datetime) -> LegalVersion | None:
    """Return the newest version, if it is published and not in force yet."""
    newest = versions(kind).first()
    return newest if newest and newest.effective_at > now and newest.number > 1 else None


def text_of(version: LegalVersion, language: str) -> LegalText:
    """Return the version in this language, or in English."""
    texts = {text.language: text for text in version.texts.filter(language__in=(language, FALLBACK))}
    return texts.get(language) or texts[FALLBACK]


def texts_in_force(kinds: Iterable[str], language: str, now: datetime) -> list[LegalText]:
    """Return the texts in force of these kinds; what was never published is left out."""
    rows = [version_in_force(kind, now) for kind in kinds]
    return [text_of(row, language) for row in rows if row is not None]


def texts_to_accept(user: User, language: str, now: datetime, *, with_coming: bool = False) -> list[LegalText]:
    """Return the texts that this person has not accepted: those in force, and with `with_coming` the next ones."""
    accepted = set(Consent.objects.filter(user=user).values_list("version_id", flat=True))
    texts = texts_in_force(ACCEPTED_KINDS, language, now)
    if with_coming:
        coming = [coming_version(kind, now) for kind in ACCEPTED_KINDS]
        texts += [text_of(version, language) for version in coming if version is not None]
    return [text for text in texts if text.version_id not in accepted]


def next_due_at(user_id: UUID, now: datetime) -> datetime | None:
    """Return when the first published version that this person has not accepted takes effect; None without one."""
    accepted = Consent.objects.filter(user_id=user_id).values("version_id")
    moments = []
    for kind in ACCEPTED_KINDS:
        in_force = version_in_force(kind, now)
        first = in_force.number if in_force else 0
        rows = LegalVersion.objects.filter(kind=kind, number__gte=first).exclude(id__in=accepted)
        moments += list(rows.values_list("effective_at", flat=True))
    return min(moments, default=None)


def consents_of(user_id: UUID) -> QuerySet[Consent]:
    """A person's consents, newest first."""
    return Consent.objects.filter(user_id=user_id).select_related("version", "text").order_by("-accepted_at", "-id")


def missing_kinds() -> list[LegalKind]:
    """Return what the operator has not published yet."""
    published = set(LegalVersion.objects.values_list("kind", flat=True).distinct())
    return [kind for kind in LegalKind if kind not in published]
