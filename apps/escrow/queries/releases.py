"""Releases, and what is left of our fee on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias
from uuid import UUID

from django.db.models import Sum

from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.common.money import Money
from apps.escrow.models import Release
from apps.ledger.queries import books

ReleaseRow: TypeAlias = Release
"""Exported for apps in lower layers, which display releases but do not store them."""


def release_visible_to(actor: Actor, release_id: UUID) -> Release:
    """
    The release, with its escrow, payer and payee.

    :raises NotFound: if it does not exist or the actor may not see it.
    """
    release = Release.objects.select_related("escrow__payer", "escrow__payee").filter(id=release_id).first()
    if release is None:
        raise NotFound
    escrow = release.escrow
    if not (actor.is_staff or actor.acts_for(escrow.payer_id) or actor.acts_for(escrow.payee_id)):
        raise NotFound
    return release


def release_for_update(release_id: UUID) -> Release:
    """
    The release with its escrow, locked.

    :raises NotFound: if it does not exist.
    """
    release = Release.objects.select_for_update(of=("self",)).select_related("escrow").filter(id=release_id).first()
    if release is None:
        raise NotFound
    return release


def goodwill_left(release: Release) -> tuple[Money, Money]:
    """The part of our fee on a release that can still be refunded: (including tax, the tax alone)."""
    sums = release.goodwill.aggregate(amount=Sum("amount_minor"), tax=Sum("tax_minor"))
    moneys, tax = (Money(int(sums[name] or 0), release.currency) for name in ("amount", "tax"))
    return release.fee - moneys, release.tax - tax


def releases_by_id(ids: Iterable[str]) -> dict[str, Release]:
    """The given releases by id (str), with escrow and payer. One query; no query if `ids` is empty."""
    release_ids = list(ids)
    releases = Release.objects.filter(id__in=release_ids).select_related("escrow__payer") if release_ids else []
    return {str(release.id): release for release in releases}


def entries_of_release(release_id: UUID) -> Sequence[books.JournalView]:
    """All journal entries of the release."""
    return books.journals_of(release=release_id)
