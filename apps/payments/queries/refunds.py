from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet, Sum

from apps.common.money import Money
from apps.gateways.stripe.amounts import sendable
from apps.payments.models import Charge, Refund
from apps.payments.states import ChargeStatus, RefundStatus


def refunds_of(organization_id: UUID) -> QuerySet[Refund]:
    """The refunds to an organization, newest first."""
    return Refund.objects.filter(charge__payer_id=organization_id).select_related("charge").order_by("-id")


def refunds_of_reference(reference_id: UUID) -> QuerySet[Refund]:
    return Refund.objects.filter(reference_id=reference_id).select_related("charge").order_by("created_at")


def refund_for_update(refund_id: UUID) -> Refund:
    return Refund.objects.select_for_update(of=("self",)).select_related("charge").get(id=refund_id)


def charges_to_refund(payer_id: UUID, currency: str) -> list[Charge]:
    """The succeeded charges through which credit may be refunded, newest first; at most 100."""
    paid = Charge.objects.filter(payer_id=payer_id, currency=currency, status=ChargeStatus.SUCCEEDED)
    return list(paid.order_by("-succeeded_at", "-id")[:100])


def refundable(charge_id: UUID) -> Money:
    """The amount of the charge that can still be refunded."""
    charge = Charge.objects.get(id=charge_id)
    already = charge.refunds.exclude(status=RefundStatus.FAILED).aggregate(total=Sum("amount_minor"))["total"]
    return charge.amount - Money(int(already or 0), charge.currency)


def chargeable(amount: Money) -> Money:
    """The largest amount up to this one that the processor can express (Kuwaiti dinars in multiples of ten fils)."""
    return sendable(amount)
