"""Money claimed back from freelancers after a lost chargeback."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.escrow.models import Recovery
from apps.escrow.queries.escrows import escrow_for_update
from apps.escrow.states import RecoveryStatus


def recovery_for_update(recovery_id: UUID) -> Recovery:
    """
    The recovery with its escrow, both locked; the escrow first, as everywhere.

    :raises NotFound: if it does not exist.
    """
    escrow_id = Recovery.objects.filter(id=recovery_id).values_list("escrow_id", flat=True).first()
    if escrow_id is None:
        raise NotFound
    escrow = escrow_for_update(escrow_id)
    recovery = Recovery.objects.select_for_update(of=("self",)).get(id=recovery_id)
    recovery.escrow = escrow
    return recovery


def recovery_visible_to(actor: Actor, recovery_id: UUID) -> Recovery:
    """
    The recovery, for staff and the payee.

    :raises NotFound: if it does not exist or the actor may not see it.
    """
    rows = Recovery.objects.select_related("escrow__payee", "escrow__payer").filter(id=recovery_id)
    recovery = rows.first()
    if recovery is None or not (actor.is_staff or actor.acts_for(recovery.escrow.payee_id)):
        raise NotFound
    return recovery


def recoveries_of(organization_id: UUID) -> list[Recovery]:
    """The recoveries against a freelancer, open and closed, newest first; at most 50."""
    rows = Recovery.objects.filter(escrow__payee_id=organization_id).select_related("escrow")
    return list(rows.order_by("-decided_at")[:50])


def recovery_of_chargeback(chargeback_id: UUID) -> Recovery | None:
    return Recovery.objects.filter(chargeback_id=chargeback_id).select_related("escrow__payee").first()


def recoveries_to_confirm(now: datetime) -> QuerySet[Recovery, UUID]:
    """The ids of recoveries whose appeal period ended without an appeal, oldest first."""
    due = Recovery.objects.filter(status=RecoveryStatus.DECIDED, appeal_by__lte=now)
    return due.order_by("appeal_by").values_list("id", flat=True)


def open_appeals() -> list[Recovery]:
    """The appeals waiting for an answer by staff, oldest first; at most 200."""
    rows = Recovery.objects.filter(status=RecoveryStatus.APPEALED).select_related("escrow__payee")
    return list(rows.order_by("appealed_at")[:200])
