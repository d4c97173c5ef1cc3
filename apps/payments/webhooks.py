"""Webhooks about charges, refunds, disputes and early fraud warnings."""

from __future__ import annotations

from apps.common.clock import Clock
from apps.common.ids import uuid_or_none
from apps.gateways import webhook_handlers as webhooks
from apps.gateways.protocols.webhooks import WebhookKind
from apps.payments.models import Charge
from apps.payments.operations import chargebacks, charges, refunds


@webhooks.handles(WebhookKind.CHARGE)
def charge_changed(gateway: str, reference: str, clock: Clock) -> bool:
    charge_id = uuid_or_none(reference)
    if charge_id is None or not Charge.objects.filter(id=charge_id).exists():
        return False
    charges.refresh_charge(charge_id=charge_id, now=clock())
    return True


@webhooks.handles(WebhookKind.REFUND)
def refund_changed(gateway: str, reference: str, clock: Clock) -> bool:
    refund_id = uuid_or_none(reference)
    return refund_id is not None and refunds.refresh_refund(refund_id=refund_id, clock=clock)


@webhooks.handles(WebhookKind.DISPUTE)
def dispute_changed(gateway: str, reference: str, clock: Clock) -> bool:
    chargebacks.refresh_chargeback(gateway=gateway, remote_id=reference, now=clock())
    return True


@webhooks.handles(WebhookKind.WARNING)
def fraud_warned(gateway: str, reference: str, clock: Clock) -> bool:
    chargebacks.record_fraud_warning(gateway=gateway, remote_id=reference, now=clock())
    return True
