"""Whether money may go out, and the processors' objects that were missing in the books."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.gateways.models import GatewayCheck, PaymentPause, UnbookedObject
from apps.gateways.models.pauses import RemoteKind, UnbookedStatus


def open_pause() -> PaymentPause | None:
    return PaymentPause.objects.filter(ended_at__isnull=True).select_related("started_by").first()


def open_pause_for_update() -> PaymentPause | None:
    return PaymentPause.objects.select_for_update().filter(ended_at__isnull=True).first()


def is_paused() -> bool:
    return PaymentPause.objects.filter(ended_at__isnull=True).exists()


def recent_pauses() -> list[PaymentPause]:
    return list(PaymentPause.objects.select_related("started_by", "ended_by").order_by("-started_at")[:10])


def unbooked_objects() -> QuerySet[UnbookedObject]:
    """The unbooked objects that wait for staff, oldest first."""
    waiting = UnbookedObject.objects.filter(status=UnbookedStatus.FROZEN)
    return waiting.select_related("organization").order_by("remote_created_at", "id")


def unbooked_objects_that_block() -> QuerySet[UnbookedObject]:
    """
    Frozen objects without a known organization whose withdrawals could be frozen, and reversals, on which more than a
    withdrawal depends: no payments until they are resolved.
    """
    own = [RemoteKind.CHARGE, RemoteKind.TOP_UP]  # money received cannot be sent twice
    frozen = UnbookedObject.objects.filter(status=UnbookedStatus.FROZEN).exclude(kind__in=own)
    return frozen.filter(Q(organization=None) | Q(kind=RemoteKind.REVERSAL))


def is_frozen(organization_id: UUID) -> bool:
    return UnbookedObject.objects.filter(organization_id=organization_id, status=UnbookedStatus.FROZEN).exists()


def gateway_check(gateway: str) -> GatewayCheck | None:
    return GatewayCheck.objects.filter(gateway=gateway).first()
